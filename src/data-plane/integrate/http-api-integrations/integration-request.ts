// A request to an HTTP API on its way to the backend: what the parameter mapping of its integration makes of it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
import { formatClfTime } from '#languages/access-log-format/clf-time.ts'
import type { Caller } from '#model/caller.ts'
import { joinedHeader } from '#languages/parameter-mapping/header-change.ts'
import { type LookUp, toByteString } from '#languages/parameter-mapping/mapping-value.ts'
import type {
  MappableRequest,
  RequestMapping,
} from '#languages/parameter-mapping/request-mapping.ts'
import type { ResponseMapping } from '#languages/parameter-mapping/response-mapping.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { decodeOrKeep } from '../../accept/query.ts'
import { authorizerValue } from '../../authorizer-value.ts'
import type { HttpApiRequest } from '../../plan.ts'
import { jsonOnce, readBodyPath } from '../body-path.ts'
import { ownValue } from '../parameter-source.ts'
import { utf8Of } from '../payload.ts'

export const mapHttpApiRequest = (
  request: HttpApiRequest,
  caller: Caller,
  mapping: RequestMapping | undefined,
  body: Uint8Array,
): MappableRequest => {
  const sent = { headers: request.http.headers, rawQuery: request.rawQuery, path: undefined }
  return mapping === undefined ? sent : mapping(sent, lookUpFor(request, caller, body))
}

export const mapHttpApiResponse = (
  response: HttpResponse,
  request: HttpApiRequest,
  caller: Caller,
  mapping: ResponseMapping | undefined,
): HttpResponse => {
  if (mapping === undefined) return response
  const { statusCode, headers } = mapping(response, lookUpFor(request, caller, NO_BODY))
  return { ...response, statusCode, headers }
}

/** The mapping of an answer cannot refer to the request's body. */
const NO_BODY = new Uint8Array(0)

/** AWS: JSON paths are read in a body of 100 KB at most. [guide: http-api-parameter-mapping] */
const JSON_BODY_BYTES_MAX = 100 * 1024

/** What the references of a mapping stand for in this request. */
export const lookUpFor = (request: HttpApiRequest, caller: Caller, body: Uint8Array): LookUp => {
  const json = jsonOnce(() => (body.length > JSON_BODY_BYTES_MAX ? '' : utf8Of(body)))
  return (reference, target) => {
    switch (reference.kind) {
      case 'header':
        return joinedHeader(request.http.headers, reference.name)
      case 'querystring':
        return bytesOf(request.query.get(reference.name)?.join(','))
      case 'path':
        // AWS: `$request.path` is the path without the stage. [guide: http-api-parameter-mapping]
        return request.address.path
      case 'body':
        return reference.path === undefined
          ? Buffer.from(body).toString('latin1')
          : bytesOf(readBodyPath(reference.path, json()))
      case 'pathParameter': {
        // In a path it stays encoded: no value may become more than the one segment it was.
        const raw = ownValue(request.match.pathParameters, reference.name)
        return target === 'path' || raw === undefined ? raw : bytesOf(decodeOrKeep(raw))
      }
      case 'context':
        return bytesOf(contextVariable(reference.name, request, caller))
      case 'stageVariable':
        return bytesOf(ownValue(request.stage.stageVariables, reference.name))
    }
  }
}

const bytesOf = (text: string | undefined) => (text === undefined ? undefined : toByteString(text))

/** `$context.x`, without `context.` before it. */
export const contextVariable = (name: string, request: HttpApiRequest, caller: Caller) => {
  if (!name.startsWith('authorizer.')) return CONTEXT.get(name)?.(request)
  return authorizerValue(caller, name.slice('authorizer.'.length))
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const CONTEXT: ReadonlyMap<string, (request: HttpApiRequest) => string | undefined> = new Map<
  string,
  (request: HttpApiRequest) => string | undefined
>([
  ['accountId', (request) => request.stage.scope.accountId],
  ['apiId', (request) => request.stage.apiId],
  ['customDomain.basePathMatched', (request) => request.address.customDomain?.basePathMatched],
  ['domainName', (request) => request.address.domainName],
  ['domainPrefix', (request) => request.address.domainPrefix],
  ['extendedRequestId', (request) => request.requestId],
  ['httpMethod', (request) => request.method],
  ['identity.sourceIp', (request) => request.sourceIp],
  ['identity.userAgent', (request) => request.userAgent],
  ['path', (request) => request.address.fullPath],
  ['protocol', (request) => `HTTP/${request.http.httpVersion}`],
  ['requestId', (request) => request.requestId],
  ['requestTime', (request) => formatClfTime(request.arrivedAtMs)],
  ['requestTimeEpoch', (request) => String(request.arrivedAtMs)],
  ['routeKey', (request) => request.match.plan.routeKey],
  ['stage', (request) => request.stage.stageName],
])
