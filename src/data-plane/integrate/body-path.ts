// JSON paths of parameter mappings: `method.request.body.a.b[0]` and `integration.response.body.a`.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html
import { JsonPathBudgetError, JsonPathSyntaxError } from '#languages/json-path/errors.ts'
import { compileJsonPath, type JsonPath } from '#languages/json-path/json-path.ts'
import type { JsonValue } from '#shared/json.ts'
import { hasMoreValues, JSON_VALUES_MAX } from '#shared/json-size.ts'
import { GatewayFailure } from '../plan.ts'

type ReadBodyPath = (body: JsonValue | undefined) => string | undefined

/** `path` is what stands after `body.`. Undefined where it is no JSON path. */
export const compileBodyPath = (path: string): ReadBodyPath | undefined => {
  const compiled = pathOf(path.startsWith('$') ? path : `$.${path}`)
  if (compiled === undefined) return undefined
  return (body) => readBodyPath(compiled, body)
}

/** The text that a path leads to in a body; AWS: what is not there maps nothing. [F165] */
export const readBodyPath = (path: JsonPath, body: JsonValue | undefined): string | undefined => {
  if (body === undefined) return undefined
  try {
    return textOf(path.read(body).value)
  } catch (error) {
    if (!(error instanceof JsonPathBudgetError)) throw error
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
      hint: `a mapping from the body: ${error.message}`,
      cause: error,
    })
  }
}

/** Reads a text as JSON when it is first asked for; undefined where it is none. AWS: no body is `{}`. [F165] */
export const jsonOnce = (text: () => string): (() => JsonValue | undefined) => {
  let read: { readonly value: JsonValue | undefined } | undefined
  return () => (read ??= { value: jsonOf(text()) }).value
}

const pathOf = (text: string): JsonPath | undefined => {
  try {
    return compileJsonPath(text)
  } catch (error) {
    if (error instanceof JsonPathSyntaxError) return undefined
    throw error
  }
}

const jsonOf = (text: string): JsonValue | undefined => {
  if (hasMoreValues(text)) {
    const hint = `a mapping from the body: it has more than ${JSON_VALUES_MAX} values`
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', { hint })
  }
  try {
    const value: JsonValue = JSON.parse(text === '' ? '{}' : text)
    return value
  } catch {
    return undefined // Not JSON: no path leads anywhere in it.
  }
}

const textOf = (value: JsonValue | undefined): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object') return String(value)
  try {
    return JSON.stringify(value)
  } catch (error) {
    // Nested deeper than can be written; no header would carry it either.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
