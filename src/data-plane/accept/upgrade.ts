// Handshakes: whose is it, and is it let in? The connection that follows is open-connection.ts.
import type { Duplex } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import type { LocalConnections } from '#state/connections.ts'
import type { HttpHandler, HttpRequest, HttpResponse, UpgradeHandler } from '#transport/contract.ts'
import { isHandshake, refuseUpgrade } from '#transport/handshake.ts'
import type { AcceptWebSocket } from '#transport/web-socket.ts'
import type { Directory, Services, WebSocketStagePlan } from '../plan.ts'
import { handleConnect } from '../websocket-api.ts'
import type { RequestAddress } from './request.ts'
import { createConnectRate, type ConnectRate } from './connect-rate.ts'
import { findAddress } from './domain-name.ts'
import { refuseOtherName } from './endpoint-access.ts'
import { type ConnectionWorld, OpenConnection } from './open-connection.ts'
import { handshakeRequest } from './socket-request.ts'

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
  const { directory, services, connections, onError } = options
  const world: ConnectionWorld = { directory, services, connections, onError }
  const shared = createSharedAddress()
  return (http, socket, head) => {
    socket.on('error', () => socket.destroy()) // A client that goes away; its close event says all there is.
    const current = options.directory()
    const address = shared(findAddress(http.host, http.target, http.headers, current))
    const stage = address && findStage(current, address, http)
    const answering =
      address === undefined || stage === undefined
        ? answerPlainly(options, http, socket)
        : shake({ ...options, world, rate, http, socket, head, address, stage, current })
    answering.catch((error: unknown) => {
      options.onError(error)
      socket.destroy()
    })
  }
}

/** Connections are opened by the thousands at one address, and each keeps its own: they may as well keep the same. */
const createSharedAddress = () => {
  let last: RequestAddress | undefined
  return (address: RequestAddress | undefined): RequestAddress | undefined => {
    if (last !== undefined && isDeepStrictEqual(address, last)) return last
    last = address
    return address
  }
}

const findStage = (
  directory: Directory,
  address: RequestAddress,
  http: HttpRequest,
): WebSocketStagePlan | undefined => {
  const { apiId, stageName, path, customDomain } = address
  const api = directory.findApi(apiId)
  if (api === undefined || stageName === undefined || path !== '/') return undefined
  if (api.disableExecuteApiEndpoint && customDomain === undefined) return undefined
  const stage = api.stage(stageName)
  // What is refused here is answered as any other request.
  if (stage?.protocol !== 'WEBSOCKET' || refuseOtherName(http, address, stage)) return undefined
  return stage
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
  readonly world: ConnectionWorld
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
  const life = new OpenConnection(shaking.world, {
    http,
    address,
    stage,
    connectionId,
    connectedAtMs,
    caller,
  })
  const acceptNow = await accept()
  const open = socket.destroyed
    ? undefined
    : acceptNow(http, socket, head, { protocol, events: life })
  // AWS: a client that gave up while `$connect` was running has been connected, and is disconnected now.
  if (open === undefined) life.onClose(1006, '')
  else life.begin(open)
}

const answer = (statusCode: number, message: string): HttpResponse => ({
  statusCode,
  headers: ['Content-Type', 'application/json'],
  body: JSON.stringify({ message }),
})

const BAD_HANDSHAKE = answer(400, 'Bad Request')
const TOO_MANY = answer(429, 'Too Many Requests')
