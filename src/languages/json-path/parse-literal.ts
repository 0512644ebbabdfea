// JSON literals in paths, as permissive as json-smart is: quotes of either kind, or none.
import type { JsonValue } from '#shared/json.ts'
import { JsonPathSyntaxError } from './errors.ts'
import { PATH_DEPTH_MAX, unescaped } from './path-reader.ts'

/** Throws `JsonPathSyntaxError`. */
export const parseLiteral = (text: string): JsonValue => {
  const reader: LiteralReader = { text, at: 0 }
  const value = readValue(reader, 0)
  skip(reader)
  if (reader.at < text.length) throw new JsonPathSyntaxError('Illegal JSON literal', reader.at)
  return value
}

interface LiteralReader {
  readonly text: string
  at: number
}

const skip = (reader: LiteralReader): void => {
  while (/^[ \t\r\n]$/.test(reader.text.charAt(reader.at))) reader.at += 1
}

const readValue = (reader: LiteralReader, depth: number): JsonValue => {
  if (depth > PATH_DEPTH_MAX) {
    throw new JsonPathSyntaxError('JSON literal is nested too deeply', reader.at)
  }
  skip(reader)
  const char = reader.text.charAt(reader.at)
  if (char === '[') return readArray(reader, depth)
  if (char === '{') return readObject(reader, depth)
  if (char === '"' || char === "'") return readString(reader, char)
  return readWord(reader)
}

const readArray = (reader: LiteralReader, depth: number): JsonValue => {
  const items: JsonValue[] = []
  reader.at += 1
  while (!closes(reader, ']')) items.push(readValue(reader, depth + 1))
  return items
}

const readObject = (reader: LiteralReader, depth: number): JsonValue => {
  const entries: [string, JsonValue][] = []
  reader.at += 1
  while (!closes(reader, '}')) {
    const key = readValue(reader, depth + 1)
    skip(reader)
    if (reader.text.charAt(reader.at) !== ':') {
      throw new JsonPathSyntaxError('Illegal JSON literal', reader.at)
    }
    reader.at += 1
    entries.push([String(key), readValue(reader, depth + 1)])
  }
  return Object.fromEntries(entries)
}

/** Past a comma, or past the end of the list. */
const closes = (reader: LiteralReader, close: string): boolean => {
  skip(reader)
  while (reader.text.charAt(reader.at) === ',') {
    reader.at += 1
    skip(reader)
  }
  if (reader.at >= reader.text.length) {
    throw new JsonPathSyntaxError('JSON literal is not closed', reader.at)
  }
  if (reader.text.charAt(reader.at) !== close) return false
  reader.at += 1
  return true
}

const readString = (reader: LiteralReader, quote: string): string => {
  const start = reader.at + 1
  for (let index = start; index < reader.text.length; index += 1) {
    const char = reader.text.charAt(index)
    if (char === '\\') {
      index += 1
    } else if (char === quote) {
      reader.at = index + 1
      return unescaped(reader.text.slice(start, index))
    }
  }
  throw new JsonPathSyntaxError('JSON literal is not closed', reader.at)
}

const readWord = (reader: LiteralReader): JsonValue => {
  const start = reader.at
  while (reader.at < reader.text.length && !/[,:\]}[{]/.test(reader.text.charAt(reader.at))) {
    reader.at += 1
  }
  const word = reader.text.slice(start, reader.at).trim()
  if (word === '') throw new JsonPathSyntaxError('Illegal JSON literal', start)
  if (word === 'null') return null
  if (word === 'true' || word === 'false') return word === 'true'
  return NUMBER.test(word) ? Number(word) : word
}

/** What java.math.BigDecimal reads. */
export const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?$/
