// The events of a WebSocket as requests: a handshake is one; of a message and of the end requests are made, so that
// the same steps serve all three.
import type { HttpBody, HttpRequest } from '#transport/contract.ts'
import { BodyTooLarge } from '#transport/contract.ts'
import type { Directory, Services, SocketRequest, WebSocketStagePlan } from '../plan.ts'
import { acceptRequest, type RequestAddress } from './request.ts'
import { notesFor } from './request-notes.ts'
import type { SocketFacts } from './socket.ts'

export const handshakeRequest = (
  http: HttpRequest,
  address: RequestAddress,
  stage: WebSocketStagePlan,
  services: Services,
  directory: Directory,
  { connectionId, openConnections }: Pick<SocketFacts, 'connectionId' | 'openConnections'>,
): SocketRequest => {
  const told = { execution: notesFor(stage, services) }
  const accepted = acceptRequest(http, address, services, 'WEBSOCKET', directory, told)
  const connectedAtMs = accepted.arrivedAtMs
  const socket: SocketFacts = {
    connectionId,
    connectedAtMs,
    eventType: 'CONNECT',
    routeKey: '$connect',
    ...(openConnections !== undefined && { openConnections }),
  }
  return Object.assign(accepted, { stage, socket, match: NOWHERE })
}

/** What is kept of a handshake for as long as its connection lasts. */
export interface SocketOrigin
  extends Pick<HttpRequest, 'host' | 'remoteAddress' | 'remotePort' | 'tls'> {
  readonly userAgent?: string
}

/** What every later event of a connection has of it. */
export interface OpenSocket {
  readonly origin: SocketOrigin
  readonly address: RequestAddress
  readonly stage: WebSocketStagePlan
  readonly world: Directory
  readonly services: Services
  readonly connectionId: string
  readonly connectedAtMs: number
  /** After its end. */
  readonly openConnections?: number
}

export const messageRequest = (open: OpenSocket, message: Uint8Array): SocketRequest => {
  const accepted = eventRequest(open, message)
  return Object.assign(accepted, {
    stage: open.stage,
    match: NOWHERE,
    socket: {
      ...factsOf(open),
      eventType: 'MESSAGE' as const,
      routeKey: '$default',
      messageId: accepted.extendedRequestId,
    },
  })
}

export const disconnectRequest = (
  open: OpenSocket,
  disconnectStatusCode: number,
  disconnectReason: string,
): SocketRequest =>
  Object.assign(eventRequest(open, NOTHING), {
    stage: open.stage,
    match: NOWHERE,
    socket: {
      ...factsOf(open),
      eventType: 'DISCONNECT' as const,
      routeKey: '$disconnect',
      disconnectStatusCode,
      disconnectReason,
      ...(open.openConnections !== undefined && { openConnections: open.openConnections }),
    },
  })

const factsOf = ({ connectionId, connectedAtMs }: OpenSocket) => ({ connectionId, connectedAtMs })

/** Before its route is found. */
const NOWHERE: SocketRequest['match'] = {
  plan: { httpMethod: 'POST', resourceId: '', resourcePath: '', operationName: undefined },
  pathParameters: undefined,
}

const eventRequest = (open: OpenSocket, message: Uint8Array) => {
  const { origin, address, services, world, stage } = open
  const { userAgent, host, remoteAddress, remotePort, tls } = origin
  const event: HttpRequest = {
    host,
    remoteAddress,
    remotePort,
    ...(tls !== undefined && { tls }),
    method: 'POST',
    target: '/',
    httpVersion: '1.1',
    // Nothing of the handshake's headers reaches later events, except what says who is there. [behaviour.md 14]
    headers: userAgent === undefined ? [] : ['User-Agent', userAgent],
    body: bodyOf(message),
    signal: NEVER,
  }
  const told = { execution: notesFor(stage, services) }
  return acceptRequest(event, address, services, 'WEBSOCKET', world, told)
}

/** The client of a message going away ends nothing: AWS runs the integration to its end. */
const NEVER = new AbortController().signal

const NOTHING = new Uint8Array(0)

const bodyOf = (bytes: Uint8Array): HttpBody => ({
  declaredBytes: bytes.length,
  bytes,
  read: async (bytesMax) => {
    if (bytes.length > bytesMax) throw new BodyTooLarge()
    return bytes
  },
  stream: async function* () {
    yield bytes
  },
})
