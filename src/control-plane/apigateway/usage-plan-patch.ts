// What UpdateUsagePlan may change, path by path.
import type { ApiStage, ThrottleSettings } from '#model/apigateway/usage-plan.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import { defined, nonEmpty } from '../defined.ts'
import type { Members, PatchRule, PatchTable } from '../patch-operations.ts'
import { objectMember, text } from '../patch-rules.ts'

/** The table of one plan: AWS's refusals name the plan. */
export const usagePlanPatch = (usagePlanId: string): PatchTable => ({
  input: 'updateUsagePlanInput',
  refusal: 'listed',
  rules: [
    text('name'),
    text('description'),
    text('productCode', { ops: ['add', 'replace', 'remove'] }),
    dropped('throttle'),
    setting('throttle', 'burstLimit', parseCount),
    setting('throttle', 'rateLimit', parseNumber),
    dropped('quota'),
    setting('quota', 'limit', parseCount),
    setting('quota', 'offset', parseCount),
    setting('quota', 'period', parsePeriod),
    apiStages(usagePlanId),
    stageThrottle(usagePlanId),
    methodThrottle(usagePlanId, ''),
    methodThrottle(usagePlanId, 'burstLimit'),
    methodThrottle(usagePlanId, 'rateLimit'),
  ],
})

const dropped = (member: string): PatchRule => ({
  path: `/${member}`,
  ops: ['remove'],
  apply: (members) => ({ ...members, [member]: undefined }),
})

const setting = (
  member: string,
  name: string,
  parse: (value: string) => number | string,
): PatchRule => ({
  path: `/${member}/${name}`,
  ops: ['add', 'replace'],
  apply: (members, { value }) => ({
    ...members,
    [member]: { ...objectMember(members, member), [name]: parse(value ?? '') },
  }),
})

const apiStages = (usagePlanId: string): PatchRule => ({
  path: '/apiStages',
  ops: ['add', 'remove'],
  apply: (members, { op, value = '' }) => {
    const wanted = parseApiStage(value)
    const before = apiStagesOf(members)
    const index = before.findIndex((stage) => isSame(stage, wanted))
    if (op === 'remove' && index === -1) throw unknownStage(usagePlanId, wanted)
    const others = before.filter((_, place) => place !== index)
    return {
      ...members,
      apiStages: op === 'remove' ? others : [...others, before[index] ?? wanted],
    }
  },
})

/** `/apiStages/{apiId:stage}/throttle`: the method throttles of one stage, whole, as JSON text. */
const stageThrottle = (usagePlanId: string): PatchRule => ({
  path: '/apiStages/*/throttle',
  ops: ['add', 'replace', 'remove'],
  apply: (members, { op, keys, value }) =>
    changeStage(members, usagePlanId, keys[0], () =>
      op === 'remove' ? {} : parseThrottles(value ?? ''),
    ),
})

/** `/apiStages/{apiId:stage}/throttle/{path}/{METHOD}[/burstLimit|/rateLimit]` */
const methodThrottle = (
  usagePlanId: string,
  limit: '' | 'burstLimit' | 'rateLimit',
): PatchRule => ({
  path: limit === '' ? '/apiStages/*/throttle/*/*' : `/apiStages/*/throttle/*/*/${limit}`,
  ops: limit === '' ? ['remove'] : ['add', 'replace'],
  apply: (members, { keys, value }) => {
    const [stage, path, method] = keys
    const key = `${path}/${method}`
    return changeStage(members, usagePlanId, stage, (throttles) => {
      const changed = new Map(Object.entries(throttles))
      if (limit === '') changed.delete(key)
      else {
        const parse = limit === 'burstLimit' ? parseCount : parseNumber
        changed.set(key, { ...changed.get(key), [limit]: parse(value ?? '') })
      }
      return Object.fromEntries(changed)
    })
  },
})

type Throttles = Readonly<Record<string, ThrottleSettings>>

const changeStage = (
  members: Members,
  usagePlanId: string,
  named: string | undefined,
  change: (throttles: Throttles) => Throttles,
): Members => {
  const wanted = parseApiStage(named ?? '')
  const before = apiStagesOf(members)
  if (!before.some((stage) => isSame(stage, wanted))) throw unknownStage(usagePlanId, wanted)
  return {
    ...members,
    apiStages: before.map((stage) =>
      isSame(stage, wanted)
        ? defined({ ...stage, throttle: nonEmpty(change(stage.throttle ?? {})) })
        : stage,
    ),
  }
}

const apiStagesOf = ({ apiStages: value }: Members): readonly ApiStage[] =>
  // The member is a UsagePlan's own; Members only forgot its type.
  Array.isArray(value) ? (value as readonly ApiStage[]) : []

const isSame = (left: ApiStage, right: ApiStage): boolean =>
  left.apiId === right.apiId && left.stage === right.stage

const parseApiStage = (text: string): ApiStage => {
  const [apiId, stage, ...rest] = text.split(':')
  if (!apiId || !stage || rest.length > 0) throw badRequest('Invalid API Stage specified')
  return { apiId, stage }
}

const unknownStage = (usagePlanId: string, { apiId, stage }: ApiStage) =>
  notFound(
    `Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${usagePlanId}`,
  )

const parseThrottles = (value: string): Throttles => {
  const invalid = badRequest(
    'Invalid throttle specified: it must be a JSON map of throttle settings',
  )
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    throw invalid
  }
  if (typeof parsed !== 'object' || parsed === null) throw invalid
  return Object.fromEntries(
    Object.entries(parsed).map(([method, limits]: [string, unknown]) => {
      if (typeof limits !== 'object' || limits === null) throw invalid
      const { burstLimit, rateLimit }: { burstLimit?: unknown; rateLimit?: unknown } = limits
      return [
        method,
        defined({
          burstLimit: burstLimit === undefined ? undefined : parseCount(String(burstLimit)),
          rateLimit: rateLimit === undefined ? undefined : parseNumber(String(rateLimit)),
        }),
      ]
    }),
  )
}

const parseNumber = (value: string): number => {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value)
  throw badRequest(`Invalid number specified: ${value}`)
}

const parseCount = (value: string): number => {
  const parsed = parseNumber(value)
  if (Number.isSafeInteger(parsed)) return parsed
  throw badRequest(`Invalid number specified: ${value}`)
}

const parsePeriod = (value: string): string => {
  if (value === 'DAY' || value === 'WEEK' || value === 'MONTH') return value
  throw badRequest('Invalid quota period specified. Valid options are DAY,WEEK,MONTH')
}
