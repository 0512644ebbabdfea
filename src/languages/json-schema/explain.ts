// Why a value does not fit, in the words and the order of java-json-tools, which is what AWS validates with: all
// keywords of a schema first, by name, and its children only while nothing has failed.
// https://github.com/java-json-tools/json-schema-validator
import { isObject } from '#shared/json.ts'
import { type StepBudget, spend } from '../regex/step-budget.ts'
import { checkKeywords } from './explain-keywords.ts'
import { isSchema } from './in-place.ts'
import type { ModelGraph, ModelSchema } from './model-schema.ts'

export interface ValidationProblem {
  readonly message: string
  /** Where in the value, as a JSON pointer. */
  readonly pointer: string
  readonly keyword: string
}

export interface Explanation {
  readonly graph: ModelGraph
  readonly budget: StepBudget
  readonly problems: ValidationProblem[]
}

/** More than anyone reads, and few enough for a log line. */
export const PROBLEMS_MAX = 50

export const explain = (
  explanation: Explanation,
  start: ModelSchema,
  value: unknown,
  pointer: string,
): void => {
  const schema = resolved(explanation, start)
  if (schema === undefined) return
  spend(explanation.budget, 1)
  checkKeywords(explanation, schema, value, pointer, explain)
  if (explanation.problems.length > 0) return
  if (Array.isArray(value)) explainItems(explanation, schema, value, pointer)
  else if (isObject(value)) explainMembers(explanation, schema, value, pointer)
}

const resolved = (
  { graph, problems }: Explanation,
  start: ModelSchema,
): ModelSchema | undefined => {
  if (problems.length >= PROBLEMS_MAX) return undefined
  let schema: ModelSchema | undefined = start
  // Circles of references have been refused when the model was read.
  while (schema?.reference !== undefined) schema = graph.schemas[schema.reference]
  return schema
}

const explainItems = (
  explanation: Explanation,
  { items, additionalItems }: ModelSchema,
  value: readonly unknown[],
  pointer: string,
): void => {
  for (const [at, item] of value.entries()) {
    const open = typeof additionalItems === 'object' ? additionalItems : undefined
    const schema = items === undefined || isSchema(items) ? items : (items[at] ?? open)
    if (schema !== undefined) explain(explanation, schema, item, `${pointer}/${at}`)
  }
}

const explainMembers = (
  explanation: Explanation,
  schema: ModelSchema,
  value: Readonly<Record<string, unknown>>,
  pointer: string,
): void => {
  for (const name of Object.keys(value).sort()) {
    const step = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    for (const member of schemasOf(explanation, schema, name)) {
      explain(explanation, member, value[name], step)
    }
  }
}

const schemasOf = (
  { budget }: Explanation,
  { properties, patternProperties = [], additionalProperties }: ModelSchema,
  name: string,
): readonly ModelSchema[] => {
  const named = properties?.get(name)
  const schemas = named === undefined ? [] : [named]
  for (const { regex, schema } of patternProperties) {
    if (regex.find(name, 0, budget) !== undefined) schemas.push(schema)
  }
  if (schemas.length > 0 || typeof additionalProperties !== 'object') return schemas
  return [additionalProperties]
}
