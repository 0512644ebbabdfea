// Usage: how much the keys of a usage plan have called, day by day. What was granted with UpdateUsage is kept here; what
// was used is counted where requests are served, and is 0 here until it is asked for there.
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html
import type { GetUsageRequest, UpdateUsageRequest } from '@aws-sdk/client-api-gateway'
import type { QuotaSettings, UsageGrant, UsagePlan } from '#model/apigateway/usage-plan.ts'
import { usageGrants, usagePlanKeys } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { pageOfItems } from './pages.ts'
import { planKeyOf, usagePlanOf } from './usage-plans.ts'

/** Used and remaining, of one day. */
type Day = readonly [used: number, remaining: number]

export interface UsageAnswer {
  readonly usagePlanId: string
  readonly startDate: string
  readonly endDate: string
  /** By API key, a pair for each day from the first to the last. */
  readonly items: Readonly<Record<string, readonly Day[]>>
  readonly position?: string
}

export const getUsage = async (
  input: Shape<GetUsageRequest>,
  call: ReadCall,
): Promise<UsageAnswer> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const startDate = required(input.startDate, 'startDate')
  const endDate = required(input.endDate, 'endDate')
  const days = daysOf(startDate, endDate)
  const keys =
    input.keyId === undefined
      ? (await call.view.list(usagePlanKeys, call, { prefix: `${plan.id}/` })).map(
          ({ value }) => value,
        )
      : [await planKeyOf(call, plan, input.keyId)]
  const page = pageOfItems(keys, input)
  const items: [string, readonly Day[]][] = []
  for (const { id } of page.items) {
    const grant = await call.view.get(usageGrants, call, `${plan.id}/${id}`)
    items.push([id, days.map((day) => [0, remainingOn(plan, grant, day)] as const)])
  }
  return defined({
    usagePlanId: plan.id,
    startDate,
    endDate,
    items: Object.fromEntries(items),
    position: page.position,
  })
}

/** Grants the rest of the current period: as many requests as are asked for remain. */
export const updateUsage = async (
  input: Shape<UpdateUsageRequest>,
  call: WriteCall,
): Promise<UsageAnswer> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const key = await planKeyOf(call, plan, required(input.keyId, 'keyId'))
  if (plan.quota === undefined) throw badRequest(`Usage Plan ${plan.id} has no quota`)
  const date = dateOf(call.nowMs)
  const row = `${plan.id}/${key.id}`
  const before = await call.view.get(usageGrants, call, row)
  const current: UsageGrant = { date, remaining: remainingOn(plan, before, date) }
  const grant = applyPatch(USAGE_PATCH, current, input.patchOperations)
  await call.tx.put(usageGrants, call, row, grant)
  return {
    usagePlanId: plan.id,
    startDate: date,
    endDate: date,
    items: { [key.id]: [[0, grant.remaining]] },
  }
}

const USAGE_PATCH: PatchTable = {
  input: 'updateUsageInput',
  refusal: 'listed',
  rules: [
    {
      path: '/remaining',
      ops: ['replace'],
      apply: (members, { value = '' }) => {
        if (!/^\d{1,15}$/.test(value)) throw badRequest(`Invalid number specified: ${value}`)
        return { ...members, remaining: Number(value) }
      },
    },
  ],
}

const DAY_MS = 24 * 60 * 60 * 1000
// AWS: usage is kept for 90 days. [api: GetUsage]
const DAYS_MAX = 90

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const daysOf = (startDate: string, endDate: string): readonly string[] => {
  const [start, end] = [startDate, endDate].map((date) => {
    const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
    if (Number.isNaN(ms)) throw badRequest(`Invalid date specified: ${date}. It is YYYY-MM-DD`)
    return ms
  })
  const count = (Number(end) - Number(start)) / DAY_MS + 1
  if (count < 1) throw badRequest('The end date cannot be before the start date')
  if (count > DAYS_MAX) throw badRequest(`Usage cannot be asked for more than ${DAYS_MAX} days`)
  return Array.from({ length: count }, (_, index) => dateOf(Number(start) + index * DAY_MS))
}

/** What remains on a day: the quota, or what was granted for the rest of the day's period. */
const remainingOn = (plan: UsagePlan, grant: UsageGrant | undefined, day: string): number => {
  const { quota } = plan
  const limit = quota?.limit ?? 0
  if (quota === undefined || grant === undefined || day < grant.date) return limit
  return periodOf(quota, day) === periodOf(quota, grant.date) ? grant.remaining : limit
}

/** The same text for all days of one period. A week begins on Sunday. [guide: api-gateway-request-throttling] */
const periodOf = ({ period }: QuotaSettings, day: string): string => {
  if (period === 'MONTH') return day.slice(0, 7)
  if (period !== 'WEEK') return day
  const ms = Date.parse(`${day}T00:00:00Z`)
  return dateOf(ms - new Date(ms).getUTCDay() * DAY_MS)
}
