// The tree written as a pattern of RE2, which matches in linear time. What RE2 lacks makes it undefined, and where
// RE2 means something else, the texts for which both mean the same are named.
import type { CharSet, Ranges } from './char-set.ts'
import type { RegexNode } from './syntax.ts'
import { sizeOf } from './width.ts'

export interface Re2Pattern {
  readonly text: string
  /** Java's `\b` knows the letters of all scripts, RE2's those of ASCII. */
  readonly asciiOnly: boolean
  /** Java's `$` also matches before a line terminator that ends the text. */
  readonly noFinalTerminator: boolean
}

/** RE2 refuses bigger repetitions itself; this bounds the work per character. */
const SIZE_MAX = 2_000

export const toRe2Pattern = (root: RegexNode): Re2Pattern | undefined => {
  if (sizeOf(root) > SIZE_MAX) return undefined
  const conditions = { asciiOnly: false, noFinalTerminator: false }
  const text = written(root, conditions)
  return text === undefined ? undefined : { text, ...conditions }
}

interface Conditions {
  asciiOnly: boolean
  noFinalTerminator: boolean
}

const written = (node: RegexNode, conditions: Conditions): string | undefined => {
  switch (node.kind) {
    case 'set':
      return writtenSet(node.set)
    case 'sequence':
      return joined(node.items, '', conditions)
    case 'choice': {
      const text = joined(node.items, '|', conditions)
      return text === undefined ? undefined : `(?:${text})`
    }
    case 'repeat': {
      const item = written(node.item, conditions)
      if (item === undefined || node.mode === 'possessive') return undefined
      const max = node.max === Number.POSITIVE_INFINITY ? '' : node.max
      return `(?:${item}){${node.min},${max}}${node.mode === 'lazy' ? '?' : ''}`
    }
    case 'group': {
      const item = written(node.item, conditions)
      return item === undefined ? undefined : `(${item})`
    }
    case 'assertion':
      return writtenAssertion(node.at, conditions)
    case 'atomic':
    case 'look':
    case 'backreference':
      return undefined
  }
}

const joined = (
  items: readonly RegexNode[],
  separator: string,
  conditions: Conditions,
): string | undefined => {
  const texts: string[] = []
  for (const item of items) {
    const text = written(item, conditions)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts.join(separator)
}

const writtenAssertion = (at: string, conditions: Conditions): string | undefined => {
  switch (at) {
    case 'inputStart':
      return '\\A'
    case 'inputEnd':
      return '\\z'
    case 'finalEnd':
    case 'finalEndUnix':
      conditions.noFinalTerminator = true
      return '\\z'
    case 'wordBoundary':
    case 'notWordBoundary':
      conditions.asciiOnly = true
      return at === 'wordBoundary' ? '\\b' : '\\B'
    default:
      return undefined
  }
}

const writtenSet = (set: CharSet): string | undefined => {
  if (set.kind === 'complement') {
    const members = set.part.kind === 'union' ? writtenMembers(set.part) : undefined
    return members === undefined ? undefined : `[^${members}]`
  }
  if (set.kind === 'ranges') {
    const [from, to] = set.ranges
    // RE2 has no empty class; this matches nothing either.
    if (from === undefined) return '[^\\x{0}-\\x{10ffff}]'
    if (set.ranges.length === 2 && from === to) return writtenChar(from)
  }
  const members = writtenMembers(set)
  return members === undefined ? undefined : `[${members}]`
}

const writtenMembers = (set: CharSet): string | undefined => {
  switch (set.kind) {
    case 'ranges':
      return writtenRanges(set.ranges)
    case 'property': {
      const { re2 } = set.property
      return re2 === undefined ? undefined : `\\${set.negated ? 'P' : 'p'}{${re2}}`
    }
    case 'union': {
      const parts = set.parts.map(writtenMembers)
      return parts.includes(undefined) ? undefined : parts.join('')
    }
    default:
      return undefined
  }
}

const writtenRanges = (ranges: Ranges): string => {
  let text = ''
  for (let at = 0; at < ranges.length; at += 2) {
    text += `${writtenChar(ranges[at] ?? 0)}-${writtenChar(ranges[at + 1] ?? 0)}`
  }
  return text
}

const writtenChar = (codePoint: number): string => {
  const char = String.fromCodePoint(codePoint)
  return /^[A-Za-z0-9]$/.test(char) ? char : `\\x{${codePoint.toString(16)}}`
}
