// `$list[0]` and `$map["key"]`, read and set.
import { VtlRuntimeError } from './errors.ts'
import { isJavaNumber, toInt } from './numbers.ts'
import type { Run } from './run.ts'
import { VtlList, VtlMap, VtlObject, type VtlValue } from './values.ts'

/** Undefined where the value cannot be indexed. */
export const indexedValue = (
  value: Exclude<VtlValue, null>,
  index: VtlValue,
  run: Run,
): VtlValue | undefined => {
  if (value instanceof VtlMap) return value.get(index)
  if (value instanceof VtlObject) return value.method('get', [index], run)
  if (!(value instanceof VtlList) || !isJavaNumber(index)) return undefined
  return value.items[indexIn(value, index)] ?? null
}

export const setIndexed = (
  owner: Exclude<VtlValue, null>,
  index: VtlValue,
  value: VtlValue,
): void => {
  if (owner instanceof VtlMap) owner.put(index, value)
  else if (owner instanceof VtlList && isJavaNumber(index)) {
    owner.items[indexIn(owner, index)] = value
  }
}

/**
 * AWS: a negative index counts from the end; one outside ends the rendering. [vtl_truth: ref-index]
 */
const indexIn = (list: VtlList, index: number | Parameters<typeof toInt>[0]): number => {
  const wanted = toInt(index)
  const at = wanted < 0 ? list.items.length + wanted : wanted
  if (at < 0 || at >= list.items.length) {
    throw new VtlRuntimeError(`Index ${wanted} out of bounds for length ${list.items.length}`)
  }
  return at
}
