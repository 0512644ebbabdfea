// How a JSON path looks at the values of a mapping template.
import type { JsonShape, JsonType } from '#languages/json-path/shape.ts'
import { toVtl } from '#languages/vtl/json.ts'
import { isJavaNumber, JavaDouble, numberText, toDouble } from '#languages/vtl/numbers.ts'
import { VtlList, VtlMap, type VtlValue } from '#languages/vtl/values.ts'

export const vtlShape: JsonShape<VtlValue> = {
  typeOf: (value): JsonType => {
    if (typeof value === 'string') return 'string'
    if (typeof value === 'boolean') return 'boolean'
    if (isJavaNumber(value)) return 'number'
    if (value instanceof VtlMap) return 'object'
    return value instanceof VtlList ? 'array' : 'null'
  },
  items: (array) => (array instanceof VtlList ? array.items : []),
  keys: (object) => (object instanceof VtlMap ? keysOf(object) : []),
  member: (object, key) => (object instanceof VtlMap ? object.get(key) : undefined),
  numberOf: (value) => (isJavaNumber(value) ? toDouble(value) : Number.NaN),
  textOf: (value) => (isJavaNumber(value) ? numberText(value) : String(value)),
  array: (items) => new VtlList([...items], 'net.minidev.json.JSONArray'),
  object: (entries) => {
    const map = new VtlMap()
    for (const [key, value] of entries) map.put(key, value)
    return map
  },
  double: (value) => new JavaDouble(value),
  fromJson: (value) => toVtl(value),
}

/** A template can put keys of other types into a map that it has read; a path knows names only. */
const keysOf = (map: VtlMap): readonly string[] => {
  const keys: string[] = []
  for (const { key } of map.entries()) if (typeof key === 'string') keys.push(key)
  return keys
}
