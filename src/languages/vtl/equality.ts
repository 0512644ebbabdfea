// Java's equals() and hashCode(), Velocity's ==, and compareTo().
import { compareNumbers, isJavaNumber, JavaDouble, JavaLong, rawNumber } from './numbers.ts'
import type { Run } from './run.ts'
import { EntryValue, VtlList, VtlMap, VtlObject, type VtlValue } from './values.ts'

/** Java's name of a value's class; null has none. */
export const classNameOf = (value: Exclude<VtlValue, null>): string => {
  if (typeof value === 'string') return 'java.lang.String'
  if (typeof value === 'number') return 'java.lang.Integer'
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  if (value instanceof VtlMap) return 'java.util.LinkedHashMap'
  if (value instanceof VtlList) return value.type
  if (value instanceof VtlObject) return value.className
  if (value instanceof JavaDouble) return 'java.lang.Double'
  return value instanceof JavaLong ? 'java.lang.Long' : 'java.math.BigInteger'
}

/** equals(): an Integer equals no Long; lists and maps go by content. */
export const javaEquals = (left: VtlValue, right: VtlValue, run: Run): boolean => {
  if (typeof left === 'string' && typeof right === 'string') return sameText(left, right, run)
  if (left === right) return true
  if (left === null || right === null) return false
  if (isJavaNumber(left)) {
    return (
      isJavaNumber(right) &&
      classNameOf(left) === classNameOf(right) &&
      rawNumber(left) === rawNumber(right)
    )
  }
  if (left instanceof VtlList && right instanceof VtlList) {
    return run.deeper(() => sameItems(left.items, right.items, run))
  }
  if (left instanceof VtlMap && right instanceof VtlMap) {
    return run.deeper(() => sameEntries(left, right, run))
  }
  if (left instanceof EntryValue && right instanceof EntryValue) {
    return javaEquals(left.key, right.key, run) && javaEquals(left.value, right.value, run)
  }
  return false
}

const sameText = (left: string, right: string, run: Run): boolean => {
  if (left.length !== right.length) return false
  run.budget.spend(left.length >>> 5)
  return left === right
}

const sameItems = (left: readonly VtlValue[], right: readonly VtlValue[], run: Run): boolean => {
  run.budget.spend(left.length)
  return (
    left.length === right.length &&
    left.every((item, index) => javaEquals(item, right[index] ?? null, run))
  )
}

const sameEntries = (left: VtlMap, right: VtlMap, run: Run): boolean => {
  run.budget.spend(left.size)
  if (left.size !== right.size) return false
  for (const { key, value } of left.entries()) {
    const other = right.get(key)
    if (other === undefined || !javaEquals(value, other, run)) return false
  }
  return true
}

/** AWS: `==` is by number, then by content within one class, then by text. [Velocity 1.7] */
export const looselyEqual = (left: VtlValue, right: VtlValue, run: Run): boolean => {
  if (left === null || right === null) return left === right
  if (isJavaNumber(left) && isJavaNumber(right)) return compareNumbers(left, right) === 0
  if (classNameOf(left) === classNameOf(right)) return javaEquals(left, right, run)
  return sameText(run.text(left), run.text(right), run)
}

/** compareTo() of texts: by UTF-16 unit, then by length. */
export const compareTexts = (left: string, right: string, run: Run): number => {
  const length = Math.min(left.length, right.length)
  run.budget.spend(length >>> 4)
  for (let at = 0; at < length; at += 1) {
    const difference = left.charCodeAt(at) - right.charCodeAt(at)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

export const hashCodeOf = (value: VtlValue, run: Run): number => {
  if (typeof value === 'string') return textHash(value, run)
  if (value === null) return 0
  if (typeof value === 'boolean') return value ? 1231 : 1237
  if (isJavaNumber(value)) return numberHash(rawNumber(value), value instanceof JavaDouble)
  return run.deeper(() => {
    if (value instanceof VtlList) {
      run.budget.spend(value.items.length)
      return value.items.reduce<number>((sum, item) => (sum * 31 + hashCodeOf(item, run)) | 0, 1)
    }
    if (value instanceof VtlMap) {
      let sum = 0
      for (const entry of value.entries()) sum = (sum + entryHash(entry, run)) | 0
      return sum
    }
    return value instanceof EntryValue ? entryHash(value, run) : textHash(value.className, run)
  })
}

const entryHash = (entry: { readonly key: VtlValue; readonly value: VtlValue }, run: Run): number =>
  hashCodeOf(entry.key, run) ^ hashCodeOf(entry.value, run)

const textHash = (text: string, run: Run): number => {
  run.budget.spendText(text.length * 4)
  let hash = 0
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

const numberHash = (raw: number | bigint, isDouble: boolean): number => {
  if (typeof raw === 'number' && !isDouble) return raw
  let bits: bigint
  if (typeof raw === 'bigint') {
    bits = BigInt.asUintN(64, raw)
  } else {
    bits = new BigUint64Array(new Float64Array([raw]).buffer)[0] ?? 0n
  }
  return Number(BigInt.asIntN(32, bits ^ (bits >> 32n)))
}
