// AWS with any service but Lambda: the mapped request is signed and sent to wherever the service's calls lead.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services.html
import { type SigningCredentials, signRequest } from '#languages/sigv4/sign.ts'
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { MethodSource } from '../../compiling.ts'
import { GatewayFailure, type RestMethodPlan } from '../../plan.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { askUpstream } from '../ask-upstream.ts'
import { compileCredentials } from '../integration-credentials.ts'
import { compileIntegrationRequest, type HttpIntegrationRequest } from '../integration-request.ts'
import { compileIntegrationResponses } from '../integration-response.ts'
import { misconfigured } from '../misconfigured.ts'
import { compileServiceCall, type ServiceCall } from './service-call.ts'

export const compileAwsService = (
  source: MethodSource,
  integration: Integration,
  call: ServiceCall,
): RestMethodPlan['integrate'] => {
  const forbidden = Object.keys(integration.requestParameters ?? {}).find((key) =>
    FORBIDDEN.test(key),
  )
  if (forbidden !== undefined) return misconfigured(`${forbidden} must not be mapped`)
  const { uri, complete } = compileServiceCall(call)
  const mapRequest = compileIntegrationRequest(source, { ...integration, uri }, false)
  const mapResponse = compileIntegrationResponses(source, integration)
  const credentialsFor = compileCredentials(integration.credentials, call.service)
  const mapsAccept = Object.keys(integration.requestParameters ?? {}).some((key) =>
    /^integration\.request\.header\.accept$/i.test(key),
  )
  if (mapRequest === undefined || mapResponse === undefined) return source.limits.refusal()

  return async (request, caller, services) => {
    const { trace } = request
    trace.enter('integration request')
    const endpoint = services.aws?.endpoint(call.service, call.region)
    if (services.aws === undefined || endpoint === undefined) {
      throw noEndpoint(source, call)
    }
    const given = complete(await mapRequest(request, caller))
    const mapped = mapsAccept ? given : withoutDefaultAccept(given)
    // Signatures go by the real time, whatever this gateway's clock is set to.
    const nowMs = (services.wallClock ?? services.clock).nowMs()
    const credentials = credentialsFor(request, caller, services.aws, nowMs)
    const asked = signed(mapped, endpoint, call, credentials, nowMs)
    trace.enter('integration')
    const { statusCode, headers, body } = await askUpstream(
      request,
      asked,
      integration,
      services.upstream,
    )
    trace.enter('integration response')
    const { overrides } = mapped
    const selector = String(statusCode)
    const answer = mapResponse(request, caller, { selector, headers, body, overrides })
    return writeMethodResponse(request, answer, true)
  }
}

/** AWS: a service is not asked for JSON unless Accept is mapped. [F188] */
const withoutDefaultAccept = (asked: HttpIntegrationRequest): HttpIntegrationRequest => {
  const { headers, overrides } = asked
  const isOverridden = [...(overrides?.request.header.keys() ?? [])].some((name) =>
    /^accept$/i.test(name),
  )
  return isOverridden ? asked : { ...asked, headers: without(headers, 'accept') }
}

/** AWS: mapping one of these is a 500 in an AWS integration. [behaviour.md 5.2] */
const FORBIDDEN =
  /^integration\.request\.header\.(?:authorization|connection|expect|proxy-authenticate|te)$/i

const noEndpoint = ({ limits }: MethodSource, { service }: ServiceCall) => {
  const message = `This gateway has no address for the service ${service}, which ${limits.where} calls`
  return new GatewayFailure('NOT_IMPLEMENTED', message, {
    hint: `lead the calls of ${service} somewhere: --endpoint ${service}=URL`,
  })
}

const signed = (
  asked: HttpIntegrationRequest,
  endpoint: string,
  { service, region }: ServiceCall,
  credentials: SigningCredentials,
  nowMs: number,
): HttpIntegrationRequest => {
  const url = new URL(endpoint)
  const path = url.pathname.replace(/\/$/, '') + asked.path
  const { method, body } = asked
  // AWS: Host is that of the endpoint. [behaviour.md 5.2]
  const headers = ['Host', url.host, ...without(asked.headers, 'host')]
  const request = { method, target: path, headers, ...(body !== undefined && { body }) }
  return {
    ...asked,
    origin: url.origin,
    path,
    headers: signRequest(request, credentials, { region, service, nowMs }),
  }
}

const without = (headers: readonly string[], lower: string): readonly string[] =>
  headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== lower)
