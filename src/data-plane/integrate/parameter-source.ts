// The right-hand side of a request parameter mapping: where a value comes from.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html
import type { Caller } from '#model/caller.ts'
import type { JsonValue } from '#shared/json.ts'
import { decodeOrKeep } from '../accept/query.ts'
import type { Limits, StageFacts } from '../compiling.ts'
import { compileContextVariable } from '../context-variables.ts'
import type { RestRequest } from '../plan.ts'
import { compileBodyPath, jsonOnce } from './body-path.ts'

export interface MappingInput {
  readonly request: RestRequest
  readonly caller: Caller
  /** The method request's body as text: made for who asks. */
  readonly body: () => string
  /** The body as JSON, read once; undefined where it is none. */
  readonly json: () => JsonValue | undefined
  /** What the request template put in the place of path parameters. */
  readonly pathOverrides?: ReadonlyMap<string, string> | undefined
}

export const mappingInput = (
  request: RestRequest,
  caller: Caller,
  body: () => string,
  pathOverrides?: ReadonlyMap<string, string>,
): MappingInput => ({ request, caller, body, json: jsonOnce(body), pathOverrides })

/** A list only for `multivaluequerystring`; undefined where the request has no such value. */
type SourceValue = string | readonly string[] | undefined
export type ParameterSource = (input: MappingInput) => SourceValue

/** Undefined where this version cannot read the expression; `limits` then has a refusal. */
export const compileRequestSource = (
  expression: string,
  stage: StageFacts,
  limits: Limits,
): ParameterSource | undefined => {
  const shared = compileSharedSource(expression, stage)
  if (shared !== undefined) return ({ request, caller }) => shared(request, caller)
  // AWS: an empty body is mapped as `{}`. [F165]
  if (expression === 'method.request.body') return ({ body }) => body() || '{}'
  if (expression.startsWith('method.request.body.')) {
    const read = compileBodyPath(expression.slice('method.request.body.'.length))
    if (read === undefined) limits.refuse(`mapping from ${expression}`)
    return read === undefined ? undefined : ({ json }) => read(json())
  }
  const match = REQUEST_SOURCE.exec(expression)
  const kind = match?.[1]
  const name = match?.[2]
  const source = kind === undefined || name === undefined ? undefined : PARTS[kind]?.(name)
  if (source === undefined) limits.refuse(`mapping from ${expression}`)
  return source
}

/** Literals, stage variables and context: what both directions of a mapping can read. */
export const compileSharedSource = (
  expression: string,
  stage: StageFacts,
): ((request: RestRequest, caller: Caller) => string | undefined) | undefined => {
  if (/^'.*'$/s.test(expression)) {
    const literal = expression.slice(1, -1)
    return () => literal
  }
  if (expression.startsWith('stageVariables.')) {
    const value = ownValue(stage.stageVariables, expression.slice(15))
    return () => value
  }
  if (expression.startsWith('context.')) return compileContextVariable(expression.slice(8), stage)
  return undefined
}

const REQUEST_SOURCE =
  /^method\.request\.(path|querystring|header|multivaluequerystring|multivalueheader)\.(.+)$/

/** AWS: a single-valued source takes the last value of several; names are case-sensitive. [F167, known-issues] */
const PARTS: Readonly<Record<string, (name: string) => ParameterSource>> = {
  path: (name) => (input) => {
    const raw = ownValue(input.request.match.pathParameters, name)
    return raw === undefined ? undefined : decodeOrKeep(raw)
  },
  querystring: (name) => (input) => input.request.query.get(name)?.at(-1),
  header: (name) => (input) => exactHeaders(input.request, name).at(-1),
  multivaluequerystring: (name) => (input) => input.request.query.get(name),
  multivalueheader: (name) => (input) => {
    const values = exactHeaders(input.request, name)
    return values.length === 0 ? undefined : values.join(',')
  },
}

const exactHeaders = (request: RestRequest, name: string): readonly string[] => {
  const { headers } = request.http
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] === name) values.push(headers[at + 1] ?? '')
  }
  return values
}

export const ownValue = (
  values: Readonly<Record<string, string>> | undefined,
  name: string,
): string | undefined =>
  values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined
