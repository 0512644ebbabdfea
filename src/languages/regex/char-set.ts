// Sets of code points: ranges where they can be listed, Unicode properties where they cannot, and what Java's classes
// make of them by union, intersection and complement.

/** Flat, sorted, disjoint, inclusive pairs: [from, to, from, to, …]. */
export type Ranges = readonly number[]

export type CharSet =
  | { readonly kind: 'ranges'; readonly ranges: Ranges }
  | { readonly kind: 'property'; readonly property: UnicodeProperty; readonly negated: boolean }
  | { readonly kind: 'union'; readonly parts: readonly CharSet[] }
  | { readonly kind: 'intersection'; readonly parts: readonly CharSet[] }
  | { readonly kind: 'complement'; readonly part: CharSet }

export interface UnicodeProperty {
  /** As RE2 writes it, `L` or `Greek`; absent where RE2 has no such property. */
  readonly re2: string | undefined
  /** Matches one code point; always of our own making, never a user's pattern. */
  readonly test: RegExp
}

export type CharTest = (codePoint: number) => boolean

export const CODE_POINT_MAX = 0x10ffff

export const rangeSet = (...ranges: readonly number[]): CharSet => ({
  kind: 'ranges',
  ranges: normalised(ranges),
})

export const singleSet = (codePoint: number): CharSet => ({
  kind: 'ranges',
  ranges: [codePoint, codePoint],
})

export const emptySet: CharSet = { kind: 'ranges', ranges: [] }

export const unionSet = (parts: readonly CharSet[]): CharSet => {
  const ranges: number[] = []
  const others: CharSet[] = []
  for (const part of parts) {
    if (part.kind === 'ranges') ranges.push(...part.ranges)
    else if (part.kind === 'union') others.push(...part.parts)
    else others.push(part)
  }
  if (others.length === 0) return rangeSet(...ranges)
  if (ranges.length > 0) others.push(rangeSet(...ranges))
  return others.length === 1 && others[0] !== undefined
    ? others[0]
    : { kind: 'union', parts: others }
}

export const intersectionSet = (left: CharSet, right: CharSet): CharSet =>
  left.kind === 'ranges' && right.kind === 'ranges'
    ? { kind: 'ranges', ranges: intersected(left.ranges, right.ranges) }
    : { kind: 'intersection', parts: [left, right] }

export const complementSet = (part: CharSet): CharSet => {
  switch (part.kind) {
    case 'ranges':
      return { kind: 'ranges', ranges: complemented(part.ranges) }
    case 'complement':
      return part.part
    case 'property':
      return { ...part, negated: !part.negated }
    default:
      return { kind: 'complement', part }
  }
}

/** A test with the ASCII answers worked out beforehand. */
export const compileSet = (set: CharSet): CharTest => {
  const test = compilePart(set)
  const ascii = Array.from({ length: 128 }, (_, codePoint) => test(codePoint))
  return (codePoint) => (codePoint < 128 ? ascii[codePoint] === true : test(codePoint))
}

const compilePart = (set: CharSet): CharTest => {
  switch (set.kind) {
    case 'ranges':
      return compileRanges(set.ranges)
    case 'property': {
      const { test } = set.property
      const wanted = !set.negated
      return (codePoint) => test.test(String.fromCodePoint(codePoint)) === wanted
    }
    case 'union': {
      const tests = set.parts.map(compilePart)
      return (codePoint) => tests.some((test) => test(codePoint))
    }
    case 'intersection': {
      const tests = set.parts.map(compilePart)
      return (codePoint) => tests.every((test) => test(codePoint))
    }
    case 'complement': {
      const test = compilePart(set.part)
      return (codePoint) => !test(codePoint)
    }
  }
}

const compileRanges = (ranges: Ranges): CharTest => {
  const [from = 1, to = 0] = ranges
  if (ranges.length <= 2) return (codePoint) => codePoint >= from && codePoint <= to
  return (codePoint) => {
    let low = 0
    let high = ranges.length / 2 - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      if (codePoint < (ranges[middle * 2] ?? 0)) high = middle - 1
      else if (codePoint > (ranges[middle * 2 + 1] ?? 0)) low = middle + 1
      else return true
    }
    return false
  }
}

const normalised = (pairs: readonly number[]): Ranges => {
  const sorted: (readonly [number, number])[] = []
  for (let at = 0; at < pairs.length; at += 2) sorted.push([pairs[at] ?? 0, pairs[at + 1] ?? 0])
  sorted.sort((left, right) => left[0] - right[0])
  const ranges: number[] = []
  for (const [from, to] of sorted) {
    const last = ranges.length - 1
    const lastTo = ranges[last]
    if (lastTo !== undefined && from <= lastTo + 1) ranges[last] = Math.max(lastTo, to)
    else ranges.push(from, to)
  }
  return ranges
}

const complemented = (ranges: Ranges): Ranges => {
  const result: number[] = []
  let next = 0
  for (let at = 0; at < ranges.length; at += 2) {
    const from = ranges[at] ?? 0
    if (from > next) result.push(next, from - 1)
    next = (ranges[at + 1] ?? 0) + 1
  }
  if (next <= CODE_POINT_MAX) result.push(next, CODE_POINT_MAX)
  return result
}

const intersected = (left: Ranges, right: Ranges): Ranges => {
  const result: number[] = []
  let at = 0
  let other = 0
  while (at < left.length && other < right.length) {
    const from = Math.max(left[at] ?? 0, right[other] ?? 0)
    const leftTo = left[at + 1] ?? 0
    const rightTo = right[other + 1] ?? 0
    if (from <= Math.min(leftTo, rightTo)) result.push(from, Math.min(leftTo, rightTo))
    if (leftTo < rightTo) at += 2
    else other += 2
  }
  return result
}
