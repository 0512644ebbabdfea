// The WebSockets of this process, joined: what they are made of, who holds them, and how they end with the process.
import { createUpgrade } from '#data-plane/accept/upgrade.ts'
import { MESSAGE_BYTES_MAX } from '#data-plane/connections.ts'
import type { Directory, Services } from '#data-plane/plan.ts'
import type { LocalConnections } from '#state/connections.ts'
import type { HttpHandler, UpgradeHandler } from '#transport/contract.ts'
import type { AcceptWebSocket } from '#transport/web-socket.ts'

/** AWS: bytes of one frame. [guide: limits, WebSocket] */
const FRAME_BYTES_MAX = 32 * 1024
/** Eight of the largest messages; a client that leaves more than that unread is cut off. */
const BACKLOG_BYTES_MAX = 8 * MESSAGE_BYTES_MAX
/** Messages of one client in work at once. */
const CONCURRENCY_MAX = 64
/** How long goodbyes may take when the process ends. */
const GOODBYE_MS = 1_000

export interface Sockets {
  readonly upgrade: UpgradeHandler
  /** Says goodbye to every client, gives them and their `$disconnect` a moment, and cuts who does not answer. */
  drain(): Promise<void>
}

export const composeSockets = (options: {
  readonly directory: () => Directory
  readonly services: Services
  readonly connections: LocalConnections
  readonly handle: HttpHandler
  readonly connectsPerSecond: number
  readonly onError: (error: unknown) => void
}): Sockets => {
  let accept: Promise<AcceptWebSocket> | undefined
  const { connections, services } = options
  return {
    upgrade: createUpgrade({
      ...options,
      accept: () => (accept ??= loadWebSockets()),
    }),
    drain: async () => {
      for (const connection of connections.held()) connection.goAway()
      if (connections.size === 0) return
      await new Promise<void>((resolve) => {
        const cut = (): void => {
          for (const connection of connections.held()) connection.cut()
          resolve()
        }
        const timer = services.clock.setTimer(cut, GOODBYE_MS)
        connections.whenEmpty(() => {
          timer.cancel()
          resolve()
        })
      })
    },
  }
}

/** Most gateways never see a WebSocket, and then never pay for the library. */
const loadWebSockets = async (): Promise<AcceptWebSocket> => {
  const { createWebSockets } = await import('#transport/web-socket.ts')
  return createWebSockets({
    frameBytesMax: FRAME_BYTES_MAX,
    messageBytesMax: MESSAGE_BYTES_MAX,
    backlogBytesMax: BACKLOG_BYTES_MAX,
    concurrencyMax: CONCURRENCY_MAX,
  })
}
