// Translating: what an HTTP backend is asked, made of the method request by mappings and templates.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { Caller } from '#model/caller.ts'
import type { UpstreamRequest } from '#transport/contract.ts'
import { eachHeader } from '../accept/headers.ts'
import type { MethodSource } from '../compiling.ts'
import { GatewayFailure, type RestRequest } from '../plan.ts'
import { forwardedHeaders, isForwardedHeader } from './forwarded.ts'
import {
  headerText,
  isConnectionHeader,
  isHeaderName,
  mayBeMappedToBackend,
  passesToBackend,
} from './header-rules.ts'
import { compileIntegrationUri, wireText } from './integration-uri.ts'
import {
  compileRequestSource,
  type MappingInput,
  type ParameterSource,
} from './parameter-source.ts'
import { convertRequest, utf8Of } from './payload.ts'
import { chooseRequestTemplate, compileTemplates, PASS, type Templates } from './templates.ts'

/** What of an UpstreamRequest depends on the request. */
export type HttpIntegrationRequest = Pick<
  UpstreamRequest,
  'method' | 'origin' | 'path' | 'headers' | 'body'
>

export type MapRequest = (request: RestRequest, caller: Caller) => Promise<HttpIntegrationRequest>

/**
 * `proxy`: query, headers and body pass, and mappings are added to them. Else only what is mapped reaches the
 * backend. Undefined where this version cannot do what is asked; `limits` then has a refusal.
 */
export const compileIntegrationRequest = (
  source: MethodSource,
  integration: Integration,
  proxy: boolean,
): MapRequest | undefined => {
  const { stage, limits, isBinary, api } = source
  const mappings = integration.requestParameters ?? {}
  const uri = compileIntegrationUri(integration.uri ?? '', mappings, stage, limits)
  const mapped = compileMappings(source, mappings)
  const templates: Templates | undefined = proxy
    ? new Map()
    : compileTemplates(integration.requestTemplates, limits)
  if (uri === undefined || mapped === undefined || templates === undefined) return undefined
  const fixedMethod = integration.httpMethod === 'ANY' ? undefined : integration.httpMethod

  return async (request, caller) => {
    const contentType = request.header('content-type')
    // A type that no template takes is refused before its body is read.
    const template = proxy
      ? PASS
      : chooseRequestTemplate(templates, contentType, integration.passthroughBehavior)
    const bytes = await request.readBody()
    const input: MappingInput = { request, caller, body: utf8Of(bytes) }
    const body =
      template === PASS
        ? convertRequest(bytes, isBinary(contentType), integration.contentHandling)
        : Buffer.from(template(), 'utf8')
    const headers = proxy ? passedHeaders(request) : contentHeaders(contentType, body)
    for (const { name, read } of mapped.headers) setHeader(headers, name, read(input))
    addGatewayHeaders(headers, request, api.id)
    const query = [uri.query(input), proxy ? request.rawQuery : '', mappedQuery(mapped, input)]
    const search = query.filter((part) => part !== '').join('&')
    const asked = {
      method: fixedMethod ?? request.method,
      origin: uri.origin,
      path: uri.path(input) + (search === '' ? '' : `?${wireText(search)}`),
      headers,
    }
    return body.length === 0 ? asked : { ...asked, body }
  }
}

interface Mapping {
  readonly name: string
  readonly read: ParameterSource
}

interface Mappings {
  readonly headers: readonly Mapping[]
  readonly query: readonly Mapping[]
}

const compileMappings = (
  source: MethodSource,
  parameters: Readonly<Record<string, string>>,
): Mappings | undefined => {
  const headers: Mapping[] = []
  const query: Mapping[] = []
  for (const [target, expression] of Object.entries(parameters)) {
    const match = /^integration\.request\.(header|querystring|path)\.(.+)$/.exec(target)
    const name = match?.[2]
    if (name === undefined) source.limits.refuse(`mapping ${target}`)
    const read = compileRequestSource(expression, source.stage, source.limits)
    if (read === undefined || name === undefined) return undefined
    if (match?.[1] === 'querystring') query.push({ name, read })
    if (match?.[1] !== 'header' || isConnectionHeader(name)) continue
    headers.push({
      name,
      read: mayBeMappedToBackend(name) && isHeaderName(name) ? read : broken(name),
    })
  }
  return { headers, query }
}

/** AWS: such a mapping can be deployed, and then each call is a 500. [behaviour.md 5.2] */
const broken =
  (name: string): ParameterSource =>
  () => {
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
      hint: `integration.request.header.${name} must not be mapped`,
    })
  }

/** The client's headers that a proxied backend gets. [F148] */
const passedHeaders = (request: RestRequest): string[] => {
  const passed: string[] = []
  eachHeader(request.http.headers, (name, value) => {
    if (passesToBackend(name) && !isForwardedHeader(name)) passed.push(name, value)
  })
  passed.push(...forwardedHeaders(request))
  return passed
}

const contentHeaders = (contentType: string | undefined, body: Uint8Array): string[] =>
  contentType === undefined && body.length === 0
    ? []
    : ['Content-Type', contentType ?? 'application/json']

/** AWS: a mapped header replaces the client's of that name [F144]; an empty value maps nothing. */
const setHeader = (headers: string[], name: string, value: ReturnType<ParameterSource>): void => {
  const text = value === undefined || typeof value === 'string' ? value : value.join(',')
  if (text === undefined || text === '') return
  const lower = name.toLowerCase()
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]?.toLowerCase() === lower) headers.splice(at, 2)
  }
  headers.push(name, headerText(text))
}

/** AWS: the backend can see which API called it, and has a default Accept and User-Agent. [behaviour.md 5.1] */
const addGatewayHeaders = (headers: string[], request: RestRequest, apiId: string): void => {
  const names = new Set(headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()))
  if (!names.has('accept')) headers.push('Accept', 'application/json')
  if (!names.has('user-agent')) headers.push('User-Agent', `AmazonAPIGateway_${apiId}`)
  headers.push('X-Amzn-Trace-Id', request.traceId)
  if (!names.has('x-amzn-apigateway-api-id')) headers.push('x-amzn-apigateway-api-id', apiId)
}

/** AWS: mapped parameters are added to the client's, so that a name may come twice. [F144] */
const mappedQuery = (mapped: Mappings, input: MappingInput): string => {
  const parts: string[] = []
  for (const { name, read } of mapped.query) {
    const value = read(input)
    const values = value === undefined || typeof value === 'string' ? [value ?? ''] : value
    for (const text of values) {
      if (text === '') continue
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(text.toWellFormed())}`)
    }
  }
  return parts.join('&')
}
