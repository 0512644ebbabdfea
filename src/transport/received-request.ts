// A request on node:http as the contract has it. What few handlers ask for is made on first use.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connection } from './connection.ts'
import type { FlatHeaders, HttpRequest, ProxyFacts, TlsFacts } from './contract.ts'
import { ReceivedBody } from './received-body.ts'
import type { AdmittedRequest } from './request-guard.ts'

export class ReceivedRequest implements HttpRequest {
  readonly target: string
  readonly httpVersion: '1.0' | '1.1'
  readonly host: string
  readonly body: ReceivedBody
  readonly remoteAddress: string
  readonly remotePort: number
  readonly tls?: TlsFacts
  readonly proxied?: ProxyFacts
  readonly #incoming: IncomingMessage
  #abort: AbortController | undefined
  #aborted = false

  constructor(
    incoming: IncomingMessage,
    response: ServerResponse | undefined,
    admitted: AdmittedRequest,
    connection: Connection,
  ) {
    this.#incoming = incoming
    this.target = admitted.target
    this.httpVersion = incoming.httpVersion === '1.1' ? '1.1' : '1.0'
    this.host = admitted.host
    this.body = new ReceivedBody(
      incoming,
      admitted.declaredBytes,
      admitted.expectsContinue ? response : undefined,
    )
    this.remoteAddress = connection.remoteAddress
    this.remotePort = connection.remotePort
    if (connection.tls !== undefined) this.tls = connection.tls
    if (connection.proxied !== undefined) this.proxied = connection.proxied
  }

  get method(): string {
    return this.#incoming.method ?? 'GET'
  }

  get headers(): FlatHeaders {
    return this.#incoming.rawHeaders
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#aborted) this.#abort.abort()
    }
    return this.#abort.signal
  }

  /** The client is gone: tells whoever asked for the signal. */
  abort(): void {
    this.#aborted = true
    this.#abort?.abort()
  }

  /** Whether bytes of the body may still arrive after an answer, and how many at most. */
  get unreadBytesMax(): number {
    if (this.body.declaredBytes === 0 || this.#incoming.complete) return 0
    return this.body.declaredBytes ?? Number.POSITIVE_INFINITY
  }
}
