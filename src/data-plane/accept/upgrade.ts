// Handshakes: whose is it? Then the connection that follows, from its first byte to its last: who holds it, how long it
// may live, and which of its events become requests.
import type { Duplex } from 'node:stream'
import type { Caller } from '#model/caller.ts'
import type { HeldConnection, LocalConnections } from '#state/connections.ts'
import type { HttpHandler, HttpRequest, HttpResponse, UpgradeHandler } from '#transport/contract.ts'
import { isHandshake, refuseUpgrade } from '#transport/handshake.ts'
import type { AcceptWebSocket, WebSocketConnection } from '#transport/web-socket.ts'
import type { Directory, Services, WebSocketStagePlan } from '../plan.ts'
import { handleConnect, handleDisconnect, handleMessage } from '../websocket-api.ts'
import type { RequestAddress } from './request.ts'
import { createConnectRate, type ConnectRate } from './connect-rate.ts'
import { findAddress } from './domain-name.ts'
import { disconnectRequest, handshakeRequest, messageRequest } from './socket-request.ts'

/** AWS: how long a connection lives, and how long without a message. [guide: limits, WebSocket] */
const LIFETIME_MS = 2 * 60 * 60 * 1_000
const IDLE_MS = 10 * 60 * 1_000

export interface UpgradeOptions {
  readonly directory: () => Directory
  readonly services: Services
  readonly connections: LocalConnections
  /** Loaded when the first client asks for it. */
  readonly accept: () => Promise<AcceptWebSocket>
  /** Answers handshakes that came to an API of another kind: they are requests like any other there. */
  readonly handle: HttpHandler
  /** New connections a second, all processes together. */
  readonly connectsPerSecond: number
  readonly onError: (error: unknown) => void
}

export const createUpgrade = (options: UpgradeOptions): UpgradeHandler => {
  const rate = createConnectRate(options.connectsPerSecond, options.services)
  return (http, socket, head) => {
    socket.on('error', () => socket.destroy()) // A client that goes away; its close event says all there is.
    const current = options.directory()
    const address = findAddress(http.host, http.target, http.headers, current)
    const stage = address && findStage(current, address)
    const answering =
      address === undefined || stage === undefined
        ? answerPlainly(options, http, socket)
        : shake({ ...options, rate, http, socket, head, address, stage, current })
    answering.catch((error: unknown) => {
      options.onError(error)
      socket.destroy()
    })
  }
}

const findStage = (
  directory: Directory,
  { apiId, stageName, path, customDomain }: RequestAddress,
): WebSocketStagePlan | undefined => {
  const api = directory.findApi(apiId)
  if (api === undefined || stageName === undefined || path !== '/') return undefined
  if (api.disableExecuteApiEndpoint && customDomain === undefined) return undefined
  const stage = api.stage(stageName)
  return stage?.protocol === 'WEBSOCKET' ? stage : undefined
}

const answerPlainly = async (
  { handle }: UpgradeOptions,
  http: HttpRequest,
  socket: Duplex,
): Promise<void> => {
  const response = await handle(http)
  const { body } = response
  const isWhole = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  refuseUpgrade(socket, isWhole ? response : { ...response, body: await collect(body) })
}

