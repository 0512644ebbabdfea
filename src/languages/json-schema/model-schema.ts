// A model after reading: the keywords of JSON Schema draft 4 that AWS validates by, every reference an index into one
// list of schemas, so that models that refer to each other, or to themselves, are one finite thing.
import type { JsonValue } from '#shared/json.ts'
import type { JavaRegex } from '../regex/java-regex.ts'

export const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] as const
export type SchemaType = (typeof TYPES)[number]

export interface ModelSchema {
  /** Where it stands, for errors. */
  readonly pointer: string
  /** An index into `ModelGraph.schemas`. Draft 4: beside a reference, nothing else counts. */
  readonly reference?: number
  readonly types?: readonly SchemaType[]
  readonly enumeration?: readonly JsonValue[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: boolean
  readonly multipleOf?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: JavaRegex
  readonly format?: string
  readonly items?: ModelSchema | readonly ModelSchema[]
  readonly additionalItems?: ModelSchema | boolean
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly properties?: ReadonlyMap<string, ModelSchema>
  readonly patternProperties?: readonly PatternProperty[]
  readonly additionalProperties?: ModelSchema | boolean
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly required?: readonly string[]
  readonly dependencies?: ReadonlyMap<string, ModelSchema | readonly string[]>
  readonly allOf?: readonly ModelSchema[]
  readonly anyOf?: readonly ModelSchema[]
  readonly oneOf?: readonly ModelSchema[]
  readonly not?: ModelSchema
}

export interface PatternProperty {
  readonly regex: JavaRegex
  readonly schema: ModelSchema
}

export interface ModelGraph {
  /** The first one is the model itself. */
  readonly schemas: readonly ModelSchema[]
  readonly ignored: readonly IgnoredKeyword[]
}

/** A keyword that has no say in validation, though its author may think so. */
export interface IgnoredKeyword {
  readonly keyword: string
  readonly pointer: string
}
