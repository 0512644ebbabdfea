// First-class integrations of HTTP APIs: `SQS-SendMessage` and the like, one call of an AWS service each.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
import { compileResponseMapping } from '#languages/parameter-mapping/response-mapping.ts'
import type { SigningCredentials } from '#languages/sigv4/sign.ts'
import { signRequest } from '#languages/sigv4/sign.ts'
import type { IntegrationV2 } from '#model/apigatewayv2/api.ts'
import { HTTP_INTEGRATION_TIMEOUT_MS_MAX, PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import type { UpstreamRequest } from '#transport/contract.ts'
import type { Limits, StageFacts } from '../../compiling.ts'
import { GatewayFailure, type HttpRoutePlan } from '../../plan.ts'
import { compileCredentials } from '../integration-credentials.ts'
import { callUpstream, passBack } from './http-proxy.ts'
import { lookUpFor, mapHttpApiResponse } from './integration-request.ts'
import { compileSubtypeParameters } from './subtype-parameters.ts'
import { SUBTYPES, type SubtypeCall } from './subtypes.ts'

export const compileSubtype = (
  integration: IntegrationV2,
  subtype: string,
  stage: StageFacts,
  limits: Limits,
): HttpRoutePlan['integrate'] => {
  const known = SUBTYPES.get(subtype)
  if (known === undefined) return limits.refuse(`the ${subtype} integration`)
  const parameters = compileSubtypeParameters(integration.requestParameters ?? {}, known.parameters)
  const responses = compileResponseMapping(integration.responseParameters)
  const refusals = [...parameters.problems, ...responses.problems].map((problem) =>
    limits.refuse(`${problem} of the ${subtype} integration`),
  )
  if (refusals[0] !== undefined) return refusals[0]
  const timeoutMs = Math.min(integration.timeoutInMillis, HTTP_INTEGRATION_TIMEOUT_MS_MAX)
  const { service } = known
  const credentialsFor = compileCredentials(integration.credentialsArn, service)

  return async (request, caller, services) => {
    const body = await request.readBody()
    const values = parameters.read(lookUpFor(request, caller, body))
    const { Region } = values
    const region = typeof Region === 'string' ? Region : stage.scope.region
    const endpoint = services.aws?.endpoint(service, region)
    if (services.aws === undefined || endpoint === undefined) {
      throw noEndpoint(service, limits.where)
    }
    const call = known.call(values)
    const nowMs = (services.wallClock ?? services.clock).nowMs()
    const credentials = credentialsFor(request, caller, services.aws, nowMs)
    const signing = { service, region, nowMs }
    const upstream = signedRequest(call, endpoint, credentials, signing)
    const answer = await callUpstream(request, services.upstream, {
      ...upstream,
      timeoutMs,
      responseBytesMax: PAYLOAD_BYTES_MAX,
    })
    return mapHttpApiResponse(passBack(answer), request, caller, responses.mapping)
  }
}

const noEndpoint = (service: string, where: string) => {
  const message = `This gateway has no address for the service ${service}, which ${where} calls`
  return new GatewayFailure('NOT_IMPLEMENTED', message, {
    hint: `lead the calls of ${service} somewhere: --endpoint ${service}=URL`,
  })
}

const signedRequest = (
  { method, path, headers, body }: SubtypeCall,
  endpoint: string,
  credentials: SigningCredentials,
  signing: { readonly service: string; readonly region: string; readonly nowMs: number },
): Pick<UpstreamRequest, 'method' | 'origin' | 'path' | 'headers' | 'body'> => {
  const url = new URL(endpoint)
  const target = url.pathname.replace(/\/$/, '') + path
  const bytes = Buffer.from(body, 'utf8')
  const request = { method, target, headers: ['Host', url.host, ...headers], body: bytes }
  return {
    method,
    origin: url.origin,
    path: target,
    headers: signRequest(request, credentials, signing),
    ...(bytes.length > 0 && { body: bytes }),
  }
}
