// From the text of a Java regular expression to its tree. https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
import { foldSet } from './case-fold.ts'
import { type CharSet, rangeSet, singleSet } from './char-set.ts'
import { readableSet, readClass, readProperty } from './parse-class.ts'
import { readEscapedChar } from './parse-escape.ts'
import { readGroup } from './parse-group.ts'
import { readQuantifier } from './parse-quantifier.ts'
import {
  accept,
  fail,
  foldOf,
  type PatternReader,
  peek,
  type RegexSyntax,
  readCodePoint,
  startReading,
} from './pattern-reader.ts'
import { dotSet, ecmaDotSet } from './predefined-sets.ts'
import type { Assertion, RegexNode, RegexTree } from './syntax.ts'

/** Throws `RegexSyntaxError`. */
export const parseRegex = (pattern: string, syntax: RegexSyntax): RegexTree => {
  const reader = startReading(pattern, syntax)
  const root = readChoice(reader)
  if (peek(reader) === ')') fail(reader, "Unmatched closing ')'")
  return { root, groupCount: reader.groupCount, groupNames: reader.groupNames }
}

/** Alternatives up to `)` or the end. */
const readChoice = (reader: PatternReader): RegexNode => {
  const items = [readSequence(reader)]
  while (peek(reader) === '|') {
    reader.at += 1
    items.push(readSequence(reader))
  }
  return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'choice', items }
}

const readSequence = (reader: PatternReader): RegexNode => {
  const items: RegexNode[] = []
  for (;;) {
    const char = peek(reader)
    if (char === '' || char === '|' || char === ')') break
    if (reader.syntax === 'java' && accept(reader, '\\Q')) {
      items.push(...readQuoted(reader))
      const last = items.pop()
      if (last !== undefined) items.push(readQuantifier(reader, last))
      continue
    }
    const atom = char === '(' ? readGroup(reader, readChoice) : readAtom(reader, char)
    if (atom !== undefined) items.push(readQuantifier(reader, atom))
  }
  return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'sequence', items }
}

const readQuoted = (reader: PatternReader): RegexNode[] => {
  const end = reader.text.indexOf('\\E', reader.at)
  const text = reader.text.slice(reader.at, end < 0 ? undefined : end)
  reader.at = end < 0 ? reader.text.length : end + 2
  return [...text].map((char) => literal(reader, char.codePointAt(0) ?? 0))
}

const readAtom = (reader: PatternReader, char: string): RegexNode => {
  const { multiline, unixLines, dotAll } = reader.flags
  switch (char) {
    case '[':
      reader.at += 1
      return setNode(readClass(reader))
    case '.':
      reader.at += 1
      if (dotAll) return setNode(rangeSet(0, 0x10ffff))
      return setNode(reader.syntax === 'java' ? dotSet(unixLines) : ecmaDotSet())
    case '^':
      reader.at += 1
      if (!multiline) return assertion('inputStart')
      return assertion(unixLines ? 'lineStartUnix' : 'lineStart')
    case '$':
      reader.at += 1
      if (!multiline && reader.syntax === 'ecma') return assertion('inputEnd')
      if (!multiline) return assertion(unixLines ? 'finalEndUnix' : 'finalEnd')
      return assertion(unixLines ? 'lineEndUnix' : 'lineEnd')
    case '\\':
      reader.at += 1
      return readEscape(reader)
    case '*':
    case '+':
    case '?':
      return fail(reader, `Dangling meta character '${char}'`)
    case '{':
      if (reader.syntax === 'ecma') break
      // Java repeats nothing, as in `{2}a`, and refuses what is no count.
      return { kind: 'sequence', items: [] }
  }
  return literal(reader, readCodePoint(reader))
}

const readEscape = (reader: PatternReader): RegexNode => {
  const letter = reader.text.charAt(reader.at)
  if (letter === '') fail(reader, 'Unexpected internal error')
  const at = ASSERTIONS.get(letter)
  if (at !== undefined && (reader.syntax === 'java' || /[bB]/.test(letter))) {
    reader.at += 1
    if (letter === 'b' && reader.text.startsWith('{g}', reader.at)) {
      fail(reader, 'Unsupported boundary \\b{g}')
    }
    return assertion(letter === 'Z' && reader.flags.unixLines ? 'finalEndUnix' : at)
  }
  if (letter === 'p' || letter === 'P') {
    reader.at += 1
    return setNode(readProperty(reader, letter === 'P'))
  }
  if (letter >= '1' && letter <= '9') return readNumberedReference(reader)
  if (letter === 'k' && (reader.syntax === 'java' || reader.groupNames.size > 0))
    return readNamedReference(reader)
  if (letter === 'R' && reader.syntax === 'java') {
    reader.at += 1
    return LINE_BREAK
  }
  const set = readableSet(reader, letter)
  if (set === undefined) return literal(reader, readEscapedChar(reader))
  reader.at += 1
  return setNode(set)
}

/** The first digit is a reference come what may; more digits belong to it while there is such a group. */
const readNumberedReference = (reader: PatternReader): RegexNode => {
  let group = Number(reader.text.charAt(reader.at))
  reader.at += 1
  for (;;) {
    const digit = reader.text.charAt(reader.at)
    const longer = group * 10 + Number(digit)
    if (!/^[0-9]$/.test(digit) || longer > reader.groupCount) break
    group = longer
    reader.at += 1
  }
  return { kind: 'backreference', group, fold: foldOf(reader.flags) }
}

const readNamedReference = (reader: PatternReader): RegexNode => {
  reader.at += 1
  const found = /^<([A-Za-z][A-Za-z0-9]*)>/.exec(reader.text.slice(reader.at, reader.at + 256))
  if (found === null) return fail(reader, "\\k is not followed by '<' for named capturing group")
  const group = reader.groupNames.get(found[1] ?? '')
  if (group === undefined) return fail(reader, `named capturing group <${found[1]}> does not exist`)
  reader.at += found[0].length
  return { kind: 'backreference', group, fold: foldOf(reader.flags) }
}

const setNode = (set: CharSet): RegexNode => ({ kind: 'set', set })

const literal = (reader: PatternReader, codePoint: number): RegexNode =>
  setNode(foldSet(singleSet(codePoint), foldOf(reader.flags)))

const assertion = (at: Assertion): RegexNode => ({ kind: 'assertion', at })

const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['A', 'inputStart'],
  ['z', 'inputEnd'],
  ['Z', 'finalEnd'],
  ['b', 'wordBoundary'],
  ['B', 'notWordBoundary'],
  ['G', 'lastMatchEnd'],
])

/** Java never takes the two characters of \r\n apart. */
const LINE_BREAK: RegexNode = {
  kind: 'atomic',
  item: {
    kind: 'choice',
    items: [
      { kind: 'sequence', items: [setNode(singleSet(0x0d)), setNode(singleSet(0x0a))] },
      setNode(rangeSet(0x0a, 0x0d, 0x85, 0x85, 0x2028, 0x2029)),
    ],
  },
}
