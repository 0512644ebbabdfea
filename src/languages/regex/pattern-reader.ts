// The cursor over a pattern: characters, flags in force, and what has been counted so far.
import { RegexSyntaxError } from './errors.ts'
import type { CaseFold } from './syntax.ts'

export interface RegexFlags {
  readonly caseInsensitive: boolean
  readonly unicodeCase: boolean
  readonly comments: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly unixLines: boolean
  readonly unicodeClasses: boolean
}

/** Models are validated by ECMA 262's regular expressions, everything else by Java's. */
export type RegexSyntax = 'java' | 'ecma'

export interface PatternReader {
  readonly text: string
  readonly syntax: RegexSyntax
  at: number
  flags: RegexFlags
  depth: number
  groupCount: number
  readonly groupNames: Map<string, number>
}

/** Java has no bound; AWS's own fields that hold a pattern are far shorter. */
export const PATTERN_CHARS_MAX = 8_192
/** Groups and classes inside each other. */
export const PATTERN_DEPTH_MAX = 200

export const startReading = (text: string, syntax: RegexSyntax): PatternReader => {
  if (text.length > PATTERN_CHARS_MAX) {
    throw new RegexSyntaxError(`Pattern is longer than ${PATTERN_CHARS_MAX} characters`, 0)
  }
  return {
    text,
    syntax,
    at: 0,
    flags: NO_FLAGS,
    depth: 0,
    groupCount: 0,
    groupNames: new Map(),
  }
}

const NO_FLAGS: RegexFlags = {
  caseInsensitive: false,
  unicodeCase: false,
  comments: false,
  multiline: false,
  dotAll: false,
  unixLines: false,
  unicodeClasses: false,
}

export const foldOf = ({ caseInsensitive, unicodeCase }: RegexFlags): CaseFold => {
  if (!caseInsensitive) return 'none'
  return unicodeCase ? 'unicode' : 'ascii'
}

export const fail = (reader: PatternReader, description: string): never => {
  throw new RegexSyntaxError(description, Math.min(reader.at, reader.text.length))
}

/** The character at the cursor, '' at the end; with the flag `x`, past blanks and comments. */
export const peek = (reader: PatternReader): string => {
  if (reader.flags.comments) skipComments(reader)
  return reader.text.charAt(reader.at)
}

export const accept = (reader: PatternReader, text: string): boolean => {
  if (!reader.text.startsWith(text, reader.at)) return false
  reader.at += text.length
  return true
}

/** The code point at the cursor, which moves past it. */
export const readCodePoint = (reader: PatternReader): number => {
  const codePoint = reader.text.codePointAt(reader.at)
  if (codePoint === undefined) return fail(reader, 'Unexpected end of pattern')
  reader.at += codePoint > 0xffff ? 2 : 1
  return codePoint
}

/** Runs `read` one level deeper. */
export const nested = <T>(reader: PatternReader, read: () => T): T => {
  reader.depth += 1
  if (reader.depth > PATTERN_DEPTH_MAX) fail(reader, 'Pattern is nested too deeply')
  const result = read()
  reader.depth -= 1
  return result
}

const skipComments = (reader: PatternReader): void => {
  const { text } = reader
  for (;;) {
    const char = text.charAt(reader.at)
    if (char === '#') {
      while (reader.at < text.length && !/[\n\r\u0085\u2028\u2029]/.test(text.charAt(reader.at))) {
        reader.at += 1
      }
    } else if (/^[ \t-\r]$/.test(char)) {
      reader.at += 1
    } else {
      return
    }
  }
}
