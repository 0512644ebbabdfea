// Character classes as Java reads them: [a-z], [^a], unions [a-c[x-z]], intersections [a-z&&[^m]], \p{L}, \Q…\E.
import {
  type CharSet,
  complementSet,
  emptySet,
  intersectionSet,
  rangeSet,
  singleSet,
  unionSet,
} from './char-set.ts'
import { foldSet } from './case-fold.ts'
import { readEscapedChar } from './parse-escape.ts'
import {
  accept,
  fail,
  foldOf,
  nested,
  type PatternReader,
  peek,
  readCodePoint,
} from './pattern-reader.ts'
import { ecmaEscapedSet, escapedSet, propertySet } from './predefined-sets.ts'

/** The class whose `[` has just been read, up to and with its `]`. */
export const readClass = (reader: PatternReader): CharSet =>
  nested(reader, () => {
    const negated = accept(reader, '^')
    const set = reader.syntax === 'java' ? readOperands(reader) : readEcmaItems(reader)
    return negated ? complementSet(set) : set
  })

/** `\p{name}`, `\pL` or their complements; the cursor is after the letter. */
export const readProperty = (reader: PatternReader, negated: boolean): CharSet => {
  const start = reader.at
  let name = reader.text.charAt(reader.at)
  if (name === '{') {
    const end = reader.text.indexOf('}', reader.at)
    if (end < 0) fail(reader, 'Unclosed character family')
    name = reader.text.slice(reader.at + 1, end)
    if (name === '') fail(reader, 'Empty character family')
    reader.at = end + 1
  } else {
    reader.at += 1
  }
  const { caseInsensitive, unicodeClasses } = reader.flags
  const set = propertySet(name, caseInsensitive, unicodeClasses)
  if (set === undefined) {
    reader.at = start
    return fail(reader, `Unknown character property name {${name.slice(0, 64)}}`)
  }
  return negated ? complementSet(set) : set
}

/** Unions joined by `&&`, which binds loosest. */
const readOperands = (reader: PatternReader): CharSet => {
  let result: CharSet | undefined
  let first = true
  for (;;) {
    const operand = readUnion(reader, first)
    first = false
    if (operand !== undefined) {
      result = result === undefined ? operand : intersectionSet(result, operand)
    }
    if (peek(reader) === ']') {
      reader.at += 1
      return result ?? fail(reader, 'Bad class syntax')
    }
    while (accept(reader, '&&')) {
      // Java takes any number of them for one.
    }
    if (peek(reader) === ']' && result === undefined) fail(reader, 'Bad class syntax')
  }
}

/** ECMA 262: items up to the first `]`, no classes in classes, and `[]` is a class of nothing. */
const readEcmaItems = (reader: PatternReader): CharSet => {
  const parts: CharSet[] = []
  while (!accept(reader, ']')) {
    if (peek(reader) === '') fail(reader, 'Unclosed character class')
    parts.push(readItem(reader))
  }
  return parts.length === 0 ? emptySet : unionSet(parts)
}

/** The set that a backslash and this letter stand for; undefined where they stand for a character. */
export const readableSet = (reader: PatternReader, letter: string): CharSet | undefined => {
  if (!/^[a-zA-Z]$/.test(letter)) return undefined
  return reader.syntax === 'java'
    ? escapedSet(letter, reader.flags.unicodeClasses)
    : ecmaEscapedSet(letter)
}

/** Items up to `]` or `&&`; undefined where there is none. */
const readUnion = (reader: PatternReader, first: boolean): CharSet | undefined => {
  const parts: CharSet[] = []
  for (;;) {
    const char = peek(reader)
    if (char === '') fail(reader, 'Unclosed character class')
    // A `]` that comes first is itself.
    if (char === ']' && !(first && parts.length === 0)) break
    if (reader.text.startsWith('&&', reader.at)) break
    if (char === '[') {
      reader.at += 1
      parts.push(readClass(reader))
    } else if (accept(reader, '\\Q')) {
      parts.push(readQuoted(reader))
    } else {
      parts.push(readItem(reader))
    }
  }
  return parts.length === 0 ? undefined : unionSet(parts)
}

const readQuoted = (reader: PatternReader): CharSet => {
  const end = reader.text.indexOf('\\E', reader.at)
  const text = reader.text.slice(reader.at, end < 0 ? undefined : end)
  reader.at = end < 0 ? reader.text.length : end + 2
  const fold = foldOf(reader.flags)
  const sets = [...text].map((char) => foldSet(singleSet(char.codePointAt(0) ?? 0), fold))
  return sets.length === 0 ? emptySet : unionSet(sets)
}

/** One character, a range, or an escape that is a set. */
const readItem = (reader: PatternReader): CharSet => {
  const start = reader.at
  const from = readMember(reader)
  if (typeof from !== 'number') return from
  const fold = foldOf(reader.flags)
  if (peek(reader) !== '-') return foldSet(singleSet(from), fold)
  const next = reader.text.charAt(reader.at + 1)
  const isOpen = next === '[' && reader.syntax === 'java'
  if (next === ']' || isOpen || next === '') return foldSet(singleSet(from), fold)
  reader.at += 1
  const to = readMember(reader)
  if (typeof to !== 'number' && reader.syntax === 'ecma') {
    return unionSet([foldSet(rangeSet(from, from, 0x2d, 0x2d), fold), to])
  }
  if (typeof to !== 'number' || to < from) {
    reader.at = start
    return fail(reader, 'Illegal character range')
  }
  return foldSet(rangeSet(from, to), fold)
}

const readMember = (reader: PatternReader): number | CharSet => {
  if (reader.flags.comments) peek(reader)
  if (!accept(reader, '\\')) return readCodePoint(reader)
  const letter = reader.text.charAt(reader.at)
  if (letter === 'p' || letter === 'P') {
    reader.at += 1
    return readProperty(reader, letter === 'P')
  }
  if (reader.syntax === 'ecma' && letter === 'b') {
    reader.at += 1
    return 0x08
  }
  const set = readableSet(reader, letter)
  if (set === undefined) return readEscapedChar(reader)
  reader.at += 1
  return set
}
