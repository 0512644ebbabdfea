// The event of a Lambda proxy integration of a WebSocket API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
import { formatClfTime } from '#languages/access-log-format/clf-time.ts'
import { ANONYMOUS, type Caller } from '#model/caller.ts'
import { present } from '#shared/assert.ts'
import { eachHeader } from '../../accept/headers.ts'
import type { SocketFacts } from '../../accept/socket.ts'
import type { RestRequest, SocketRequest } from '../../plan.ts'
import { forwardedHeaders, isForwardedHeader } from '../forwarded.ts'

export const makeSocketEvent = (request: SocketRequest, caller: Caller, body: string): unknown => {
  const variables = variablesOf(request)
  const requestContext = makeContext(request, request.socket, caller)
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

/** What a Lambda authorizer sees of a handshake. */
export const makeConnectFacts = (request: RestRequest): Readonly<Record<string, unknown>> => ({
  ...headersOf(handshakeHeaders(request)),
  queryStringParameters: {},
  multiValueQueryStringParameters: {},
  ...queryOf(request.query),
  stageVariables: request.stage.stageVariables,
  requestContext: makeContext(
    request,
    present(request.socket, 'a handshake is an event of a socket'),
    ANONYMOUS,
  ),
})

const variablesOf = ({ stage: { stageVariables } }: RestRequest) =>
  Object.keys(stageVariables).length === 0 ? {} : { stageVariables }

/** Members in the order of AWS's own events. */
const makeContext = (
  request: RestRequest,
  socket: SocketFacts,
  caller: Caller,
): Readonly<Record<string, unknown>> => {
  const { address, stage } = request
  return {
    routeKey: socket.routeKey,
    ...(caller.authorizer !== undefined && { authorizer: caller.authorizer }),
    ...(socket.messageId !== undefined && { messageId: socket.messageId }),
    ...(socket.disconnectStatusCode !== undefined && {
      disconnectStatusCode: socket.disconnectStatusCode,
    }),
    eventType: socket.eventType,
    extendedRequestId: request.extendedRequestId,
    requestTime: formatClfTime(request.arrivedAtMs),
    messageDirection: 'IN',
    ...(socket.disconnectReason !== undefined && { disconnectReason: socket.disconnectReason }),
    stage: stage.stageName,
    connectedAt: socket.connectedAtMs,
    requestTimeEpoch: request.arrivedAtMs,
    identity: {
      ...signerOf(caller),
      ...(request.userAgent !== undefined && { userAgent: request.userAgent }),
      sourceIp: request.sourceIp,
    },
    requestId: request.requestId,
    domainName: address.domainName,
    connectionId: socket.connectionId,
    apiId: stage.apiId,
  }
}

/** Who signed the handshake, where the route asks for it. */
const signerOf = ({ identity }: Caller) => {
  if (identity === undefined) return {}
  const { cognitoAmr: _, ...signer } = identity
  return signer
}

type Pairs = readonly (readonly [name: string, value: string])[]

const handshakeHeaders = (request: RestRequest): Pairs => {
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
const goodbyeHeaders = (request: RestRequest): Pairs => [
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
