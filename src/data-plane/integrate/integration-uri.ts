// The URL that an HTTP integration asks: stage variables are put in at deployment, `{variables}` per request.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
import { decodeOrKeep } from '../accept/query.ts'
import type { Limits, StageFacts } from '../compiling.ts'
import { GatewayFailure } from '../plan.ts'
import { compileRequestSource, type MappingInput, ownValue } from './parameter-source.ts'
import { putStageVariables } from './stage-variables.ts'

export interface IntegrationUri {
  /** `https://host:port` */
  readonly origin: string
  /** Path, percent-encoded, beginning with `/`, without the query. */
  readonly path: (input: MappingInput) => string
  /** The URI's own query, without `?`; '' where there is none. */
  readonly query: (input: MappingInput) => string
}

/** Undefined where this version cannot ask that address; `limits` then has a refusal. */
export const compileIntegrationUri = (
  uri: string,
  mappings: Readonly<Record<string, string>>,
  stage: StageFacts,
  limits: Limits,
): IntegrationUri | undefined => {
  const parts = /^(https?:\/\/[^/?#]+)([^?#]*)(?:\?([^#]*))?/i.exec(putStageVariables(uri, stage))
  const origin = parts?.[1]
  if (origin === undefined || origin.includes('{') || !URL.canParse(origin)) {
    limits.refuse(`integration with ${uri}`)
    return undefined
  }
  const path = compileText(parts?.[2] ?? '', mappings, stage, limits)
  const query = compileText(parts?.[3] ?? '', mappings, stage, limits)
  if (path === undefined || query === undefined) return undefined
  return {
    origin: new URL(origin).origin,
    path: (input) => wireText(path(input)) || '/',
    query: (input) => wireText(query(input)),
  }
}

type Text = (input: MappingInput) => string

/** AWS: a variable that no mapping feeds stays as it is. [F171] */
const compileText = (
  text: string,
  mappings: Readonly<Record<string, string>>,
  stage: StageFacts,
  limits: Limits,
): Text | undefined => {
  const parts: (string | Text)[] = []
  let end = 0
  for (const match of text.matchAll(/\{([^{}/]+)\}/g)) {
    const name = (match[1] ?? '').replace(/\+$/, '')
    const expression = ownValue(mappings, `integration.request.path.${name}`)
    const value =
      expression === undefined ? () => match[0] : compilePathValue(expression, stage, limits)
    if (value === undefined) return undefined
    parts.push(text.slice(end, match.index), overridable(name, value))
    end = match.index + match[0].length
  }
  if (parts.length === 0) return () => text
  parts.push(text.slice(end))
  return (input) => parts.map((part) => (typeof part === 'string' ? part : part(input))).join('')
}

/** AWS: a template's requestOverride.path beats the mapping. [guide: apigateway-override-request-response-parameters] */
const overridable =
  (name: string, value: Text): Text =>
  (input) => {
    const override = input.pathOverrides?.get(name)
    return override === undefined ? value(input) : encodeSegment(override)
  }

/** A path parameter keeps its segments: what was an encoded slash on its way in is one on its way out. */
const compilePathValue = (
  expression: string,
  stage: StageFacts,
  limits: Limits,
): Text | undefined => {
  const parameter = /^method\.request\.path\.(.+)$/.exec(expression)?.[1]
  if (parameter !== undefined) {
    return ({ request }) => encodeSegments(ownValue(request.match.pathParameters, parameter) ?? '')
  }
  const source = compileRequestSource(expression, stage, limits)
  if (source === undefined) return undefined
  return (input) => {
    const value = source(input) ?? ''
    return encodeSegment(typeof value === 'string' ? value : value.join(','))
  }
}

const encodeSegments = (raw: string): string =>
  raw
    .split('/')
    .map((segment) => encodeSegment(decodeOrKeep(segment)))
    .join('/')

/** A segment that walks up would leave the path that the API gave its backend. */
const encodeSegment = (text: string): string => {
  if (text === '.' || text === '..') {
    throw new GatewayFailure('DEFAULT_4XX', 'Bad Request', {
      statusCode: 400,
      hint: `a path parameter is ${text}: it would leave the integration's path`,
    })
  }
  return encodeURIComponent(text.toWellFormed()).replace(SPARED, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  )
}

/** Characters that a path segment may have as they are. [RFC 3986 pchar] */
const SPARED = /%(?:24|26|2B|2C|3A|3B|3D|40)/g

/** Nothing but what a request line may carry. */
export const wireText = (text: string): string =>
  /^[\x21-\x7e]*$/.test(text)
    ? text
    : text.replace(/[^\x21-\x7e]+/g, (odd) => encodeURIComponent(odd.toWellFormed()))
