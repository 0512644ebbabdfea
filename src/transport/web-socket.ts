// A WebSocket on an upgraded socket: text messages in and out, bounded in every direction. The protocol is the `ws`
// library's; what it leaves open (frames, slow readers, floods of pings) is bounded here.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { HttpRequest } from './contract.ts'
import { FrameGuard } from './frame-guard.ts'

export interface WebSocketLimits {
  /** Bytes of one frame's payload; more closes with 1009. */
  readonly frameBytesMax: number
  /** Bytes of one message; more closes with 1009. */
  readonly messageBytesMax: number
  /** Bytes that may wait for a client that does not read; more ends its connection. */
  readonly backlogBytesMax: number
  /** Messages of one client that may be in work; it is not read further until one is done. */
  readonly concurrencyMax: number
}

export interface WebSocketEvents {
  /** One text message, in UTF-8 that is valid. Settles when its work is done, whatever came of it: never rejects. */
  onMessage(message: Uint8Array): Promise<void>
  /** Any sign of life: a message or a pong. */
  onActivity(): void
  /** Once, when the connection is gone. 1005: closed without a code; 1006: without a close frame. */
  onClose(code: number, reason: string): void
}

export interface WebSocketConnection {
  /** Sends a text frame. False where the connection is closing, or was ended because its client does not read. */
  deliver(data: Uint8Array | string): boolean
  /** Says goodbye with a code; the socket is cut if the client does not answer. */
  end(code: number, reason: string): void
  /** Ends it at once, without a word. */
  cut(): void
  /** False once either side has said goodbye. */
  readonly isOpen: boolean
}

export type AcceptWebSocket = (
  request: HttpRequest,
  socket: Duplex,
  head: Uint8Array,
  options: {
    /** Told to the client where it asked for it. */
    readonly protocol: string | undefined
    readonly events: WebSocketEvents
  },
) => WebSocketConnection | undefined

/** Accepts handshakes that `isHandshake` has admitted; undefined where the client is gone already. */
export const createWebSockets = (limits: WebSocketLimits): AcceptWebSocket => {
  const chosen = new WeakMap<object, string>()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // AWS: the extension is not negotiated. [behaviour.md 14]
    perMessageDeflate: false,
    maxPayload: limits.messageBytesMax,
    // A flood of pings must not fill the buffers of a client that does not read.
    autoPong: false,
    WebSocket: BoundedSocket,
    handleProtocols: (offered, request) => {
      const protocol = chosen.get(request)
      return protocol !== undefined && offered.has(protocol) ? protocol : false
    },
  })
  return (request, socket, head, { protocol, events }) => {
    const incoming = incomingOf(request)
    if (protocol !== undefined) chosen.set(incoming, protocol)
    const guard = new FrameGuard(limits.frameBytesMax)
    let accepted: BoundedSocket | undefined
    // Before ws's own listener: a frame that is too large closes the connection before its message is told.
    socket.on('data', (chunk: Uint8Array) => {
      if (!guard.admit(chunk)) accepted?.end(1009, '')
    })
    server.handleUpgrade(incoming, socket, Buffer.from(head), (open) => {
      accepted = open
      open.begin(limits, events)
    })
    return accepted
  }
}

/** What `ws` reads of a request: the method and its headers, which the guard has seen. */
const incomingOf = (request: HttpRequest): IncomingMessage => {
  const headers: Record<string, string> = {}
  for (let at = 0; at < request.headers.length; at += 2) {
    const name = (request.headers[at] ?? '').toLowerCase()
    const value = request.headers[at + 1] ?? ''
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  // The library's types ask for a whole IncomingMessage, and its code for these two members.
  return { method: request.method, url: request.target, headers } as IncomingMessage
}

/** With its state in itself and listeners that all share: ten thousand idle ones should cost little. */
class BoundedSocket extends WebSocket implements WebSocketConnection {
  #limits: WebSocketLimits | undefined
  #events: WebSocketEvents | undefined
  #working = 0
  #ending = false

  begin(limits: WebSocketLimits, events: WebSocketEvents): void {
    this.#limits = limits
    this.#events = events
    this.on('message', receive)
    this.on('ping', answerPing)
    this.on('pong', noteActivity)
    this.on('error', ignore)
    this.on('close', tellClosed)
  }

  end(code: number, reason: string): void {
    this.#ending = true
    this.close(code, reason)
  }

  cut(): void {
    this.terminate()
  }

  get isOpen(): boolean {
    return this.readyState === this.OPEN
  }

  deliver(data: Uint8Array | string): boolean {
    if (!this.isOpen) return false
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length
    if (!this.hasRoom(bytes)) return false
    this.send(data, { binary: false })
    return true
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#ending || this.#events === undefined) return
    this.#events.onActivity()
    // AWS: text frames only. [behaviour.md 14]
    if (isBinary) return this.end(1003, '')
    if (++this.#working >= (this.#limits?.concurrencyMax ?? 0)) this.pause()
    void this.#events.onMessage(data).finally(() => {
      this.#working--
      if (this.isPaused) this.resume()
    })
  }

  answerPing(data: Buffer): void {
    if (this.hasRoom(data.length) && this.isOpen) this.pong(data)
  }

  noteActivity(): void {
    this.#events?.onActivity()
  }

  tellClosed(code: number, reason: Buffer): void {
    this.#events?.onClose(code, reason.toString('utf8'))
  }

  /** A client that leaves too much unread is cut off. */
  private hasRoom(bytes: number): boolean {
    if (this.bufferedAmount + bytes <= (this.#limits?.backlogBytesMax ?? 0)) return true
    this.terminate()
    return false
  }
}

// Called by the library with the socket as `this`.
function receive(this: WebSocket, data: RawData, isBinary: boolean): void {
  // One Buffer, as long as nobody asks the library for another form.
  if (this instanceof BoundedSocket) this.receive(data as Buffer, isBinary)
}
function answerPing(this: WebSocket, data: Buffer): void {
  if (this instanceof BoundedSocket) this.answerPing(data)
}
function noteActivity(this: WebSocket): void {
  if (this instanceof BoundedSocket) this.noteActivity()
}
function tellClosed(this: WebSocket, code: number, reason: Buffer): void {
  if (this instanceof BoundedSocket) this.tellClosed(code, reason)
}
/** What a client did wrong: its close code says it, and the close event follows. */
function ignore(): void {}
