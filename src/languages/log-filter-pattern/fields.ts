// `[ip, user, ..., status = 4*, bytes > 1000]`: conditions on the fields between the blanks of a message.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
import { type Condition, readConditions } from './conditions.ts'
import { FilterPatternError } from './errors.ts'
import { TokenReader, tokensOf } from './tokens.ts'
import { compileComparison, type Operator } from './values.ts'

type Field = Condition<string> | 'any-number'

export const compileFields = (pattern: string): ((message: string) => boolean) => {
  if (!pattern.endsWith(']')) throw new FilterPatternError('] is missing at the end')
  const fields = splitFields(pattern.slice(1, -1)).map(compileField)
  const rest = fields.indexOf('any-number')
  if (rest !== -1 && fields.lastIndexOf('any-number') !== rest) {
    throw new FilterPatternError('... may stand there once')
  }
  const conditions = fields.filter((field) => field !== 'any-number')
  return (message) => {
    const words = wordsOf(message)
    if (rest === -1 ? words.length !== fields.length : words.length < conditions.length)
      return false
    const skipped = words.length - conditions.length
    return conditions.every((accepts, index) =>
      accepts(words[rest === -1 || index < rest ? index : index + skipped] ?? ''),
    )
  }
}

/** By commas, but not those in quotes or parentheses. */
const splitFields = (text: string): readonly string[] =>
  [...`${text},`.matchAll(/((?:"(?:[^"\\]|\\.)*"|%[^%]*%|[^,"%])*),/g)].map(([, field = '']) =>
    field.trim(),
  )

const compileField = (text: string): Field => {
  if (text === '...') return 'any-number'
  if (/^[\w-]*$/.test(text)) return () => true
  const reader = new TokenReader(tokensOf(text))
  const accepts = readConditions(reader, readCondition)
  if (!reader.isAtEnd) throw new FilterPatternError(`${reader.peek()?.text} does not belong there`)
  return accepts
}

const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>='])

/** `status = 4*`: the name only tells people what the field is. */
const readCondition = (reader: TokenReader): Condition<string> => {
  reader.next('the name of a field')
  const operator = reader.next('an operator').text
  if (!OPERATORS.has(operator)) throw new FilterPatternError(`${operator} is no operator`)
  const { kind, text } = reader.next('a value')
  // One of the six, as the line before has made sure.
  return compileComparison(operator as Operator, { text, isQuoted: kind === 'quoted' })
}

/** AWS: what stands in quotes or brackets is one field. */
const wordsOf = (message: string): readonly string[] =>
  [...message.matchAll(/"([^"]*)"|\[([^\]]*)\]|(\S+)/g)].map(
    ([, quoted, bracketed, word]) => quoted ?? bracketed ?? word ?? '',
  )
