// Operations on flat header lists `[name, value, name, value, …]`. Every `name` asked for is given in lower
// case; names in a list are in any case.
import type { FlatHeaders } from './contract.ts'

/**
 * A fixed set of names, asked about every header of every request. Almost all names are told from those in the set by
 * their length and first letter; only the others are lower-cased and looked up.
 */
export class HeaderNames {
  readonly #lowers: ReadonlySet<string>
  /** By length and the letter's place in the alphabet: 1 where any name of the set has both. */
  readonly #likely: Uint8Array

  constructor(lowers: readonly string[]) {
    this.#lowers = new Set(lowers)
    const lengthMax = Math.max(...lowers.map(({ length }) => length))
    this.#likely = new Uint8Array((lengthMax + 1) << 5)
    for (const lower of lowers) this.#likely[placeOf(lower)] = 1
  }

  /** `name` in any case. */
  has(name: string): boolean {
    return this.#likely[placeOf(name)] === 1 && this.#lowers.has(name.toLowerCase())
  }
}

/** The same for a letter in upper and lower case. */
const placeOf = (name: string): number => (name.length << 5) | (name.charCodeAt(0) & 31)

/** Meant for one connection only and never passed on, whoever wrote them. [RFC 9110 7.6.1, RFC 9112 6] */
export const HOP_BY_HOP_NAMES: readonly string[] = [
  'connection',
  'content-length',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

export const HOP_BY_HOP = new HeaderNames(HOP_BY_HOP_NAMES)

/** Whether `name` is `lower`. Lengths are compared first: most names differ there. */
export const isHeader = (name: string, lower: string): boolean =>
  name.length === lower.length && (name === lower || name.toLowerCase() === lower)

/** The last value, or undefined. */
export const headerValue = (headers: FlatHeaders, lower: string): string | undefined => {
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (isHeader(headers[at] ?? '', lower)) return headers[at + 1]
  }
  return undefined
}

/** All values in order. */
export const headerValues = (headers: FlatHeaders, lower: string): readonly string[] => {
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    if (isHeader(headers[at] ?? '', lower)) values.push(headers[at + 1] ?? '')
  }
  return values
}

/** The list without the headers of these names; the same list where there are none. */
export const withoutHeaders = (headers: FlatHeaders, names: HeaderNames): FlatHeaders => {
  let kept: string[] | undefined
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (names.has(name)) kept ??= headers.slice(0, at)
    else kept?.push(name, headers[at + 1] ?? '')
  }
  return kept ?? headers
}

/** The list with one header of this name, in place of those it had. */
export const withHeader = (headers: FlatHeaders, name: string, value: string): FlatHeaders => [
  ...withoutHeaders(headers, new HeaderNames([name.toLowerCase()])),
  name,
  value,
]

/** What would break a message apart if it were written into a header line. */
export const breaksLine = (text: string): boolean => LINE_BREAK.test(text)

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const LINE_BREAK = /[\0\r\n]/
