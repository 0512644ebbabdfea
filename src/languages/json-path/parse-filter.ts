// Filters: [?(@.id > 1 && @.tags contains 'x')]. The grammar, and where a path in it ends, are Jayway's.
import { compileJavaRegex } from '../regex/java-regex.ts'
import { RegexSyntaxError } from '../regex/errors.ts'
import { NUMBER, parseLiteral } from './parse-literal.ts'
import {
  charAt,
  closingIndex,
  fail,
  nextUnescaped,
  PATH_DEPTH_MAX,
  type ParsePath,
  type PathReader,
  skipBlanks,
  unescaped,
} from './path-reader.ts'
import {
  FILTER_OPERATORS,
  type FilterOperator,
  type FilterSyntax,
  type OperandSyntax,
} from './syntax.ts'

/** The filter whose `[` is at the cursor, which ends up after its `]`. */
export const readFilter = (reader: PathReader, parsePath: ParsePath): FilterSyntax => {
  const open = skipBlanks(reader, skipBlanks(reader, reader.at + 1) + 1)
  const close = charAt(reader, open) === '(' ? closingIndex(reader, open, true) : -1
  const end = close < 0 ? -1 : skipBlanks(reader, close + 1)
  if (end < 0 || charAt(reader, end) !== ']') {
    fail(reader, "Could not parse token. Expected ?, ', 0-9, * ")
  }
  const inner: FilterReader = {
    ...reader,
    at: open + 1,
    end: close,
    depth: reader.depth + 1,
    groups: 0,
    parsePath,
  }
  const filter = readOr(inner)
  inner.at = skipBlanks(inner, inner.at)
  if (inner.at < inner.end) fail(inner, 'Expected end of filter expression')
  reader.at = end + 1
  return filter
}

interface FilterReader extends PathReader {
  /** Parentheses and negations around what is read. */
  groups: number
  readonly parsePath: ParsePath
}

const readOr = (reader: FilterReader): FilterSyntax => readChain(reader, 'or', '||', readAnd)

const readAnd = (reader: FilterReader): FilterSyntax => readChain(reader, 'and', '&&', readOperand)

const readChain = (
  reader: FilterReader,
  kind: 'or' | 'and',
  sign: string,
  read: (reader: FilterReader) => FilterSyntax,
): FilterSyntax => {
  const first = read(reader)
  const operands = [first]
  for (;;) {
    const next = skipBlanks(reader, reader.at)
    if (!reader.text.startsWith(sign, next)) break
    reader.at = next + sign.length
    operands.push(read(reader))
  }
  return operands.length === 1 ? first : { kind, operands }
}

const readOperand = (reader: FilterReader): FilterSyntax => {
  reader.at = skipBlanks(reader, reader.at)
  reader.groups += 1
  if (reader.groups > PATH_DEPTH_MAX) fail(reader, 'Filter is nested too deeply')
  const filter = readGrouped(reader)
  reader.groups -= 1
  return filter
}

const readGrouped = (reader: FilterReader): FilterSyntax => {
  const char = charAt(reader, reader.at)
  const afterNot = char === '!' ? skipBlanks(reader, reader.at + 1) : -1
  // `!@.x` is a test for absence, `!(…)` a negation.
  if (afterNot >= 0 && !/^[$@]$/.test(charAt(reader, afterNot))) {
    reader.at = afterNot
    return { kind: 'not', operand: readOperand(reader) }
  }
  if (char !== '(') return readComparison(reader)
  reader.at += 1
  const filter = readOr(reader)
  reader.at = skipBlanks(reader, reader.at)
  if (charAt(reader, reader.at) !== ')') fail(reader, 'Expected character: )')
  reader.at += 1
  return filter
}

const readComparison = (reader: FilterReader): FilterSyntax => {
  let wanted = true
  if (charAt(reader, reader.at) === '!') {
    wanted = false
    reader.at = skipBlanks(reader, reader.at + 1)
  }
  const left = readValue(reader)
  const start = reader.at
  const operator = readOperator(reader)
  if (operator !== undefined) {
    return { kind: 'compare', operator, left, right: readValue(reader) }
  }
  reader.at = start
  if (left.kind !== 'path') return fail(reader, 'Expected path node')
  return { kind: 'exists', path: left.path, wanted }
}

