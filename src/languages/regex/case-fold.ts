// Case-insensitive matching by sets: the set that a case-insensitive set stands for.
import { type CharSet, type Ranges, rangeSet, unionSet } from './char-set.ts'
import type { CaseFold } from './syntax.ts'

/**
 * The set with the other case of its letters. Java folds ASCII letters alone unless the flag `u` is given, so that
 * `(?i)k` does not match the Kelvin sign.
 */
export const foldSet = (set: CharSet, fold: CaseFold): CharSet => {
  if (fold === 'none' || set.kind !== 'ranges') return set
  const others: number[] = []
  for (let at = 0; at < set.ranges.length; at += 2) {
    const from = set.ranges[at] ?? 0
    const to = set.ranges[at + 1] ?? 0
    addAscii(others, from, to, 0x41, 0x5a, 0x20)
    addAscii(others, from, to, 0x61, 0x7a, -0x20)
  }
  const parts: CharSet[] = others.length === 0 ? [set] : [set, rangeSet(...others)]
  if (fold === 'unicode' && set.ranges.length > 0) parts.push(unicodeFolded(set.ranges))
  return unionSet(parts)
}

export const sameLetter = (left: number, right: number, fold: CaseFold): boolean => {
  if (left === right) return true
  if (fold === 'none') return false
  if (fold === 'ascii') return asciiLower(left) === asciiLower(right)
  return foldedText(left) === foldedText(right)
}

const asciiLower = (codePoint: number): number =>
  codePoint >= 0x41 && codePoint <= 0x5a ? codePoint + 0x20 : codePoint

/** As Java compares: by the lower case of the upper case. */
const foldedText = (codePoint: number): string =>
  String.fromCodePoint(codePoint).toUpperCase().toLowerCase()

const addAscii = (
  into: number[],
  from: number,
  to: number,
  low: number,
  high: number,
  shift: number,
): void => {
  const first = Math.max(from, low)
  const last = Math.min(to, high)
  if (first <= last) into.push(first + shift, last + shift)
}

/** Whatever folds to a member by Unicode's simple case folding, which the engine's own tables know. */
const unicodeFolded = (ranges: Ranges): CharSet => {
  let members = ''
  for (let at = 0; at < ranges.length; at += 2) {
    members += `\\u{${(ranges[at] ?? 0).toString(16)}}-\\u{${(ranges[at + 1] ?? 0).toString(16)}}`
  }
  const property = { re2: undefined, test: new RegExp(`^[${members}]$`, 'iu') }
  return { kind: 'property', property, negated: false }
}
