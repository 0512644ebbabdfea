// From the JSON of a model to its graph of schemas. Bounded in size and depth, each reference followed once.
import { isObject } from '#shared/json.ts'
import { ModelSchemaError } from './errors.ts'
import { isKnownFormat } from './formats.ts'
import type { IgnoredKeyword, ModelGraph, ModelSchema, PatternProperty } from './model-schema.ts'
import {
  keywordOf,
  type RawSchema,
  readBoolean,
  readCount,
  readEnum,
  readNames,
  readNumber,
  readPositive,
  readRegex,
  readTypes,
  refuse,
} from './read-keyword.ts'
import { follow, parseReference, type ReferenceTarget, type ResolveModel } from './reference.ts'

/** AWS lets the models of an API be 400 KB together; these are more schemas than fit in there. */
export const SCHEMAS_MAX = 20_000
export const SCHEMA_DEPTH_MAX = 100

/** Throws `ModelSchemaError`. */
export const readModel = (schema: unknown, resolveModel: ResolveModel): ModelGraph => {
  const reading: Reading = {
    resolveModel: (name) => (name === '' ? schema : resolveModel(name)),
    indexes: new Map(),
    pending: [],
    ignored: [],
    count: 0,
  }
  indexOf(reading, { model: '', path: [] }, '')
  const schemas: ModelSchema[] = []
  // Reading one schema may find more to read.
  for (let next = reading.pending[0]; next !== undefined; next = reading.pending[schemas.length]) {
    const { target, pointer } = next
    const raw = follow(reading.resolveModel(target.model), target.path)
    if (raw === undefined) throw new ModelSchemaError('$ref leads nowhere', pointer)
    schemas.push(
      readSchema({ ...reading, model: target.model, reading }, raw, pointerOf(target), 0),
    )
  }
  return { schemas, ignored: reading.ignored }
}

interface Reading {
  readonly resolveModel: ResolveModel
  /** By what each target is called in a pointer. */
  readonly indexes: Map<string, number>
  readonly pending: { readonly target: ReferenceTarget; readonly pointer: string }[]
  readonly ignored: IgnoredKeyword[]
  count: number
}

/** A reading inside of one model, to which its references are relative. */
interface ModelReading extends Omit<Reading, 'count'> {
  readonly model: string
  readonly reading: Reading
}

const pointerOf = ({ model, path }: ReferenceTarget): string =>
  model + path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const indexOf = (reading: Reading, target: ReferenceTarget, pointer: string): number => {
  const key = JSON.stringify([target.model, ...target.path])
  const known = reading.indexes.get(key)
  if (known !== undefined) return known
  reading.indexes.set(key, reading.pending.length)
  return reading.pending.push({ target, pointer }) - 1
}

const readSchema = (
  model: ModelReading,
  raw: unknown,
  pointer: string,
  depth: number,
): ModelSchema => {
  if (!isObject(raw)) return refuse('A schema', 'an object', pointer)
  model.reading.count += 1
  if (model.reading.count > SCHEMAS_MAX) throw new ModelSchemaError('Too many schemas', pointer)
  if (depth > SCHEMA_DEPTH_MAX) throw new ModelSchemaError('Nested too deeply', pointer)
  const reference = keywordOf(raw, '$ref')
  if (typeof reference === 'string') {
    const target = parseReference(reference, model.model, pointer)
    return { pointer, reference: indexOf(model.reading, target, pointer) }
  }
  if (reference !== undefined) refuse('$ref', 'a string', pointer)
  noteIgnored(model, raw, pointer)
  const sub = (value: unknown, ...steps: readonly string[]): ModelSchema =>
    readSchema(model, value, pointer + pointerOf({ model: '', path: steps }), depth + 1)
  return present({
    pointer,
    ...readValues(raw, pointer),
    ...readArrays(raw, pointer, sub),
    ...readObjects(raw, pointer, sub),
    allOf: readSchemas(raw, 'allOf', pointer, sub),
    anyOf: readSchemas(raw, 'anyOf', pointer, sub),
    oneOf: readSchemas(raw, 'oneOf', pointer, sub),
    not: readSub(raw, 'not', sub),
  })
}

type Sub = (value: unknown, ...steps: readonly string[]) => ModelSchema

/** Without the members that are absent. */
const present = (schema: { readonly [Key in keyof ModelSchema]: ModelSchema[Key] | undefined }) =>
  // All that is taken out is undefined, which a ModelSchema writes by leaving the member out.
  Object.fromEntries(
    Object.entries(schema).filter(([, value]) => value !== undefined),
  ) as unknown as ModelSchema

