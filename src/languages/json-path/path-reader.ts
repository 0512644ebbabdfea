// The cursor over a path. Jayway skips blanks, and only blanks, around what is significant.
import { JsonPathSyntaxError } from './errors.ts'
import type { JaywayVersion, PathSyntax } from './syntax.ts'

export interface PathReader {
  readonly text: string
  /** One past the last character that belongs to what is read. */
  readonly end: number
  at: number
  readonly version: JaywayVersion
  /** Paths in filters in paths …, and parentheses. */
  readonly depth: number
}

/** Handed down to what has paths in it. */
export type ParsePath = (text: string, version: JaywayVersion, depth: number) => PathSyntax

/** Far beyond what people write, and little enough to read in no time. */
export const PATH_CHARS_MAX = 16_384
export const PATH_STEPS_MAX = 256
export const PATH_DEPTH_MAX = 32

export const startPath = (text: string, version: JaywayVersion, depth: number): PathReader => {
  if (text.length > PATH_CHARS_MAX) throw new JsonPathSyntaxError('Path is too long', 0)
  if (depth > PATH_DEPTH_MAX) throw new JsonPathSyntaxError('Path is nested too deeply', 0)
  return { text, end: text.length, at: 0, version, depth }
}

export const fail = (reader: PathReader, description: string): never => {
  throw new JsonPathSyntaxError(description, Math.min(reader.at, reader.text.length))
}

export const charAt = (reader: PathReader, at: number): string =>
  at < reader.end ? reader.text.charAt(at) : ''

/** Where the next character that is no blank is, from `at` on. */
export const skipBlanks = (reader: PathReader, at: number): number => {
  let index = at
  while (index < reader.end && reader.text.charAt(index) === ' ') index += 1
  return index
}

/** Where `char` next stands without a backslash before it, after `at`; -1 where it does not. */
export const nextUnescaped = (reader: PathReader, at: number, char: string): number => {
  for (let index = at + 1; index < reader.end; index += 1) {
    const current = reader.text.charAt(index)
    if (current === '\\') index += 1
    else if (current === char) return index
  }
  return -1
}

/** Where the bracket at `at` closes, past strings and, if asked, regular expressions; -1 where it does not. */
export const closingIndex = (reader: PathReader, at: number, skipRegexes: boolean): number => {
  const open = reader.text.charAt(at)
  const close = CLOSING.get(open) ?? ''
  let depth = 0
  for (let index = at; index < reader.end; index += 1) {
    const char = reader.text.charAt(index)
    if (char === "'" || char === '"' || (skipRegexes && char === '/')) {
      index = nextUnescaped(reader, index, char)
      if (index < 0) return -1
    } else if (char === open) {
      depth += 1
    } else if (char === close) {
      depth -= 1
      if (depth === 0) return index
    }
  }
  return -1
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])

/** Text with its backslash escapes put in. */
export const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replaceAll(
        /\\(?:u([0-9A-Fa-f]{4})|([\s\S]))/g,
        (_, hex: string | undefined, char: string) =>
          hex === undefined
            ? (CONTROLS.get(char) ?? char)
            : String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : text

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['r', '\r'],
  ['f', '\f'],
  ['t', '\t'],
  ['n', '\n'],
  ['b', '\b'],
])
