// How values print: as Java prints them, and as JSON.
import { isJavaNumber, JavaBigInteger, JavaDouble, numberText } from './numbers.ts'
import type { Run } from './run.ts'
import { VtlList, VtlMap, type VtlValue } from './values.ts'

/** Java's toString(). */
export const valueText = (value: VtlValue, run: Run): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value === null) return 'null'
  if (isJavaNumber(value)) {
    run.budget.spend(value instanceof JavaBigInteger ? BIG_STEPS : 1)
    return numberText(value)
  }
  const text = run.deeper(() => {
    if (value instanceof VtlMap) return value.text() ?? mapText(value, run)
    return value instanceof VtlList ? listText(value, run) : (value.text(run) ?? '')
  })
  run.budget.spendText(text.length)
  return text
}

/** BigIntegers have up to 600 digits. */
const BIG_STEPS = 20

const mapText = (map: VtlMap, run: Run): string => {
  let text = '{'
  let separator = ''
  for (const { key, value } of map.entries()) {
    const printed = value === map ? '(this Map)' : valueText(value, run)
    text += `${separator}${valueText(key, run)}=${printed}`
    run.budget.spendText(text.length >>> 5)
    separator = ', '
  }
  return `${text}}`
}

const listText = (list: VtlList, run: Run): string => {
  if (list.type === 'net.minidev.json.JSONArray') return jsonText(list, run)
  // AWS: an array prints its type and an address, which differs every time; here it does not.
  if (list.type.startsWith('[')) return `${list.type}@1b2c6ec2`
  let text = '['
  for (const [index, item] of list.items.entries()) {
    if (index > 0) text += ', '
    text += item === list ? '(this Collection)' : valueText(item, run)
    run.budget.spendText(text.length >>> 5)
  }
  return `${text}]`
}

/** Compact JSON, with keys in their order. */
export const jsonText = (value: VtlValue, run: Run): string => {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') {
    return String(value)
  }
  if (typeof value === 'string') {
    run.budget.spendText(value.length)
    return JSON.stringify(value)
  }
  if (value instanceof JavaDouble && !Number.isFinite(value.value)) return 'null'
  if (isJavaNumber(value)) return numberText(value)
  const text = run.deeper(() => {
    if (value instanceof VtlList) return jsonList(value.items, run)
    return value instanceof VtlMap ? jsonMap(value, run) : JSON.stringify(run.text(value))
  })
  run.budget.spendText(text.length)
  return text
}

const jsonList = (items: readonly VtlValue[], run: Run): string => {
  let text = '['
  for (const [index, item] of items.entries()) {
    text += index === 0 ? jsonText(item, run) : `,${jsonText(item, run)}`
  }
  return `${text}]`
}

const jsonMap = (map: VtlMap, run: Run): string => {
  let text = '{'
  let separator = ''
  for (const { key, value } of map.entries()) {
    text += `${separator}${JSON.stringify(run.text(key))}:${jsonText(value, run)}`
    separator = ','
  }
  return `${text}}`
}
