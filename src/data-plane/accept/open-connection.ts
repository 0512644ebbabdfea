// One WebSocket connection from its handshake to its end: how long it may live, and which of its events become requests.
// There may be ten thousands of them, most of them idle: an object holds what an event needs of the handshake, and no more.
import type { Caller } from '#model/caller.ts'
import type { ConnectionInfo, HeldConnection, LocalConnections } from '#state/connections.ts'
import type { HttpRequest } from '#transport/contract.ts'
import type { WebSocketConnection, WebSocketEvents } from '#transport/web-socket.ts'
import type { Directory, Services, WebSocketStagePlan } from '../plan.ts'
import { utf8Of } from '../integrate/payload.ts'
import { handleDisconnect, handleMessage } from '../websocket-api.ts'
import { lastHeader } from './headers.ts'
import type { RequestAddress } from './request.ts'
import {
  disconnectRequest,
  messageRequest,
  type OpenSocket,
  type SocketOrigin,
} from './socket-request.ts'

/** AWS: how long a connection lives, and how long without a message. [guide: limits, WebSocket] */
const LIFETIME_MS = 2 * 60 * 60 * 1_000
const IDLE_MS = 10 * 60 * 1_000

/** What all connections of a process share. */
export interface ConnectionWorld {
  readonly directory: () => Directory
  readonly services: Services
  readonly connections: LocalConnections
  readonly onError: (error: unknown) => void
}

export interface Handshaken {
  readonly http: HttpRequest
  readonly address: RequestAddress
  /** As of the handshake; later events ask for the stage as it is then. */
  readonly stage: WebSocketStagePlan
  readonly connectionId: string
  readonly connectedAtMs: number
  readonly caller: Caller
}

export class OpenConnection implements HeldConnection, WebSocketEvents {
  readonly apiId: string
  readonly stageName: string
  readonly connectionId: string
  readonly #world: ConnectionWorld
  readonly #address: RequestAddress
  readonly #origin: SocketOrigin
  readonly #stage: WebSocketStagePlan
  readonly #connectedAtMs: number
  readonly #caller: Caller
  /** Monotonic, as is what follows: whoever sets a clock ends no connection, and prolongs none. */
  readonly #openedMs: number
  #lastActiveMs: number
  #socket: WebSocketConnection | undefined

  constructor(world: ConnectionWorld, handshaken: Handshaken) {
    const { http, address, stage, connectionId, connectedAtMs, caller } = handshaken
    this.apiId = stage.apiId
    this.stageName = stage.stageName
    this.connectionId = connectionId
    this.#world = world
    this.#address = address
    this.#origin = originOf(http)
    this.#stage = stage
    this.#connectedAtMs = connectedAtMs
    this.#caller = caller
    this.#openedMs = world.services.clock.monotonicMs()
    this.#lastActiveMs = this.#openedMs
  }

  begin(socket: WebSocketConnection): void {
    this.#socket = socket
    this.#world.connections.hold(this)
  }

  get isOpen(): boolean {
    return this.#socket?.isOpen === true
  }

  send(data: Uint8Array): boolean {
    const sent = this.#socket?.deliver(data) ?? false
    if (sent) this.onActivity()
    return sent
  }

  info(): ConnectionInfo {
    const { clock } = this.#world.services
    const silentMs = clock.monotonicMs() - this.#lastActiveMs
    return {
      connectedAtMs: this.#connectedAtMs,
      lastActiveAtMs: Math.max(this.#connectedAtMs, Math.round(clock.nowMs() - silentMs)),
      sourceIp: this.#origin.remoteAddress,
      userAgent: this.#origin.userAgent ?? '',
    }
  }

  /** AWS: [behaviour.md 14] */
  close(): void {
    this.#socket?.end(1000, 'Connection Closed Normally')
  }

  goAway(): void {
    this.#socket?.end(1001, 'Going away')
  }

  cut(): void {
    this.#socket?.cut()
  }

  onActivity(): void {
    this.#lastActiveMs = this.#world.services.clock.monotonicMs()
  }

  async onMessage(message: Uint8Array): Promise<void> {
    const { services, onError } = this.#world
    try {
      const request = messageRequest(this.#facts(), message)
      const back = await handleMessage(request, utf8Of(message), this.#caller, services)
      if (back !== undefined) this.#socket?.deliver(back)
    } catch (error) {
      onError(error)
    }
  }

  onClose(code: number, reason: string): void {
    const { services, connections, onError } = this.#world
    connections.release(this.connectionId)
    const open = { ...this.#facts(), openConnections: connections.count(this.apiId) }
    const request = disconnectRequest(open, code, reason || (REASONS.get(code) ?? ''))
    handleDisconnect(request, this.#caller, services).catch(onError)
  }

  /** AWS: the stage as it is now, not as it was at the handshake: a deployment reaches open connections too. */
  #facts(): OpenSocket {
    const { directory, services } = this.#world
    const world = directory()
    const stage = world.findApi(this.apiId)?.stage(this.stageName)
    return {
      origin: this.#origin,
      address: this.#address,
      stage: stage?.protocol === 'WEBSOCKET' ? stage : this.#stage,
      world,
      services,
      connectionId: this.connectionId,
      connectedAtMs: this.#connectedAtMs,
    }
  }

  /** Ends what has lived or been silent for too long. */
  check(nowMs: number): void {
    const dueMs = Math.min(this.#openedMs + LIFETIME_MS, this.#lastActiveMs + IDLE_MS)
    // AWS: [exp: behaviour.md 14]
    if (nowMs >= dueMs) this.goAway()
  }
}

const originOf = ({ host, remoteAddress, remotePort, tls, headers }: HttpRequest): SocketOrigin => {
  const userAgent = lastHeader(headers, 'user-agent')
  return {
    host,
    remoteAddress,
    remotePort,
    ...(tls !== undefined && { tls }),
    ...(userAgent !== undefined && { userAgent }),
  }
}

/** AWS: what it says where the client said nothing. [behaviour.md 14] */
const REASONS: ReadonlyMap<number, string> = new Map([
  [1005, 'Client-side close frame status not set'],
  [1006, 'Connection Closed Abnormally'],
])
