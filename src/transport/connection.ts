// A client's connection: its requests one after another, though it may send several before it reads an answer.
// So answers keep their order, one client holds one handler at a time, and nothing that follows a malformed
// request or a `Connection: close` is ever looked at.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ProxyFacts, TlsFacts } from './contract.ts'
import { answerRaw } from './raw-answer.ts'

/** Requests that may wait behind the one being answered; with more the connection is closed after it. */
const PIPELINE_MAX = 256
/** Bytes of answers not yet read by the client, from which on its next request waits. */
const UNREAD_ANSWER_BYTES_MAX = 256 * 1024

export interface Exchange {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
}

/** What is known of a connection before its first request. */
export interface ArrivalFacts {
  readonly tls?: TlsFacts | undefined
  readonly proxied?: ProxyFacts | undefined
}

export class Connection {
  readonly socket: Socket
  readonly tls: TlsFacts | undefined
  readonly proxied: ProxyFacts | undefined
  /** Kept: a socket that is closed no longer knows, and the record of a request may be written after that. */
  readonly remoteAddress: string
  readonly remotePort: number
  /** No request after the current one is served. */
  closing = false
  /** The socket belongs to the upgraded protocol now. */
  upgraded = false
  /** Told once where the client goes away while a request is being answered. */
  abortable: { abort(): void } | undefined
  #current: Exchange | undefined
  #last: ServerResponse | undefined
  #waiting: Exchange[] = []
  #failed = false
  readonly #serve: (connection: Connection, exchange: Exchange) => void

  constructor(
    socket: Socket,
    { tls, proxied }: ArrivalFacts,
    serve: (connection: Connection, exchange: Exchange) => void,
  ) {
    this.socket = socket
    this.tls = tls
    this.proxied = proxied
    this.remoteAddress = plainAddress(proxied?.remoteAddress ?? socket.remoteAddress ?? '')
    this.remotePort = proxied?.remotePort ?? socket.remotePort ?? 0
    this.#serve = serve
  }

  get isIdle(): boolean {
    return this.#current === undefined && this.#waiting.length === 0 && !this.upgraded
  }

  /** Whether an answer to this exchange can still be written. */
  isAnswering(exchange: Exchange): boolean {
    return this.#current === exchange && !this.socket.destroyed
  }

  /** A request has arrived: it is served at once, or after those before it. */
  arrive(exchange: Exchange): void {
    if (this.closing) return
    if (this.#current === undefined && this.#waiting.length === 0) this.#start(exchange)
    else if (this.#waiting.length < PIPELINE_MAX) this.#waiting.push(exchange)
    else this.#closeAfterCurrent()
  }

  /** The current request has its whole answer. */
  answered(): void {
    const response = this.#current?.response
    this.#current = undefined
    this.abortable = undefined
    if (this.closing) this.#waiting = []
    if (this.closing && response?.writableFinished === true) this.socket.destroySoon()
    else if (this.closing) response?.once('finish', () => this.socket.destroySoon())
    if (this.#waiting.length === 0) return
    if (response !== undefined && this.socket.writableLength > UNREAD_ANSWER_BYTES_MAX) {
      response.once('close', () => this.#next())
    } else queueMicrotask(() => this.#next())
  }

  /** The parser or its clock gave up on what the client sends; `statusCode` is for the client, if it still listens. */
  fail(statusCode: number | undefined): void {
    if (this.#failed) return
    const current = this.#current
    if (statusCode === undefined || !this.socket.writable) {
      this.#failed = true
      this.socket.destroy()
    } else if (current === undefined) this.#failIdle(statusCode)
    else if (current.incoming.complete) this.#closeAfterCurrent()
    else this.#failCurrent(current, statusCode)
  }

  /** The socket is gone. */
  closed(): void {
    this.closing = true
    this.#waiting = []
    this.#current = undefined
    const { abortable } = this
    this.abortable = undefined
    abortable?.abort()
  }

  #start(exchange: Exchange): void {
    this.#current = exchange
    this.#last = exchange.response
    this.#serve(this, exchange)
  }

  #next(): void {
    if (this.closing || this.#current !== undefined) return
    const exchange = this.#waiting.shift()
    if (exchange !== undefined) this.#start(exchange)
  }

  #closeAfterCurrent(): void {
    this.closing = true
    this.#waiting = []
  }

  /** Between requests. What was answered before is written first. */
  #failIdle(statusCode: number): void {
    // A connection on which nothing was ever sent is no failure, and after `Connection: close` all is said.
    const isSilent = this.closing || this.socket.bytesRead === 0 || this.#isLastIncomplete()
    this.closing = true
    this.#failed = true
    const end = (): void => {
      if (isSilent) this.socket.destroySoon()
      else answerRaw(this.socket, statusCode)
    }
    if (this.#last === undefined || this.#last.writableFinished) end()
    else this.#last.once('finish', end)
  }

  /** Whether the last request was answered before its body was complete: an answer now would be read as a second one. */
  #isLastIncomplete(): boolean {
    return this.#last !== undefined && !this.#last.req.complete
  }

  /** In the middle of a body whose request is being answered. */
  #failCurrent(current: Exchange, statusCode: number): void {
    this.closing = true
    this.#failed = true
    // What has been written of its answer still goes out.
    if (current.response.headersSent) this.socket.destroySoon()
    else answerRaw(this.socket, statusCode)
    this.closed()
  }
}

/** An IPv4 client of a dual-stack listener is shown as IPv4. */
const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') ? address.slice(7) : address
