// AWS_PROXY: a Lambda function gets the whole request as an event and answers with a whole response.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import { functionOfUri } from '#model/arn.ts'
import { traceFunctionStatus } from '../../accept/request-trace.ts'
import type { MethodSource } from '../../compiling.ts'
import type { RestMethodPlan } from '../../plan.ts'
import { noteFunctionRequest } from '../../execution-notes.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { admitAnswer, traceAnswer } from '../function-answer.ts'
import { compileInvocationRights } from '../integration-credentials.ts'
import { restSource } from '../invocation-source.ts'
import { invokeWithin } from '../invoke-function.ts'
import { misconfigured } from '../misconfigured.ts'
import { compileProxyEvent } from '../proxy-event.ts'
import { parseProxyResponse } from '../proxy-response.ts'
import { putStageVariables } from '../stage-variables.ts'
import { firstAccept } from '../template.ts'
import { compileAwsProxyStream } from './aws-proxy-stream.ts'

export const compileAwsProxy = (
  source: MethodSource,
  integration: Integration,
): RestMethodPlan['integrate'] => {
  const { stage, limits, isBinary } = source
  const uri = putStageVariables(integration.uri ?? '', stage)
  const functionArn = functionOfUri(uri)
  if (functionArn === undefined) {
    return /:lambda:/.test(uri) || uri === ''
      ? misconfigured(`the integration's URI names no function: ${uri}`)
      : limits.refuse(`AWS_PROXY integration with ${uri}`)
  }
  // AWS: a Lambda function is invoked by POST; any other integration method is a 500. [behaviour.md 5.1]
  if ((integration.httpMethod ?? 'POST') !== 'POST') {
    return misconfigured(`the integration's HTTP method is ${integration.httpMethod}, not POST`)
  }
  const admit = compileInvocationRights(integration.credentials, functionArn, restSource(source))
  // AWS: the event is the request as it came; what is mapped serves as a key of the cache at most.
  // [guide: set-up-lambda-proxy-integrations]
  if (Object.keys(integration.requestParameters ?? {}).length > 0) {
    limits.ignore('request parameter mappings of a Lambda proxy integration')
  }
  const buildEvent = compileProxyEvent(source)
  if (integration.responseTransferMode === 'STREAM') {
    return compileAwsProxyStream(functionArn, buildEvent, admit, integration.timeoutInMillis)
  }

  return async (request, caller, services) => {
    const { trace } = request
    trace.enter('integration request')
    admit(request, caller, services)
    const body = await request.readBody()
    const payload = Buffer.from(buildEvent(request, caller, body), 'utf8')
    trace.enter('integration')
    if (trace.execution) noteFunctionRequest(request, { functionArn, payload })
    const askedMs = trace.elapsedMs()
    const answer = await invokeWithin(
      services,
      { functionArn, payload, invocationType: 'RequestResponse', traceId: request.traceId },
      integration.timeoutInMillis,
    )
    traceAnswer(trace, functionArn, answer, trace.elapsedMs() - askedMs)
    const answered = admitAnswer(answer, functionArn)
    trace.enter('integration response')
    const accept = firstAccept(request.header('accept'))
    const acceptsBinary = accept !== undefined && isBinary(accept)
    const response = parseProxyResponse(answered.payload, acceptsBinary)
    traceFunctionStatus(trace, response.statusCode)
    return writeMethodResponse(request, response, true)
  }
}
