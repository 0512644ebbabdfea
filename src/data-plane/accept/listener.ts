// The data plane's front: whose request is it? The API and the stage are found once, in a directory that stays the
// same for the whole of the request.
import type { Connections } from '#state/connections.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import { type AuthorizeConnections, handleConnectionsRequest } from '../connections.ts'
import { handleHttpApiRequest } from '../http-api.ts'
import {
  type ApiEntry,
  type Directory,
  GatewayFailure,
  type Services,
  type StagePlan,
} from '../plan.ts'
import { makeRequestRecord } from '../request-record.ts'
import { handleRestRequest } from '../rest-api.ts'
import { defaultResponse } from '../respond/gateway-response.ts'
import { functionUrlPlan } from '../function-url.ts'
import { findAddress } from './domain-name.ts'
import { refuseOtherName } from './endpoint-access.ts'
import { findFunctionUrl, type FunctionUrlAddress } from './function-url.ts'
import {
  acceptRequest,
  type GatewayRequest,
  type RequestAddress,
  type VpcEndpoint,
} from './request.ts'
import { notesFor, toldBy } from './request-notes.ts'
import { endpointOfProxy, findEndpointAddress } from './vpc-endpoint.ts'

/** `endpoint`: the VPC endpoint that a listener was declared to be. A proxy in front may name one per connection. */
export type HandleDataPlane = (
  http: HttpRequest,
  endpoint?: VpcEndpoint,
) => HttpResponse | Promise<HttpResponse>

/** `connections`: absent where nobody can hold any, and then no WebSocket API is answered. */
export const createDataPlane =
  (
    directory: () => Directory,
    services: Services,
    connections?: ConnectionsAccess,
  ): HandleDataPlane =>
  (http, declared) => {
    const current = directory()
    const url = findFunctionUrl(http.host, http.target, current.find)
    if (url !== undefined) return serveFunctionUrl(http, url, current, services)
    const endpoint = declared ?? (http.proxied && endpointOfProxy(http))
    const address =
      endpoint === undefined
        ? findAddress(http.host, http.target, http.headers, current)
        : findEndpointAddress(http, endpoint, current)
    const api = address && current.findApi(address.apiId)
    const stage = address && (findStage(api, address) ?? standIn(api, address, http.host, services))
    if (address === undefined || stage === undefined) {
      const refused = address === undefined ? endpoint && notOfEndpoint(http, endpoint) : undefined
      return answerNobody(http, address ?? nowhere(http.host), current, services, refused)
    }
    if (endpoint !== undefined && !isPrivate(stage)) {
      return answerNobody(http, address, current, services, publicThroughEndpoint(stage))
    }
    const otherName = refuseOtherName(http, address, stage)
    if (otherName !== undefined) return answerNobody(http, address, current, services, otherName)
    if (stage.protocol === 'HTTP') {
      const told = { execution: notesFor(stage, services) }
      const request = acceptRequest(http, address, services, 'HTTP', current, told)
      return handleHttpApiRequest(request, stage, services)
    }
    if (stage.protocol === 'WEBSOCKET') {
      if (connections === undefined) return answerNobody(http, address, current, services)
      const request = acceptRequest(http, address, services, 'WEBSOCKET', current)
      const { all, authorize } = connections
      return handleConnectionsRequest(request, stage, all, authorize, services)
    }
    const told = { execution: notesFor(stage, services), isTraced: stage.isTraced }
    const request = acceptRequest(http, address, services, 'REST', current, told)
    return handleRestRequest(request, stage, services)
  }

/** AWS: the host of a URL that was deleted answers 403. [guide: urls-configuration] */
const serveFunctionUrl = (
  http: HttpRequest,
  { address, entry }: FunctionUrlAddress,
  directory: Directory,
  services: Services,
): HttpResponse | Promise<HttpResponse> => {
  if (entry === undefined) {
    const hint = `there is no function URL ${address.apiId} here`
    const refused = new GatewayFailure('FORBIDDEN', 'Forbidden', { hint })
    return answerNobody(http, address, directory, services, refused)
  }
  const request = acceptRequest(http, address, services, 'HTTP', directory)
  return handleHttpApiRequest(request, functionUrlPlan(entry), services)
}

/** The open connections of WebSocket APIs, and who may reach them. */
export interface ConnectionsAccess {
  readonly all: Connections
  readonly authorize: AuthorizeConnections
}

const findStage = (api: ApiEntry | undefined, address: RequestAddress): StagePlan | undefined => {
  if (api === undefined) return undefined
  if (api.disableExecuteApiEndpoint && address.customDomain === undefined) return undefined
  if (api.protocol === 'HTTP') return api.stage(address.stageName ?? '$default')
  return address.stageName === undefined ? undefined : api.stage(address.stageName)
}

