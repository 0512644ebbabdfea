// The answer of a method as the client gets it: the headers that every answer carries are added here.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
import type { FlatHeaders, HttpResponse } from '#transport/contract.ts'
import { lastHeader } from '../accept/headers.ts'
import type { GatewayRequest } from '../accept/request.ts'
import { noteMethodResponse } from '../execution-notes.ts'

/**
 * AWS: x-amzn-RequestId and x-amz-apigw-id on every answer, X-Amzn-Trace-Id on those of AWS, AWS_PROXY and HTTP
 * integrations, and always a Content-Type. [behaviour.md 3.3]
 */
export const writeMethodResponse = (
  request: GatewayRequest,
  response: HttpResponse,
  traced: boolean,
): HttpResponse => {
  const headers = [...idHeaders(request), ...response.headers]
  if (traced && lastHeader(response.headers, 'x-amzn-trace-id') === undefined) {
    headers.push(TRACE_HEADER, request.traceId)
  }
  if (lastHeader(response.headers, 'content-type') === undefined) {
    headers.push('Content-Type', 'application/json')
  }
  if (request.trace.execution) {
    noteMethodResponse(request.trace.execution, headers.slice(ID_HEADERS), response.body)
  }
  return { ...response, headers }
}

/** An answer without what is of its request: what a cache may give to another one. Frozen, and shared by all of them. */
export interface StoredResponse {
  readonly statusCode: number
  readonly headers: FlatHeaders
  readonly body: Uint8Array
  /** It carries the gateway's X-Amzn-Trace-Id. */
  readonly isTraced: boolean
}

/** Undefined for what cannot be kept: a body that comes piece by piece. */
export const storeMethodResponse = (
  request: GatewayRequest,
  response: HttpResponse,
): StoredResponse | undefined => {
  const { statusCode, body = '', trailers } = response
  const isWhole = typeof body === 'string' || body instanceof Uint8Array
  if (!isWhole || trailers !== undefined) return undefined
  const headers: string[] = []
  let isTraced = false
  for (let at = ID_HEADERS; at < response.headers.length; at += 2) {
    const [name = '', value = ''] = response.headers.slice(at, at + 2)
    if (name === TRACE_HEADER && value === request.traceId) isTraced = true
    else headers.push(name, value)
  }
  return { statusCode, headers, body: ownBytes(body), isTraced }
}

/** A stored answer with the ids of the request that gets it. */
export const writeStoredResponse = (
  request: GatewayRequest,
  { statusCode, headers: stored, body, isTraced }: StoredResponse,
): HttpResponse => {
  const headers = [...idHeaders(request), ...stored]
  if (isTraced) headers.push(TRACE_HEADER, request.traceId)
  if (request.trace.execution) noteMethodResponse(request.trace.execution, stored, body)
  return { statusCode, headers, body }
}

/** A copy that keeps nothing else alive: neither a piece of a larger buffer nor a shared one. */
const ownBytes = (body: string | Uint8Array): Uint8Array => {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
  const own = Buffer.allocUnsafeSlow(bytes.length)
  own.set(bytes)
  return own
}

const idHeaders = ({ requestId, extendedRequestId }: GatewayRequest): readonly string[] => [
  'x-amzn-RequestId',
  requestId,
  'x-amz-apigw-id',
  extendedRequestId,
]

const TRACE_HEADER = 'X-Amzn-Trace-Id'
/** Names and values of the two ids, which come before the method's own headers and are not logged with them. */
const ID_HEADERS = 4
