// HTTP_PROXY: the request goes on to a backend and its answer comes back, both nearly as they are.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import { lastHeader } from '../../accept/headers.ts'
import type { MethodSource } from '../../compiling.ts'
import type { RestMethodPlan } from '../../plan.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { askUpstream, streamUpstream } from '../ask-upstream.ts'
import { proxiedResponseHeaders } from '../header-rules.ts'
import { compileConnection } from '../connection.ts'
import { compileIntegrationRequest } from '../integration-request.ts'
import { asText } from '../payload.ts'

export const compileHttpProxy = (
  source: MethodSource,
  integration: Integration,
): RestMethodPlan['integrate'] => {
  const connection = compileConnection(source, integration)
  const mapRequest = compileIntegrationRequest(source, integration, true)
  if (mapRequest === undefined) return source.limits.refusal()
  const isStreamed = integration.responseTransferMode === 'STREAM'

  return async (request, caller, services) => {
    const { trace } = request
    trace.enter('integration request')
    const asked = await mapRequest(request, caller)
    trace.enter('integration')
    const backend = connection(request, services)
    const answer = isStreamed
      ? await streamUpstream(request, asked, integration, backend)
      : await askUpstream(request, asked, integration, backend)
    trace.enter('integration response')
    const { statusCode, headers } = answer
    // AWS: no X-Amzn-Trace-Id of the gateway's on an HTTP_PROXY answer. [behaviour.md 3.3]
    const passed = { statusCode, headers: proxiedResponseHeaders(headers) }
    const body = 'byteLength' in answer.body ? payloadOf(source, headers, answer.body) : answer.body
    return writeMethodResponse(request, { ...passed, body }, false)
  }
}

/** AWS: bytes of a type that is not one of the API's binary ones are read as text. An encoded body is left whole. */
const payloadOf = (
  { isBinary }: MethodSource,
  headers: readonly string[],
  body: Uint8Array,
): Uint8Array => {
  const isEncoded = lastHeader(headers, 'content-encoding') !== undefined
  return isEncoded || isBinary(lastHeader(headers, 'content-type')) ? body : asText(body)
}
