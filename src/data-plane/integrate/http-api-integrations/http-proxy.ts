// HTTP_PROXY integrations of HTTP APIs: the request passed on to a URL, its answer passed back.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html
import { PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import type { MappableRequest } from '#languages/parameter-mapping/request-mapping.ts'
import {
  type FlatHeaders,
  type HttpResponse,
  UpstreamError,
  type UpstreamRequest,
  type UpstreamResponse,
} from '#transport/contract.ts'
import { HeaderNames, HOP_BY_HOP, HOP_BY_HOP_NAMES, isHeader } from '#transport/headers.ts'
import { eachHeader, lastHeader } from '../../accept/headers.ts'
import { GatewayFailure, type HttpApiRequest, type HttpRoutePlan } from '../../plan.ts'
import {
  type AskBackend,
  asItsUri,
  compileVpcLink,
  type Connection,
  overInternet,
} from '../connection.ts'
import { noteUpstreamRequest, noteUpstreamResponse } from '../../execution-notes.ts'
import { targetOf } from '../ask-upstream.ts'
import { addTraceHeaders } from '../trace-headers.ts'
import { FORWARDED_HEADERS, forwardedHeaders } from './forwarded.ts'
import type { HttpIntegrationSource } from './index.ts'
import { mapHttpApiRequest, mapHttpApiResponse } from './integration-request.ts'
import { compilePrivateTarget, compileProxyUri } from './proxy-uri.ts'

export const compileHttpProxy = (source: HttpIntegrationSource): HttpRoutePlan['integrate'] => {
  const { integration, uri, routeKey, requestMapping, responseMapping, timeoutMs } = source
  const isPrivate = integration.connectionType === 'VPC_LINK'
  const targetArn = isPrivate && uri.startsWith('arn:') ? uri : undefined
  const connection = connectionOf(source, isPrivate, targetArn)
  const proxyUri = targetArn === undefined ? compileProxyUri(uri, routeKey) : compilePrivateTarget()
  if (proxyUri === undefined) return misconfigured(uri)
  const fixedMethod = integration.integrationMethod?.toUpperCase() ?? 'ANY'
  const serverName = integration.tlsConfig?.serverNameToVerify
  return async (request, caller, services) => {
    const sent = request.readBody()
    const body = 'byteLength' in sent ? sent : await sent
    const mapped = mapHttpApiRequest(request, caller, requestMapping, body)
    const upstream: UpstreamRequest = {
      method: fixedMethod === 'ANY' ? request.method : fixedMethod,
      origin: proxyUri.origin,
      path: proxyUri.pathFor(request, mapped),
      headers: [
        ...(isPrivate ? mappedHost(request, mapped) : []),
        ...requestHeaders(request, mapped, body),
      ],
      ...(body.length > 0 && { body }),
      timeoutMs,
      responseBytesMax: PAYLOAD_BYTES_MAX,
      ...(serverName !== undefined && { serverName }),
    }
    const answer = await callUpstream(request, connection(request, services), upstream)
    return mapHttpApiResponse(passBack(answer), request, caller, responseMapping)
  }
}

const connectionOf = (
  { integration, stage, limits }: HttpIntegrationSource,
  isPrivate: boolean,
  targetArn: string | undefined,
): Connection => {
  if (!isPrivate) return overInternet
  const { connectionId } = integration
  const connection = compileVpcLink({ connectionId, targetArn }, stage, limits)
  return targetArn === undefined ? asItsUri(connection) : connection
}

/** AWS: Host is no reserved header; a mapping that overwrites it decides which of a load balancer's rules counts. */
const mappedHost = (request: HttpApiRequest, { headers }: MappableRequest): FlatHeaders => {
  const host = lastHeader(headers, 'host')
  return host === undefined || host === request.header('host') ? [] : ['Host', host]
}

const misconfigured = (uri: string) => () => {
  throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal Server Error', {
    statusCode: 500,
    hint: `the integration's URI is no http or https URL: ${uri}`,
  })
}

