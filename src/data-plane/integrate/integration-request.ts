// Translating: what an HTTP backend is asked, made of the method request by mappings and templates.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { VtlOverrides } from '#languages/vtl/context.ts'
import type { Caller } from '#model/caller.ts'
import type { UpstreamRequest } from '#transport/contract.ts'
import { lastHeader } from '../accept/headers.ts'
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
  mappingInput,
  type ParameterSource,
} from './parameter-source.ts'
import { addTraceHeaders } from './trace-headers.ts'
import { convertRequest, templateBytes, templateText, utf8Of } from './payload.ts'
import {
  chooseRequestTemplate,
  compileTemplates,
  PASS,
  type TemplateOrPass,
  type Templates,
} from './templates.ts'

/** What of an UpstreamRequest depends on the request. */
export interface HttpIntegrationRequest
  extends Pick<UpstreamRequest, 'method' | 'origin' | 'path' | 'headers' | 'body'> {
  /** What the request template has overridden; of the response, some of it is still to come. */
  readonly overrides?: VtlOverrides | undefined
}

/** No promise where no body has to be waited for. */
export type MapRequest = (
  request: RestRequest,
  caller: Caller,
) => HttpIntegrationRequest | Promise<HttpIntegrationRequest>

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
  const templates: Templates = proxy
    ? new Map()
    : compileTemplates(integration.requestTemplates, 'request', source)
  if (uri === undefined || mapped === undefined) return undefined
  const fixedMethod = integration.httpMethod === 'ANY' ? undefined : integration.httpMethod

  // AWS: a link to a load balancer (VPC link V2) is asked for the stage's path too. [guide: private-integration]
  const stagePath = integration.integrationTarget === undefined ? '' : `/${source.stage.stageName}`

  const mapWith = (
    request: RestRequest,
    caller: Caller,
    template: TemplateOrPass,
    bytes: Uint8Array,
  ): HttpIntegrationRequest => {
    const contentType = request.header('content-type')
    const binary = isBinary(contentType)
    const { body, overrides } = writeRequestBody(
      { request, caller, template, bytes, binary },
      integration.contentHandling,
    )
    const input = mappingInput(request, caller, () => utf8Of(bytes), overrides?.request.path)
    const headers = proxy ? passedHeaders(request) : contentHeaders(contentType, body)
    for (const { name, read } of mapped.headers) setHeader(headers, name, read(input))
    if (overrides !== undefined) overrideHeaders(headers, overrides)
    addGatewayHeaders(headers, request, api.id)
    const query = [
      uri.query(input),
      proxy ? request.rawQuery : '',
      mappedQuery(mapped, input, overrides),
    ]
    const search = query.filter((part) => part !== '').join('&')
    const asked = {
      method: fixedMethod ?? request.method,
      origin: uri.origin,
      path: stagePath + uri.path(input) + (search === '' ? '' : `?${wireText(search)}`),
      headers,
      overrides,
    }
    return body.length === 0 ? asked : { ...asked, body }
  }
  return (request, caller) => {
    // A type that no template takes is refused before its body is read.
    const template = proxy
      ? PASS
      : chooseRequestTemplate(
          templates,
          request.header('content-type'),
          integration.passthroughBehavior,
        )
    const sent = request.readBody()
    return 'byteLength' in sent
      ? mapWith(request, caller, template, sent)
      : sent.then((bytes) => mapWith(request, caller, template, bytes))
  }
}

export interface BodySource {
  readonly request: RestRequest
  readonly caller: Caller
  readonly template: TemplateOrPass
  readonly bytes: Uint8Array
  readonly binary: boolean
}

/** AWS: bytes reach a template as base64 only; what it writes is decoded where contentHandling says so. */
export const writeRequestBody = (
  source: BodySource,
  handling: Integration['contentHandling'],
): { readonly body: Uint8Array; readonly overrides?: VtlOverrides | undefined } => {
  const { template, bytes, binary } = source
  if (template === PASS) return { body: convertRequest(bytes, binary, handling) }
  const { text, overrides } = template(templateSource(source))
  return { body: templateBytes(text, handling), overrides }
}

/** The same for whoever reads it as text. */
export const writeRequestText = (
  source: BodySource,
  handling: Integration['contentHandling'],
): { readonly text: string; readonly overrides?: VtlOverrides | undefined } => {
  const { template } = source
  if (template !== PASS && handling !== 'CONVERT_TO_BINARY') return template(templateSource(source))
  const { body, overrides } = writeRequestBody(source, handling)
  return { text: utf8Of(body), overrides }
}

/** The body is decoded for templates that read it. */
const templateSource = ({ request, caller, bytes, binary }: BodySource) => ({
  request,
  caller,
  get body() {
    return templateText(bytes, binary)
  },
})

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
    throw brokenHeader(name)
  }

const brokenHeader = (name: string) =>
  new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
    hint: `integration.request.header.${name} must not be mapped`,
  })

/** The client's headers that a proxied backend gets. [F148] */
const passedHeaders = (request: RestRequest): string[] => {
  const passed: string[] = []
  const { headers } = request.http
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (passesToBackend(name) && !isForwardedHeader(name)) passed.push(name, headers[at + 1] ?? '')
  }
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

/** AWS: a template's override beats the mapping, and breaks the same rules as one. [F159, guide] */
const overrideHeaders = (headers: string[], { request }: VtlOverrides): void => {
  for (const [name, text] of request.header) {
    if (!mayBeMappedToBackend(name) || !isHeaderName(name)) throw brokenHeader(name)
    if (!isConnectionHeader(name)) setHeader(headers, name, text)
  }
}

/** AWS: the backend can see which API called it, and has a default Accept and User-Agent. [behaviour.md 5.1] */
const addGatewayHeaders = (headers: string[], request: RestRequest, apiId: string): void => {
  const lacks = (name: string): boolean => lastHeader(headers, name) === undefined
  if (lacks('accept')) headers.push('Accept', 'application/json')
  if (lacks('user-agent')) headers.push('User-Agent', `AmazonAPIGateway_${apiId}`)
  addTraceHeaders(headers, request)
  if (lacks('x-amzn-apigateway-api-id')) headers.push('x-amzn-apigateway-api-id', apiId)
}

/** AWS: mapped parameters are added to the client's, so that a name may come twice. [F144] */
const mappedQuery = (
  mapped: Mappings,
  input: MappingInput,
  overrides: VtlOverrides | undefined,
): string => {
  const parts: string[] = []
  const add = (name: string, text: string): void => {
    if (text === '') return
    parts.push(
      `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(text.toWellFormed())}`,
    )
  }
  for (const { name, read } of mapped.query) {
    if (overrides?.request.querystring.has(name)) continue
    const value = read(input)
    const values = value === undefined || typeof value === 'string' ? [value ?? ''] : value
    for (const text of values) add(name, text)
  }
  for (const [name, text] of overrides?.request.querystring ?? []) add(name, text)
  return parts.join('&')
}
