// The event of a Lambda proxy integration of a WebSocket API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
import type { Caller } from '#model/caller.ts'
import { eachHeader } from '../../accept/headers.ts'
import { formatRequestTime } from '../../context-variables.ts'
import type { SocketRequest } from '../../plan.ts'
import { forwardedHeaders, isForwardedHeader } from '../forwarded.ts'

export const makeSocketEvent = (request: SocketRequest, caller: Caller, body: string): unknown => {
  const { stageVariables } = request.stage
  const variables = Object.keys(stageVariables).length === 0 ? {} : { stageVariables }
  const requestContext = makeContext(request, caller)
  switch (request.socket.eventType) {
    case 'CONNECT':
      return {
        ...headersOf(handshakeHeaders(request)),
        ...queryOf(request.query),
        ...variables,
        requestContext,
        isBase64Encoded: false,
      }
    case 'MESSAGE':
      return { ...variables, requestContext, body, isBase64Encoded: false }
    case 'DISCONNECT':
      return {
        ...headersOf(goodbyeHeaders(request)),
        ...variables,
        requestContext,
        isBase64Encoded: false,
      }
  }
}

/** Members in the order of AWS's own events. */
const makeContext = (request: SocketRequest, caller: Caller): Record<string, unknown> => {
  const { socket, address, stage } = request
  return {
    routeKey: socket.routeKey,
    ...(caller.authorizer !== undefined && { authorizer: caller.authorizer }),
    ...(socket.messageId !== undefined && { messageId: socket.messageId }),
    ...(socket.disconnectStatusCode !== undefined && {
      disconnectStatusCode: socket.disconnectStatusCode,
    }),
    eventType: socket.eventType,
    extendedRequestId: request.extendedRequestId,
    requestTime: formatRequestTime(request.arrivedAtMs),
    messageDirection: 'IN',
    ...(socket.disconnectReason !== undefined && { disconnectReason: socket.disconnectReason }),
    stage: stage.stageName,
    connectedAt: socket.connectedAtMs,
    requestTimeEpoch: request.arrivedAtMs,
    identity: {
      ...(request.userAgent !== undefined && { userAgent: request.userAgent }),
      sourceIp: request.sourceIp,
    },
    requestId: request.requestId,
    domainName: address.domainName,
    connectionId: socket.connectionId,
    apiId: stage.apiId,
  }
}

type Pairs = readonly (readonly [name: string, value: string])[]

const handshakeHeaders = (request: SocketRequest): Pairs => {
  const pairs: [string, string][] = []
  eachHeader(request.http.headers, (name, value) => {
    if (!HOP_BY_HOP.has(name.toLowerCase()) && !isForwardedHeader(name)) pairs.push([name, value])
  })
  eachHeader(forwardedHeaders(request), (name, value) => pairs.push([name, value]))
  pairs.push(['X-Amzn-Trace-Id', request.traceId])
  return pairs
}

const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'upgrade', 'content-length'])

/** AWS: nothing of the handshake but its host is left when it ends. [behaviour.md 14] */
const goodbyeHeaders = (request: SocketRequest): Pairs => [
  ['Host', request.address.domainName],
  ['x-api-key', ''],
  ['X-Forwarded-For', ''],
  ['x-restapi', ''],
]

const headersOf = (pairs: Pairs) => {
  const headers = new Map<string, string>()
  const multiValueHeaders = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    headers.set(name, value)
    const known = multiValueHeaders.get(name)
    if (known === undefined) multiValueHeaders.set(name, [value])
    else known.push(value)
  }
  return {
    headers: Object.fromEntries(headers),
    multiValueHeaders: Object.fromEntries(multiValueHeaders),
  }
}

const queryOf = (query: ReadonlyMap<string, readonly string[]>) => {
  if (query.size === 0) return {}
  const pairs = [...query]
  return {
    queryStringParameters: Object.fromEntries(
      pairs.map(([name, values]) => [name, values.at(-1) ?? '']),
    ),
    multiValueQueryStringParameters: Object.fromEntries(pairs),
  }
}
