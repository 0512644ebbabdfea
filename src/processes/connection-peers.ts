// Workers of one node reach each other's WebSockets: each answers on a socket of its own, named by its process id, which
// is what the ids of its connections say.
import { existsSync } from 'node:fs'
import type { Clock } from '#shared/clock.ts'
import {
  type ConnectionInfo,
  type ConnectionPlace,
  type Connections,
  holderOf,
  type LocalConnections,
} from '#state/connections.ts'
import {
  ChannelBusy,
  type ChannelClient,
  ChannelError,
  connectChannel,
  startChannelHost,
} from '#state/channel.ts'

export interface ConnectionPeers extends Connections {
  close(): Promise<void>
}

/** How long a worker that an id names may take to be found; one that is gone has no connections. */
const CONNECT_MS = 250

export const openConnectionPeers = async (options: {
  /** The node's channel: the workers' own are beside it. */
  readonly channelPath: string
  readonly local: LocalConnections
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): Promise<ConnectionPeers> => {
  const { channelPath, local, clock, onError } = options
  const pathOf = (holder: number): string => `${channelPath}-${holder}`
  const host = await startChannelHost({
    path: pathOf(process.pid),
    methods: answersOf(local),
    notices: {},
    onError,
  })
  const peers = new Map<number, Promise<ChannelClient | undefined>>()

  const connect = (holder: number): Promise<ChannelClient | undefined> =>
    new Promise((resolve) => {
      const timer = clock.setTimer(() => {
        peers.delete(holder)
        client.close()
        resolve(undefined)
      }, CONNECT_MS)
      const client = connectChannel({
        path: pathOf(holder),
        clock,
        onConnect: () => {
          timer.cancel()
          resolve(client)
        },
        notices: {},
        onError,
      })
    })

  const peerOf = (holder: number): Promise<ChannelClient | undefined> => {
    const known = peers.get(holder)
    if (known !== undefined) return known
    // An id of a worker that never was, or ended in order: nobody has to be waited for.
    if (!existsSync(pathOf(holder))) return Promise.resolve(undefined)
    const connecting = connect(holder)
    peers.set(holder, connecting)
    return connecting
  }

  /** Undefined where the worker is gone, and its connections with it. */
  const ask = async (connectionId: string, method: string, params: unknown): Promise<unknown> => {
    const holder = holderOf(connectionId)
    const peer = holder === undefined ? undefined : await peerOf(holder)
    if (holder === undefined || peer === undefined) return undefined
    try {
      return await peer.call(method, params)
    } catch (error) {
      // Busy is not gone: its connections, and what others ask of it, go on.
      if (!(error instanceof ChannelError) || error instanceof ChannelBusy) throw error
      peers.delete(holder)
      peer.close()
      return undefined
    }
  }
  const isOurs = (connectionId: string): boolean => holderOf(connectionId) === process.pid

  return {
    post: async (place, connectionId, data) => {
      if (isOurs(connectionId)) return local.post(place, connectionId, data)
      const text = Buffer.from(data).toString('base64')
      return (await ask(connectionId, 'post', { place, connectionId, data: text })) === true
    },
    get: async (place, connectionId) => {
      if (isOurs(connectionId)) return local.get(place, connectionId)
      const info = await ask(connectionId, 'get', { place, connectionId })
      return info === null ? undefined : (info as ConnectionInfo | undefined) // As `answersOf` sent it.
    },
    delete: async (place, connectionId) => {
      if (isOurs(connectionId)) return local.delete(place, connectionId)
      return (await ask(connectionId, 'delete', { place, connectionId })) === true
    },
    close: async () => {
      for (const peer of peers.values()) (await peer)?.close()
      await host.close()
    },
  }
}

interface Asked {
  readonly place: ConnectionPlace
  readonly connectionId: string
  readonly data?: string
}

/** Both ends are this file: what arrives is what `ask` sent. */
const answersOf = (local: LocalConnections) => ({
  post: (params: unknown) => {
    const { place, connectionId, data = '' } = params as Asked
    return local.post(place, connectionId, Buffer.from(data, 'base64'))
  },
  get: async (params: unknown) => {
    const { place, connectionId } = params as Asked
    return (await local.get(place, connectionId)) ?? null
  },
  delete: (params: unknown) => {
    const { place, connectionId } = params as Asked
    return local.delete(place, connectionId)
  },
})
