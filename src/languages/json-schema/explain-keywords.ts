// The keywords of one schema against one value, in the order of their names, with the messages of java-json-tools.
import { canonicalJson, isObject } from '#shared/json.ts'
import { spend } from '../regex/step-budget.ts'
import { areUnique } from './ajv-validator.ts'
import { chargeCanonical, isCompound } from './canonical-cost.ts'
import type { Explanation } from './explain.ts'
import { formatProblem, matchesFormat } from './formats.ts'
import { isSchema } from './in-place.ts'
import { type ModelSchema, type SchemaType, TYPES } from './model-schema.ts'

type Explain = (
  explanation: Explanation,
  schema: ModelSchema,
  value: unknown,
  pointer: string,
) => void

type Say = (keyword: string, message: string) => void

export const checkKeywords = (
  explanation: Explanation,
  schema: ModelSchema,
  value: unknown,
  pointer: string,
  explain: Explain,
): void => {
  const found: { readonly keyword: string; readonly message: string }[] = []
  const say: Say = (keyword, message) => found.push({ keyword, message })
  const fits = (sub: ModelSchema): boolean => {
    const own: Explanation = { ...explanation, problems: [] }
    explain(own, sub, value, pointer)
    return own.problems.length === 0
  }
  if (typeof value === 'string') checkString(explanation, schema, value, say)
  else if (typeof value === 'number') checkNumber(schema, value, say)
  else if (Array.isArray(value)) checkArray(explanation, schema, value, say)
  else if (isObject(value)) checkObject(explanation, schema, value, say, fits)
  checkAny(explanation, schema, value, say, fits)
  found.sort((left, right) => order(left.keyword, right.keyword))
  for (const { keyword, message } of found) explanation.problems.push({ keyword, message, pointer })
}

const order = (left: string, right: string): number => {
  if (left === right) return 0
  return left < right ? -1 : 1
}

const checkAny = (
  { budget }: Explanation,
  { allOf, anyOf, oneOf, not, enumeration, types }: ModelSchema,
  value: unknown,
  say: Say,
  fits: (schema: ModelSchema) => boolean,
): void => {
  if (allOf !== undefined) {
    const matched = allOf.filter(fits).length
    if (matched < allOf.length) {
      say(
        'allOf',
        `instance failed to match all required schemas (matched only ${matched} out of ${allOf.length})`,
      )
    }
  }
  if (anyOf !== undefined && !anyOf.some(fits)) {
    say('anyOf', `instance failed to match at least one required schema among ${anyOf.length}`)
  }
  if (oneOf !== undefined) {
    const matched = oneOf.filter(fits).length
    if (matched !== 1) {
      say(
        'oneOf',
        `instance failed to match exactly one schema (matched ${matched} out of ${oneOf.length})`,
      )
    }
  }
  if (not !== undefined && fits(not))
    say('not', 'instance matched a schema which it should not have')
  if (enumeration !== undefined) {
    spend(budget, enumeration.length)
    if (!isAmong(enumeration, value, (steps) => spend(budget, steps))) {
      say(
        'enum',
        `instance value (${shown(value)}) not found in enum (possible values: ${shown(enumeration)})`,
      )
    }
  }
  if (types !== undefined && !types.some((type) => isOfType(value, type))) {
    say(
      'type',
      `instance type (${typeOf(value)}) does not match any allowed primitive type (allowed: ${shown(allowedTypes(types))})`,
    )
  }
}

const isAmong = (
  enumeration: readonly unknown[],
  value: unknown,
  charge: (steps: number) => void,
): boolean => {
  if (!isCompound(value)) return enumeration.includes(value)
  if (!enumeration.some(isCompound)) return false
  chargeCanonical(value, charge)
  const text = canonicalJson(value)
  return enumeration.some((allowed) => canonicalJson(allowed) === text)
}

const checkString = (
  { budget }: Explanation,
  { format, minLength, maxLength, pattern }: ModelSchema,
  value: string,
  say: Say,
): void => {
  const length = minLength === undefined && maxLength === undefined ? 0 : codePoints(value)
  spend(budget, length >> 4)
  if (format !== undefined && !matchesFormat(format, value))
    say('format', formatProblem(format, cut(value)))
  if (maxLength !== undefined && length > maxLength) {
    say(
      'maxLength',
      `string "${cut(value)}" is too long (length: ${length}, maximum allowed: ${maxLength})`,
    )
  }
  if (minLength !== undefined && length < minLength) {
    say(
      'minLength',
      `string "${cut(value)}" is too short (length: ${length}, required minimum: ${minLength})`,
    )
  }
  if (pattern !== undefined && pattern.find(value, 0, budget) === undefined) {
    say(
      'pattern',
      `ECMA 262 regex "${pattern.pattern}" does not match input string "${cut(value)}"`,
    )
  }
}

