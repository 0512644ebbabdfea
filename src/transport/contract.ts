// Bytes and messages: what a listener gives, what a handler answers, and how an upstream is called.
// Nothing here knows AWS. Headers are flat lists `[name, value, name, value, …]` in the order and case of the
// wire, because signatures, logs and events need them so and because no object per header is made.

import type { Duplex } from 'node:stream'

export type FlatHeaders = readonly string[]

/** What the TLS handshake told, where there was one. */
export interface TlsFacts {
  readonly serverName?: string
  readonly protocol: string
  readonly cipherSuite: string
  /** DER of the client's certificate, where one was presented and verified. */
  readonly peerCertificate?: Uint8Array
}

/** What a proxy in front said of the connection. The address is absent where it spoke for itself or knew none. */
export interface ProxyFacts {
  readonly remoteAddress?: string
  readonly remotePort?: number
  readonly tlvs: readonly ProxiedTlv[]
}

/** Something further that a proxy says, by the number that its kind has. */
export interface ProxiedTlv {
  readonly type: number
  readonly value: Uint8Array
}

/** A request body: read once, whole or in pieces; not read at all, it is drained or the connection closed. */
export interface HttpBody {
  /** From Content-Length; undefined for a chunked body; 0 where there is none. */
  readonly declaredBytes: number | undefined
  /** All of it, where it is there without being waited for. */
  readonly bytes?: Uint8Array
  /** The whole body. Throws `BodyTooLarge` past `bytesMax`, `BodyAborted` where the client went away. */
  read(bytesMax: number): Promise<Uint8Array>
  stream(): AsyncIterable<Uint8Array>
}

export interface HttpRequest {
  readonly method: string
  /** The request target in origin form, as on the wire: `/path?query`, never decoded. */
  readonly target: string
  readonly httpVersion: '1.0' | '1.1'
  readonly headers: FlatHeaders
  /** The one Host header (or the authority of an absolute target), with its port where given; '' on HTTP/1.0 without one. */
  readonly host: string
  readonly body: HttpBody
  readonly remoteAddress: string
  readonly remotePort: number
  readonly tls?: TlsFacts
  /** Listeners with `proxyProtocol` alone; the remote address is then the one that the proxy told. */
  readonly proxied?: ProxyFacts
  /** Aborted when the client goes away before the answer is written. Made on first use. */
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly statusCode: number
  /** Without Content-Length, Transfer-Encoding, Connection and Date: framing is the transport's. */
  readonly headers: FlatHeaders
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>
  /** The length of a streamed body, told to the client; or of the body that `HEAD` leaves out. Absent: in chunks. */
  readonly bodyBytes?: number
  readonly trailers?: FlatHeaders
  /** Close the connection after this answer. */
  readonly close?: boolean
}

/** Answers without a promise where nothing waits. A throw is a bug: 500, connection closed, reported to `onError`. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>

/** A request to upgrade, its socket still unread. Unset: upgrades are answered as plain requests. */
export type UpgradeHandler = (request: HttpRequest, socket: Duplex, head: Uint8Array) => void

export interface HttpListenerOptions {
  readonly handler: HttpHandler
  readonly onUpgrade?: UpgradeHandler
  /** A handler that threw, or an answer that could not be written; never a client's fault. */
  readonly onError: (error: unknown) => void
  /** Bytes of request line and headers together; more is answered 431. Default 32768. */
  readonly headerBytesMax?: number
  /** Milliseconds to receive a request's headers, then its whole body. Defaults 10000 and 60000. */
  readonly headersTimeoutMs?: number
  readonly requestTimeoutMs?: number
  /** Milliseconds an idle connection is kept. Default 310000. // AWS: idle 310 s */
  readonly keepAliveTimeoutMs?: number
  /** Every connection begins with a PROXY protocol header, version 2; one that does not is closed. Default false. */
  readonly proxyProtocol?: boolean
  /** Connections at once; further ones are refused. Default 20000. */
  readonly connectionsMax?: number
}

export interface HttpListener {
  readonly host: string
  readonly port: number
  /** Stops accepting, answers what is in flight with `Connection: close`, ends idle connections; after `graceMs`, all. */
  close(graceMs?: number): Promise<void>
}

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

export class BodyAborted extends Error {
  override readonly name = 'BodyAborted'
}

export interface UpstreamRequest {
  readonly method: string
  /** `http://host:port` or `https://host:port`, without path. */
  readonly origin: string
  /** Path and query as they are to be sent, percent-encoded. */
  readonly path: string
  /** Without hop-by-hop headers and framing: the client sets Host (unless given), Content-Length, Connection. */
  readonly headers: FlatHeaders
  readonly body?: Uint8Array
  /** From the start of the connection to the last byte (of the headers, for a streamed answer). */
  readonly timeoutMs: number
  readonly responseBytesMax: number
  readonly signal?: AbortSignal
  readonly insecureSkipVerification?: boolean
  /** SNI name and expected certificate name, where it is not the origin's host. */
  readonly serverName?: string
}

export interface UpstreamResponse {
  readonly statusCode: number
  readonly headers: FlatHeaders
  readonly body: Uint8Array
}

export interface UpstreamStream {
  readonly statusCode: number
  readonly headers: FlatHeaders
  readonly body: AsyncIterable<Uint8Array>
}

export type UpstreamErrorCode =
  | 'timeout'
  | 'dns'
  | 'connect'
  /** The address is one that is not connected to (`link-local.ts`). */
  | 'forbidden'
  | 'tls'
  | 'protocol'
  | 'too-large'
  | 'aborted'

export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly code: UpstreamErrorCode
  constructor(code: UpstreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** One client for all upstreams of a process, with kept connections per origin. */
export interface UpstreamClient {
  /** The whole answer. Throws `UpstreamError`. An idempotent request on a stale connection is tried once more. */
  call(request: UpstreamRequest): Promise<UpstreamResponse>
  /** The answer as soon as its headers are there; `body` throws `UpstreamError`. */
  stream(request: UpstreamRequest): Promise<UpstreamStream>
  close(): Promise<void>
}
