// Where the anchors of java.util.regex hold.
import type { Assertion } from './syntax.ts'

export const assertionHolds = (
  at: Assertion,
  text: string,
  pos: number,
  lastMatchEnd: number,
): boolean => {
  switch (at) {
    case 'inputStart':
      return pos === 0
    case 'inputEnd':
      return pos === text.length
    case 'finalEnd':
      return isFinalEnd(text, pos)
    case 'finalEndUnix':
      return pos === text.length || (pos === text.length - 1 && text.charCodeAt(pos) === 0x0a)
    case 'lineStart':
      return isLineStart(text, pos)
    case 'lineStartUnix':
      return pos < text.length && (pos === 0 || text.charCodeAt(pos - 1) === 0x0a)
    case 'lineEnd':
      return isLineEnd(text, pos)
    case 'lineEndUnix':
      return pos === text.length || text.charCodeAt(pos) === 0x0a
    case 'wordBoundary':
      return isWordBefore(text, pos) !== isWordAt(text, pos)
    case 'notWordBoundary':
      return isWordBefore(text, pos) === isWordAt(text, pos)
    case 'lastMatchEnd':
      return pos === lastMatchEnd
  }
}

export const endsWithTerminator = (text: string): boolean =>
  text !== '' && isTerminator(text.charCodeAt(text.length - 1))

const isTerminator = (unit: number): boolean =>
  unit === 0x0a || unit === 0x0d || unit === 0x85 || unit === 0x2028 || unit === 0x2029

/** Between the two characters of \r\n there is no end of a line. */
const isLineEnd = (text: string, pos: number): boolean => {
  if (pos === text.length) return true
  const unit = text.charCodeAt(pos)
  if (unit === 0x0a) return pos === 0 || text.charCodeAt(pos - 1) !== 0x0d
  return isTerminator(unit)
}

const isFinalEnd = (text: string, pos: number): boolean => {
  if (pos < text.length - 2) return false
  if (pos === text.length - 2) return text.startsWith('\r\n', pos)
  return isLineEnd(text, pos)
}

/** Java, as Perl, starts no line at the end of the input, be it after a terminator. */
const isLineStart = (text: string, pos: number): boolean => {
  if (pos === text.length) return false
  if (pos === 0) return true
  const before = text.charCodeAt(pos - 1)
  return isTerminator(before) && !(before === 0x0d && text.charCodeAt(pos) === 0x0a)
}

const WORD = /^[\p{L}\p{Nd}_]$/u

const isWordAt = (text: string, pos: number): boolean => {
  const codePoint = text.codePointAt(pos)
  return codePoint !== undefined && WORD.test(String.fromCodePoint(codePoint))
}

const isWordBefore = (text: string, pos: number): boolean =>
  pos > 0 && isWordAt(text, codePointStart(text, pos))

/** Where the code point that ends at `pos` starts. */
export const codePointStart = (text: string, pos: number): number => {
  const low = text.charCodeAt(pos - 1)
  if (low < 0xdc00 || low > 0xdfff || pos < 2) return pos - 1
  const high = text.charCodeAt(pos - 2)
  return high >= 0xd800 && high <= 0xdbff ? pos - 2 : pos - 1
}