/** Undefined where there is none, which makes the path before it a test for existence. */
const readOperator = (reader: FilterReader): FilterOperator | undefined => {
  const start = skipBlanks(reader, reader.at)
  const ends = isSign(charAt(reader, start)) ? (char: string) => !isSign(char) : isBlank
  let end = start
  while (end < reader.end && !ends(charAt(reader, end))) end += 1
  const word = reader.text.slice(start, end).toUpperCase()
  const operator = FILTER_OPERATORS.find((known) => known === word)
  if (operator === undefined) return undefined
  if (reader.version === '2.0.0' && /[A-Z]/.test(operator))
    fail(reader, 'Space not allowed in path')
  reader.at = end
  return operator
}

const isSign = (char: string): boolean => /^[<>=~!]$/.test(char)
const isBlank = (char: string): boolean => char === ' '

const readValue = (reader: FilterReader): OperandSyntax => {
  reader.at = skipBlanks(reader, reader.at)
  const char = charAt(reader, reader.at)
  switch (char) {
    case '$':
    case '@':
      return readPath(reader)
    case "'":
    case '"':
      return readString(reader, char)
    case '/':
      return readPattern(reader)
    case '{':
    case '[':
      return readJson(reader)
    case 't':
    case 'f':
      return readWord(reader, char === 't' ? 'true' : 'false', char === 't')
    case 'n':
      return readWord(reader, 'null', null)
    default:
      return readNumber(reader)
  }
}

/** Jayway ends a path at an operator, a blank or a parenthesis that closes no function: not at `&&`. */
const readPath = (reader: FilterReader): OperandSyntax => {
  const start = reader.at
  reader.at += 1
  while (reader.at < reader.end) {
    if (charAt(reader, reader.at) === '[') {
      const close = closingIndex(reader, reader.at, false)
      if (close < 0) fail(reader, 'Square brackets does not match in filter')
      reader.at = close + 1
    }
    const char = charAt(reader, reader.at)
    if (char === '' || char === ' ' || isSign(char)) break
    if (char === ')' && !closesFunction(reader, start)) break
    reader.at += 1
  }
  const text = reader.text.slice(start, reader.at)
  return { kind: 'path', path: reader.parsePath(text, reader.version, reader.depth + 1) }
}

const closesFunction = (reader: FilterReader, start: number): boolean => {
  let index = reader.at - 1
  while (index > start && charAt(reader, index) === ' ') index -= 1
  return charAt(reader, index) === '(' && reader.text.slice(start + 1, index).includes('.')
}

const readString = (reader: FilterReader, quote: string): OperandSyntax => {
  const close = nextUnescaped(reader, reader.at, quote)
  if (close < 0) fail(reader, 'String literal does not have matching quotes.')
  const text = reader.text.slice(reader.at + 1, close)
  reader.at = close + 1
  // Jayway 2.0.0 took double quotes for a part of the string.
  const value = reader.version === '2.0.0' && quote === '"' ? `"${text}"` : unescaped(text)
  return { kind: 'literal', value }
}

const readPattern = (reader: FilterReader): OperandSyntax => {
  const close = nextUnescaped(reader, reader.at, '/')
  if (close < 0) fail(reader, 'Pattern not closed. Expected /')
  const pattern = reader.text.slice(reader.at + 1, close)
  const flags = /^[dixmsuU]*/.exec(reader.text.slice(close + 1, reader.end))?.[0] ?? ''
  try {
    const regex = compileJavaRegex(flags === '' ? pattern : `(?${flags})${pattern}`)
    reader.at = close + 1 + flags.length
    return { kind: 'pattern', regex }
  } catch (error) {
    if (error instanceof RegexSyntaxError) return fail(reader, error.message)
    throw error
  }
}

const readJson = (reader: FilterReader): OperandSyntax => {
  const close = closingIndex(reader, reader.at, false)
  if (close < 0) fail(reader, 'String not closed.')
  const value = parseLiteral(reader.text.slice(reader.at, close + 1))
  reader.at = close + 1
  return { kind: 'literal', value }
}

const readWord = (reader: FilterReader, word: string, value: boolean | null): OperandSyntax => {
  if (!reader.text.startsWith(word, reader.at)) {
    fail(reader, word === 'null' ? 'Expected <null> value' : 'Expected boolean literal')
  }
  reader.at += word.length
  return { kind: 'literal', value }
}

const readNumber = (reader: FilterReader): OperandSyntax => {
  const text = /^[-0-9.eE]*/.exec(reader.text.slice(reader.at, reader.end))?.[0] ?? ''
  if (!NUMBER.test(text)) fail(reader, 'Failed to parse filter')
  reader.at += text.length
  return { kind: 'literal', value: Number(text) }
}
