// The open connections of WebSocket APIs: whoever holds a socket registers it here, and whoever has something for it
// asks here, without knowing which process holds it. A connection's id names its holder.
import type { Clock } from '#shared/clock.ts'
import type { Random } from '#shared/random.ts'

/** Which API's stage a connection belongs to: an id of another one is nobody's. */
export interface ConnectionPlace {
  readonly apiId: string
  readonly stageName: string
}

export interface ConnectionInfo {
  /** Milliseconds since the epoch. */
  readonly connectedAtMs: number
  readonly lastActiveAtMs: number
  readonly sourceIp: string
  readonly userAgent: string
}

/** A socket of this process. */
export interface HeldConnection extends ConnectionPlace {
  readonly connectionId: string
  /** False once either side has said goodbye: nobody finds it any more, though its client may not answer. */
  readonly isOpen: boolean
  /** False where the connection is closing. */
  send(data: Uint8Array): boolean
  info(): ConnectionInfo
  close(): void
  /** Ends it where its time is over. Monotonic. */
  check(nowMs: number): void
  /** Ends it because this process ends. */
  goAway(): void
  /** Ends it without waiting for the client. */
  cut(): void
}

/**
 * What can be done to a connection, wherever it is. Each is undefined or false where it is gone, and throws `ChannelBusy`
 * where its holder does not keep up.
 */
export interface Connections {
  post(place: ConnectionPlace, connectionId: string, data: Uint8Array): Promise<boolean>
  get(place: ConnectionPlace, connectionId: string): Promise<ConnectionInfo | undefined>
  delete(place: ConnectionPlace, connectionId: string): Promise<boolean>
}

/** The connections that this process holds. */
export interface LocalConnections extends Connections {
  /** An id that no other holder gives out. */
  newId(): string
  hold(connection: HeldConnection): void
  release(connectionId: string): void
  readonly size: number
  /** Those of one API. */
  count(apiId: string): number
  held(): readonly HeldConnection[]
  /** Calls back once, when the last connection is released. */
  whenEmpty(callback: () => void): void
}

/** Bytes of an id: three name the holder, eight are random. As long as AWS's own, for instance `PWk6MdGXvHcCH2g=`. */
const HOLDER_BYTES = 3
const RANDOM_BYTES = 8
const HOLDERS_MAX = 2 ** (8 * HOLDER_BYTES)

/** How late the end of a connection's time may be seen. */
const CHECK_MS = 1_000

export const createLocalConnections = (options: {
  /** A number of this process among those that share a data port, such as its process id; below 2^24. */
  readonly holder: number
  readonly random: Random
  readonly clock: Clock
}): LocalConnections => {
  const held = new Map<string, HeldConnection>()
  const { clock } = options
  /** One look at all of them a second: a timer for each would cost more than most of them do. */
  const watch = (): void => {
    if (held.size === 0) {
      watching = false
      return
    }
    clock.setTimer(watch, CHECK_MS)
    const nowMs = clock.monotonicMs()
    for (const connection of held.values()) connection.check(nowMs)
  }
  let watching = false
  const counts = new Map<string, number>()
  let onEmpty: (() => void) | undefined
  const find = ({ apiId, stageName }: ConnectionPlace, connectionId: string) => {
    const connection = held.get(connectionId)
    if (connection?.isOpen !== true) return undefined
    return connection.apiId === apiId && connection.stageName === stageName ? connection : undefined
  }
  return {
    newId: () => {
      const bytes = Buffer.alloc(HOLDER_BYTES + RANDOM_BYTES)
      bytes.writeUIntBE(options.holder % HOLDERS_MAX, 0, HOLDER_BYTES)
      bytes.set(options.random.bytes(RANDOM_BYTES), HOLDER_BYTES)
      return `${bytes.toString('base64url')}=`
    },
    hold: (connection) => {
      held.set(connection.connectionId, connection)
      if (!watching) {
        watching = true
        clock.setTimer(watch, CHECK_MS)
      }
      counts.set(connection.apiId, (counts.get(connection.apiId) ?? 0) + 1)
    },
    release: (connectionId) => {
      const connection = held.get(connectionId)
      if (connection === undefined) return
      held.delete(connectionId)
      const left = (counts.get(connection.apiId) ?? 0) - 1
      if (left > 0) counts.set(connection.apiId, left)
      else counts.delete(connection.apiId)
      if (held.size > 0) return
      onEmpty?.()
      onEmpty = undefined
    },
    get size() {
      return held.size
    },
    count: (apiId) => counts.get(apiId) ?? 0,
    held: () => [...held.values()],
    whenEmpty: (callback) => {
      onEmpty = callback
    },
    post: async (place, connectionId, data) => find(place, connectionId)?.send(data) ?? false,
    get: async (place, connectionId) => find(place, connectionId)?.info(),
    delete: async (place, connectionId) => {
      const connection = find(place, connectionId)
      connection?.close()
      return connection !== undefined
    },
  }
}

/** The holder that an id names; undefined where it is no id of ours. */
export const holderOf = (connectionId: string): number | undefined =>
  ID.test(connectionId)
    ? Buffer.from(connectionId, 'base64url').readUIntBE(0, HOLDER_BYTES)
    : undefined

const ID = /^[\w-]{15}=$/
