// Schemas become models. A model is JSON Schema draft 4, which knows less than OpenAPI's schemas
// do.
import { createHash } from 'node:crypto'
import { canonicalJson, isObject } from '#shared/json.ts'
import type { Tree } from './document.ts'
import { MODEL_REFERENCE, type ModelDefinition } from './definition.ts'
import {
  entriesOf,
  objectAt,
  type Place,
  placeOf,
  type Reading,
  targetOf,
  textAt,
  within,
} from './reading.ts'

export interface ModelReader {
  readonly models: readonly ModelDefinition[]
  /**
   * The name of the model for a schema: that of the schema it refers to, or of a new one for a
   * schema in place.
   */
  nameOf(schema: unknown, at: string): string | undefined
}

/**
 * Schemas copied in place of references, all together: references may multiply what the document's
 * size bounds.
 */
const COPIED_MAX = 500_000
const REFERENCE_DEPTH_MAX = 100

export const createModelReader = (reading: Reading, root: Place): ModelReader => {
  const models = new Map<string, ModelDefinition>()
  const names = readNames(reading, root)
  const convert = createSchemaConverter(reading, names)
  for (const [, { place, name }] of names) {
    const description = textAt(reading, place, 'description')
    models.set(name, {
      name,
      contentType: 'application/json',
      schema: convert(place.value, place.at),
      ...(description === undefined ? {} : { description }),
    })
  }
  return {
    get models() {
      return [...models.values()]
    },
    nameOf: (value, at) => {
      if (isObject(value) && typeof value['$ref'] === 'string') {
        const target = targetOf(reading, value['$ref'], at)
        const named = target && names.get(target.at)
        if (target === undefined || named !== undefined) return named?.name
      }
      const place = placeOf(reading, value, at)
      if (place === undefined) return undefined
      const schema = convert(place.value, place.at)
      // The name depends on the content alone, so that an import repeated makes the same models.
      const digest = createHash('sha256').update(canonicalJson(schema)).digest('hex')
      const name = `MODEL${digest.slice(0, 8)}`
      models.set(name, { name, contentType: 'application/json', schema })
      return name
    },
  }
}

interface Named {
  readonly place: Place
  readonly name: string
}

/** The named schemas by their places. */
const readNames = (reading: Reading, root: Place): ReadonlyMap<string, Named> => {
  const named = new Map<string, Named>()
  const taken = new Set<string>()
  const components = objectAt(reading, root, 'components')
  const homes = [
    objectAt(reading, root, 'definitions'),
    components && objectAt(reading, components, 'schemas'),
  ]
  for (const home of homes) {
    for (const [key, value, at] of entriesOf(home)) {
      if (!isObject(value)) {
        reading.errors.add(at, 'a schema is expected')
        continue
      }
      // AWS: model names are alphanumeric only. [dg: api-gateway-known-issues]
      const plain = key.replaceAll(/[^A-Za-z0-9]/g, '') || 'Model'
      let name = plain
      for (let count = 2; taken.has(name); count++) name = `${plain}${count}`
      taken.add(name)
      if (name !== key) reading.notes.add(at, `the model is named ${name}`)
      named.set(at, { place: { value, at }, name })
    }
  }
  return named
}

type Convert = (schema: unknown, at: string) => unknown

const SCHEMA_MAPS = new Set(['properties', 'patternProperties', 'definitions'])
const SCHEMAS = new Set(['items', 'additionalProperties', 'not'])
const SCHEMA_LISTS = new Set(['allOf', 'anyOf', 'oneOf'])
/** Prose and hints for other readers: they check nothing. */
const SILENT = new Set([
  'example',
  'examples',
  'externalDocs',
  'xml',
  'deprecated',
  'readOnly',
  'writeOnly',
])
// AWS: these are dropped or passed over at import. [dg: api-gateway-known-issues]
const DROPPED = new Set(['nullable', 'discriminator', 'exclusiveMinimum', 'minItems', 'maxItems'])

const createSchemaConverter = (reading: Reading, names: ReadonlyMap<string, Named>): Convert => {
  let copied = 0
  const convert = (schema: unknown, at: string, hops: number): unknown => {
    if (++copied > COPIED_MAX) {
      reading.errors.add(at, 'the references multiply the schemas without end')
      return {}
    }
    if (Array.isArray(schema)) {
      return schema.map((item, index) => convert(item, within(at, index), hops))
    }
    if (!isObject(schema)) return schema
    if (typeof schema['$ref'] === 'string') return reference(schema['$ref'], at, hops)
    const members: [string, unknown][] = []
    for (const [key, value] of Object.entries(schema)) {
      const converted = member(key, value, within(at, key), hops)
      if (converted !== undefined) members.push([key, converted])
    }
    return Object.fromEntries(members)
  }
  const member = (key: string, value: unknown, at: string, hops: number): unknown => {
    if (SILENT.has(key) || key.startsWith('x-')) return undefined
    if (DROPPED.has(key)) {
      reading.notes.add(at, `${key} is not kept in a model`)
      return undefined
    }
    if (SCHEMA_MAPS.has(key) && isObject(value)) return map(value, at, hops)
    if (SCHEMAS.has(key) || SCHEMA_LISTS.has(key)) return convert(value, at, hops)
    return value
  }
  const map = (schemas: Tree, at: string, hops: number): unknown =>
    Object.fromEntries(
      Object.entries(schemas).map(([key, value]) => [key, convert(value, within(at, key), hops)]),
    )
  const reference = (ref: string, at: string, hops: number): unknown => {
    const target = targetOf(reading, ref, at)
    const named = target && names.get(target.at)
    if (named !== undefined) return { $ref: `${MODEL_REFERENCE}${named.name}` }
    if (target === undefined) return {}
    if (hops < REFERENCE_DEPTH_MAX) return convert(target.value, target.at, hops + 1)
    reading.errors.add(at, `the reference ${ref} leads back to itself`)
    return {}
  }
  return (schema, at) => (isObject(schema) ? convert(schema, at, 0) : {})
}
