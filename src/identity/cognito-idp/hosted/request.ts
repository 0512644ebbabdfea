// A request to the pages and OAuth endpoints of a user pool: its parameters, each given once, and its cookies.
import type { FlatHeaders } from '#transport/contract.ts'
import { headerOf } from '#wire/message.ts'

export interface HostedRequest {
  readonly method: string
  /** Within the pool's domain: `/oauth2/token`. */
  readonly path: string
  /** The query, written anew, without `?`: the pages hand it on. */
  readonly queryText: string
  readonly query: Parameters
  /** Of a form; empty for everything else. */
  readonly form: Parameters
  readonly headers: FlatHeaders
  readonly cookies: ReadonlyMap<string, string>
  readonly isSecure: boolean
}

export type Parameters = ReadonlyMap<string, string>

/** More parameters than any endpoint takes. */
const PARAMETERS_MAX = 100

/** Undefined where one is given twice: two readers could read it in two ways. [RFC 6749 3.1] */
export const readParameters = (text: string): Parameters | undefined => {
  const found = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (found.has(name) || found.size >= PARAMETERS_MAX) return undefined
    found.set(name, value)
  }
  return found
}

export const readCookies = (headers: FlatHeaders): ReadonlyMap<string, string> => {
  const cookies = new Map<string, string>()
  for (const pair of (headerOf(headers, 'cookie') ?? '').split(';').slice(0, PARAMETERS_MAX)) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    // The first one counts: browsers send that of the longest path first.
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim())
  }
  return cookies
}

/** The parameters as a query, those of `without` left out. */
export const queryOf = (parameters: Parameters, ...without: readonly string[]): string =>
  new URLSearchParams([...parameters].filter(([name]) => !without.includes(name))).toString()
