// How the processes of a node speak: one connection per process to the host, on a unix socket, carrying requests,
// answers and notices as lines of JSON. Typed by `ChannelMethods`, bounded in every direction, and made for a host
// that may die: the client connects again by itself, and whoever waits is told.
import { rm } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { errorMessage } from '#shared/assert.ts'
import type { Clock } from '#shared/clock.ts'
import { isObject } from '#shared/json.ts'

/** Bytes of one message. A deployment document of 300 resources is well below. */
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024
/** Requests that wait for an answer, per client. */
const PENDING_MAX = 1_000
/** Bytes that may wait in a socket before notices are dropped (and counted). */
const NOTICE_BACKLOG_BYTES_MAX = 4 * 1024 * 1024
const CALL_TIMEOUT_MS = 10_000
const RECONNECT_MS = 100

export class ChannelError extends Error {
  override readonly name: string = 'ChannelError'
}

/** The other end is there and does not keep up: what was asked may be asked again. */
export class ChannelBusy extends ChannelError {
  override readonly name = 'ChannelBusy'
}

type Message =
  | { readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly notice: string; readonly params: unknown }

export interface ChannelHost {
  /** Tells every connected process. */
  broadcast(notice: string, params: unknown): void
  close(): Promise<void>
}

export interface ChannelHostOptions {
  readonly path: string
  readonly methods: Readonly<
    Record<string, (params: unknown, peer: ChannelPeer) => Promise<unknown>>
  >
  /** Notices that clients send, for instance request records. */
  readonly notices: Readonly<Record<string, (params: unknown, peer: ChannelPeer) => void>>
  /** A client's connection ended. */
  readonly onGone?: (peer: ChannelPeer) => void
  readonly onError: (error: unknown) => void
}

/** One connected process, as the host sees it; one that connects again is another. */
export interface ChannelPeer {
  readonly id: number
  notify(notice: string, params: unknown): void
}

