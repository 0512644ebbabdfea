// A WebSocket on an upgraded socket: text messages in and out, bounded in every direction. The protocol is the `ws`
// library's; what it leaves open (frames, slow readers, floods of pings) is bounded here.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { HttpRequest } from './contract.ts'
import { createFrameGuard } from './frame-guard.ts'

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
  /** One text message. Settles when its work is done, whatever came of it: never rejects. */
  readonly onMessage: (text: string) => Promise<void>
  /** Any sign of life: a message or a pong. */
  readonly onActivity: () => void
  /** Once, when the connection is gone. 1005: closed without a code; 1006: without a close frame. */
  readonly onClose: (code: number, reason: string) => void
}

export interface WebSocketConnection {
  /** A text frame. False where the connection is closing, or was ended because its client does not read. */
  send(data: Uint8Array | string): boolean
  /** Says goodbye with a code; the socket is cut if the client does not answer. */
  close(code: number, reason: string): void
  terminate(): void
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
    handleProtocols: (offered, request) => {
      const protocol = chosen.get(request)
      return protocol !== undefined && offered.has(protocol) ? protocol : false
    },
  })
  return (request, socket, head, { protocol, events }) => {
    const incoming = incomingOf(request)
    if (protocol !== undefined) chosen.set(incoming, protocol)
    const guard = createFrameGuard(limits.frameBytesMax)
    const state: { connection?: WebSocketConnection; open?: WebSocket } = {}
    const watch = (chunk: Uint8Array): void => {
      if (guard.admit(chunk)) return
      socket.off('data', watch)
      state.connection?.close(1009, '')
    }
    // Before ws's own listener: a frame that is too large closes the connection before its message is told.
    socket.on('data', watch)
    server.handleUpgrade(incoming, socket, Buffer.from(head), (open) => {
      state.connection = connect(open, limits, events)
    })
    return state.connection
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

const connect = (
  open: WebSocket,
  limits: WebSocketLimits,
  events: WebSocketEvents,
): WebSocketConnection => {
  let working = 0
  let closing = false
  const close = (code: number, reason: string): void => {
    closing = true
    open.close(code, reason)
  }
  open.on('message', (data: Buffer, isBinary: boolean) => {
    if (closing) return
    events.onActivity()
    // AWS: text frames only. [behaviour.md 14]
    if (isBinary) return close(1003, '')
    if (++working >= limits.concurrencyMax) open.pause()
    const done = (): void => {
      working--
      if (open.isPaused) open.resume()
    }
    void events.onMessage(data.toString('utf8')).finally(done)
  })
  open.on('ping', (data: Buffer) => {
    if (open.bufferedAmount + data.length > limits.backlogBytesMax) open.terminate()
    else if (open.readyState === open.OPEN) open.pong(data)
  })
  open.on('pong', events.onActivity)
  // What a client did wrong; its close code says it, and the close event follows.
  open.on('error', () => undefined)
  open.on('close', (code, reason) => events.onClose(code, reason.toString('utf8')))
  return {
    send: (data) => {
      if (open.readyState !== open.OPEN) return false
      const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length
      if (open.bufferedAmount + bytes > limits.backlogBytesMax) {
        open.terminate()
        return false
      }
      open.send(data, { binary: false })
      return true
    },
    close,
    terminate: () => open.terminate(),
  }
}
