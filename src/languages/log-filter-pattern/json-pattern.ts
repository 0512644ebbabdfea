// `{ $.status = 4* && $.user.id != "a" }`: conditions on members of a message that is a JSON object.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
import { isObject } from '#shared/json.ts'
import { type Condition, readConditions } from './conditions.ts'
import { FilterPatternError } from './errors.ts'
import { TokenReader, tokensOf } from './tokens.ts'
import { compileComparison, type Operator } from './values.ts'

/** Longer than a message may be. */
const MESSAGE_CHARACTERS_MAX = 1_048_576

export const compileJsonPattern = (pattern: string): ((message: string) => boolean) => {
  if (!pattern.endsWith('}')) throw new FilterPatternError('} is missing at the end')
  const reader = new TokenReader(tokensOf(pattern.slice(1, -1)))
  const accepts = readConditions(reader, readCondition)
  if (!reader.isAtEnd) throw new FilterPatternError(`${reader.peek()?.text} does not belong there`)
  return (message) => {
    if (message.length > MESSAGE_CHARACTERS_MAX) return false
    const value = parsed(message)
    return value !== undefined && accepts(value)
  }
}

/** What is no JSON matches no condition. */
const parsed = (message: string): unknown => {
  const start = message.trimStart()[0]
  if (start !== '{' && start !== '[') return undefined
  try {
    return JSON.parse(message)
  } catch {
    return undefined
  }
}

const readCondition = (reader: TokenReader): Condition<unknown> => {
  const find = compileSelector(reader.next('a selector such as $.status').text)
  if (reader.takes('IS')) return readIs(reader, find)
  if (reader.takes('NOT')) {
    reader.expect('EXISTS')
    return (message) => find(message).length === 0
  }
  if (reader.takes('EXISTS')) return (message) => find(message).length > 0
  const operator = reader.next('an operator')
  if (!OPERATORS.has(operator.text)) throw new FilterPatternError(`${operator.text} is no operator`)
  const { kind, text } = reader.next('a value')
  // One of the six, as the line before has made sure.
  const accepts = compileComparison(operator.text as Operator, {
    text,
    isQuoted: kind === 'quoted',
  })
  return (message) => find(message).some((value) => accepts(plain(value)))
}

const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>='])

const readIs = (reader: TokenReader, find: Selector): Condition<unknown> => {
  const { text } = reader.next('NULL, TRUE or FALSE')
  const wanted = WORDS.get(text.toUpperCase())
  if (wanted === undefined)
    throw new FilterPatternError(`IS takes NULL, TRUE or FALSE, not ${text}`)
  return (message) => find(message).some((value) => value === wanted)
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['NULL', null],
  ['TRUE', true],
  ['FALSE', false],
])

const plain = (value: unknown): string | number | undefined => {
  if (typeof value === 'string' || typeof value === 'number') return value
  return typeof value === 'boolean' ? String(value) : undefined
}

/** The values that are there: none or one, of a star all members. */
type Selector = (message: unknown) => readonly unknown[]

const compileSelector = (text: string): Selector => {
  if (!/^\$(?:\.(?:\*|[^\s.[\]]+)|\[(?:\d+|\*|'[^']+')\])+$/.test(text)) {
    throw new FilterPatternError(`${text} is no selector`)
  }
  const steps = [...text.matchAll(/\.([^.[\]]+)|\[(\d+|\*|'[^']+')\]/g)].map(
    ([, name, index]) => name ?? index?.replaceAll("'", '') ?? '',
  )
  return (message) => steps.reduce<readonly unknown[]>(stepInto, [message])
}

const VALUES_MAX = 1_000

const stepInto = (values: readonly unknown[], step: string): readonly unknown[] =>
  values
    .flatMap((value): readonly unknown[] => {
      if (step === '*' && (Array.isArray(value) || isObject(value))) return Object.values(value)
      if (Array.isArray(value)) return Object.hasOwn(value, step) ? [value[Number(step)]] : []
      return isObject(value) && Object.hasOwn(value, step) ? [value[step]] : []
    })
    .slice(0, VALUES_MAX)
