// Translating back: which IntegrationResponse fits what the backend said, and what the client gets by it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
import type { VtlOverrides } from '#languages/vtl/context.ts'
import type { Integration, IntegrationResponse } from '#model/apigateway/rest-api.ts'
import type { Caller } from '#model/caller.ts'
import type { FlatHeaders, HttpResponse } from '#transport/contract.ts'
import { headerValues, lastHeader } from '../accept/headers.ts'
import type { MethodSource } from '../compiling.ts'
import { GatewayFailure, type RestRequest } from '../plan.ts'
import { compileBodyPath, jsonOnce } from './body-path.ts'
import { headerText, isHeaderName, mappedResponseName } from './header-rules.ts'
import { compileSharedSource } from './parameter-source.ts'
import { convertResponse, templateBytes, templateText, utf8Of } from './payload.ts'
import { compileSelectionPattern, type SelectionPattern } from './selection-pattern.ts'
import { firstAccept } from './template.ts'
import { chooseResponseTemplate, compileTemplates, PASS } from './templates.ts'

/** What a backend answered, whatever it is. */
interface BackendAnswer {
  /** What patterns are held against: the status, or a function's error message; undefined where it did not fail. */
  readonly selector: string | undefined
  readonly headers: FlatHeaders
  readonly body: Uint8Array
  /** What the request template has overridden. */
  readonly overrides?: VtlOverrides | undefined
}

export type MapResponse = (
  request: RestRequest,
  caller: Caller,
  answer: BackendAnswer,
) => HttpResponse

/** Undefined where this version cannot do what a response asks; `limits` then has a refusal. */
export const compileIntegrationResponses = (
  source: MethodSource,
  integration: Integration,
): MapResponse | undefined => {
  const candidates: Candidate[] = []
  for (const response of Object.values(integration.integrationResponses ?? {})) {
    const candidate = compileResponse(source, response)
    if (candidate === undefined) return undefined
    candidates.push(candidate)
  }
  const matching = candidates.filter(({ selects }) => selects !== undefined)
  const otherwise = candidates.find(({ selects }) => selects === undefined)
  return (request, caller, answer) => {
    const { selector = '' } = answer
    const matched = () => matching.find(({ selects }) => selects?.(selector))
    // AWS: a function that did not fail has no error message, and gets the default. [behaviour.md 5.3]
    const isDefault = answer.selector === undefined && otherwise !== undefined
    const chosen = isDefault ? otherwise : (matched() ?? otherwise)
    if (chosen !== undefined) return chosen.map(request, caller, answer)
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
      hint: `no integration response matches '${selector}', and none is the default`,
      logLine: `Execution failed due to configuration error: No match for output mapping and no default output mapping configured. Endpoint Response Status Code: ${selector}`,
    })
  }
}

interface Candidate {
  /** Undefined for the default response. */
  readonly selects: SelectionPattern | undefined
  readonly map: MapResponse
}

const compileResponse = (
  source: MethodSource,
  response: IntegrationResponse,
): Candidate | undefined => {
  const { limits, isBinary } = source
  const pattern = response.selectionPattern ?? ''
  const selects = pattern === '' ? undefined : compileSelectionPattern(pattern)
  if (pattern !== '' && selects === undefined) {
    limits.refuse(`the selection pattern ${pattern}`)
    return undefined
  }
  const templates = compileTemplates(response.responseTemplates, 'response', source)
  const mapHeaders = compileResponseParameters(source, response.responseParameters ?? {})
  if (mapHeaders === undefined) return undefined
  const statusCode = Number(response.statusCode)
  const handling = response.contentHandling
  const map: MapResponse = (request, caller, answer) => {
    const accept = firstAccept(request.header('accept'))
    const contentType = lastHeader(answer.headers, 'content-type')
    const chosen = chooseResponseTemplate(templates, accept)
    const binary = isBinary(contentType)
    const mapped = mapHeaders(request, caller, answer)
    if (chosen === undefined || chosen[1] === PASS) {
      // AWS: without a template the payload and its content type pass. [F139]
      const acceptsBinary = accept !== undefined && isBinary(accept)
      const body = convertResponse(answer.body, binary, acceptsBinary, handling)
      const type = contentType ?? chosen?.[0]
      return written(statusCode, withType(mapped, type), body, answer.overrides)
    }
    const [type, template] = chosen
    const text = templateText(answer.body, binary)
    const rendered = template({ request, caller, body: text, overrides: answer.overrides })
    const body = templateBytes(rendered.text, handling)
    return written(statusCode, withType(mapped, type), body, rendered.overrides)
  }
  return { selects, map }
}

