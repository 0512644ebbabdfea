// HTTP as the wire layer sees it: whole requests in, answers out. `processes/` adapts the transport to these.

/** `[name, value, name, value, …]`, in the order and case of the wire. */
export type FlatHeaders = readonly string[]

export interface WireRequest {
  readonly method: string
  /** `/path?query`, never decoded. */
  readonly target: string
  readonly headers: FlatHeaders
  /** The Host header, with its port where given. */
  readonly host: string
  readonly body: Uint8Array
  readonly remoteAddress: string
  /** A body that is still to come, instead of `body`, which is empty then: objects of S3 are never whole in memory. */
  readonly bodyToCome?: BodyToCome
  /** The fields of an upload form of S3's: their policy is signed, not the request. Never read from the wire. */
  readonly signedForm?: ReadonlyMap<string, string>
  /** Aborted when the client goes away before its answer. Made when it is asked for: few operations wait. */
  readonly clientGone?: () => AbortSignal
}

export interface BodyToCome {
  /** Undefined: it comes in chunks, without its length told. */
  readonly declaredBytes: number | undefined
  read(bytesMax: number): Promise<Uint8Array>
  stream(): AsyncIterable<Uint8Array>
}

export interface WireResponse {
  readonly statusCode: number
  readonly headers: FlatHeaders
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>
  /** The length of a streamed body, or of one that an answer to HEAD leaves out. */
  readonly bodyBytes?: number
}

/** The first header of that name (given in lower case), or undefined. */
export const headerOf = (headers: FlatHeaders, name: string): string | undefined => {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index]?.toLowerCase() === name) return headers[index + 1]
  return undefined
}

export type QueryPair = readonly [name: string, value: string]

/** A request target taken apart. The path stays as it was sent. */
export interface Target {
  readonly path: string
  readonly query: readonly QueryPair[]
}

/** Malformed escapes stand for themselves: what a client meant by them is the operation's to refuse. */
export const parseTarget = (target: string): Target => {
  const mark = target.indexOf('?')
  if (mark === -1) return { path: target, query: [] }
  const query = target
    .slice(mark + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): QueryPair => {
      const equals = pair.indexOf('=')
      return equals === -1
        ? [decodeQuery(pair), '']
        : [decodeQuery(pair.slice(0, equals)), decodeQuery(pair.slice(equals + 1))]
    })
  return { path: target.slice(0, mark), query }
}

const decodeQuery = (text: string): string =>
  decodePercent(text.replaceAll('+', ' ')) ?? text.replaceAll('+', ' ')

/** Undefined where the escapes are malformed. */
export const decodePercent = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
