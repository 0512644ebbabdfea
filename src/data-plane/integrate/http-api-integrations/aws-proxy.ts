// AWS_PROXY integrations of HTTP APIs: the request as an event, the function's answer as the response.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { traceFunctionStatus } from '../../accept/request-trace.ts'
import { functionOfUri } from '#model/arn.ts'
import type { InvokeRequest } from '#model/ports.ts'
import { noteFunctionAnswer, noteFunctionRequest } from '../../execution-notes.ts'
import {
  GatewayFailure,
  type HttpApiRequest,
  type HttpRoutePlan,
  type Services,
} from '../../plan.ts'
import { compileInvocationRights } from '../integration-credentials.ts'
import { routeSource } from '../invocation-source.ts'
import { invokeWithin, type TimedInvokeAnswer } from '../invoke-function.ts'
import { utf8Of } from '../payload.ts'
import { makeEvent10 } from './event-1-0.ts'
import { makeEvent20 } from './event-2-0.ts'
import { readFunctionResponse10, readFunctionResponse20 } from './function-response.ts'
import type { HttpIntegrationSource } from './index.ts'
import { mapHttpApiRequest, mapHttpApiResponse } from './integration-request.ts'

export const compileAwsProxy = (source: HttpIntegrationSource): HttpRoutePlan['integrate'] => {
  const { integration, uri, requestMapping, responseMapping, timeoutMs } = source
  const functionArn = functionOfUri(uri)
  if (functionArn === undefined) return misconfigured(uri)
  const format = FORMATS[integration.payloadFormatVersion === '1.0' ? '1.0' : '2.0']
  const admit = compileInvocationRights(
    integration.credentialsArn,
    functionArn,
    routeSource(source.stage, source.routeKey),
  )
  return async (request, caller, services) => {
    admit(request, caller, services)
    const body = await request.readBody()
    const mapped = mapHttpApiRequest(request, caller, requestMapping, body)
    const event = format.makeEvent({ request, caller, mapped, body })
    const payload = Buffer.from(JSON.stringify(event), 'utf8')
    const { traceId } = request
    const invoke = { functionArn, payload, invocationType: 'RequestResponse', traceId } as const
    const answered = await callFunction(request, services, invoke, timeoutMs)
    const response = format.readResponse(answered)
    traceFunctionStatus(request.trace, response.statusCode)
    return mapHttpApiResponse(response, request, caller, responseMapping)
  }
}

const FORMATS = {
  '1.0': { makeEvent: makeEvent10, readResponse: readFunctionResponse10 },
  '2.0': { makeEvent: makeEvent20, readResponse: readFunctionResponse20 },
}

/** Every request fails, as on AWS, where nobody checks the URI before. */
const misconfigured = (uri: string) => () => {
  throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal Server Error', {
    statusCode: 500,
    hint: `the integration's URI names no Lambda function: ${uri}`,
  })
}

/** The function's payload, or the failure that its answer is to the client; tells the trace either way. */
const callFunction = async (
  request: HttpApiRequest,
  services: Services,
  invoke: Omit<InvokeRequest, 'signal'>,
  timeoutMs: number,
): Promise<Uint8Array> => {
  const { trace } = request
  if (trace.execution) noteFunctionRequest(request, invoke)
  const startMs = trace.elapsedMs()
  const answer = await invokeWithin(services, invoke, timeoutMs)
  const latencyMs = trace.elapsedMs() - startMs
  if (answer.kind === 'answered') noteFunctionAnswer(trace, answer, latencyMs)
  if (answer.kind === 'answered' && answer.functionError === undefined) {
    const { statusCode: status, requestId } = answer
    trace.integration = { target: invoke.functionArn, latencyMs, status, requestId }
    return answer.payload
  }
  const failure = failureOf(answer, invoke.functionArn, timeoutMs)
  trace.integration = {
    target: invoke.functionArn,
    latencyMs,
    error: failure.hint ?? failure.message,
    ...(answer.kind !== 'timeout' && { status: answer.statusCode }),
    ...(answer.kind === 'answered' && { requestId: answer.requestId }),
  }
  throw failure
}

/** AWS: 503 after the timeout and while throttled, 413 past Lambda's own limit, 500 otherwise. [behaviour.md 4, 5.4] */
const failureOf = (
  answer: TimedInvokeAnswer,
  functionArn: string,
  timeoutMs: number,
): GatewayFailure => {
  if (answer.kind === 'timeout') {
    return new GatewayFailure('INTEGRATION_TIMEOUT', 'Service Unavailable', {
      hint: `${functionArn} did not answer within ${timeoutMs} ms`,
    })
  }
  if (answer.kind === 'answered') {
    return new GatewayFailure('INTEGRATION_FAILURE', 'Internal Server Error', {
      statusCode: 500,
      hint: `the function failed: ${utf8Of(answer.payload.subarray(0, ERROR_BYTES_SHOWN))}`,
    })
  }
  return new GatewayFailure('INTEGRATION_FAILURE', answer.message, {
    statusCode: REFUSALS.get(answer.errorType) ?? 500,
    hint: `Lambda refused to run ${functionArn}: ${answer.errorType}: ${answer.message}`,
  })
}

const ERROR_BYTES_SHOWN = 512

const REFUSALS: ReadonlyMap<string, number> = new Map([
  ['RequestTooLargeException', 413],
  ['TooManyRequestsException', 503],
])
