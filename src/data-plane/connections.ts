// @connections: how a backend reaches an open connection: POST sends to it, GET tells of it, DELETE ends it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
import { ChannelBusy } from '#state/channel.ts'
import type { ConnectionInfo, ConnectionPlace, Connections } from '#state/connections.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { decodeOrKeep } from './accept/query.ts'
import type { GatewayRequest } from './accept/request.ts'
import { GatewayFailure, type Services, type WebSocketStagePlan } from './plan.ts'
import { makeRequestRecord } from './request-record.ts'

/** AWS: bytes of one message. [guide: limits, WebSocket] */
export const MESSAGE_BYTES_MAX = 128 * 1024

/** May this caller? Throws a GatewayFailure where not. */
export type AuthorizeConnections = (
  request: GatewayRequest,
  stage: WebSocketStagePlan,
  connectionId: string,
  services: Services,
) => void | Promise<void>

export const handleConnectionsRequest = async (
  request: GatewayRequest,
  stage: WebSocketStagePlan,
  connections: Connections,
  authorize: AuthorizeConnections,
  services: Services,
): Promise<HttpResponse> => {
  try {
    const connectionId = readConnectionId(request)
    // AWS: these calls share the account's limit with the requests to its APIs. [behaviour.md 9 "Account"]
    const wait = stage.throttle(request, services)
    if (wait) await wait
    await authorize(request, stage, connectionId, services)
    const response = await act(request, stage, connections, connectionId)
    return tell(request, stage, response, services)
  } catch (error) {
    const failure = asFailure(error, request, services)
    return tell(request, stage, render(failure), services, failure)
  }
}

/** The path below the stage: `/@connections/{connectionId}`, either half percent-encoded or not. */
const readConnectionId = ({ address }: GatewayRequest): string => {
  const [, encoded] = /^\/(?:@|%40)connections\/([^/]+)$/i.exec(address.path) ?? []
  if (encoded === undefined) {
    throw new GatewayFailure('FORBIDDEN', 'Forbidden', {
      hint: `a WebSocket API answers plain HTTP at /@connections/{connectionId} alone, not at ${address.path}`,
    })
  }
  return decodeOrKeep(encoded)
}

const act = async (
  request: GatewayRequest,
  { apiId, stageName }: ConnectionPlace,
  connections: Connections,
  connectionId: string,
): Promise<HttpResponse> => {
  const place = { apiId, stageName }
  // AWS: what cannot be an id is a 400, what was one is gone. [behaviour.md 14]
  if (!ID.test(connectionId)) {
    throw new GatewayFailure('BAD_REQUEST_PARAMETERS', `Invalid connectionId: ${connectionId}`, {
      hint: 'a connection id is what $connect was told, percent-encoded in the path (= is %3D)',
    })
  }
  switch (request.method) {
    case 'POST': {
      const sent = await connections.post(place, connectionId, await readData(request))
      return sent ? answer(200) : gone(connectionId)
    }
    case 'GET': {
      const info = await connections.get(place, connectionId)
      return info === undefined ? gone(connectionId) : answer(200, describe(info))
    }
    case 'DELETE':
      return (await connections.delete(place, connectionId)) ? answer(204) : gone(connectionId)
    default:
      throw new GatewayFailure('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token', {
        hint: `@connections knows POST, GET and DELETE, not ${request.method}`,
      })
  }
}

const ID = /^[\w=+/-]{4,64}$/

/** Read before, where the signature covers it. */
const readData = async (request: GatewayRequest): Promise<Uint8Array> => {
  const data = await request.readBody()
  if (data.length <= MESSAGE_BYTES_MAX) return data
  throw new GatewayFailure('PAYLOAD_TOO_LARGE', 'Message too long', {
    statusCode: 413,
    hint: `a message has ${MESSAGE_BYTES_MAX} bytes at most, and this one has ${data.length}`,
  })
}

const describe = ({ connectedAtMs, lastActiveAtMs, sourceIp, userAgent }: ConnectionInfo) => ({
  connectedAt: new Date(connectedAtMs).toISOString(),
  identity: { sourceIp, userAgent },
  lastActiveAt: new Date(lastActiveAtMs).toISOString(),
})

const answer = (statusCode: number, body?: unknown): HttpResponse =>
  body === undefined
    ? { statusCode, headers: [] }
    : { statusCode, headers: ['Content-Type', 'application/json'], body: JSON.stringify(body) }

const gone = (connectionId: string): never => {
  throw new GatewayFailure('GONE', '', {
    statusCode: 410,
    hint: `connection ${connectionId} is closed, or belongs to another API or stage`,
  })
}

/** AWS's errors of this API. [behaviour.md 14] */
const ERROR_TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'BadRequestException'],
  [403, 'ForbiddenException'],
  [410, 'GoneException'],
  [413, 'PayloadTooLargeException'],
  [429, 'LimitExceededException'],
])

const STATUSES: ReadonlyMap<string, number> = new Map([
  ['BAD_REQUEST_PARAMETERS', 400],
  ['DEFAULT_5XX', 500],
  ['NOT_IMPLEMENTED', 501],
  ['THROTTLED', 429],
])

const render = (failure: GatewayFailure): HttpResponse => {
  const statusCode = failure.statusCode ?? STATUSES.get(failure.responseType) ?? 403
  // AWS: a denial of IAM is the one answer whose member is `Message`. [behaviour.md 3.1 #11]
  const isDenial = failure.responseType === 'ACCESS_DENIED' && failure.errorType === undefined
  const errorType = isDenial
    ? 'AccessDeniedException'
    : (failure.errorType ?? ERROR_TYPES.get(statusCode) ?? 'InternalServerErrorException')
  const { message } = failure
  return {
    statusCode,
    headers: ['Content-Type', 'application/json', 'x-amzn-ErrorType', errorType],
    body: message === '' ? '' : JSON.stringify(isDenial ? { Message: message } : { message }),
  }
}

const asFailure = (error: unknown, request: GatewayRequest, services: Services): GatewayFailure => {
  if (error instanceof GatewayFailure) return error
  // Gone would tell the caller to forget a connection that is open.
  if (error instanceof ChannelBusy)
    return new GatewayFailure('THROTTLED', 'Too Many Requests', {
      hint: `the process that holds the connection does not keep up: ${error.message}`,
      cause: error,
    })
  services.onBug(error, request.requestId)
  return new GatewayFailure('DEFAULT_5XX', 'Internal server error', {
    hint: 'a bug in the gateway: its log has the stack under this request id',
    cause: error,
  })
}

const tell = (
  request: GatewayRequest,
  stage: WebSocketStagePlan,
  response: HttpResponse,
  { observe }: Services,
  failure?: GatewayFailure,
): HttpResponse => {
  const answered = {
    ...response,
    headers: [...response.headers, 'x-amzn-RequestId', request.requestId],
  }
  const route = '@connections'
  observe?.(makeRequestRecord({ request, stage, response: answered, route, failure }))
  return answered
}
