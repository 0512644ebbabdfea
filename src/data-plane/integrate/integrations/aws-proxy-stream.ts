// AWS_PROXY with `responseTransferMode: STREAM`: the function writes a JSON prelude (status and headers), eight NUL
// bytes, and then the body, which reaches the client as it is written.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
import { traceFunctionStatus } from '../../accept/request-trace.ts'
import { present } from '#shared/assert.ts'
import { GatewayFailure, type RestMethodPlan } from '../../plan.ts'
import { noteFunctionRequest } from '../../execution-notes.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { admitAnswer } from '../function-answer.ts'
import { badStream, openFunctionStream } from '../function-stream.ts'
import type { AdmitInvocation } from '../integration-credentials.ts'
import type { ProxyEvent } from '../proxy-event.ts'

export const compileAwsProxyStream =
  (
    functionArn: string,
    buildEvent: ProxyEvent,
    admit: AdmitInvocation,
    timeoutMs: number,
  ): RestMethodPlan['integrate'] =>
  async (request, caller, services) => {
    const { trace } = request
    trace.enter('integration request')
    admit(request, caller, services)
    const body = await request.readBody()
    const payload = Buffer.from(buildEvent(request, caller, body), 'utf8')
    trace.enter('integration')
    if (trace.execution) noteFunctionRequest(request, { functionArn, payload })
    const askedMs = trace.elapsedMs()
    const { traceId } = request
    const answer = await openFunctionStream(
      services,
      { functionArn, payload, invocationType: 'RequestResponse', traceId },
      {
        timeoutMs,
        hasPrelude: always,
        onBegun: (requestId) => {
          const latencyMs = trace.elapsedMs() - askedMs
          trace.integration = { target: functionArn, latencyMs, status: 200, requestId }
          trace.enter('integration response')
        },
      },
    )
    if (answer.kind === 'timeout') throw timeoutOf(functionArn)
    if (answer.kind !== 'streaming') {
      admitAnswer(answer, functionArn)
      throw badStream('the function answered without streaming')
    }
    const { statusCode, headers } = present(answer.prelude, 'every stream has a prelude here')
    traceFunctionStatus(trace, statusCode)
    return writeMethodResponse(request, { statusCode, headers, body: answer.body }, true)
  }

const always = () => true

const timeoutOf = (functionArn: string) =>
  new GatewayFailure('INTEGRATION_TIMEOUT', 'Endpoint request timed out', {
    hint: `${functionArn} did not begin its answer within the integration's timeout`,
  })
