// What a target is given of an event: the event, a constant, a part of it, or a template with parts of it.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import { isObject } from '#shared/json.ts'
import type { RuleTarget } from './records.ts'

export interface RuleFacts {
  readonly arn: string
  readonly name: string
  readonly ingestionTime: string
}

const PATHS_MAX = 100

/** What is wrong with it, or undefined. */
export const checkInput = ({
  Input,
  InputPath,
  InputTransformer,
}: RuleTarget): string | undefined => {
  const given = [Input, InputPath, InputTransformer].filter((one) => one !== undefined)
  if (given.length > 1) return 'Only one of Input, InputPath, or InputTransformer must be provided.'
  if (Input !== undefined && jsonOf(Input) === undefined) return 'JSON syntax error in input.'
  const map = InputTransformer?.InputPathsMap ?? {}
  const paths = Object.values(map)
  if (paths.length > PATHS_MAX) return `InputPathsMap has more than ${PATHS_MAX} paths.`
  const bad = [...paths, ...(InputPath ? [InputPath] : [])].find(
    (path) => stepsOf(path) === undefined,
  )
  if (bad !== undefined) return `Invalid JSON path: ${bad.slice(0, 200)}`
  return InputTransformer && problemOfTemplate(InputTransformer.InputTemplate, map)
}

const TEMPLATE_LENGTH_MAX = 8_192

const problemOfTemplate = (
  template: string | undefined,
  map: Readonly<Record<string, string>>,
): string | undefined => {
  if (!template) return 'Parameter InputTemplate must be specified.'
  if (template.length > TEMPLATE_LENGTH_MAX) {
    return `InputTemplate is longer than ${TEMPLATE_LENGTH_MAX} characters.`
  }
  const named = [...template.matchAll(/<([\w.-]+)>/g)].map(([, name = '']) => name)
  const unknown = named.find((name) => !Object.hasOwn(map, name) && !OWN_NAMES.has(name))
  if (unknown !== undefined) {
    return `InputTemplate contains invalid placeholder ${unknown.slice(0, 200)}`
  }
  const reserved = Object.keys(map).find((name) => /^aws/i.test(name))
  return reserved && `InputPathsMap has a key that begins with AWS: ${reserved.slice(0, 200)}`
}

const OWN_NAMES: ReadonlySet<string> = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
])

/** The text that the target gets. */
export const inputFor = (target: RuleTarget, event: unknown, rule: RuleFacts): string => {
  const { Input, InputPath, InputTransformer } = target
  if (Input !== undefined) return Input
  if (InputPath !== undefined) return JSON.stringify(atPath(event, InputPath) ?? null)
  if (InputTransformer === undefined) return JSON.stringify(event)
  const values = new Map<string, unknown>([
    ['aws.events.rule-arn', rule.arn],
    ['aws.events.rule-name', rule.name],
    ['aws.events.event.ingestion-time', rule.ingestionTime],
    ['aws.events.event', withoutDetail(event)],
    ['aws.events.event.json', event],
  ])
  for (const [name, path] of Object.entries(InputTransformer.InputPathsMap ?? {})) {
    values.set(name, atPath(event, path))
  }
  return fill(InputTransformer.InputTemplate ?? '', values)
}

/** AWS: one of the two names of the event leaves its detail out. [guide: eb-transform-target-input] */
const withoutDetail = (event: unknown): unknown => {
  if (!isObject(event)) return event
  const { detail: _, ...rest } = event
  return rest
}

/** AWS: inside quotation marks a value is text, outside it is JSON; what is not there is empty. */
const fill = (template: string, values: ReadonlyMap<string, unknown>): string => {
  let isQuoted = false
  let filled = ''
  const pattern = /<([\w.-]+)>|\\.|"|[^<"\\]+|</gs
  for (const [piece, name] of template.matchAll(pattern)) {
    if (piece === '"') isQuoted = !isQuoted
    if (name === undefined || !values.has(name)) filled += piece
    else filled += written(values.get(name), isQuoted)
  }
  return filled
}

const written = (value: unknown, isQuoted: boolean): string => {
  if (value === undefined) return isQuoted ? '' : '""'
  if (!isQuoted) return JSON.stringify(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return JSON.stringify(text).slice(1, -1)
}

/**
 * `$.detail.items[0].id`, `$.detail.items[*].id` and `$['odd name']`; undefined where it is none. AWS: names are of
 * letters, digits, dashes, underscores and slashes. [guide: eb-transform-target-input]
 */
const stepsOf = (path: string): readonly Step[] | undefined => {
  if (!/^\$(?:\.(?:[\w/-]+|\*)|\[(?:\d{1,6}|\*)\]|\[(?:'[^']*'|"[^"]*")\])*$/.test(path)) {
    return undefined
  }
  const steps = path.matchAll(/\.([\w/-]+)|\[(\d+)\]|\[['"]([^'"]*)['"]\]|\.\*|\[\*\]/g)
  return [...steps].map(([, member, index, quoted]) => {
    if (index !== undefined) return Number(index)
    return member ?? quoted ?? EVERY
  })
}

type Step = string | number | typeof EVERY

/** Every member of an object or list. */
const EVERY = Symbol('every')

const atPath = (event: unknown, path: string): unknown => {
  const steps = stepsOf(path) ?? []
  const found = steps.reduce<readonly unknown[]>(
    (all, step) => {
      return all.flatMap((value) => taken(value, step))
    },
    [event],
  )
  // A path with a wildcard leads to a list, however many it finds.
  return steps.includes(EVERY) ? found : found[0]
}

const taken = (value: unknown, step: Step): readonly unknown[] => {
  if (step === EVERY)
    return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  if (typeof step === 'number')
    return Array.isArray(value) && step < value.length ? [value[step]] : []
  return isObject(value) && Object.hasOwn(value, step) ? [value[step]] : []
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
