// Models: does this body fit? JSON Schema draft 4 as Amazon API Gateway validates request bodies by it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
//
// ajv decides; a second pass over the same schemas finds the words for what does not fit.
import { RegexBudgetError } from '../regex/errors.ts'
import type { StepBudget } from '../regex/step-budget.ts'
import { compileVerdict } from './ajv-validator.ts'
import { ModelBudgetError } from './errors.ts'
import { explain, type ValidationProblem } from './explain.ts'
import { checkInPlace } from './in-place.ts'
import type { IgnoredKeyword, ModelGraph } from './model-schema.ts'
import { readModel } from './read-model.ts'
import type { ResolveModel } from './reference.ts'

/** Nothing where the value fits. Throws `ModelBudgetError`. */
export type ModelValidator = (value: unknown, steps?: number) => readonly ValidationProblem[]

/** Some 50 ms of work. */
export const VALIDATION_STEPS_MAX = 1_000_000
/** Deeper values fit no model: Jackson, which AWS reads bodies with, goes no deeper than 1,000. */
export const VALUE_DEPTH_MAX = 500

/** Throws `ModelSchemaError`. */
export const compileModelValidator = (
  schema: unknown,
  resolveModel: ResolveModel = () => undefined,
): ModelValidator => {
  const graph = readModel(schema, resolveModel)
  checkInPlace(graph)
  const verdict = compileVerdict(graph)
  return (value, steps = VALIDATION_STEPS_MAX) => {
    if (isTooDeep(value)) return [TOO_DEEP]
    const budget = { left: steps }
    try {
      if (verdict(value, budget)) return []
    } catch (error) {
      // A stack that is too small for schema and value together is the same as too few steps.
      if (error instanceof RegexBudgetError || error instanceof RangeError)
        throw new ModelBudgetError()
      throw error
    }
    return problemsOf(graph, value, budget)
  }
}

/** The keywords of a model that validation passes over, to be reported by name. Throws `ModelSchemaError`. */
export const ignoredKeywords = (
  schema: unknown,
  resolveModel: ResolveModel = () => undefined,
): readonly IgnoredKeyword[] => readModel(schema, resolveModel).ignored

/** What $context.error.validationErrorString prints. */
export const validationErrorString = (problems: readonly ValidationProblem[]): string =>
  `[${problems.map(({ message }) => message).join(', ')}]`

const TOO_DEEP: ValidationProblem = {
  message: `instance is nested more than ${VALUE_DEPTH_MAX} levels deep`,
  pointer: '',
  keyword: 'depth',
}

const UNEXPLAINED: ValidationProblem = {
  message: 'instance failed to match the schema',
  pointer: '',
  keyword: '',
}

const problemsOf = (
  graph: ModelGraph,
  value: unknown,
  budget: StepBudget,
): readonly ValidationProblem[] => {
  const problems: ValidationProblem[] = []
  const [root] = graph.schemas
  try {
    if (root !== undefined) explain({ graph, budget, problems }, root, value, '')
  } catch (error) {
    // The verdict stands; only its reasons are not all found.
    if (!(error instanceof RegexBudgetError || error instanceof RangeError)) throw error
  }
  return problems.length > 0 ? problems : [UNEXPLAINED]
}

const isTooDeep = (value: unknown): boolean => {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth <= VALUE_DEPTH_MAX; depth += 1) {
    const next: unknown[] = []
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue
      const children = Array.isArray(item) ? item : Object.values(item)
      for (const child of children)
        if (typeof child === 'object' && child !== null) next.push(child)
    }
    if (next.length === 0) return false
    level = next
  }
  return true
}
