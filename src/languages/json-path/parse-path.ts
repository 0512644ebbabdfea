// From the text of a JSON path to its steps, by the rules of Jayway JsonPath, down to the ones nobody would invent:
// what follows the last step is left out if it is one character, so that `$.a[` is `$.a`.
// https://github.com/json-path/JsonPath
import { readFilter } from './parse-filter.ts'
import { readParameters } from './parse-parameters.ts'
import {
  charAt,
  fail,
  nextUnescaped,
  PATH_STEPS_MAX,
  type PathReader,
  skipBlanks,
  startPath,
  unescaped,
} from './path-reader.ts'
import type { JaywayVersion, PathStep, PathSyntax } from './syntax.ts'

/** Throws `JsonPathSyntaxError`. */
export const parsePath = (text: string, version: JaywayVersion, depth = 0): PathSyntax => {
  const trimmed = text.replaceAll(/^ +| +$/g, '')
  const rooted = /^[$@]/.test(trimmed) ? trimmed : `$.${trimmed}`
  const reader = startPath(rooted, version, depth)
  if (text === '') fail(reader, 'path can not be null or empty')
  if (rooted.endsWith('.')) fail(reader, "Path must not end with a '.' or '..'")
  reader.at = 1
  const root = rooted.startsWith('@') ? '@' : '$'
  if (reader.end === 1) return { root, steps: [] }
  if (!/[.[]/.test(charAt(reader, 1))) fail(reader, "Illegal character, expected '.' or '['")
  return { root, steps: readSteps(reader) }
}

const readSteps = (reader: PathReader): readonly PathStep[] => {
  const steps: PathStep[] = []
  do {
    const char = charAt(reader, reader.at)
    if (char === '.') readDots(reader, steps)
    else steps.push(readStep(reader, char))
    if (steps.length > PATH_STEPS_MAX) fail(reader, 'Path has too many steps')
    // Jayway never looks at a last character that no step has taken.
  } while (reader.at < lastIndex(reader))
  return steps
}

const lastIndex = ({ version, end }: PathReader): number => (version === '3.0' ? end - 1 : end)

const readDots = (reader: PathReader, steps: PathStep[]): void => {
  reader.at += 1
  if (charAt(reader, reader.at) === '.') {
    steps.push({ kind: 'scan' })
    reader.at += 1
  }
  const char = charAt(reader, reader.at)
  if (char === '.' || char === '') fail(reader, "Character '.' is not valid")
  steps.push(readStep(reader, char))
}

const readStep = (reader: PathReader, char: string): PathStep => {
  if (char === '[') return readBracket(reader)
  if (char === '*') {
    reader.at += 1
    return { kind: 'wildcard' }
  }
  return readName(reader)
}

/** A property, or a function. */
const readName = (reader: PathReader): PathStep => {
  const start = reader.at
  const ends = reader.version === '3.0' ? /[.[( ]/ : /[.[ ]/
  while (reader.at < reader.end && !ends.test(charAt(reader, reader.at))) reader.at += 1
  const char = charAt(reader, reader.at)
  if (char === ' ') {
    fail(reader, "Use bracket notion ['my prop'] if your property contains blank characters.")
  }
  const name = reader.text.slice(start, reader.at)
  if (char !== '(') return { kind: 'property', names: [name] }
  const close = closeOfParameters(reader, name)
  if (charAt(reader, reader.at + 1) === ')') {
    // Jayway goes on at the parenthesis itself: what follows is read as a property that no number has.
    reader.at = close
    return { kind: 'function', name, parameters: [] }
  }
  const inside = reader.text.slice(reader.at + 1, close)
  reader.at = close + 1
  return { kind: 'function', name, parameters: readParameters(inside, reader, parsePath) }
}

const closeOfParameters = (reader: PathReader, name: string): number => {
  let depth = 0
  for (let index = reader.at; index < reader.end; index += 1) {
    if (charAt(reader, index) === '(') depth += 1
    if (charAt(reader, index) === ')') depth -= 1
    if (depth === 0) return index
  }
  return fail(reader, `Arguments to function: '${name.slice(0, 64)}' are not closed properly.`)
}

const readBracket = (reader: PathReader): PathStep => {
  const char = charAt(reader, skipBlanks(reader, reader.at + 1))
  if (char === "'" || (char === '"' && reader.version === '3.0')) return readNames(reader, char)
  const step = /[-0-9:]/.test(char)
    ? readIndexes(reader)
    : char === '*'
      ? readStar(reader)
      : undefined
  if (step !== undefined) return step
  if (char === '?') return { kind: 'filter', filter: readFilter(reader, parsePath) }
  if (reader.version === '2.0.0') {
    const fromEnd = /^\[\(@\.length-([0-9]{1,9})\)\]/.exec(reader.text.slice(reader.at))
    if (fromEnd !== null) {
      reader.at += fromEnd[0].length
      return { kind: 'fromEnd', distance: Number(fromEnd[1]) }
    }
  }
  return fail(reader, "Could not parse token. Expected ?, ', 0-9, * ")
}

/** ['a'], ['a','b'], with quotes of one kind. */
const readNames = (reader: PathReader, quote: string): PathStep => {
  const names: string[] = []
  let index = skipBlanks(reader, reader.at + 1)
  for (;;) {
    const close = charAt(reader, index) === quote ? nextUnescaped(reader, index, quote) : -1
    if (close < 0) fail(reader, `Property has not been closed - missing closing ${quote}`)
    names.push(unescaped(reader.text.slice(index + 1, close)))
    index = skipBlanks(reader, close + 1)
    const after = charAt(reader, index)
    index = skipBlanks(reader, index + 1)
    if (after === ']') {
      reader.at = nextAfterBracket(reader, close)
      return { kind: 'property', names }
    }
    if (after !== ',') fail(reader, 'Property must be separated by comma')
  }
}

const nextAfterBracket = (reader: PathReader, from: number): number =>
  skipBlanks(reader, from + 1) + 1

/** [1], [-1], [0,2], [1:], [:2], [1:2]; undefined where the characters are others. */
const readIndexes = (reader: PathReader): PathStep | undefined => {
  const close = reader.text.indexOf(']', reader.at)
  if (close < 0) return undefined
  const text = reader.text.slice(reader.at + 1, close).trim()
  if (!/^[-0-9,: ]+$/.test(text)) return undefined
  const step = text.includes(':') ? sliceOf(text) : indexesOf(text)
  if (step === undefined) fail(reader, `Failed to parse indexes: ${text.slice(0, 64)}`)
  reader.at = close + 1
  return step
}

const sliceOf = (text: string): PathStep | undefined => {
  // Jayway has no step width: what follows a second colon is not looked at.
  const [first = '', second = ''] = text.split(':')
  const from = intOf(first)
  const to = intOf(second)
  if ((from === undefined && first !== '') || (to === undefined && second !== '')) return undefined
  return from === undefined && to === undefined ? undefined : { kind: 'slice', from, to }
}

const indexesOf = (text: string): PathStep | undefined => {
  const indexes: number[] = []
  for (const part of text.split(/ *, */)) {
    const index = intOf(part)
    if (index === undefined) return undefined
    indexes.push(index)
  }
  return { kind: 'index', indexes }
}

/** A Java int. */
const intOf = (text: string): number | undefined => {
  if (!/^-?[0-9]{1,10}$/.test(text)) return undefined
  const value = Number(text)
  return value === (value | 0) ? value | 0 : undefined
}

const readStar = (reader: PathReader): PathStep => {
  const star = skipBlanks(reader, reader.at + 1)
  const close = skipBlanks(reader, star + 1)
  if (charAt(reader, close) !== ']') fail(reader, "Expected wildcard token to end with ']'")
  reader.at = close + 1
  return { kind: 'wildcard' }
}
