// What the steps tell an execution log. Called only where a request's trace has somewhere to tell it: the steps ask
// first (`if (trace.execution)`), so that a request nobody listens to pays one test of a member per step.
import type { ExecutionNotes } from '#model/execution-event.ts'
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import type { HttpResponse, UpstreamResponse, UpstreamStream } from '#transport/contract.ts'
import type { RequestTrace } from './accept/request-trace.ts'
import type { HttpIntegrationRequest } from './integrate/integration-request.ts'
import type { GatewayFailure, RestRequest } from './plan.ts'

export const noteMethodRequest = async (
  request: RestRequest,
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
  { origin, path, headers, body = NO_BYTES }: HttpIntegrationRequest,
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

/** A function is asked through the Invoke API of Lambda, and that is what AWS's log shows. */
export const noteFunctionRequest = (
  request: RestRequest,
  { functionArn, payload }: Pick<InvokeRequest, 'functionArn' | 'payload'>,
): void => {
  const region = functionArn.split(':')[3] ?? ''
  const uri = `https://lambda.${region}.amazonaws.com/2015-03-31/functions/${functionArn}/invocations`
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

const NO_BYTES = new Uint8Array(0)