/** Everything but what belongs to one connection, to the endpoint, or to the gateway. */
const requestHeaders = (
  request: HttpApiRequest,
  { headers }: MappableRequest,
  body: Uint8Array,
): FlatHeaders => {
  const sent: string[] = []
  const forwarded: string[] = []
  const named: string[] = []
  let isTyped = false
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    if (!NOT_PASSED.has(name)) {
      sent.push(name, value)
      isTyped ||= isHeader(name, 'content-type')
    } else if (FORWARDED.has(name)) forwarded.push(name, value)
    else if (isHeader(name, 'connection')) addNamed(named, value)
  }
  const passed = withoutNamed(sent, named)
  passed.push(...forwardedHeaders(request, forwarded))
  addTraceHeaders(passed, request)
  // AWS: a request without a body gets a Content-Type. [behaviour.md 5.2; recorded: an OPTIONS of a browser arrives
  // with this one]
  if (body.length === 0 && !isTyped) {
    passed.push('Content-Type', 'application/x-www-form-urlencoded')
  }
  return passed
}

const FORWARDED = new HeaderNames(FORWARDED_HEADERS)

/** AWS: Host is overwritten by the endpoint's, Expect has been answered. [behaviour.md 5.2] */
const NOT_PASSED = new HeaderNames([
  ...HOP_BY_HOP_NAMES,
  ...FORWARDED_HEADERS,
  'expect',
  'host',
  'x-amzn-trace-id',
])

/** `Connection: close, X-Private` makes X-Private hop by hop. [RFC 9110 7.6.1] */
const addNamed = (named: string[], connection: string): void => {
  for (const option of connection.toLowerCase().split(',')) {
    const name = option.trim()
    if (name !== 'close' && !HOP_BY_HOP.has(name)) named.push(name)
  }
}

const withoutNamed = (headers: string[], named: readonly string[]): string[] => {
  if (named.length === 0) return headers
  const hops = new Set(named)
  const kept: string[] = []
  eachHeader(headers, (name, value) => {
    if (!hops.has(name.toLowerCase())) kept.push(name, value)
  })
  return kept
}

/** Tells the trace of the answer, or makes a failure of what came in its place. */
export const callUpstream = async (
  request: HttpApiRequest,
  backend: AskBackend,
  upstream: UpstreamRequest,
): Promise<UpstreamResponse> => {
  const { execution } = request.trace
  if (execution) noteUpstreamRequest(execution, upstream)
  const startMs = request.trace.elapsedMs()
  const target = targetOf(upstream)
  try {
    const answer = await backend.call(upstream)
    const latencyMs = request.trace.elapsedMs() - startMs
    if (execution) noteUpstreamResponse(execution, answer, latencyMs)
    request.trace.integration = { target, latencyMs, status: answer.statusCode }
    return answer
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const latencyMs = request.trace.elapsedMs() - startMs
    request.trace.integration = { target, latencyMs, error: `${error.code}: ${error.message}` }
    throw failureOf(error, upstream)
  }
}

/** AWS: 503 for an endpoint that is slow or cannot be reached; an answer past 10 MB is a 500. [behaviour.md 4] */
const failureOf = (error: UpstreamError, upstream: UpstreamRequest): GatewayFailure => {
  const hint = `${upstream.method} ${upstream.origin}: ${error.code}: ${error.message}`
  if (error.code === 'timeout') {
    return new GatewayFailure('INTEGRATION_TIMEOUT', 'Service Unavailable', { hint, cause: error })
  }
  return new GatewayFailure('INTEGRATION_FAILURE', 'Service Unavailable', {
    statusCode: error.code === 'too-large' ? 500 : 503,
    hint,
    cause: error,
  })
}

/** The backend's answer without what belongs to its connection. */
export const passBack = ({ statusCode, headers, body }: UpstreamResponse): HttpResponse => {
  const back: string[] = []
  const named: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    if (isHeader(name, 'connection')) addNamed(named, value)
    else if (!NOT_PASSED_BACK.has(name) && !isOurs(name)) back.push(name, value)
  }
  return { statusCode, headers: withoutNamed(back, named), body }
}

const NOT_PASSED_BACK = new HeaderNames([...HOP_BY_HOP_NAMES, 'date'])

/** `apigw-requestid` and the like. */
const isOurs = (name: string): boolean => {
  const first = name.charCodeAt(0)
  return (first === 0x61 || first === 0x41) && name.toLowerCase().startsWith('apigw-')
}
