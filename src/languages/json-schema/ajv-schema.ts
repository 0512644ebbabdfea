// The graph written for ajv: one document, references into its definitions, and in every schema what checking it costs.
import type { JsonValue } from '#shared/json.ts'
import { isSchema } from './in-place.ts'
import type { ModelGraph, ModelSchema } from './model-schema.ts'

/** The keyword that charges the budget, which no model can contain: reading has dropped what is not draft 4. */
export const COST_KEYWORD = 'daemunCost'

export interface Cost {
  readonly steps: number
  /** Regular expressions, each of which is tried on the name of every property. */
  readonly patterns: number
}

type AjvSchema = Readonly<Record<string, unknown>>

export const toAjvSchema = ({ schemas }: ModelGraph): AjvSchema => ({
  $ref: '#/definitions/0',
  definitions: Object.fromEntries(schemas.map((schema, at) => [String(at), written(schema)])),
})

const written = (schema: ModelSchema): AjvSchema => {
  if (schema.reference !== undefined) return { $ref: `#/definitions/${schema.reference}` }
  const { items, required, maximum, uniqueItems } = schema
  return withoutAbsent({
    [COST_KEYWORD]: costOf(schema),
    type: schema.types,
    enum: schema.enumeration,
    minimum: schema.minimum,
    maximum,
    exclusiveMaximum: maximum === undefined ? undefined : schema.exclusiveMaximum,
    multipleOf: schema.multipleOf,
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    pattern: schema.pattern?.pattern,
    format: schema.format,
    items: items && (isSchema(items) ? written(items) : items.map(written)),
    additionalItems: writtenOpen(schema.additionalItems),
    minItems: schema.minItems,
    maxItems: schema.maxItems,
    uniqueItems,
    ...writtenProperties(schema),
    additionalProperties: writtenOpen(schema.additionalProperties),
    minProperties: schema.minProperties,
    maxProperties: schema.maxProperties,
    required: required !== undefined && required.length > 0 ? required : undefined,
    dependencies: schema.dependencies && fromMap(schema.dependencies, writtenDependency),
    allOf: schema.allOf?.map(written),
    anyOf: schema.anyOf?.map(written),
    oneOf: schema.oneOf?.map(written),
    not: schema.not && written(schema.not),
  })
}

/** ajv passes over a property named `__proto__`, but not over a pattern that only that name matches. */
const writtenProperties = ({ properties, patternProperties = [] }: ModelSchema): AjvSchema => {
  const patterns = patternProperties.map(
    ({ regex, schema }) => [regex.pattern, written(schema)] as const,
  )
  const hidden = properties?.get('__proto__')
  if (hidden !== undefined) patterns.push(['^__proto__$', written(hidden)])
  const named = [...(properties ?? [])].filter(([name]) => name !== '__proto__')
  return {
    properties: Object.fromEntries(named.map(([name, schema]) => [name, written(schema)])),
    patternProperties: Object.fromEntries(patterns),
  }
}

const writtenDependency = (dependency: ModelSchema | readonly string[]): unknown =>
  isSchema(dependency) ? written(dependency) : dependency

const writtenOpen = (open: ModelSchema | boolean | undefined): unknown =>
  typeof open === 'object' ? written(open) : open

const fromMap = <V>(map: ReadonlyMap<string, V>, write: (value: V) => unknown): AjvSchema =>
  Object.fromEntries([...map].map(([key, value]) => [key, write(value)]))

const withoutAbsent = (schema: AjvSchema): AjvSchema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined))

const costOf = (schema: ModelSchema): Cost => {
  const lists: readonly (readonly unknown[] | undefined)[] = [
    schema.enumeration satisfies readonly JsonValue[] | undefined,
    schema.required,
    schema.allOf,
    schema.anyOf,
    schema.oneOf,
  ]
  const lengths = lists.reduce((total, list) => total + (list?.length ?? 0), 0)
  const members = (schema.properties?.size ?? 0) + (schema.dependencies?.size ?? 0)
  return { steps: 1 + lengths + members, patterns: schema.patternProperties?.length ?? 0 }
}