/** Answers of backends are bounded; nobody streams to a client that asked for a WebSocket. */
const collect = async (body: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

interface Shaking extends UpgradeOptions {
  readonly rate: ConnectRate
  readonly http: HttpRequest
  readonly socket: Duplex
  readonly head: Uint8Array
  readonly address: RequestAddress
  readonly stage: WebSocketStagePlan
  readonly current: Directory
}

const shake = async (shaking: Shaking): Promise<void> => {
  const { http, socket, head, address, stage, current, services, connections, accept } = shaking
  if (!isHandshake(http)) return refuseUpgrade(socket, BAD_HANDSHAKE)
  const request = handshakeRequest(http, address, stage, services, current, {
    connectionId: connections.newId(),
    openConnections: connections.count(stage.apiId) + 1,
  })
  if (!(await shaking.rate.take())) return refuseUpgrade(socket, TOO_MANY)
  const shaken = await handleConnect(request, services)
  if (shaken.kind === 'refused') return refuseUpgrade(socket, shaken.response)
  const { caller, protocol } = shaken
  const { connectionId, connectedAtMs } = request.socket
  const life = createLife(shaking, connectionId, connectedAtMs, caller)
  const acceptNow = await accept()
  const open = socket.destroyed
    ? undefined
    : acceptNow(http, socket, head, { protocol, events: life.events })
  // AWS: a client that gave up while `$connect` was running has been connected, and is disconnected now.
  if (open === undefined) life.events.onClose(1006, '')
  else life.begin(open)
}

const answer = (statusCode: number, message: string): HttpResponse => ({
  statusCode,
  headers: ['Content-Type', 'application/json'],
  body: JSON.stringify({ message }),
})

const BAD_HANDSHAKE = answer(400, 'Bad Request')
const TOO_MANY = answer(429, 'Too Many Requests')

/** One connection from its handshake to its end. */
const createLife = (
  { http, address, stage, directory, services, connections, onError }: Shaking,
  connectionId: string,
  connectedAtMs: number,
  caller: Caller,
) => {
  const { clock } = services
  const { apiId, stageName } = stage
  let lastActiveAtMs = connectedAtMs
  let open: WebSocketConnection | undefined
  let timer = { cancel: (): void => undefined }

  /** AWS: the stage as it is now, not as it was at the handshake: a deployment reaches open connections too. */
  const current = () => {
    const world = directory()
    const now = findStage(world, { ...address, path: '/' })
    return { world, stage: now ?? stage }
  }
  const facts = () => ({ http, address, connectionId, connectedAtMs, services, ...current() })

  /** One timer for both limits; it is set anew when it fires, not with every message. */
  const watch = (): void => {
    const nowMs = clock.nowMs()
    const leftMs = Math.min(connectedAtMs + LIFETIME_MS, lastActiveAtMs + IDLE_MS) - nowMs
    if (leftMs > 0) timer = clock.setTimer(watch, leftMs)
    // AWS: [exp: behaviour.md 14]
    else open?.close(1001, 'Going away')
  }

  const held: HeldConnection = {
    apiId,
    stageName,
    connectionId,
    send: (data) => {
      const sent = open?.send(data) ?? false
      if (sent) lastActiveAtMs = clock.nowMs()
      return sent
    },
    info: () => ({
      connectedAtMs,
      lastActiveAtMs,
      sourceIp: http.remoteAddress,
      userAgent: userAgentOf(http),
    }),
    // AWS: [behaviour.md 14]
    close: () => open?.close(1000, 'Connection Closed Normally'),
    goAway: () => open?.close(1001, 'Going away'),
  }

  return {
    begin: (connection: WebSocketConnection): void => {
      open = connection
      connections.hold(held)
      watch()
    },
    events: {
      onActivity: () => {
        lastActiveAtMs = clock.nowMs()
      },
      onMessage: async (text: string) => {
        try {
          const request = messageRequest(facts(), text)
          const back = await handleMessage(request, text, caller, services)
          if (back !== undefined) open?.send(back)
        } catch (error) {
          onError(error)
        }
      },
      onClose: (code: number, reason: string) => {
        timer.cancel()
        connections.release(connectionId)
        const open = { ...facts(), openConnections: connections.count(apiId) }
        const request = disconnectRequest(open, code, reason || (REASONS.get(code) ?? ''))
        handleDisconnect(request, caller, services).catch(onError)
      },
    },
  }
}

/** AWS: what it says where the client said nothing. [behaviour.md 14] */
const REASONS: ReadonlyMap<number, string> = new Map([
  [1005, 'Client-side close frame status not set'],
  [1006, 'Connection Closed Abnormally'],
])

const userAgentOf = ({ headers }: HttpRequest): string => {
  const at = headers.findIndex((name, index) => index % 2 === 0 && /^user-agent$/i.test(name))
  return at === -1 ? '' : (headers[at + 1] ?? '')
}
