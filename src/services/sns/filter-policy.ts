// Filter policies: which messages a subscription is for. The language is that of event patterns, with bounds of SNS.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
import {
  compileEventPattern,
  type EventPattern,
  InvalidPattern,
} from '#languages/event-pattern/event-pattern.ts'
import { isObject } from '#shared/json.ts'
import type { KeptAttributes } from '../sqs/message-attributes.ts'

export type FilterScope = 'MessageAttributes' | 'MessageBody'

/** AWS: [guide: subscription-filter-policy-constraints] */
const KEYS_MAX = 5
const COMBINATIONS_MAX = 150
const POLICY_BYTES_MAX = 262_144

/** What is wrong with it, in AWS's words where they are known; undefined where it can be held. */
export const problemOfFilter = (text: string, scope: FilterScope): string | undefined => {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) return 'Filter policy is too large'
  let read: unknown
  try {
    read = JSON.parse(text)
    compileEventPattern(read)
  } catch (error) {
    return error instanceof InvalidPattern ? error.message : 'failed to parse JSON.'
  }
  if (scope === 'MessageAttributes' && isNested(read)) {
    return 'Filter policy scope MessageAttributes does not support nested filter policy'
  }
  const { keys, combinations } = sizeOf(read, 1)
  if (keys.size > KEYS_MAX) return `Filter policy can not have more than ${KEYS_MAX} keys`
  return combinations > COMBINATIONS_MAX ? 'Filter policy is too complex' : undefined
}

const isNested = (policy: unknown): boolean =>
  isObject(policy) &&
  Object.entries(policy).some(([key, value]) =>
    key === '$or' && Array.isArray(value) ? value.some(isNested) : isObject(value),
  )

interface Size {
  readonly keys: ReadonlySet<string>
  readonly combinations: number
}

/** AWS: the values of keys are multiplied, each by how deep it is nested; alternatives of `$or` are added. */
const sizeOf = (policy: unknown, depth: number, path = ''): Size => {
  const keys = new Set<string>()
  let combinations = 1
  for (const [key, value] of isObject(policy) ? Object.entries(policy) : []) {
    const at = `${path}.${key}`
    if (Array.isArray(value) && key === '$or' && value.every(isObject)) {
      const choices = value.map((choice) => sizeOf(choice, depth, path))
      for (const choice of choices) for (const one of choice.keys) keys.add(one)
      combinations *= choices.reduce((sum, choice) => sum + choice.combinations, 0)
    } else if (Array.isArray(value)) {
      keys.add(at)
      combinations *= value.length * depth
    } else {
      const inner = sizeOf(value, depth + 1, at)
      for (const one of inner.keys) keys.add(one)
      combinations *= inner.combinations
    }
  }
  return { keys, combinations }
}

/** Whether a message is for a subscription. It was checked when it was set. */
export const compileFilter = (
  text: string,
  scope: FilterScope,
): ((message: string, attributes: KeptAttributes) => boolean) => {
  const matches: EventPattern = compileEventPattern(JSON.parse(text))
  if (scope === 'MessageAttributes') return (_, attributes) => matches(filterable(attributes))
  return (message) => {
    const body = jsonOf(message)
    return isObject(body) && matches(body)
  }
}

/** Attributes as a filter policy sees them: binary ones are not there. */
const filterable = (attributes: KeptAttributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { DataType, StringValue }]) => {
      if (StringValue === undefined) return []
      if (DataType === 'String.Array') return [[name, jsonOf(StringValue) ?? StringValue]]
      return [[name, DataType.startsWith('Number') ? Number(StringValue) : StringValue]]
    }),
  )

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