/** Listens for the other processes of this node. */
export const startChannelHost = async (options: ChannelHostOptions): Promise<ChannelHost> => {
  const sockets = new Set<Socket>()
  let lastId = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    const peer: ChannelPeer = {
      id: ++lastId,
      notify: (notice, params) => send(socket, { notice, params }),
    }
    socket.on('close', () => {
      sockets.delete(socket)
      options.onGone?.(peer)
    })
    socket.on('error', () => socket.destroy()) // A process that went away: its close is all there is to say.
    onMessages(socket, (message) => answer(socket, peer, message, options), options.onError)
  })
  // A host that was killed leaves its socket behind, and only one host has this path at a time.
  await rm(options.path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.path, resolve)
  })
  return {
    broadcast: (notice, params) => {
      for (const socket of sockets) send(socket, { notice, params })
    },
    close: async () => {
      for (const socket of sockets) {
        socket.uncork()
        socket.destroy()
      }
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const answer = (
  socket: Socket,
  peer: ChannelPeer,
  message: Message,
  options: ChannelHostOptions,
): void => {
  if ('notice' in message) {
    options.notices[message.notice]?.(message.params, peer)
    return
  }
  if (!('method' in message)) return
  const { id, method, params } = message
  const work = options.methods[method]
  if (work === undefined) {
    send(socket, { id, error: `no such method: ${method}` })
    return
  }
  work(params, peer).then(
    (result) => send(socket, { id, result }),
    (error: unknown) => {
      options.onError(error)
      send(socket, { id, error: errorMessage(error) })
    },
  )
}

export interface ChannelClient {
  /** Asks the host. Throws `ChannelError` where the host refuses, is gone or takes longer than 10 s. */
  call(method: string, params: unknown): Promise<unknown>
  /** Tells the host, or drops (and counts) where it does not listen fast enough. */
  notify(notice: string, params: unknown): void
  /** Notices dropped since the start. */
  readonly dropped: number
  readonly isConnected: boolean
  close(): void
}

export interface ChannelClientOptions {
  readonly path: string
  readonly clock: Clock
  /** Called after each time the connection is made, the first one included. */
  readonly onConnect: () => void
  /** Called each time the connection is lost, or could not be made. */
  readonly onLost?: () => void
  readonly notices: Readonly<Record<string, (params: unknown) => void>>
  readonly onError: (error: unknown) => void
}

/** Connects to the host, and again whenever the connection is lost, until it is closed. */
export const connectChannel = (options: ChannelClientOptions): ChannelClient => {
  const pending = new Map<number, PendingCall>()
  let socket: Socket | undefined
  let lastId = 0
  let dropped = 0
  let closed = false

  const failAll = (reason: string): void => {
    for (const call of pending.values()) call.reject(new ChannelError(reason))
    pending.clear()
  }

  const onMessage = (message: Message): void => {
    if ('notice' in message) {
      options.notices[message.notice]?.(message.params)
      return
    }
    const call = pending.get(message.id)
    pending.delete(message.id)
    if (call === undefined) return
    if ('error' in message) call.reject(new ChannelError(message.error))
    else if ('result' in message) call.resolve(message.result)
  }

  const connect = (): void => {
    if (closed) return
    const attempt = createConnection(options.path)
    attempt.on('connect', () => {
      socket = attempt
      options.onConnect()
    })
    attempt.on('error', () => attempt.destroy()) // Reported by what needed it; the close event goes on.
    attempt.on('close', () => {
      socket = undefined
      failAll('the host process is gone')
      options.onLost?.()
      options.clock.setTimer(connect, RECONNECT_MS)
    })
    onMessages(attempt, onMessage, options.onError)
  }
  connect()

  return {
    call: (method, params) =>
      new Promise((resolve, reject) => {
        if (socket === undefined) return reject(new ChannelError('the host process is gone'))
        if (pending.size >= PENDING_MAX) return reject(new ChannelBusy('too many calls at once'))
        const id = ++lastId
        const timer = options.clock.setTimer(() => {
          pending.delete(id)
          reject(new ChannelBusy(`${method} took longer than ${CALL_TIMEOUT_MS} ms`))
        }, CALL_TIMEOUT_MS)
        pending.set(id, {
          resolve: (value) => {
            timer.cancel()
            resolve(value)
          },
          reject: (error) => {
            timer.cancel()
            reject(error)
          },
        })
        send(socket, { id, method, params })
      }),
    notify: (notice, params) => {
      if (socket === undefined || socket.writableLength > NOTICE_BACKLOG_BYTES_MAX) dropped++
      else send(socket, { notice, params })
    },
    get dropped() {
      return dropped
    },
    get isConnected() {
      return socket !== undefined
    },
    close: () => {
      closed = true
      // What was said last in this turn still goes out.
      socket?.uncork()
      socket?.destroy()
      failAll('the channel is closed')
    },
  }
}

interface PendingCall {
  resolve(value: unknown): void
  reject(error: ChannelError): void
}

/** Messages of one turn of the event loop are one write to the system, and wake the other end once. */
const send = (socket: Socket, message: Message): void => {
  if (socket.writableCorked === 0) {
    socket.cork()
    setImmediate(() => socket.uncork())
  }
  socket.write(`${JSON.stringify(message)}\n`)
}

/** Cuts the stream into lines and parses them; a line that is too long or no message ends the connection. */
const onMessages = (
  socket: Socket,
  onMessage: (message: Message) => void,
  onError: (error: unknown) => void,
): void => {
  let parts: string[] = []
  let bytes = 0
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    let start = 0
    for (;;) {
      const end = chunk.indexOf('\n', start)
      const part = end < 0 ? chunk.slice(start) : chunk.slice(start, end)
      parts.push(part)
      bytes += part.length
      if (bytes > MESSAGE_BYTES_MAX) {
        onError(new ChannelError(`a message of more than ${MESSAGE_BYTES_MAX} bytes`))
        socket.destroy()
        return
      }
      if (end < 0) return
      const line = parts.join('')
      parts = []
      bytes = 0
      start = end + 1
      try {
        onMessage(parseMessage(line))
      } catch (error) {
        onError(error)
        socket.destroy()
        return
      }
    }
  })
}

const parseMessage = (line: string): Message => {
  const message: unknown = JSON.parse(line)
  if (!isObject(message)) throw new ChannelError('a line that is no message')
  return message as unknown as Message // Both ends are this file: the shape is ours.
}
