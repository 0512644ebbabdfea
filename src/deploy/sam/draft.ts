// A template while it is being transformed: plain JSON that this folder owns and may change.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'

export type Draft = { [key: string]: JsonValue }

/** A copy that may be changed. */
export const draftOf = (value: JsonValue | undefined): Draft =>
  isObject(value) ? (structuredClone(value) as Draft) : {} // A JSON object is a draft once it is ours.

export const isIntrinsic = (value: JsonValue | undefined): boolean => {
  if (!isObject(value)) return false
  const [key, second] = Object.keys(value)
  return (
    key !== undefined &&
    second === undefined &&
    (key === 'Ref' || key === 'Condition' || key.startsWith('Fn::'))
  )
}

/** What a table has under a name that a template gives; never what every object inherits. */
export const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

export const NO_VALUE: JsonObject = { Ref: 'AWS::NoValue' }

/** `Fn::If` that leaves the value out where the condition does not hold. */
export const onlyIf = (condition: string | undefined, value: JsonValue): JsonValue =>
  condition === undefined ? value : { 'Fn::If': [condition, value, NO_VALUE] }

/** The named members that are there. */
export const pick = (from: JsonObject, names: readonly string[]): Draft =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = from[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** The attributes of a SAM resource that everything made of it has too. */
export const keptAttributes = (attributes: JsonObject): Draft =>
  pick(attributes, ['Condition', 'DeletionPolicy', 'UpdateReplacePolicy'])

/** Tags as CloudFormation lists them. */
export const tagList = (tags: JsonObject): readonly JsonValue[] =>
  Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }))
