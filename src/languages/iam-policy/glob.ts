// Patterns with `*` and `?`, matched without going back: a policy of somebody else's cannot make a request slow.
// A pattern is a list of tokens (character codes and two wildcards), so that an asterisk which came out of a variable
// is an asterisk and not a wildcard.

export type Tokens = readonly number[]

export type Matches = (text: string) => boolean

/** `?`: any one character. */
const ONE = -1
/** `*`: any characters, or none. */
const MANY = -2

/** With `wildcards`, `*` and `?` mean any characters and any one; without, themselves. */
export const tokensOf = (text: string, wildcards: boolean): Tokens => {
  const tokens: number[] = []
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    tokens.push(wildcards && code === 42 ? MANY : wildcards && code === 63 ? ONE : code)
  }
  return tokens
}

/** The text of tokens that hold no wildcard. */
export const textOf = (tokens: Tokens): string =>
  tokens.map((token) => String.fromCharCode(token)).join('')

/** Parts between the first `count - 1` separators; the last part has the rest. */
export const splitTokens = (
  tokens: Tokens,
  separator: number,
  count: number,
): readonly Tokens[] => {
  const parts: Tokens[] = []
  let start = 0
  for (let index = 0; index < tokens.length && parts.length < count - 1; index += 1) {
    if (tokens[index] !== separator) continue
    parts.push(tokens.slice(start, index))
    start = index + 1
  }
  parts.push(tokens.slice(start))
  return parts
}

export const compileGlob = (tokens: Tokens): Matches => {
  if (tokens.length === 1 && tokens[0] === MANY) return () => true
  if (!tokens.includes(MANY) && !tokens.includes(ONE)) {
    const literal = textOf(tokens)
    return (text) => text === literal
  }
  const segments = segmentsOf(tokens)
  const [first, ...rest] = segments
  const last = rest.pop()
  if (first === undefined) return (text) => text === ''
  if (last === undefined) return (text) => text.length === first.length && first.isAt(text, 0)
  // The commonest pattern of all is a beginning and an asterisk.
  if (rest.length === 0 && last.length === 0) return (text) => first.isAt(text, 0)
  const shortest = segments.reduce((sum, segment) => sum + segment.length, 0)
  return (text) => {
    if (text.length < shortest || !first.isAt(text, 0)) return false
    const end = text.length - last.length
    if (!last.isAt(text, end)) return false
    let from = first.length
    for (const segment of rest) {
      // The leftmost place is the best: it leaves most to what follows, so no other need be tried.
      const at = segment.find(text, from)
      if (at === -1) return false
      from = at + segment.length
    }
    return from <= end
  }
}

/** What stands between two asterisks. */
interface Segment {
  readonly length: number
  isAt(text: string, at: number): boolean
  /** The first place at or after `from`, or -1. */
  find(text: string, from: number): number
}

const segmentsOf = (tokens: Tokens): readonly Segment[] => {
  const segments: Segment[] = []
  let start = 0
  for (let index = 0; index <= tokens.length; index += 1) {
    if (index < tokens.length && tokens[index] !== MANY) continue
    segments.push(segmentOf(tokens.slice(start, index)))
    start = index + 1
  }
  return segments
}

/** The engine's own search may compare every character of a literal at every place; up to here that is little. */
const SEARCHED_LITERAL_MAX = 32

const segmentOf = (tokens: Tokens): Segment => {
  const { length } = tokens
  if (!tokens.includes(ONE)) {
    const literal = textOf(tokens)
    const search = length > SEARCHED_LITERAL_MAX ? lazy(() => shiftAnd(tokens)) : undefined
    return {
      length,
      isAt: (text, at) => text.startsWith(literal, at),
      find: (text, from) => (search ? search()(text, from) : text.indexOf(literal, from)),
    }
  }
  const search = lazy(() => shiftAnd(tokens))
  return {
    length,
    isAt: (text, at) => tokens.every((token, index) => isToken(text, at + index, token)),
    find: (text, from) => search()(text, from),
  }
}

const isToken = (text: string, at: number, token: number): boolean =>
  at < text.length && (token === ONE || text.charCodeAt(at) === token)

const lazy = <T>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => (made ??= make())
}

/**
 * The shift-and search: bit `i` of the state says that the last `i + 1` characters match the first `i + 1` tokens.
 * The work is one step for each character of the text and each 32 tokens.
 */
const shiftAnd = (tokens: Tokens): ((text: string, from: number) => number) => {
  const words = Math.ceil(tokens.length / 32)
  const wildcards = new Uint32Array(words)
  const masks = new Map<number, Uint32Array>()
  for (const [index, token] of tokens.entries()) {
    if (token === ONE) setBit(wildcards, index)
    else if (!masks.has(token)) masks.set(token, new Uint32Array(words))
  }
  for (const [token, mask] of masks) {
    for (const [index, other] of tokens.entries()) {
      if (other === token || other === ONE) setBit(mask, index)
    }
  }
  const lastBit = 1 << ((tokens.length - 1) & 31)
  return (text, from) => {
    const state = new Uint32Array(words)
    for (let at = from; at < text.length; at += 1) {
      const mask = masks.get(text.charCodeAt(at)) ?? wildcards
      let carry = 1
      for (let word = 0; word < words; word += 1) {
        const bits = state[word] ?? 0
        state[word] = ((bits << 1) | carry) & (mask[word] ?? 0)
        carry = bits >>> 31
      }
      if (((state[words - 1] ?? 0) & lastBit) !== 0) return at - tokens.length + 1
    }
    return -1
  }
}

const setBit = (bits: Uint32Array, index: number): void => {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31))
}
