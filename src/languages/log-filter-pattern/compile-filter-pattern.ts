// Filter patterns of CloudWatch Logs, compiled to a test of a message: terms, JSON (`{ $.status = 4* }`), fields
// between blanks (`[ip, ..., status = 4*]`) and regular expressions between percent signs.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
import { compileFields } from './fields.ts'
import { compileJsonPattern } from './json-pattern.ts'
import { FilterPatternError } from './errors.ts'
import { compileRegex } from './values.ts'

export { FilterPatternError }

export type AcceptMessage = (message: string) => boolean

/** AWS: characters of a pattern. [API reference: FilterLogEvents] */
const PATTERN_CHARACTERS_MAX = 1_024

/** Undefined where the pattern lets everything through. Throws `FilterPatternError`. */
export const compileFilterPattern = (pattern: string): AcceptMessage | undefined => {
  const text = pattern.trim()
  if (text.length > PATTERN_CHARACTERS_MAX) {
    throw new FilterPatternError(`it has more than ${PATTERN_CHARACTERS_MAX} characters`)
  }
  if (text === '' || text === '" "') return undefined
  if (text.startsWith('{')) return compileJsonPattern(text)
  if (text.startsWith('[')) return compileFields(text)
  return compileTerms(text)
}

/** AWS: case matters; a question mark before a term makes it one of several, a minus one that must not be there. */
const compileTerms = (text: string): AcceptMessage => {
  const required: AcceptMessage[] = []
  const optional: AcceptMessage[] = []
  const excluded: AcceptMessage[] = []
  for (const [whole, sign, quoted, regex, bare] of text.matchAll(TERM)) {
    if (whole === '') continue
    const accept =
      regex === undefined
        ? contains(quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '')
        : compileRegex(regex)
    if (sign === '?') optional.push(accept)
    else if (sign === '-') excluded.push(accept)
    else required.push(accept)
  }
  return (message) => {
    if (excluded.some((accept) => accept(message))) return false
    // AWS: beside other terms those with a question mark are not looked at. [guide: FilterAndPatternSyntax]
    if (required.length > 0) return required.every((accept) => accept(message))
    return optional.length === 0 || optional.some((accept) => accept(message))
  }
}

const contains =
  (term: string): AcceptMessage =>
  (message) =>
    message.includes(term)

/** Sign, then a quoted phrase, an expression between percent signs, or all up to the next blank. */
const TERM = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|(\S+))/g
