// Translating back: which IntegrationResponse fits what the backend said, and what the client gets by it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
import type { Integration, IntegrationResponse } from '#model/apigateway/rest-api.ts'
import type { Caller } from '#model/caller.ts'
import type { FlatHeaders, HttpResponse } from '#transport/contract.ts'
import { headerValues, lastHeader } from '../accept/headers.ts'
import type { MethodSource } from '../compiling.ts'
import { GatewayFailure, type RestRequest } from '../plan.ts'
import { headerText, isHeaderName, mappedResponseName } from './header-rules.ts'
import { compileSharedSource } from './parameter-source.ts'
import { convertResponse, utf8Of } from './payload.ts'
import { compileSelectionPattern, type SelectionPattern } from './selection-pattern.ts'
import { firstAccept } from './template.ts'
import { chooseResponseTemplate, compileTemplates, PASS, type Templates } from './templates.ts'

/** What a backend answered, whatever it is. */
interface BackendAnswer {
  /** What selection patterns are held against: the status, or a function's error message. */
  readonly selector: string
  readonly headers: FlatHeaders
  readonly body: Uint8Array
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
    const chosen = matching.find(({ selects }) => selects?.(answer.selector)) ?? otherwise
    if (chosen !== undefined) return chosen.map(request, caller, answer)
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
      hint: `no integration response matches ${answer.selector}, and none is the default`,
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
  const templates = compileTemplates(response.responseTemplates, limits)
  const mapHeaders = compileResponseParameters(source, response.responseParameters ?? {})
  if (templates === undefined || mapHeaders === undefined) return undefined
  const statusCode = Number(response.statusCode)
  const handling = response.contentHandling
  const map: MapResponse = (request, caller, answer) => {
    const accept = firstAccept(request.header('accept'))
    const contentType = lastHeader(answer.headers, 'content-type')
    const acceptsBinary = accept !== undefined && isBinary(accept)
    const converted = convertResponse(answer.body, isBinary(contentType), acceptsBinary, handling)
    const { body, type } = writeBody(templates, accept, contentType, converted)
    const headers = mapHeaders(request, caller, answer)
    const typed = lastHeader(headers, 'content-type') === undefined && type !== undefined
    return { statusCode, headers: typed ? ['Content-Type', type, ...headers] : headers, body }
  }
  return { selects, map }
}

/** AWS: without a template the payload and its content type pass. [F139] */
const writeBody = (
  templates: Templates,
  accept: string | undefined,
  contentType: string | undefined,
  body: Uint8Array,
): { readonly body: Uint8Array | string; readonly type: string | undefined } => {
  const chosen = chooseResponseTemplate(templates, accept)
  if (chosen === undefined || chosen[1] === PASS) return { body, type: contentType ?? chosen?.[0] }
  return { body: chosen[1](), type: chosen[0] }
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
  return (request, caller, answer) =>
    mapped.flatMap(([name, value]) => {
      const text = value(request, caller, answer)
      return text === undefined || text === '' ? [] : [name, headerText(text)]
    })
}

const compileResponseSource = (
  source: MethodSource,
  expression: string,
): HeaderSource | undefined => {
  const shared = compileSharedSource(expression, source.stage)
  if (shared !== undefined) return shared
  if (expression === 'integration.response.body') return (_r, _c, answer) => utf8Of(answer.body)
  const match = /^integration\.response\.(header|multivalueheader)\.(.+)$/.exec(expression)
  const name = match?.[2]
  if (name === undefined) return undefined
  if (match?.[1] === 'header') return (_r, _c, answer) => lastHeader(answer.headers, name)
  return (_r, _c, answer) => {
    const values = headerValues(answer.headers, name)
    return values.length === 0 ? undefined : values.join(',')
  }
}
