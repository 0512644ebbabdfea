// What a mapping template sees of a request: `$input`, made only as far as a template asks.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#input-variable-reference
import { JsonPathBudgetError, JsonPathSyntaxError } from '#languages/json-path/errors.ts'
import { compileJsonPath, type JsonPath } from '#languages/json-path/json-path.ts'
import type { Budget } from '#languages/vtl/budget.ts'
import { VtlBudgetError, VtlRuntimeError } from '#languages/vtl/errors.ts'
import type { VtlInput } from '#languages/vtl/input.ts'
import { parseJson } from '#languages/vtl/json.ts'
import type { VtlValue } from '#languages/vtl/values.ts'
import type { FlatHeaders } from '#transport/contract.ts'
import { decodeOrKeep } from '../accept/query.ts'
import type { RestRequest } from '../plan.ts'
import { forwardedHeaders, isForwardedHeader } from './forwarded.ts'
import { vtlShape } from './vtl-shape.ts'

/** The JSON paths of one template, compiled when they are first seen; a template may make paths, so there is a bound. */
export class JsonPaths {
  readonly #paths = new Map<string, JsonPath>()

  get(text: string): JsonPath {
    const known = this.#paths.get(text)
    if (known !== undefined) return known
    const path = compileJsonPath(text)
    if (this.#paths.size < PATHS_MAX) this.#paths.set(text, path)
    return path
  }
}

const PATHS_MAX = 256

/** A step of a template takes about as long as so many of a path. */
const PATH_STEPS_PER_STEP = 6

/** The input of one rendering. */
export class TemplateInput implements VtlInput {
  readonly body: string
  readonly #request: RestRequest
  readonly jsonPath: VtlInput['jsonPath']

  constructor(body: string, request: RestRequest, paths: JsonPaths) {
    this.body = body
    this.#request = request
    this.jsonPath = createJsonPathReader(body, paths)
  }

  get path(): Readonly<Record<string, string>> {
    const raw = Object.entries(this.#request.match.pathParameters ?? {})
    return Object.fromEntries(raw.map(([name, value]) => [name, decodeOrKeep(value)]))
  }

  /** AWS: single values, the last of several. [behaviour.md 5.5] */
  get querystring(): Readonly<Record<string, string>> {
    const query = [...this.#request.query]
    return Object.fromEntries(query.map(([name, values]) => [name, values.at(-1) ?? '']))
  }

  get header(): Readonly<Record<string, string>> {
    const request = this.#request
    const values = new Map<string, string>()
    addHeaders(values, request.http.headers, (name) => !isForwardedHeader(name))
    addHeaders(values, forwardedHeaders(request), () => true)
    values.set('X-Amzn-Trace-Id', request.traceId)
    return Object.fromEntries(values)
  }
}

/** Reads paths of one body; it is parsed when it is first asked for. */
export const createJsonPathReader = (body: string, paths: JsonPaths): VtlInput['jsonPath'] => {
  let document: VtlValue | undefined
  return (text, budget) => {
    try {
      document ??= readDocument(body, budget)
      const steps = { left: budget.left * PATH_STEPS_PER_STEP }
      const { value } = paths.get(text).readAs(document, vtlShape, steps)
      budget.spend(Math.ceil(budget.left - steps.left / PATH_STEPS_PER_STEP))
      return value
    } catch (error) {
      if (error instanceof JsonPathBudgetError) throw new VtlBudgetError(error.message)
      if (!(error instanceof JsonPathSyntaxError)) throw error
      throw new VtlRuntimeError(`the JSON path ${text.slice(0, 100)}: ${error.message}`)
    }
  }
}

const addHeaders = (
  values: Map<string, string>,
  headers: FlatHeaders,
  passes: (name: string) => boolean,
): void => {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (passes(name)) values.set(name, headers[at + 1] ?? '')
  }
}

/**
 * AWS: no body is an empty object, and a text that is not JSON at all, such as a form, is a string. [exp: templates
 * that turn forms into JSON read them by $input.path('$')]
 */
const readDocument = (body: string, budget: Budget): VtlValue => {
  const text = body.trim()
  if (text === '') return parseJson('{}')
  try {
    return parseJson(text, budget)
  } catch (error) {
    if (!(error instanceof VtlRuntimeError) || /^[[{"]/.test(text)) throw error
    return body
  }
}
