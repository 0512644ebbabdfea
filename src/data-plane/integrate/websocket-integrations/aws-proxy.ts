// AWS_PROXY of a WebSocket API: a Lambda function gets the event of the connection, and what it answers counts.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
import { traceFunctionStatus } from '../../accept/request-trace.ts'
import { functionOfUri } from '#model/arn.ts'
import type { IntegrationV2 } from '#model/apigatewayv2/api.ts'
import type { RestMethodPlan, RestRequest, SocketRequest } from '../../plan.ts'
import { present } from '#shared/assert.ts'
import { admitAnswer, traceAnswer } from '../function-answer.ts'
import { compileInvocationRights } from '../integration-credentials.ts'
import { routeSource } from '../invocation-source.ts'
import { invokeWithin } from '../invoke-function.ts'
import { misconfigured } from '../misconfigured.ts'
import { parseProxyResponse } from '../proxy-response.ts'
import { putStageVariables } from '../stage-variables.ts'
import { makeSocketEvent } from './event.ts'
import type { SocketRouteSource } from './rest-source.ts'

export const compileSocketProxy = (
  { stage, route }: SocketRouteSource,
  integration: IntegrationV2,
): RestMethodPlan['integrate'] => {
  const uri = putStageVariables(integration.integrationUri ?? '', stage)
  const functionArn = functionOfUri(uri)
  if (functionArn === undefined) {
    return misconfigured(`the integration's URI names no function: ${uri}`)
  }
  const admit = compileInvocationRights(
    integration.credentialsArn,
    functionArn,
    routeSource(stage, route.routeKey),
  )

  return async (request, caller, services) => {
    const { trace, traceId } = request
    trace.enter('integration request')
    admit(request, caller, services)
    const body = Buffer.from(await request.readBody()).toString('utf8')
    const event = makeSocketEvent(ofSocket(request), caller, body)
    const payload = Buffer.from(JSON.stringify(event), 'utf8')
    trace.enter('integration')
    const askedMs = trace.elapsedMs()
    const answer = await invokeWithin(
      services,
      { functionArn, payload, invocationType: 'RequestResponse', traceId },
      integration.timeoutInMillis,
    )
    traceAnswer(trace, functionArn, answer, trace.elapsedMs() - askedMs)
    const answered = admitAnswer(answer, functionArn)
    trace.enter('integration response')
    const response = parseProxyResponse(answered.payload, false)
    traceFunctionStatus(trace, response.statusCode)
    return response
  }
}

/** The integrations of REST methods take REST requests; these here are given those of sockets alone. */
const ofSocket = (request: RestRequest): SocketRequest => {
  present(request.socket, 'a WebSocket integration without a socket')
  return request as SocketRequest
}
