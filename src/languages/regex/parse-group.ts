// Everything that begins with `(`: capturing, named, non-capturing and atomic groups, look-around, inline flags.
import {
  accept,
  fail,
  nested,
  type PatternReader,
  peek,
  type RegexFlags,
} from './pattern-reader.ts'
import type { RegexNode } from './syntax.ts'
import { widthOf } from './width.ts'

type ReadChoice = (reader: PatternReader) => RegexNode

/** Undefined for inline flags, `(?i)`, which are no node but hold up to the end of the group they stand in. */
export const readGroup = (reader: PatternReader, readChoice: ReadChoice): RegexNode | undefined =>
  nested(reader, () => {
    reader.at += 1
    const outer = reader.flags
    if (!accept(reader, '?')) return readCapturing(reader, readChoice)
    const name = /^<([A-Za-z][A-Za-z0-9]*)>/.exec(reader.text.slice(reader.at, reader.at + 256))
    if (name !== null) {
      reader.at += name[0].length
      return readCapturing(reader, readChoice, name[1])
    }
    const look = LOOKS.find(([opening]) => accept(reader, opening))
    if (look !== undefined) return readLook(reader, readChoice, look)
    if (accept(reader, '>')) {
      return { kind: 'atomic', item: readBody(reader, readChoice, outer) }
    }
    if (readFlags(reader) === 'alone') return undefined
    return readBody(reader, readChoice, outer)
  })

/** As many as a pattern of the greatest length could ever need. */
const GROUPS_MAX = 1_000

const readCapturing = (reader: PatternReader, readChoice: ReadChoice, name?: string): RegexNode => {
  reader.groupCount += 1
  const index = reader.groupCount
  if (index > GROUPS_MAX) fail(reader, `More than ${GROUPS_MAX} capturing groups`)
  if (name !== undefined) {
    if (reader.groupNames.has(name))
      fail(reader, `Named capturing group <${name}> is already defined`)
    reader.groupNames.set(name, index)
  }
  return { kind: 'group', item: readBody(reader, readChoice, reader.flags), index }
}

type Look = readonly [opening: string, ahead: boolean, negative: boolean]

const LOOKS: readonly Look[] = [
  ['=', true, false],
  ['!', true, true],
  ['<=', false, false],
  ['<!', false, true],
]

const readLook = (
  reader: PatternReader,
  readChoice: ReadChoice,
  [, ahead, negative]: Look,
): RegexNode => {
  const item = readBody(reader, readChoice, reader.flags)
  // Java refuses most look-behinds without a greatest length; the budget of steps bounds them here.
  const { min, max } = widthOf(item)
  return { kind: 'look', item, ahead, negative, min, max }
}

const readBody = (reader: PatternReader, readChoice: ReadChoice, outer: RegexFlags): RegexNode => {
  const item = readChoice(reader)
  if (peek(reader) !== ')') fail(reader, 'Unclosed group')
  reader.at += 1
  reader.flags = outer
  return item
}

const FLAGS: ReadonlyMap<string, keyof RegexFlags> = new Map([
  ['i', 'caseInsensitive'],
  ['u', 'unicodeCase'],
  ['x', 'comments'],
  ['m', 'multiline'],
  ['s', 'dotAll'],
  ['d', 'unixLines'],
  ['U', 'unicodeClasses'],
])

/** Reads `i`, `i-m` and so on up to `)` (`alone`) or `:` (`group`), and puts them in force. */
const readFlags = (reader: PatternReader): 'alone' | 'group' => {
  let on = true
  for (;;) {
    const char = reader.text.charAt(reader.at)
    const flag = FLAGS.get(char)
    if (flag !== undefined) {
      reader.flags = { ...reader.flags, [flag]: on }
      // U implies u.
      if (flag === 'unicodeClasses' && on) reader.flags = { ...reader.flags, unicodeCase: true }
    } else if (char === '-' && on) {
      on = false
    } else if (char === ')' || char === ':') {
      reader.at += 1
      return char === ')' ? 'alone' : 'group'
    } else {
      return fail(reader, 'Unknown inline modifier')
    }
    reader.at += 1
  }
}
