// Escapes that stand for one character, inside and outside of classes: \n, \x41, \u0041, \0101, \cA, \., …
import { fail, type PatternReader, readCodePoint } from './pattern-reader.ts'

/**
 * The code point of the escape whose letter is at the cursor. Java refuses a letter that means nothing, so that
 * it may mean something one day.
 */
export const readEscapedChar = (reader: PatternReader): number => {
  const letter = reader.text.charAt(reader.at)
  if (!/^[A-Za-z0-9]$/.test(letter)) return readCodePoint(reader)
  reader.at += 1
  const plain = CONTROLS.get(letter)
  // Java's \a and \e are no escapes of ECMA 262.
  if (plain !== undefined && (reader.syntax === 'java' || /[tnrf]/.test(letter))) return plain
  switch (letter) {
    case '0':
      return reader.syntax === 'ecma' ? 0 : readOctal(reader)
    case 'x':
      return readHex(reader)
    case 'u':
      return readUnicode(reader)
    case 'c': {
      if (reader.at >= reader.text.length) fail(reader, 'Illegal control escape sequence')
      return reader.syntax === 'ecma' ? readCodePoint(reader) & 31 : readCodePoint(reader) ^ 64
    }
    default: {
      if (reader.syntax === 'ecma') return letter === 'v' ? 0x0b : letter.charCodeAt(0)
      reader.at -= 1
      return fail(reader, 'Illegal/unsupported escape sequence')
    }
  }
}

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['r', 0x0d],
  ['f', 0x0c],
  ['a', 0x07],
  ['e', 0x1b],
])

/** \0n, \0nn or \0mnn, the last one up to \0377. */
const readOctal = (reader: PatternReader): number => {
  const digits = /^(?:[0-3][0-7]{2}|[0-7]{1,2})/.exec(reader.text.slice(reader.at, reader.at + 3))
  if (digits === null) return fail(reader, 'Illegal octal escape sequence')
  reader.at += digits[0].length
  return Number.parseInt(digits[0], 8)
}

const readHex = (reader: PatternReader): number => {
  const rest = reader.text.slice(reader.at, reader.at + 16)
  const found = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,12})\})/.exec(rest)
  if (found === null) return fail(reader, 'Illegal hexadecimal escape sequence')
  const codePoint = Number.parseInt(found[1] ?? found[2] ?? '', 16)
  if (codePoint > 0x10ffff) return fail(reader, 'Hexadecimal codepoint is too big')
  reader.at += found[0].length
  return codePoint
}

const readUnicode = (reader: PatternReader): number => {
  const unit = readUnit(reader)
  if (unit < 0xd800 || unit > 0xdbff) return unit
  const after = reader.at
  if (reader.text.startsWith('\\u', after)) {
    reader.at += 2
    const low = readUnit(reader)
    if (low >= 0xdc00 && low <= 0xdfff) return (unit - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000
    reader.at = after
  }
  return unit
}

const readUnit = (reader: PatternReader): number => {
  const digits = reader.text.slice(reader.at, reader.at + 4)
  if (!/^[0-9A-Fa-f]{4}$/.test(digits)) return fail(reader, 'Illegal Unicode escape sequence')
  reader.at += 4
  return Number.parseInt(digits, 16)
}