const withType = (mapped: readonly string[], type: string | undefined): readonly string[] =>
  type === undefined || lastHeader(mapped, 'content-type') !== undefined
    ? mapped
    : ['Content-Type', type, ...mapped]

/** AWS: what a template overrides beats the mapping and the response's own status. [F138, F175] */
const written = (
  statusCode: number,
  headers: readonly string[],
  body: Uint8Array,
  overrides: VtlOverrides | undefined,
): HttpResponse => {
  if (overrides === undefined) return { statusCode, headers, body }
  const { status = statusCode, header } = overrides.response
  if (header.size === 0) return { statusCode: status, headers, body }
  let replaced = headers
  for (const [name, text] of header) {
    const passedName = isHeaderName(name) ? mappedResponseName(name) : undefined
    if (passedName === undefined) continue
    replaced = [...withoutHeader(replaced, passedName), passedName, headerText(text)]
  }
  return { statusCode: status, headers: replaced, body }
}

const withoutHeader = (headers: readonly string[], name: string): readonly string[] => {
  const lower = name.toLowerCase()
  return headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== lower)
}

type MapHeaders = (request: RestRequest, caller: Caller, answer: BackendAnswer) => string[]
type HeaderSource = (
  request: RestRequest,
  caller: Caller,
  answer: BackendAnswer,
) => string | undefined

const compileResponseParameters = (
  source: MethodSource,
  parameters: Readonly<Record<string, string>>,
): MapHeaders | undefined => {
  const mapped: (readonly [string, HeaderSource])[] = []
  for (const [target, expression] of Object.entries(parameters)) {
    const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1]
    const value = compileResponseSource(source, expression)
    if (name === undefined || value === undefined || !isHeaderName(name)) {
      source.limits.refuse(`mapping ${target} from ${expression}`)
      return undefined
    }
    // AWS: some names come out as x-amzn-Remapped-…, and Transfer-Encoding not at all. [F145]
    const passedName = mappedResponseName(name)
    if (passedName !== undefined) mapped.push([passedName, value])
  }
  const lowers = mapped.map(([name]) => name.toLowerCase())
  // A name that is mapped twice, in two cases, is still one header.
  const isTwice = new Set(lowers).size < lowers.length
  return (request, caller, answer) => {
    const headers: string[] = []
    for (const [name, value] of mapped) {
      const text = value(request, caller, answer)
      if (text === undefined || text === '') continue
      if (isTwice && lastHeader(headers, name) !== undefined) continue
      headers.push(name, headerText(text))
    }
    return headers
  }
}

const compileResponseSource = (
  source: MethodSource,
  expression: string,
): HeaderSource | undefined => {
  const shared = compileSharedSource(expression, source.stage)
  if (shared !== undefined) return shared
  if (expression === 'integration.response.body') return (_r, _c, answer) => utf8Of(answer.body)
  if (expression.startsWith('integration.response.body.')) {
    const read = compileBodyPath(expression.slice('integration.response.body.'.length))
    return (
      read &&
      ((_r, _c, { body }) => (body.length === 0 ? undefined : read(jsonOnce(() => utf8Of(body))())))
    )
  }
  const match = /^integration\.response\.(header|multivalueheader)\.(.+)$/.exec(expression)
  const name = match?.[2]
  if (name === undefined) return undefined
  if (match?.[1] === 'header') return (_r, _c, answer) => lastHeader(answer.headers, name)
  return (_r, _c, answer) => {
    const values = headerValues(answer.headers, name)
    return values.length === 0 ? undefined : values.join(',')
  }
}
