// What the steps tell an execution log. Called only where a request's trace has somewhere to tell it: the steps ask
// first (`if (trace.execution)`), so that a request nobody listens to pays one test of a member per step.
import type { Caller } from '#model/caller.ts'
import type { ExecutionNotes } from '#model/execution-event.ts'
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import type { HttpResponse, UpstreamResponse, UpstreamStream } from '#transport/contract.ts'
import type { RequestTrace } from './accept/request-trace.ts'
import type { HttpIntegrationRequest } from './integrate/integration-request.ts'
import type { GatewayFailure, HttpApiRequest, RestRequest } from './plan.ts'

/** Of a deployed stage: a test of a draft begins with the method. */
export const noteAccepted = (
  { extendedRequestId }: RestRequest,
  execution: ExecutionNotes,
): void => {
  execution.note({ kind: 'accepted', extendedRequestId })
}

/** AWS looks for a plan even where the method asks for no key, and says so. [behaviour.md 12.2] */
export const noteUsagePlan = (
  request: RestRequest,
  caller: Caller,
  isKeyed: boolean,
  execution: ExecutionNotes,
): void => {
  const { requestId, method, match } = request
  const apiKey = isKeyed ? (request.header('x-api-key') ?? caller.usageIdentifierKey ?? '') : ''
  const told = { requestId, apiStage: apiStageOf(request), apiKey }
  const keyless = `${method} ${match.plan.resourcePath}`
  execution.note({ kind: 'usage-plan-started', ...told, ...(!isKeyed && { keyless }) })
}

export const noteUsagePlanPassed = (request: RestRequest, execution: ExecutionNotes): void => {
  const apiKey = request.apiKey?.value ?? ''
  execution.note({ kind: 'usage-plan-passed', apiStage: apiStageOf(request), apiKey })
}

const apiStageOf = ({ stage }: RestRequest): string => `${stage.apiId}/${stage.stageName}`

export const noteMethodRequest = async (
  request: RestRequest | HttpApiRequest,
  execution: ExecutionNotes,
): Promise<void> => {
  const { requestId, method: httpMethod, address, match, query, http } = request
  const body = await request.readBody()
  const pathParameters = match.pathParameters ?? {}
  const { path } = address
  const { headers } = http
  const told = { requestId, httpMethod, path, pathParameters, query, headers, body }
  execution.note({ kind: 'method-request', ...told })
}

export const noteValidated = (request: RestRequest): void => {
  const { execution } = request.trace
  if (execution === undefined) return
  const contentType = request.header('content-type') ?? 'application/json'
  execution.note({ kind: 'validated', contentType })
}

export const noteUpstreamRequest = (
  execution: ExecutionNotes,
  {
    origin,
    path,
    headers,
    body = NO_BYTES,
  }: Pick<HttpIntegrationRequest, 'origin' | 'path' | 'headers' | 'body'>,
): void => {
  execution.note({ kind: 'endpoint-request', uri: origin + path, headers, body })
}

export const noteUpstreamResponse = (
  execution: ExecutionNotes,
  { statusCode: status, headers, body }: UpstreamResponse | UpstreamStream,
  latencyMs: number,
): void => {
  const received = { kind: 'endpoint-response', status, latencyMs, headers } as const
  execution.note('byteLength' in body ? { ...received, body } : received)
}

/** An authorizer's event holds what the caller proves itself with, and that is nothing for a log. */
export const noteAuthorizerRequest = (
  execution: ExecutionNotes,
  { functionArn, payload }: Pick<InvokeRequest, 'functionArn' | 'payload'>,
  identity: readonly string[],
): void => {
  let text = Buffer.from(payload).toString('utf8')
  for (const value of identity) {
    if (value !== '') text = text.replaceAll(JSON.stringify(value).slice(1, -1), '****')
  }
  const body = Buffer.from(text, 'utf8')
  execution.note({ kind: 'endpoint-request', uri: invokeUri(functionArn), headers: [], body })
}

const invokeUri = (functionArn: string): string => {
  const region = functionArn.split(':')[3] ?? ''
  return `https://lambda.${region}.amazonaws.com/2015-03-31/functions/${functionArn}/invocations`
}

/** A function is asked through the Invoke API of Lambda, and that is what AWS's log shows. */
export const noteFunctionRequest = (
  request: RestRequest | HttpApiRequest,
  { functionArn, payload }: Pick<InvokeRequest, 'functionArn' | 'payload'>,
): void => {
  const uri = invokeUri(functionArn)
  const { apiId } = request.stage
  const headers = [
    'x-amzn-lambda-integration-tag',
    request.requestId,
    'x-amzn-apigateway-api-id',
    apiId,
    'Accept',
    'application/json',
    'User-Agent',
    `AmazonAPIGateway_${apiId}`,
    'X-Amzn-Trace-Id',
    request.traceId,
    'Content-Type',
    'application/json',
  ]
  request.trace.execution?.note({ kind: 'endpoint-request', uri, headers, body: payload })
}

export const noteFunctionAnswer = (
  { execution }: RequestTrace,
  answer: Extract<InvokeAnswer, { readonly kind: 'answered' }>,
  latencyMs: number,
): void => {
  if (execution === undefined) return
  const { statusCode: status, payload, requestId, functionError } = answer
  const headers = ['Content-Type', 'application/json', 'x-amzn-RequestId', requestId]
  if (functionError !== undefined) headers.push('X-Amz-Function-Error', functionError)
  execution.note({ kind: 'endpoint-response', status, latencyMs, headers, body: payload })
}

export const noteMethodResponse = (
  execution: ExecutionNotes,
  headers: readonly string[],
  body: HttpResponse['body'] = '',
): void => {
  const answered = { kind: 'method-response', headers } as const
  const isWhole = typeof body === 'string' || body instanceof Uint8Array
  execution.note(isWhole ? { ...answered, body } : answered)
}

/** How it ended: with the method's answer, or with a failure that the API defines. */
export const noteEnd = (
  execution: ExecutionNotes,
  { statusCode: status }: HttpResponse,
  failure: GatewayFailure | undefined,
): void => {
  if (failure === undefined) {
    execution.note({ kind: 'completed', status })
    return
  }
  const { responseType, message, hint, logLine, validationErrorString } = failure
  execution.note({
    kind: 'failed',
    status,
    responseType,
    message,
    ...(hint !== undefined && { hint }),
    ...(logLine !== undefined && { logLine }),
    ...(validationErrorString !== undefined && { validationErrorString }),
  })
}

export const noteGatewayResponse = (
  execution: ExecutionNotes,
  { statusCode: status, headers, body = '' }: HttpResponse,
  { responseType, callerOnly }: GatewayFailure,
): void => {
  // A message that repeats what the caller sent is for the caller alone.
  const isShown = !callerOnly && (typeof body === 'string' || body instanceof Uint8Array)
  const told = { responseType, status, headers, body: isShown ? body : '' }
  execution.note({ kind: 'gateway-response', ...told })
}

const NO_BYTES = new Uint8Array(0)
