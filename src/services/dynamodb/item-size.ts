// How large an item is, as AWS counts, and whether it is one that can be kept.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
import validations from 'dynalite/validations/index.js'
import { isObject } from '#shared/json.ts'
import { validationError } from './engine-errors.ts'
import type { Output } from './engine.ts'
import { ITEM_BYTES_MAX } from './rows.ts'

/** An update can make what no call could have given: too large, too precise. */
export const checkItem = (item: Output): void => {
  for (const value of Object.values(item)) {
    const problem = isObject(value) ? validations.validateAttributeValue(value) : undefined
    if (problem !== undefined) throw validationError(problem)
  }
  if (itemBytes(item) > ITEM_BYTES_MAX)
    throw validationError('Item size has exceeded the maximum allowed size')
}

export const itemBytes = (item: Output): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  )

const valueBytes = (value: unknown): number => {
  if (!isObject(value)) return 0
  const [[type, held] = ['', undefined]] = Object.entries(value)
  if (type === 'M') return 3 + (isObject(held) ? itemBytes(held) + Object.keys(held).length : 0)
  if (type === 'L')
    return 3 + (Array.isArray(held) ? held.reduce((sum, one) => sum + 1 + valueBytes(one), 0) : 0)
  if (Array.isArray(held))
    return held.reduce((sum, one) => sum + scalarBytes(type.charAt(0), String(one)), 0)
  return scalarBytes(type, String(held))
}

const scalarBytes = (type: string, text: string): number => {
  if (type === 'S') return Buffer.byteLength(text)
  if (type === 'B') return Buffer.byteLength(text, 'base64')
  if (type === 'N') return Math.ceil(text.replaceAll(/\D|^0+|0+$/g, '').length / 2) + 1
  return 1
}
