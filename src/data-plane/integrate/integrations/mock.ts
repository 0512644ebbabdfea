// MOCK: no backend. The request template names a status code, and the integration response for it is the answer.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { MethodSource } from '../../compiling.ts'
import { GatewayFailure, type RestMethodPlan } from '../../plan.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { writeRequestText } from '../integration-request.ts'
import { compileIntegrationResponses } from '../integration-response.ts'
import { chooseRequestTemplate, compileTemplates } from '../templates.ts'

export const compileMock = (
  source: MethodSource,
  integration: Integration,
): RestMethodPlan['integrate'] => {
  const templates = compileTemplates(integration.requestTemplates, 'request', source)
  const mapResponse = compileIntegrationResponses(source, integration)
  if (mapResponse === undefined) return source.limits.refusal()

  return async (request, caller) => {
    const { trace } = request
    trace.enter('integration request')
    const contentType = request.header('content-type')
    const template = chooseRequestTemplate(templates, contentType, integration.passthroughBehavior)
    const sent = request.readBody()
    const bytes = 'byteLength' in sent ? sent : await sent
    const binary = source.isBinary(contentType)
    const { text, overrides } = writeRequestText(
      { request, caller, template, bytes, binary },
      integration.contentHandling,
    )
    trace.enter('integration')
    const selector = String(readMockStatus(text))
    trace.enter('integration response')
    // AWS: a MOCK answer carries no X-Amzn-Trace-Id. [behaviour.md 3.3]
    const answer = mapResponse(request, caller, {
      selector,
      headers: [],
      body: NO_BYTES,
      overrides,
    })
    return writeMethodResponse(request, answer, false)
  }
}

const NO_BYTES = new Uint8Array(0)

/**
 * AWS: the JSON is read leniently: keys bare or in single quotes, commas too many, rubbish after what is needed.
 * [F161]
 */
export const readMockStatus = (text: string): number => {
  const status = MOCK_STATUS.exec(text.slice(0, STATUS_CHARS_MAX))?.[1]
  if (status !== undefined) return Number(status)
  throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
    logLine: 'Execution failed due to configuration error: Unable to parse statusCode',
    hint: 'Unable to parse statusCode: the request template of a MOCK integration must give {"statusCode": 200}',
  })
}

/** Where no template fits, the text is the client's body. */
const STATUS_CHARS_MAX = 64 * 1024
const MOCK_STATUS =
  /^\s*\{(?:[^{}]*?[\s,])?["']?statusCode["']?\s*:\s*["']?([1-5]\d\d)["']?\s*[,}\s]/
