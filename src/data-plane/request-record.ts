// The end of every story: what a request did, as one record for logs, metrics, traces and the terminal.
import type { RequestRecord } from '#model/request-record.ts'
import type { HttpResponse } from '#transport/contract.ts'
import type { GatewayRequest } from './accept/request.ts'
import type { SocketFacts } from './accept/socket.ts'
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
  const { socket }: ContextRequest = request
  const { userAgent, trace } = request
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
    domainName: request.address.domainName,
    httpMethod: request.method,
    path: request.address.fullPath,
    ...(route !== undefined && { route }),
    ...(resourceId !== undefined && { resourceId }),
    httpProtocol: `HTTP/${request.http.httpVersion}`,
    sourceIp: request.sourceIp,
    ...(userAgent !== undefined && { userAgent }),
    status: response.statusCode,
    responseBytes: bytesOf(response.body),
    arrivedAtMs: request.arrivedAtMs,
    latencyMs: trace.elapsedMs(),
    ...(trace.integration !== undefined && { integration: trace.integration }),
    ...(failure !== undefined && { error: errorOf(failure) }),
    steps: trace.steps,
    ...(socket !== undefined && { socket: recordOf(socket) }),
  }
}

/** The route is in the record already. */
const recordOf = ({ connectedAtMs: _, routeKey: __, ...socket }: SocketFacts) => socket

const errorOf = (failure: GatewayFailure) => ({
  responseType: failure.responseType,
  message: failure.callerOnly ? (failure.errorType ?? failure.responseType) : failure.message,
  ...(failure.hint !== undefined && { hint: failure.hint }),
})

/** A streamed body's length is not known while its headers are being written: 0. */
const bytesOf = (body: HttpResponse['body']): number => {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.byteLength : 0
}