const checkNumber = (
  { minimum, maximum, exclusiveMaximum, multipleOf }: ModelSchema,
  value: number,
  say: Say,
): void => {
  if (maximum !== undefined && value > maximum) {
    say(
      'maximum',
      `numeric instance is greater than the required maximum (maximum: ${maximum}, found: ${value})`,
    )
  } else if (maximum !== undefined && exclusiveMaximum === true && value === maximum) {
    say('maximum', `numeric instance is not strictly lower than the required maximum ${maximum}`)
  }
  if (minimum !== undefined && value < minimum) {
    say(
      'minimum',
      `numeric instance is lower than the required minimum (minimum: ${minimum}, found: ${value})`,
    )
  }
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
    say('multipleOf', `remainder of division is not zero (${value} / ${multipleOf})`)
  }
}

/** As ajv decides with `multipleOfPrecision: 6`. */
const isMultiple = (value: number, divisor: number): boolean => {
  const quotient = value / divisor
  return Math.abs(Math.round(quotient) - quotient) <= 1e-6
}

const checkArray = (
  { budget }: Explanation,
  { items, additionalItems, minItems, maxItems, uniqueItems }: ModelSchema,
  value: readonly unknown[],
  say: Say,
): void => {
  const { length } = value
  if (
    additionalItems === false &&
    items !== undefined &&
    !isSchema(items) &&
    length > items.length
  ) {
    say(
      'additionalItems',
      `schema only allows ${items.length} elements in array but instance has ${length} elements`,
    )
  }
  if (maxItems !== undefined && length > maxItems) {
    say(
      'maxItems',
      `array is too long: must have at most ${maxItems} elements but instance has ${length} elements`,
    )
  }
  if (minItems !== undefined && length < minItems) {
    say(
      'minItems',
      `array is too short: must have at least ${minItems} elements but instance has ${length} elements`,
    )
  }
  if (uniqueItems === true && !areUnique(value, (steps) => spend(budget, steps))) {
    say('uniqueItems', 'array must not contain duplicate elements')
  }
}

const checkObject = (
  { budget }: Explanation,
  schema: ModelSchema,
  value: Readonly<Record<string, unknown>>,
  say: Say,
  fits: (schema: ModelSchema) => boolean,
): void => {
  const names = Object.keys(value)
  const { minProperties, maxProperties, required, patternProperties = [] } = schema
  spend(budget, names.length * (1 + patternProperties.length))
  if (schema.additionalProperties === false) {
    const unwanted = names.filter(
      (name) =>
        schema.properties?.has(name) !== true &&
        !patternProperties.some(({ regex }) => regex.find(name, 0, budget) !== undefined),
    )
    if (unwanted.length > 0) {
      say(
        'additionalProperties',
        `object instance has properties which are not allowed by the schema: ${shown(unwanted.sort())}`,
      )
    }
  }
  for (const [name, dependency] of schema.dependencies ?? []) {
    if (Object.hasOwn(value, name)) checkDependency(name, dependency, value, say, fits)
  }
  if (maxProperties !== undefined && names.length > maxProperties) {
    say(
      'maxProperties',
      `object has too many properties (found ${names.length} but schema requires at most ${maxProperties})`,
    )
  }
  if (minProperties !== undefined && names.length < minProperties) {
    say(
      'minProperties',
      `object has too few properties (found ${names.length} but schema requires at least ${minProperties})`,
    )
  }
  const missing = required?.filter((name) => !Object.hasOwn(value, name)) ?? []
  if (missing.length > 0)
    say('required', `object has missing required properties (${shown(missing)})`)
}

const checkDependency = (
  name: string,
  dependency: ModelSchema | readonly string[],
  value: Readonly<Record<string, unknown>>,
  say: Say,
  fits: (schema: ModelSchema) => boolean,
): void => {
  if (isSchema(dependency)) {
    if (!fits(dependency))
      say('dependencies', `instance failed to match the schema that property "${name}" asks for`)
    return
  }
  const missing = dependency.filter((other) => !Object.hasOwn(value, other))
  if (missing.length > 0) {
    say(
      'dependencies',
      `property "${name}" of object has missing property dependencies (schema requires ${shown(dependency)}; missing: ${shown(missing)})`,
    )
  }
}

const typeOf = (value: unknown): SchemaType => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string') return 'string'
  return typeof value === 'boolean' ? 'boolean' : 'object'
}

const isOfType = (value: unknown, type: SchemaType): boolean => {
  const own = typeOf(value)
  return own === type || (type === 'number' && own === 'integer')
}

/** java-json-tools adds integers where numbers are allowed, and lists types by name. */
const allowedTypes = (types: readonly SchemaType[]): readonly SchemaType[] =>
  TYPES.filter((type) => types.includes(type) || (type === 'integer' && types.includes('number')))

const codePoints = (text: string): number => {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** Longer values are cut: a message is no place for a body. */
const SHOWN_MAX = 1_000

const cut = (text: string): string =>
  text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text

const shown = (value: unknown): string =>
  cut(JSON.stringify(typeof value === 'string' ? value.slice(0, SHOWN_MAX) : value) ?? 'null')
