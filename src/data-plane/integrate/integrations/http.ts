// HTTP: a backend behind mappings and templates in both directions.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { MethodSource } from '../../compiling.ts'
import type { RestMethodPlan } from '../../plan.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { askUpstream } from '../ask-upstream.ts'
import { compileConnection } from '../connection.ts'
import { compileIntegrationRequest } from '../integration-request.ts'
import { compileIntegrationResponses } from '../integration-response.ts'

export const compileHttp = (
  source: MethodSource,
  integration: Integration,
): RestMethodPlan['integrate'] => {
  const connection = compileConnection(source, integration)
  const mapRequest = compileIntegrationRequest(source, integration, false)
  const mapResponse = compileIntegrationResponses(source, integration)
  if (mapRequest === undefined || mapResponse === undefined) return source.limits.refusal()

  return async (request, caller, services) => {
    const { trace } = request
    trace.enter('integration request')
    const asked = await mapRequest(request, caller)
    trace.enter('integration')
    const backend = connection(request, services)
    const { statusCode, headers, body } = await askUpstream(request, asked, integration, backend)
    trace.enter('integration response')
    const selector = String(statusCode)
    const answer = mapResponse(request, caller, {
      selector,
      headers,
      body,
      overrides: asked.overrides,
    })
    return writeMethodResponse(request, answer, true)
  }
}