const readValues = (raw: RawSchema, pointer: string) => {
  const pattern = keywordOf(raw, 'pattern')
  const format = keywordOf(raw, 'format')
  return {
    types: readTypes(raw, pointer),
    enumeration: readEnum(raw, pointer),
    minimum: readNumber(raw, 'minimum', pointer),
    maximum: readNumber(raw, 'maximum', pointer),
    exclusiveMaximum: readBoolean(raw, 'exclusiveMaximum', pointer),
    multipleOf: readPositive(raw, 'multipleOf', pointer),
    minLength: readCount(raw, 'minLength', pointer),
    maxLength: readCount(raw, 'maxLength', pointer),
    pattern: pattern === undefined ? undefined : readRegex(pattern, 'pattern', pointer),
    format: typeof format === 'string' && isKnownFormat(format) ? format : undefined,
  }
}

const readArrays = (raw: RawSchema, pointer: string, sub: Sub) => {
  const items = keywordOf(raw, 'items')
  return {
    items: Array.isArray(items)
      ? items.map((item, at) => sub(item, 'items', String(at)))
      : readSub(raw, 'items', sub),
    additionalItems: readOpen(raw, 'additionalItems', sub),
    minItems: readCount(raw, 'minItems', pointer),
    maxItems: readCount(raw, 'maxItems', pointer),
    uniqueItems: readBoolean(raw, 'uniqueItems', pointer),
  }
}

const readObjects = (raw: RawSchema, pointer: string, sub: Sub) => {
  const required = keywordOf(raw, 'required')
  const patterns = readMembers(raw, 'patternProperties', pointer)?.map(
    ([key, value]): PatternProperty => ({
      regex: readRegex(key, 'patternProperties', pointer),
      schema: sub(value, 'patternProperties', key),
    }),
  )
  const dependencies = readMembers(raw, 'dependencies', pointer)?.map(
    ([key, value]): readonly [string, ModelSchema | readonly string[]] => [
      key,
      Array.isArray(value)
        ? readNames(value, 'dependencies', pointer)
        : sub(value, 'dependencies', key),
    ],
  )
  const properties = readMembers(raw, 'properties', pointer)?.map(
    ([key, value]): readonly [string, ModelSchema] => [key, sub(value, 'properties', key)],
  )
  return {
    properties: properties && new Map(properties),
    patternProperties: patterns,
    additionalProperties: readOpen(raw, 'additionalProperties', sub),
    minProperties: readCount(raw, 'minProperties', pointer),
    maxProperties: readCount(raw, 'maxProperties', pointer),
    // An empty list asks for nothing; draft 4 forbids it, and people write it all the same.
    required:
      required === undefined ? undefined : readNames(required, 'required', pointer).toSorted(),
    dependencies: dependencies && new Map(dependencies),
  }
}

const readMembers = (raw: RawSchema, keyword: string, pointer: string) => {
  const value = keywordOf(raw, keyword)
  if (value === undefined) return undefined
  return isObject(value) ? Object.entries(value) : refuse(keyword, 'an object', pointer)
}

const readSub = (raw: RawSchema, keyword: string, sub: Sub): ModelSchema | undefined => {
  const value = keywordOf(raw, keyword)
  return value === undefined ? undefined : sub(value, keyword)
}

const readOpen = (raw: RawSchema, keyword: string, sub: Sub): ModelSchema | boolean | undefined => {
  const value = keywordOf(raw, keyword)
  return typeof value === 'boolean' ? value : readSub(raw, keyword, sub)
}

const readSchemas = (raw: RawSchema, keyword: string, pointer: string, sub: Sub) => {
  const value = keywordOf(raw, keyword)
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length === 0) {
    return refuse(keyword, 'an array of schemas', pointer)
  }
  return value.map((item, at) => sub(item, keyword, String(at)))
}

// AWS: these have no say in validation. [behaviour.md §7, guide: api-gateway-known-issues]
const IGNORED = ['discriminator', 'example', 'readOnly', 'nullable', 'exclusiveMinimum', 'xml']

const noteIgnored = (model: ModelReading, raw: RawSchema, pointer: string): void => {
  for (const keyword of IGNORED) {
    if (Object.hasOwn(raw, keyword)) model.ignored.push({ keyword, pointer })
  }
  const format = keywordOf(raw, 'format')
  if (format !== undefined && !(typeof format === 'string' && isKnownFormat(format))) {
    model.ignored.push({ keyword: 'format', pointer })
  }
}
