// A request in the one form that is signed. Client and gateway must come to the same bytes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { hash } from 'node:crypto'
import type { FlatHeaders, PathRules, SignableRequest } from './message.ts'
import { decodeComponent, encodeComponent, encodePath } from './percent.ts'

export interface CanonicalOptions {
  readonly path: PathRules
  /** In lower case and in order. */
  readonly signedHeaders: readonly string[]
  /** SHA-256 of the body in hexadecimal, or the word that stands for it. */
  readonly payloadHash: string
  /** Query parameters that are not signed, names in lower case. */
  readonly unsignedQuery: ReadonlySet<string>
}

export const canonicalRequest = (request: SignableRequest, options: CanonicalOptions): string => {
  const mark = request.target.indexOf('?')
  const path = mark === -1 ? request.target : request.target.slice(0, mark)
  const query = mark === -1 ? '' : request.target.slice(mark + 1)
  return [
    request.method,
    canonicalPath(path, options.path),
    canonicalQuery(query, options.unsignedQuery),
    ...canonicalHeaders(request.headers, options.signedHeaders),
    '',
    options.signedHeaders.join(';'),
    options.payloadHash,
  ].join('\n')
}

/** The bytes of a canonical text: of a byte string its own. */
export const canonicalBytes = (text: string): Uint8Array =>
  Buffer.from(text, /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf8')

export const sha256Hex = (data: Uint8Array): string => hash('sha256', data, 'hex')

export const canonicalPath = (path: string, { normalized, doubleEncoded }: PathRules): string => {
  const sent = normalized ? normalizePath(path) : path
  return encodePath(doubleEncoded ? sent : decodeComponent(sent)) || '/'
}

/** As the clients do it: no empty segments, no `.` and no `..`; a slash at the end stays. */
const normalizePath = (path: string): string => {
  if (!/\/\/|\/\.{1,2}(?:\/|$)/.test(path)) return path
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`
}

/** Decoded, encoded again in the one way, sorted by name and then by value. */
const canonicalQuery = (query: string, unsigned: ReadonlySet<string>): string => {
  if (query === '') return ''
  const pairs: [name: string, value: string][] = []
  for (const [name, value] of queryPairs(query)) {
    if (unsigned.has(name.toLowerCase())) continue
    pairs.push([encodeComponent(name), encodeComponent(value)])
  }
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

/** The parameters of a query string, as byte strings, in order. A plus sign is a space, as a browser means it. */
export const queryPairs = (query: string): readonly (readonly [string, string])[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const name = equals === -1 ? pair : pair.slice(0, equals)
      const value = equals === -1 ? '' : pair.slice(equals + 1)
      return [decodeQuery(name), decodeQuery(value)]
    })

const decodeQuery = (text: string): string => decodeComponent(text.replaceAll('+', ' '))

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** One line a name; the values of a repeated header stand in the order of the wire. */
const canonicalHeaders = (headers: FlatHeaders, signed: readonly string[]): readonly string[] => {
  const values = new Map<string, string>(signed.map((name) => [name, '']))
  const seen = new Set<string>()
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? ''
    const before = values.get(name)
    if (before === undefined) continue
    const value = trimAll(headers[index + 1] ?? '')
    values.set(name, seen.has(name) ? `${before},${value}` : value)
    seen.add(name)
  }
  return signed.map((name) => `${name}:${values.get(name) ?? ''}`)
}

const trimAll = (value: string): string =>
  /^\s|\s\s|[\t\r\n]|\s$/.test(value)
    ? value.replaceAll(/[ \t\r\n]+/g, ' ').replaceAll(/^ | $/g, '')
    : value
