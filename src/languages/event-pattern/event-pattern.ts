// Event patterns of EventBridge, filter policies of SNS and filter criteria of event source mappings: one language.
// A pattern is compiled when it is set; matching never builds anything and is linear in pattern and event.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { isObject } from '#shared/json.ts'
import { compileMatcher, InvalidPattern, type Matches } from './matchers.ts'

export { InvalidPattern } from './matchers.ts'

/** Whether an event, a JSON value, fits. */
export type EventPattern = (event: unknown) => boolean

/** `value` is undefined where the event has nothing in that place. */
type Test = (value: unknown) => boolean

const DEPTH_MAX = 32
const PATTERN_LENGTH_MAX = 32_768
const OR = '$or'

/** Throws `InvalidPattern`. */
export const parseEventPattern = (text: string): EventPattern => {
  if (text.length > PATTERN_LENGTH_MAX) throw new InvalidPattern('Event pattern is too long')
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    throw new InvalidPattern('Filter is not valid JSON')
  }
  return compileEventPattern(read)
}

/** Throws `InvalidPattern`. */
export const compileEventPattern = (pattern: unknown): EventPattern => {
  if (!isObject(pattern)) throw new InvalidPattern('Filter is not an object')
  return compileObject(pattern, [], 0)
}

const compileObject = (
  pattern: Readonly<Record<string, unknown>>,
  path: readonly string[],
  depth: number,
): Test => {
  if (depth > DEPTH_MAX) throw new InvalidPattern('Event pattern is nested too deeply')
  const entries = Object.entries(pattern)
  if (entries.length === 0 && depth > 0) {
    throw new InvalidPattern('Empty objects are not allowed', path)
  }
  const tests = entries.map(([key, wanted]) => compileMember(key, wanted, path, depth))
  const matchesOne: Test = (value) => tests.every((test) => test(value))
  // AWS: of a list of objects, one must fit as a whole. [guide: eb-event-patterns-arrays]
  return (value) => (Array.isArray(value) ? value.some(matchesOne) : matchesOne(value))
}

const compileMember = (
  key: string,
  wanted: unknown,
  path: readonly string[],
  depth: number,
): Test => {
  const at = [...path, key]
  if (key === OR && Array.isArray(wanted) && wanted.length > 0 && wanted.every(isObject)) {
    const choices = wanted.map((choice) => compileObject(choice, path, depth + 1))
    return (value) => choices.some((choice) => choice(value))
  }
  const test = isObject(wanted) ? compileObject(wanted, at, depth + 1) : compileLeaf(wanted, at)
  return (value) => test(isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined)
}

const compileLeaf = (wanted: unknown, path: readonly string[]): Test => {
  if (!Array.isArray(wanted)) {
    throw new InvalidPattern(`"${path.at(-1)}" must be an object or an array`, path)
  }
  if (wanted.length === 0) throw new InvalidPattern('Empty arrays are not allowed', path)
  const matchers: readonly Matches[] = wanted.map((one) => compileMatcher(one, path))
  const matchesOne = (value: unknown): boolean => matchers.some((matches) => matches(value))
  return (value) => {
    if (!Array.isArray(value)) return matchesOne(value)
    return value.length === 0 ? matchesOne(undefined) : value.some(matchesOne)
  }
}
