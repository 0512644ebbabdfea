// The end of every story: what a request did, as one record for logs, metrics, traces and the terminal.
import { ANONYMOUS, type Caller } from '#model/caller.ts'
import type { RecordedCaller, RequestRecord, TraceSegment } from '#model/request-record.ts'
import type { HttpResponse } from '#transport/contract.ts'
import type { GatewayRequest } from './accept/request.ts'
import type { SocketFacts } from './accept/socket.ts'
import type { TracedRequest } from './accept/trace-context.ts'
import type { StageFacts } from './compiling.ts'
import type { ContextRequest } from './context-variables.ts'
import type { GatewayFailure } from './plan.ts'

export interface Ending {
  readonly request: GatewayRequest
  readonly stage: Omit<StageFacts, 'stageVariables'> & Pick<RequestRecord, 'protocol'>
  readonly response: HttpResponse
  /** REST: the resource path. HTTP: the route key. */
  readonly route?: string | undefined
  readonly resourceId?: string | undefined
  readonly failure?: GatewayFailure | undefined
}

export const makeRequestRecord = (ending: Ending): RequestRecord => {
  const { request, stage, response, route, resourceId, failure } = ending
  const { socket, match }: ContextRequest = request
  const { userAgent, trace, address, http } = request
  const { customDomain, vpcEndpoint } = address
  const operationName = match?.plan.operationName
  const caller = callerOf(trace.caller, request.apiKey)
  return {
    requestId: request.requestId,
    extendedRequestId: request.extendedRequestId,
    protocol: stage.protocol,
    accountId: stage.scope.accountId,
    region: stage.scope.region,
    apiId: stage.apiId,
    apiName: stage.apiName,
    stage: stage.stageName,
    deploymentId: stage.deploymentId,
    ...(stage.isCanary === true && { isCanary: true }),
    domainName: address.domainName,
    domainPrefix: address.domainPrefix,
    ...(customDomain !== undefined && { customDomain }),
    ...(vpcEndpoint !== undefined && { vpcEndpoint }),
    httpMethod: request.method,
    path: address.fullPath,
    ...(route !== undefined && { route }),
    ...(resourceId !== undefined && { resourceId }),
    ...(operationName !== undefined && { operationName }),
    httpProtocol: `HTTP/${http.httpVersion}`,
    sourceIp: request.sourceIp,
    ...(userAgent !== undefined && { userAgent }),
    ...(http.tls !== undefined && {
      tls: { version: http.tls.protocol, cipher: http.tls.cipherSuite },
    }),
    traceId: request.traceId,
    status: response.statusCode,
    requestBytes: http.body.declaredBytes ?? 0,
    responseBytes: bytesOf(response.body),
    arrivedAtMs: request.arrivedAtMs,
    latencyMs: trace.elapsedMs(),
    ...(trace.integration !== undefined && { integration: trace.integration }),
    ...(caller !== undefined && { caller }),
    ...(trace.authorizer !== undefined && { authorizer: trace.authorizer }),
    ...(trace.cache !== undefined && { cache: trace.cache }),
    ...(failure !== undefined && { error: errorOf(failure) }),
    steps: trace.steps,
    ...(request.segment !== undefined && { segment: segmentOf(request.segment) }),
    ...(socket !== undefined && { socket: recordOf(socket) }),
  }
}

/** The route is in the record already. */
const recordOf = (facts: SocketFacts) => {
  const { routeKey: _, ...socket } = facts
  return socket
}

const callerOf = (
  caller: Caller | undefined,
  apiKey: GatewayRequest['apiKey'],
): RecordedCaller | undefined => {
  if (apiKey === undefined && (caller === undefined || caller === ANONYMOUS)) return undefined
  const { principalId, authorizer, identity } = caller ?? ANONYMOUS
  return {
    ...(principalId !== undefined && { principalId }),
    ...(authorizer !== undefined && { authorizer }),
    ...(identity !== undefined && { identity }),
    ...(apiKey !== undefined && { apiKeyId: apiKey.id, apiKey: maskedKey(apiKey.value) }),
  }
}

/** As AWS's execution log shows one; of a short one nothing. */
const maskedKey = (value: string): string =>
  value.length >= 20 ? `${'*'.repeat(value.length - 6)}${value.slice(-6)}` : '******'

const segmentOf = ({ traceId, id, parentId, isSampled }: TracedRequest): TraceSegment => ({
  traceId,
  id,
  ...(parentId !== undefined && { parentId }),
  isSampled,
})

const errorOf = (failure: GatewayFailure) => ({
  responseType: failure.responseType,
  message: failure.callerOnly ? (failure.errorType ?? failure.responseType) : failure.message,
  ...(failure.validationErrorString !== undefined && {
    validationErrorString: failure.validationErrorString,
  }),
  ...(failure.hint !== undefined && { hint: failure.hint }),
})

/** A streamed body's length is not known while its headers are being written: 0. */
const bytesOf = (body: HttpResponse['body']): number => {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.byteLength : 0
}
