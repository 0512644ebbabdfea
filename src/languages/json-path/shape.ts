// How a path looks at a document. Parsed JSON is one shape; the values of a mapping template are another.
import { isObject, type JsonValue } from '#shared/json.ts'

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

export interface JsonShape<V> {
  typeOf(value: V): JsonType
  /** Of an array. */
  items(array: V): readonly V[]
  /** Of an object, in its order. */
  keys(object: V): readonly string[]
  /** Of an object; undefined where it has no such member of its own. */
  member(object: V, key: string): V | undefined
  /** Of a number. */
  numberOf(value: V): number
  /** Of a string, number or boolean, as Java prints it. */
  textOf(value: V): string
  array(items: readonly V[]): V
  object(entries: readonly (readonly [string, V])[]): V
  /** Java's Double, which prints with its fraction. */
  double(value: number): V
  /** A literal of the path, or the answer of a function. */
  fromJson(value: JsonValue): V
}

export const plainJson: JsonShape<JsonValue> = {
  typeOf: (value) => {
    if (value === null) return 'null'
    if (Array.isArray(value)) return 'array'
    const type = typeof value
    return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
  },
  items: (array) => (Array.isArray(array) ? array : []),
  keys: (object) => (isObject(object) ? Object.keys(object) : []),
  member: (object, key) =>
    isPlainObject(object) && Object.hasOwn(object, key) ? object[key] : undefined,
  numberOf: Number,
  textOf: String,
  array: (items) => items,
  // Unlike an assignment, this makes `__proto__` a member like any other.
  object: (entries) => Object.fromEntries(entries),
  double: (value) => value,
  fromJson: (value) => value,
}

const isPlainObject = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
