// Expressions: what stands in the parentheses of a directive or of a method.
// https://velocity.apache.org/engine/1.7/vtl-reference.html
import type { Expression, Operator } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { VtlBudgetError } from './errors.ts'
import { parseInteger, JavaDouble } from './numbers.ts'
import { parseReference } from './parse-reference.ts'
import type { TemplateParser } from './parse.ts'

/** `or` under `and` under `==` under `<` under `+` under `*`, each from left to right. */
export const parseExpression = (cursor: Cursor, parser: TemplateParser): Expression =>
  cursor.nested(() => parseOperations(cursor, parser, 0))

/** Each is one level deeper when it is computed. */
const CHAIN_MAX = 250

const LEVELS: readonly ReadonlyMap<string, Operator>[] = [
  new Map([
    ['||', '||'],
    ['or', '||'],
  ]),
  new Map([
    ['&&', '&&'],
    ['and', '&&'],
  ]),
  new Map([
    ['==', '=='],
    ['eq', '=='],
    ['!=', '!='],
    ['ne', '!='],
  ]),
  new Map([
    ['<=', '<='],
    ['le', '<='],
    ['>=', '>='],
    ['ge', '>='],
    ['<', '<'],
    ['lt', '<'],
    ['>', '>'],
    ['gt', '>'],
  ]),
  new Map([
    ['+', '+'],
    ['-', '-'],
  ]),
  new Map([
    ['*', '*'],
    ['/', '/'],
    ['%', '%'],
  ]),
]

// AWS: a minus before a digit belongs to the number, so that 5-3 is two numbers in a row.
// [vtl_truth: num-prec]
const OPERATOR = /\|\||&&|[=!<>]=|[<>+*/%]|-(?!\.?\d)|[A-Za-z_]\w*/y

const parseOperations = (cursor: Cursor, parser: TemplateParser, level: number): Expression => {
  const operators = LEVELS[level]
  if (operators === undefined) return parseUnary(cursor, parser)
  let left = parseOperations(cursor, parser, level + 1)
  for (let count = 0; ; count += 1) {
    if (count > CHAIN_MAX) {
      throw new VtlBudgetError(`more than ${CHAIN_MAX} operations in a row`, cursor.position())
    }
    cursor.skipBlanks()
    const start = cursor.at
    const operator = operators.get(cursor.match(OPERATOR)?.[0] ?? '')
    if (operator === undefined) {
      cursor.at = start
      return left
    }
    const right = parseOperations(cursor, parser, level + 1)
    left = { kind: 'operation', operator, left, right }
  }
}

const NOT = /!|not(?!\w)/y

const parseUnary = (cursor: Cursor, parser: TemplateParser): Expression => {
  cursor.skipBlanks()
  if (cursor.match(NOT)) {
    return { kind: 'not', operand: cursor.nested(() => parseUnary(cursor, parser)) }
  }
  if (!cursor.take('(')) return parseArgument(cursor, parser)
  const inner = parseExpression(cursor, parser)
  cursor.skipBlanks()
  cursor.expect(')')
  return inner
}

/**
 * Anything but an operation: what methods, lists, maps and macros take.
 * `words`: whether a bare name is allowed; it has no value, so that `null` is one.
 */
export const parseArgument = (
  cursor: Cursor,
  parser: TemplateParser,
  words = false,
): Expression => {
  cursor.skipBlanks()
  const next = cursor.peek()
  if (next === '"' || next === "'") return parseString(cursor, parser)
  if (next === '$') return parseReference(cursor, parser) ?? cursor.fail()
  if (next === '[') return cursor.nested(() => parseList(cursor, parser, words))
  if (next === '{') return cursor.nested(() => parseMap(cursor, parser, words))
  return parseNumber(cursor) ?? parseWord(cursor, words)
}

const FLOAT = /-?(?:\d+\.(?!\.)\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y
const INTEGER = /-?\d+/y
const DIGITS_MAX = 600
const WORD = /[A-Za-z_@]\w*/y

const parseNumber = (cursor: Cursor): Expression | undefined => {
  const float = cursor.match(FLOAT)
  if (float) return { kind: 'literal', value: new JavaDouble(Number(float[0])) }
  const integer = cursor.match(INTEGER)
  if (integer === undefined) return undefined
  if (integer[0].length > DIGITS_MAX) {
    throw new VtlBudgetError(`a number of more than ${DIGITS_MAX} digits`, cursor.position())
  }
  return { kind: 'literal', value: parseInteger(integer[0]) }
}

const parseWord = (cursor: Cursor, words: boolean): Expression => {
  const start = cursor.at
  const name = cursor.match(WORD)?.[0]
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' }
  if (name !== undefined && words) return { kind: 'word', name, position: cursor.position(start) }
  cursor.at = start
  return cursor.fail()
}

const parseList = (cursor: Cursor, parser: TemplateParser, words: boolean): Expression => {
  cursor.expect('[')
  const items: Expression[] = []
  cursor.skipBlanks()
  if (cursor.take(']')) return { kind: 'list', items }
  for (;;) {
    items.push(parseArgument(cursor, parser, words))
    cursor.skipBlanks()
    if (cursor.take(']')) return { kind: 'list', items }
    const [from] = items
    if (items.length === 1 && from !== undefined && cursor.take('..')) {
      const to = parseArgument(cursor, parser)
      cursor.skipBlanks()
      cursor.expect(']')
      return { kind: 'range', from, to }
    }
    cursor.expect(',')
  }
}

const parseMap = (cursor: Cursor, parser: TemplateParser, words: boolean): Expression => {
  cursor.expect('{')
  const entries: (readonly [Expression, Expression])[] = []
  cursor.skipBlanks()
  if (cursor.take('}')) return { kind: 'map', entries }
  for (;;) {
    const key = parseArgument(cursor, parser, words)
    cursor.skipBlanks()
    cursor.expect(':')
    entries.push([key, parseArgument(cursor, parser, words)])
    cursor.skipBlanks()
    if (cursor.take('}')) return { kind: 'map', entries }
    cursor.expect(',')
  }
}

/** Quotes are doubled inside; a string in double quotes is a template of its own. */
export const parseString = (cursor: Cursor, parser: TemplateParser): Expression => {
  const start = cursor.at
  const quote = cursor.peek()
  let end = start + 1
  for (;;) {
    end = cursor.text.indexOf(quote, end)
    if (end === -1) return cursor.failAtEnd()
    if (cursor.text.charAt(end + 1) !== quote) break
    end += 2
  }
  cursor.at = end + 1
  const text = cursor.text.slice(start + 1, end).replaceAll(quote + quote, quote)
  if (quote === "'") return { kind: 'literal', value: text }
  const unescaped = text.includes('\\u') ? text.replace(UNICODE_ESCAPE, fromUnicodeEscape) : text
  if (!/[$#]/.test(unescaped)) return { kind: 'literal', value: unescaped }
  const position = cursor.position(start)
  return cursor.nested(() => ({
    kind: 'template',
    body: parser.parseString(unescaped, position, cursor.depth),
  }))
}

const UNICODE_ESCAPE = /\\u([0-9a-fA-F]{4})/g

const fromUnicodeEscape = (_match: string, hex: string): string =>
  String.fromCharCode(Number.parseInt(hex, 16))
