// ? * + {n} {n,} {n,m}, each greedy, lazy (`?`) or possessive (`+`).
import { accept, fail, type PatternReader, peek } from './pattern-reader.ts'
import type { RegexNode, RepeatNode } from './syntax.ts'

/** The item, repeated if a quantifier follows. Java takes one: a second is a dangling meta character. */
export const readQuantifier = (reader: PatternReader, item: RegexNode): RegexNode => {
  const bounds = readBounds(reader)
  return bounds === undefined ? item : { kind: 'repeat', item, ...bounds, mode: readMode(reader) }
}

const readMode = (reader: PatternReader): RepeatNode['mode'] => {
  const char = peek(reader)
  if (char !== '?' && (char !== '+' || reader.syntax === 'ecma')) return 'greedy'
  reader.at += 1
  return char === '?' ? 'lazy' : 'possessive'
}

const readBounds = (reader: PatternReader): { min: number; max: number } | undefined => {
  switch (peek(reader)) {
    case '?':
      reader.at += 1
      return { min: 0, max: 1 }
    case '*':
      reader.at += 1
      return { min: 0, max: Number.POSITIVE_INFINITY }
    case '+':
      reader.at += 1
      return { min: 1, max: Number.POSITIVE_INFINITY }
    case '{':
      if (
        reader.syntax === 'ecma' &&
        !/^\{[0-9]+(?:,[0-9]*)?\}/.test(reader.text.slice(reader.at, reader.at + 32))
      ) {
        return undefined
      }
      reader.at += 1
      return readCounts(reader)
    default:
      return undefined
  }
}

/** Java's own bound: counts are ints. */
const COUNT_MAX = 2_147_483_647

const readCounts = (reader: PatternReader): { min: number; max: number } => {
  const min = readCount(reader)
  let max = min
  if (accept(reader, ',')) {
    max = reader.text.charAt(reader.at) === '}' ? Number.POSITIVE_INFINITY : readCount(reader)
    if (max < min) fail(reader, 'Illegal repetition range')
  }
  if (!accept(reader, '}')) fail(reader, 'Unclosed counted closure')
  return { min, max }
}

const readCount = (reader: PatternReader): number => {
  const digits = /^[0-9]+/.exec(reader.text.slice(reader.at, reader.at + 16))
  if (digits === null) return fail(reader, 'Illegal repetition')
  const count = Number(digits[0])
  if (count > COUNT_MAX) fail(reader, 'Illegal repetition range')
  reader.at += digits[0].length
  return count
}
