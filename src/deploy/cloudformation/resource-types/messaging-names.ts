// What the types of queues, topics and rules share.
import { isObject, type JsonValue } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Reader } from '../properties.ts'

/** JSON or a scalar, as the text that attributes are. */
export const attributeText: Reader<string> = (value: JsonValue) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)

/** The attributes among a resource's properties, as text. */
export const attributesOf = (
  input: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.flatMap((name) => (input[name] === undefined ? [] : [[name, String(input[name])]])),
  )

/** Runs a removal of what may be gone already. */
export const unlessGone = async (removal: Promise<unknown>): Promise<void> => {
  try {
    await removal
  } catch (error) {
    if (error instanceof ServiceError && GONE.has(error.code)) return
    throw error
  }
}

const GONE: ReadonlySet<string> = new Set([
  'NotFoundException',
  'QueueDoesNotExist',
  'ResourceNotFoundException',
])

export const entriesOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** Of a policy of a queue, topic or bus. */
export const HELD_WHERE_ENFORCED =
  'held where identity policies are: by `daemun serve`, and by `daemun start --enforce-iam`'
