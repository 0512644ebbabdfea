// JSON paths in the dialect of Jayway JsonPath, which AWS uses for $input.path, $input.json and method.request.body.x.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
//
// A path is compiled once to closures and never becomes code. Every evaluation has a budget of steps.
import type { JsonValue } from '#shared/json.ts'
import { RegexBudgetError } from '../regex/errors.ts'
import type { StepBudget } from '../regex/step-budget.ts'
import { compilePath } from './compile.ts'
import { JsonPathBudgetError } from './errors.ts'
import { parsePath } from './parse-path.ts'
import { type JsonShape, plainJson } from './shape.ts'
import type { JaywayVersion } from './syntax.ts'

export type JsonPathResult<V> =
  | { readonly found: true; readonly value: V }
  | { readonly found: false; readonly value?: undefined }

export interface JsonPath {
  /** Leads to one value at most; any other path leads to a list, which may be empty. */
  readonly definite: boolean
  /** Throws `JsonPathBudgetError`. A budget in place of a number is shared with other evaluations. */
  read(value: JsonValue, steps?: number | StepBudget): JsonPathResult<JsonValue>
  /** The same for documents that are no parsed JSON. */
  readAs<V>(value: V, shape: JsonShape<V>, steps?: number | StepBudget): JsonPathResult<V>
}

export interface JsonPathOptions {
  /** The newer one, where nothing is said. */
  readonly version?: JaywayVersion
}

/** Every value of a dense megabyte, found and listed; some 50 ms of work. */
export const JSON_PATH_STEPS_MAX = 1_200_000

/** Throws `JsonPathSyntaxError`. */
export const compileJsonPath = (text: string, options: JsonPathOptions = {}): JsonPath => {
  const version = options.version ?? '3.0'
  const path = compilePath(parsePath(text, version))
  const readAs = <V>(
    value: V,
    shape: JsonShape<V>,
    steps: number | StepBudget = JSON_PATH_STEPS_MAX,
  ): JsonPathResult<V> => {
    try {
      const result = path.evaluate(value, {
        // Every value the closures see has come out of this shape, so that each of them is a V.
        shape: shape as JsonShape<unknown>,
        root: value,
        budget: typeof steps === 'number' ? { left: steps } : steps,
        version,
        required: false,
        cache: new Map(),
        results: [],
        missing: false,
      })
      return result as JsonPathResult<V>
    } catch (error) {
      if (error instanceof RegexBudgetError) throw new JsonPathBudgetError()
      throw error
    }
  }
  return {
    definite: path.definite,
    read: (value, steps) => readAs(value, plainJson, steps),
    readAs,
  }
}
