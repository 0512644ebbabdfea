// AWS with a Lambda function: the template makes the event, and the answer goes back through templates too.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import { functionOfUri } from '#model/arn.ts'
import type { InvokeRequest } from '#model/ports.ts'
import { isObject } from '#shared/json.ts'
import { lastHeader } from '../../accept/headers.ts'
import type { MethodSource } from '../../compiling.ts'
import { GatewayFailure, type RestMethodPlan } from '../../plan.ts'
import { noteFunctionRequest } from '../../execution-notes.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { admitRun, traceAnswer } from '../function-answer.ts'
import { compileInvocationRights } from '../integration-credentials.ts'
import { restSource } from '../invocation-source.ts'
import { compileIntegrationRequest, type HttpIntegrationRequest } from '../integration-request.ts'
import { compileIntegrationResponses } from '../integration-response.ts'
import { invokeWithin } from '../invoke-function.ts'
import { misconfigured } from '../misconfigured.ts'
import { utf8Of } from '../payload.ts'

/** `uri` with its stage variables put in. */
export const compileAwsLambda = (
  source: MethodSource,
  integration: Integration,
  uri: string,
): RestMethodPlan['integrate'] => {
  const functionArn = functionOfUri(uri)
  if (functionArn === undefined) {
    return misconfigured(`the integration's URI names no function: ${uri}`)
  }
  // AWS: a Lambda function is invoked by POST; any other integration method is a 500. [behaviour.md 5.1]
  if ((integration.httpMethod ?? 'POST') !== 'POST') {
    return misconfigured(`the integration's HTTP method is ${integration.httpMethod}, not POST`)
  }
  const mapRequest = compileIntegrationRequest(source, { ...integration, uri: INVOKE }, false)
  const mapResponse = compileIntegrationResponses(source, integration)
  if (mapRequest === undefined || mapResponse === undefined) return source.limits.refusal()

  const admit = compileInvocationRights(integration.credentials, functionArn, restSource(source))

  return async (request, caller, services) => {
    const { trace } = request
    trace.enter('integration request')
    admit(request, caller, services)
    const asked = await mapRequest(request, caller)
    const invocation = readInvocation(asked)
    trace.enter('integration')
    if (trace.execution) noteFunctionRequest(request, { functionArn, ...invocation })
    const askedMs = trace.elapsedMs()
    const answer = await invokeWithin(
      services,
      { functionArn, traceId: request.traceId, ...invocation },
      integration.timeoutInMillis,
    )
    traceAnswer(trace, functionArn, answer, trace.elapsedMs() - askedMs)
    const { payload, functionError, requestId } = admitRun(answer, functionArn)
    trace.enter('integration response')
    const selector = functionError === undefined ? undefined : errorMessageOf(payload)
    const headers = ['Content-Type', 'application/json', 'x-amzn-RequestId', requestId]
    const { overrides } = asked
    const response = mapResponse(request, caller, { selector, headers, body: payload, overrides })
    return writeMethodResponse(request, response, true)
  }
}

/** Mappings of the Invoke API's headers go through the same step as those of any backend. */
const INVOKE = 'http://lambda.invalid/'

/** AWS: `X-Amz-Invocation-Type: 'Event'` does not wait for the function. [guide: set-up-lambda-integration-async] */
const readInvocation = ({
  headers,
  body = new Uint8Array(0),
}: HttpIntegrationRequest): Pick<InvokeRequest, 'payload' | 'invocationType' | 'clientContext'> => {
  const invocationType = lastHeader(headers, 'x-amz-invocation-type') ?? 'RequestResponse'
  if (!isInvocationType(invocationType)) {
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
      hint: `X-Amz-Invocation-Type is ${invocationType}, and must be RequestResponse, Event or DryRun`,
    })
  }
  const clientContext = lastHeader(headers, 'x-amz-client-context')
  return {
    payload: eventOf(body),
    invocationType,
    ...(clientContext !== undefined && { clientContext }),
  }
}

const isInvocationType = (text: string): text is InvokeRequest['invocationType'] =>
  text === 'RequestResponse' || text === 'Event' || text === 'DryRun'

/** AWS: no body is an empty event, and what is not JSON never reaches a function: a 400. [exp] */
const eventOf = (body: Uint8Array): Uint8Array => {
  const text = utf8Of(body)
  if (text.trim() === '') return Buffer.from('{}')
  try {
    JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it is not JSON'
    throw new GatewayFailure('DEFAULT_4XX', `Could not parse request body into json: ${reason}`, {
      statusCode: 400,
      hint: 'what the request template gave (or the body, without one) is no JSON event',
      cause: error,
    })
  }
  return body
}

/** AWS: selection patterns are held against errorMessage. [guide: handle-errors-in-lambda-integration] */
const errorMessageOf = (payload: Uint8Array): string => {
  try {
    const error: unknown = JSON.parse(utf8Of(payload))
    const message = isObject(error) ? error.errorMessage : undefined
    return typeof message === 'string' ? message : ''
  } catch {
    return '' // A runtime that died mid-sentence has no message; the default response takes it.
  }
}
