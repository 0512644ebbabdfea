// Schemas that apply to one and the same value: $ref, allOf and the like. A circle of them would never end, and a
// chain of them must not outgrow the stack.
import { ModelSchemaError } from './errors.ts'
import type { ModelGraph, ModelSchema } from './model-schema.ts'

const CHAIN_MAX = 64

/** Throws `ModelSchemaError` for a circle, or a chain that is too long. */
export const checkInPlace = ({ schemas }: ModelGraph): void => {
  const done = new Map<ModelSchema, number>()
  const open = new Set<ModelSchema>()
  const chainOf = (schema: ModelSchema, depth: number): number => {
    const known = done.get(schema)
    if (known !== undefined) return known
    if (open.has(schema))
      throw new ModelSchemaError('The schema refers to itself for the same value', schema.pointer)
    if (depth > CHAIN_MAX)
      throw new ModelSchemaError('Too many references in a row', schema.pointer)
    open.add(schema)
    let longest = 0
    for (const next of inPlace(schema, schemas))
      longest = Math.max(longest, chainOf(next, depth + 1))
    open.delete(schema)
    done.set(schema, longest + 1)
    return longest + 1
  }
  for (const schema of everySchema(schemas)) {
    if (chainOf(schema, 0) > CHAIN_MAX) {
      throw new ModelSchemaError('Too many references in a row', schema.pointer)
    }
  }
}

const inPlace = (schema: ModelSchema, schemas: readonly ModelSchema[]): readonly ModelSchema[] => {
  const next: ModelSchema[] = [
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ]
  if (schema.not !== undefined) next.push(schema.not)
  for (const dependency of schema.dependencies?.values() ?? []) {
    if (isSchema(dependency)) next.push(dependency)
  }
  const target = schema.reference === undefined ? undefined : schemas[schema.reference]
  if (target !== undefined) next.push(target)
  return next
}

/** All there are, however deep. */
const everySchema = (roots: readonly ModelSchema[]): readonly ModelSchema[] => {
  const all = [...roots]
  for (let at = 0; at < all.length; at += 1) {
    const schema = all[at]
    if (schema !== undefined) all.push(...below(schema))
  }
  return all
}

const below = (schema: ModelSchema): readonly ModelSchema[] => {
  const { items, additionalItems, additionalProperties } = schema
  const next = [...inPlace({ ...schema, reference: -1 }, [])]
  if (items !== undefined) next.push(...(isSchema(items) ? [items] : items))
  for (const open of [additionalItems, additionalProperties])
    if (typeof open === 'object') next.push(open)
  next.push(...(schema.properties?.values() ?? []))
  next.push(...(schema.patternProperties ?? []).map((property) => property.schema))
  return next
}

export const isSchema = (
  value: ModelSchema | readonly ModelSchema[] | readonly string[],
): value is ModelSchema => !Array.isArray(value)
