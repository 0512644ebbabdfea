// The classes Java writes with a backslash: \d \w \s \h \v, and \p{…} with POSIX names, categories, scripts, blocks.
import {
  type CharSet,
  complementSet,
  rangeSet,
  singleSet,
  type UnicodeProperty,
  unionSet,
} from './char-set.ts'

/** The set of `\d`, `\W` and so on; undefined where the letter names none. */
export const escapedSet = (letter: string, unicode: boolean): CharSet | undefined => {
  const lower = letter.toLowerCase()
  const set = unicode ? (UNICODE_CLASSES.get(lower) ?? CLASSES.get(lower)) : CLASSES.get(lower)
  return set !== undefined && letter !== lower ? complementSet(set) : set
}

/** The set of `\p{name}`; undefined where Java, or this engine, knows no such property. */
export const propertySet = (
  name: string,
  caseInsensitive: boolean,
  unicode: boolean,
): CharSet | undefined => {
  const equals = name.indexOf('=')
  if (equals >= 0) return keyedSet(name.slice(0, equals).toLowerCase(), name.slice(equals + 1))
  if (name.startsWith('In')) return blockSet(name.slice(2))
  if (name.startsWith('Is')) {
    const bare = name.slice(2)
    return categorySet(bare, caseInsensitive) ?? binarySet(bare) ?? scriptSet(bare)
  }
  if (unicode) {
    const set = UNICODE_POSIX.get(name.toLowerCase())
    if (set !== undefined) return set
  }
  const posix = POSIX.get(name)
  if (posix === undefined) return categorySet(name, caseInsensitive) ?? javaSet(name)
  return caseInsensitive && (name === 'Lower' || name === 'Upper') ? ASCII_LETTERS : posix
}

/** ECMA 262: `\s` knows the blanks of Unicode, and there are no classes but these. */
export const ecmaEscapedSet = (letter: string): CharSet | undefined => {
  const lower = letter.toLowerCase()
  const set = lower === 's' ? ECMA_SPACES : /^[dw]$/.test(lower) ? CLASSES.get(lower) : undefined
  return set !== undefined && letter !== lower ? complementSet(set) : set
}

export const ecmaDotSet = (): CharSet => complementSet(ECMA_TERMINATORS)

/** `.` without DOTALL: everything but a line terminator. */
export const dotSet = (unixLines: boolean): CharSet =>
  complementSet(unixLines ? singleSet(0x0a) : LINE_TERMINATORS)

const LINE_TERMINATORS = rangeSet(0x0a, 0x0a, 0x0d, 0x0d, 0x85, 0x85, 0x2028, 0x2029)
const ECMA_TERMINATORS = rangeSet(0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029)
const DIGITS = rangeSet(0x30, 0x39)
const ASCII_LETTERS = rangeSet(0x41, 0x5a, 0x61, 0x7a)
const SPACES = rangeSet(0x09, 0x0d, 0x20, 0x20)
const VERTICAL = rangeSet(0x0a, 0x0d, 0x85, 0x85, 0x2028, 0x2029)
const HORIZONTAL = rangeSet(
  0x09,
  0x09,
  0x20,
  0x20,
  0xa0,
  0xa0,
  0x1680,
  0x1680,
  0x180e,
  0x180e,
  0x2000,
  0x200a,
  0x202f,
  0x202f,
  0x205f,
  0x205f,
  0x3000,
  0x3000,
)

const ECMA_SPACES = unionSet([
  complementSet(unionSet([complementSet(HORIZONTAL), singleSet(0x180e)])),
  rangeSet(0x09, 0x0d, 0x2028, 0x2029, 0xfeff, 0xfeff),
])

/** A property of the engine's own Unicode tables, under a name made of letters, digits and underscores only. */
const property = (name: string, re2?: string): CharSet => {
  const unicode: UnicodeProperty = { re2, test: new RegExp(`^\\p{${name}}$`, 'u') }
  return { kind: 'property', property: unicode, negated: false }
}

const CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', DIGITS],
  ['w', unionSet([ASCII_LETTERS, DIGITS, singleSet(0x5f)])],
  ['s', SPACES],
  ['h', HORIZONTAL],
  ['v', VERTICAL],
])

const UNICODE_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', property('Nd', 'Nd')],
  ['w', unionSet(['Alphabetic', 'M', 'Nd', 'Pc', 'Join_Control'].map((name) => property(name)))],
  ['s', property('White_Space')],
])

const POSIX: ReadonlyMap<string, CharSet> = new Map([
  ['Lower', rangeSet(0x61, 0x7a)],
  ['Upper', rangeSet(0x41, 0x5a)],
  ['ASCII', rangeSet(0, 0x7f)],
  ['Alpha', ASCII_LETTERS],
  ['Digit', DIGITS],
  ['Alnum', unionSet([ASCII_LETTERS, DIGITS])],
  ['Punct', rangeSet(0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e)],
  ['Graph', rangeSet(0x21, 0x7e)],
  ['Print', rangeSet(0x20, 0x7e)],
  ['Blank', rangeSet(0x09, 0x09, 0x20, 0x20)],
  ['Cntrl', rangeSet(0, 0x1f, 0x7f, 0x7f)],
  ['XDigit', rangeSet(0x30, 0x39, 0x41, 0x46, 0x61, 0x66)],
  ['Space', SPACES],
])

