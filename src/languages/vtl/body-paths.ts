// JSON paths in a body, over a template's own values: numbers print as the body has them, and keys keep their order.
import { JsonPathBudgetError, JsonPathSyntaxError } from '../json-path/errors.ts'
import { compileJsonPath, type JsonPath, type JsonPathResult } from '../json-path/json-path.ts'
import type { JsonShape } from '../json-path/shape.ts'
import { VtlBudgetError, VtlRuntimeError } from './errors.ts'
import { parseJson, toVtl } from './json.ts'
import { isJavaNumber, JavaDouble, numberText, toDouble } from './numbers.ts'
import { VtlList, VtlMap, type VtlValue } from './values.ts'

/** The value of a path in one body; undefined where there is none. */
export type BodyPaths = (path: string) => VtlValue | undefined

/** Paths that a template spells out are few; those it computes are not kept. */
const CACHED_MAX = 256
/** Of all paths with wildcards and the like in one body together; one may visit everything. */
const UNITS_MAX = 4 * 1024 * 1024
const UNITS_MIN = 1024

/**
 * Made once per template, called once per body, which is parsed at the first path: an empty one as an empty object.
 * Throws VtlRuntimeError for a body or a path that is none, VtlBudgetError for more work than anybody gets.
 */
export const createBodyPaths = (): ((body: string) => BodyPaths) => {
  const compiled = new Map<string, JsonPath>()
  const compile = (path: string): JsonPath => {
    const known = compiled.get(path)
    if (known !== undefined) return known
    const made = compileJsonPath(path)
    if (compiled.size < CACHED_MAX) compiled.set(path, made)
    return made
  }
  return (body) => {
    let document: VtlValue | undefined
    let unitsLeft = UNITS_MAX
    return (text) => {
      try {
        const path = compile(text)
        if (!path.definite) unitsLeft -= UNITS_MIN + body.length
        if (unitsLeft < 0) throw new JsonPathBudgetError()
        document ??= parseJson(body === '' ? '{}' : body)
        const result: JsonPathResult<VtlValue> = path.readAs(document, SHAPE)
        return result.value
      } catch (error) {
        if (error instanceof JsonPathBudgetError) throw new VtlBudgetError(error.message)
        if (!(error instanceof JsonPathSyntaxError)) throw error
        throw new VtlRuntimeError(`JSON path: ${error.message}`, undefined, error)
      }
    }
  }
}

const typeOf: JsonShape<VtlValue>['typeOf'] = (value) => {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (isJavaNumber(value)) return 'number'
  if (value instanceof VtlList) return 'array'
  return value instanceof VtlMap ? 'object' : 'string'
}

const SHAPE: JsonShape<VtlValue> = {
  typeOf,
  items: (array) => (array instanceof VtlList ? array.items : []),
  keys: (object) =>
    object instanceof VtlMap ? [...object.entries()].map(({ key }) => String(key)) : [],
  member: (object, key) => (object instanceof VtlMap ? object.get(key) : undefined),
  numberOf: (value) => (isJavaNumber(value) ? toDouble(value) : Number.NaN),
  textOf: (value) => (isJavaNumber(value) ? numberText(value) : String(value)),
  array: (items) => new VtlList([...items], 'net.minidev.json.JSONArray'),
  object: (entries) => {
    const map = new VtlMap()
    for (const [key, value] of entries) map.put(key, value)
    return map
  },
  double: (value) => new JavaDouble(value),
  fromJson: (value) => toVtl(value),
}