/**
 * A name below localhost is ours and no default endpoint. Where that is switched off, it stands for the custom domain
 * name, which on the machine of a developer nobody resolves; there has to be one stage, lest it be the wrong one.
 */
const standIn = (
  api: ApiEntry | undefined,
  { stageName, customDomain }: RequestAddress,
  host: string,
  { hasLocalNames }: Services,
): StagePlan | undefined => {
  if (hasLocalNames !== true || api?.disableExecuteApiEndpoint !== true) return undefined
  if (api.protocol !== 'HTTP' || customDomain !== undefined || !LOCAL_NAME.test(host)) {
    return undefined
  }
  if (api.onlyStage === undefined) return undefined
  return stageName === undefined || stageName === api.onlyStage
    ? api.stage(api.onlyStage)
    : undefined
}

const LOCAL_NAME = /\.execute-api\.localhost(?::\d{1,5})?$/i

const isPrivate = (stage: StagePlan): boolean => stage.protocol === 'REST' && stage.isPrivate

/** AWS: through an endpoint, private APIs alone are reached. [knowledge-center: api-gateway-vpc-connections] */
const publicThroughEndpoint = ({ apiName }: StagePlan) =>
  new GatewayFailure('FORBIDDEN', 'Forbidden', {
    hint: `${apiName} is no private API, and a VPC endpoint leads to private APIs alone`,
  })

const notOfEndpoint = ({ host }: HttpRequest, { vpceId }: VpcEndpoint) =>
  new GatewayFailure('FORBIDDEN', 'Forbidden', {
    hint: `neither the host ${host} nor a header x-apigw-api-id names an API that is reached through ${vpceId}`,
  })

/** A request that came to none of our addresses. */
const nowhere = (host: string): RequestAddress => ({
  apiId: '',
  stageName: undefined,
  path: '/',
  fullPath: '/',
  domainName: host,
  domainPrefix: '',
})

/**
 * AWS: an unknown stage is 403 "Forbidden" of a REST API and 404 "Not Found" of an HTTP API. A host of an unknown API
 * does not resolve there; here it is a 403 with the reason in the record. So is a custom domain name without a mapping
 * for the path, whatever else it maps. [behaviour.md 3.1 #3, #5, #6]
 */
const answerNobody = (
  http: HttpRequest,
  address: RequestAddress,
  directory: Directory,
  services: Services,
  refused?: GatewayFailure,
): HttpResponse => {
  const api = directory.findApi(address.apiId)
  const isHttpApi = api?.protocol === 'HTTP' && refused === undefined
  const request = acceptRequest(http, address, services, isHttpApi ? 'HTTP' : 'REST', directory)
  const failure = refused ?? failureOf(address, api)
  const response = isHttpApi
    ? {
        statusCode: 404,
        headers: ['Content-Type', 'application/json', 'apigw-requestid', request.requestId],
        body: '{"message":"Not Found"}',
      }
    : defaultResponse(failure, request)
  tell(request, response, failure, api, services)
  return response
}

const failureOf = (address: RequestAddress, api: ApiEntry | undefined): GatewayFailure => {
  if (api?.protocol === 'HTTP') {
    return new GatewayFailure('RESOURCE_NOT_FOUND', 'Not Found', { hint: hintOf(address, api) })
  }
  const hint = api === undefined ? noApiHint(address) : hintOf(address, api)
  return new GatewayFailure('FORBIDDEN', 'Forbidden', { hint })
}

const noApiHint = ({ apiId, stageName, domainName, path }: RequestAddress): string =>
  apiId === ''
    ? `nothing of the domain name ${domainName} leads from ${path} to an API: it has no mapping and no rule for it, or asks for client certificates (mutual TLS), which are not verified here`
    : `there is no API ${apiId} here (stage ${stageName})`

const hintOf = ({ stageName, customDomain }: RequestAddress, api: ApiEntry): string => {
  if (api.disableExecuteApiEndpoint && customDomain === undefined) {
    return `the default endpoint of ${api.apiId} is switched off (disableExecuteApiEndpoint)`
  }
  if (stageName !== undefined) return `API ${api.apiId} has no stage ${stageName}`
  return api.protocol === 'HTTP'
    ? `API ${api.apiId} has no $default stage`
    : `the path must begin with a stage of API ${api.apiId}`
}

const tell = (
  request: GatewayRequest,
  response: HttpResponse,
  failure: GatewayFailure,
  api: ApiEntry | undefined,
  services: Services,
): void => {
  const stage = {
    protocol: api?.protocol ?? 'REST',
    scope: api?.scope ?? { accountId: '', region: '' },
    apiId: request.address.apiId,
    apiName: '',
    stageName: request.address.stageName ?? '',
    deploymentId: '',
  }
  const record = makeRequestRecord({ request, stage, response, failure })
  services.observe?.(record, undefined, toldBy(request, services, undefined))
}
