// The values of keywords, checked: a schema is its author's word, and AWS refuses a model with a wrong one.
import { isObject, type JsonValue } from '#shared/json.ts'
import { RegexSyntaxError } from '../regex/errors.ts'
import { compileEcmaRegex, type JavaRegex } from '../regex/java-regex.ts'
import { ModelSchemaError } from './errors.ts'
import { type SchemaType, TYPES } from './model-schema.ts'

export type RawSchema = Readonly<Record<string, unknown>>

/** Own members only: a schema's keywords are data. */
export const keywordOf = (schema: RawSchema, keyword: string): unknown =>
  Object.hasOwn(schema, keyword) ? schema[keyword] : undefined

export const readNumber = (schema: RawSchema, keyword: string, pointer: string) => {
  const value = keywordOf(schema, keyword)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return refuse(keyword, 'a number', pointer)
}

export const readPositive = (schema: RawSchema, keyword: string, pointer: string) => {
  const value = readNumber(schema, keyword, pointer)
  return value === undefined || value > 0 ? value : refuse(keyword, 'greater than 0', pointer)
}

export const readCount = (schema: RawSchema, keyword: string, pointer: string) => {
  const value = readNumber(schema, keyword, pointer)
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value
  return refuse(keyword, 'a whole number, 0 or more', pointer)
}

export const readBoolean = (schema: RawSchema, keyword: string, pointer: string) => {
  const value = keywordOf(schema, keyword)
  if (value === undefined || typeof value === 'boolean') return value
  return refuse(keyword, 'true or false', pointer)
}

export const readTypes = (
  schema: RawSchema,
  pointer: string,
): readonly SchemaType[] | undefined => {
  const value = keywordOf(schema, 'type')
  if (value === undefined) return undefined
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  const types = TYPES.filter((type) => names.includes(type))
  const known = names.every((name) => types.some((type) => type === name))
  return known && types.length > 0 ? types : refuse('type', `any of ${TYPES.join(', ')}`, pointer)
}

/** Values that can be told apart only at a great depth are no use in an enum. */
const ENUM_DEPTH_MAX = 50
const ENUM_VALUES_MAX = 10_000

export const readEnum = (schema: RawSchema, pointer: string): readonly JsonValue[] | undefined => {
  const values = keywordOf(schema, 'enum')
  if (values === undefined) return undefined
  if (!Array.isArray(values) || values.length === 0 || values.length > ENUM_VALUES_MAX) {
    return refuse('enum', `an array of 1 to ${ENUM_VALUES_MAX} values`, pointer)
  }
  return values.map((value) => jsonValue(value, 0, pointer))
}

const jsonValue = (value: unknown, depth: number, pointer: string): JsonValue => {
  if (depth > ENUM_DEPTH_MAX) return refuse('enum', 'of values that are not as deep', pointer)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return value
  if (Array.isArray(value)) return value.map((item) => jsonValue(item, depth + 1, pointer))
  if (!isObject(value)) return refuse('enum', 'of JSON values', pointer)
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, item]) => [key, jsonValue(item, depth + 1, pointer)]),
  )
}

export const readNames = (value: unknown, keyword: string, pointer: string): readonly string[] => {
  const isName = (name: unknown): name is string => typeof name === 'string'
  if (!Array.isArray(value) || !value.every(isName)) {
    return refuse(keyword, 'an array of property names', pointer)
  }
  return [...new Set(value)]
}

export const readRegex = (pattern: unknown, keyword: string, pointer: string): JavaRegex => {
  if (typeof pattern !== 'string') return refuse(keyword, 'a regular expression', pointer)
  try {
    return compileEcmaRegex(pattern)
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error
    throw new ModelSchemaError(`${keyword} is no regular expression (${error.message})`, pointer)
  }
}

export const refuse = (keyword: string, wanted: string, pointer: string): never => {
  throw new ModelSchemaError(`${keyword} must be ${wanted}`, pointer)
}