/** What the POSIX names mean under the flag `U`. */
const UNICODE_POSIX: ReadonlyMap<string, CharSet> = new Map([
  ['lower', property('Lowercase')],
  ['upper', property('Uppercase')],
  ['alpha', property('Alphabetic')],
  ['digit', property('Nd', 'Nd')],
  ['alnum', unionSet([property('Alphabetic'), property('Nd')])],
  ['punct', property('P', 'P')],
  ['cntrl', property('Cc', 'Cc')],
  ['space', property('White_Space')],
])

const JAVA_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['javaLowerCase', ['Lowercase']],
  ['javaUpperCase', ['Uppercase']],
  ['javaTitleCase', ['Lt']],
  ['javaAlphabetic', ['Alphabetic']],
  ['javaDigit', ['Nd']],
  ['javaLetter', ['L']],
  ['javaLetterOrDigit', ['L', 'Nd']],
  ['javaSpaceChar', ['Z']],
  ['javaISOControl', ['Cc']],
])

const javaSet = (name: string): CharSet | undefined => {
  if (name === 'javaWhitespace') return unionSet([rangeSet(0x09, 0x0d, 0x1c, 0x20), NO_BREAK_LESS])
  const parts = JAVA_NAMES.get(name)
  return parts && unionSet(parts.map((part) => property(part)))
}

/** The space separators but the three that do not break lines. */
const NO_BREAK_LESS = rangeSet(
  0x1680,
  0x1680,
  0x2000,
  0x2006,
  0x2008,
  0x200a,
  0x2028,
  0x2029,
  0x205f,
  0x205f,
  0x3000,
  0x3000,
)

const CATEGORIES = new Set(
  'L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn'.split(
    ' ',
  ),
)
/** RE2 has no table for these. */
const NOT_RE2 = new Set(['Cn', 'Cs'])

const categorySet = (name: string, caseInsensitive: boolean): CharSet | undefined => {
  if (name === 'L1') return rangeSet(0, 0xff)
  if (name === 'LD') return unionSet([property('L', 'L'), property('Nd', 'Nd')])
  if (name === 'LC' || (caseInsensitive && ['Lu', 'Ll', 'Lt'].includes(name))) {
    return unionSet([property('Lu', 'Lu'), property('Ll', 'Ll'), property('Lt', 'Lt')])
  }
  if (name === 'all') return rangeSet(0, 0x10ffff)
  if (!CATEGORIES.has(name)) return undefined
  return property(name, NOT_RE2.has(name) || name === 'C' ? undefined : name)
}

const BINARY: ReadonlyMap<string, string> = new Map([
  ['ALPHABETIC', 'Alphabetic'],
  ['LETTER', 'L'],
  ['IDEOGRAPHIC', 'Ideographic'],
  ['LOWERCASE', 'Lowercase'],
  ['UPPERCASE', 'Uppercase'],
  ['TITLECASE', 'Lt'],
  ['WHITE_SPACE', 'White_Space'],
  ['CONTROL', 'Cc'],
  ['PUNCTUATION', 'P'],
  ['HEX_DIGIT', 'Hex_Digit'],
  ['ASSIGNED', 'Assigned'],
  ['NONCHARACTER_CODE_POINT', 'Noncharacter_Code_Point'],
  ['DIGIT', 'Nd'],
  ['JOIN_CONTROL', 'Join_Control'],
  ['EMOJI', 'Emoji'],
])

const binarySet = (name: string): CharSet | undefined => {
  const known = BINARY.get(name.toUpperCase())
  return known === undefined ? undefined : property(known)
}

const scriptSet = (name: string): CharSet | undefined => {
  if (!/^[A-Za-z_]{2,40}$/.test(name)) return undefined
  const script = name.toLowerCase().replace(/(^|_)[a-z]/g, (letter) => letter.toUpperCase())
  try {
    return property(`Script=${script}`)
  } catch {
    // The name is a plain word, so all that can be wrong is that there is no such script: Java says so too.
    return undefined
  }
}

const keyedSet = (key: string, value: string): CharSet | undefined => {
  if (key === 'sc' || key === 'script') return scriptSet(value)
  if (key === 'gc' || key === 'general_category') return categorySet(value, false)
  return key === 'blk' || key === 'block' ? blockSet(value) : undefined
}

/** The blocks people write; the other three hundred are refused by name. */
const BLOCKS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['basiclatin', [0, 0x7f]],
  ['latin1supplement', [0x80, 0xff]],
  ['latinextendeda', [0x100, 0x17f]],
  ['latinextendedb', [0x180, 0x24f]],
  ['greek', [0x370, 0x3ff]],
  ['greekandcoptic', [0x370, 0x3ff]],
  ['cyrillic', [0x400, 0x4ff]],
  ['armenian', [0x530, 0x58f]],
  ['hebrew', [0x590, 0x5ff]],
  ['arabic', [0x600, 0x6ff]],
  ['devanagari', [0x900, 0x97f]],
  ['thai', [0xe00, 0xe7f]],
  ['hanguljamo', [0x1100, 0x11ff]],
  ['generalpunctuation', [0x2000, 0x206f]],
  ['currencysymbols', [0x20a0, 0x20cf]],
  ['hiragana', [0x3040, 0x309f]],
  ['katakana', [0x30a0, 0x30ff]],
  ['cjkunifiedideographs', [0x4e00, 0x9fff]],
  ['hangulsyllables', [0xac00, 0xd7a3]],
])

const blockSet = (name: string): CharSet | undefined => {
  const range = BLOCKS.get(name.toLowerCase().replaceAll(/[ _-]/g, ''))
  return range && rangeSet(...range)
}
