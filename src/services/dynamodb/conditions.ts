// Whether an item meets a condition, by AWS's comparisons: values are equal where their types and all within them are.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
import { isObject } from '#shared/json.ts'
import type { Node } from './condition-groups.ts'
import type { Output } from './engine.ts'

export type Value = Readonly<Record<string, unknown>>

export const meets = (item: Output, node: Node): boolean => {
  const [first, ...rest] = node.args
  if (node.type === 'and' || node.type === 'or') {
    const wanted = node.type === 'or'
    return node.args.some((arg) => isNode(arg) && meets(item, arg) === wanted) === wanted
  }
  if (node.type === 'not') return isNode(first) && !meets(item, first)
  const value = valueOf(item, first)
  return compares(
    node.type === 'function' ? (node.name ?? '') : node.type,
    value,
    rest.map((arg) => valueOf(item, arg)),
  )
}

type Operand = Value | undefined

const compares = (operator: string, value: Operand, others: readonly Operand[]): boolean => {
  const [other, second] = others
  switch (operator) {
    case 'attribute_exists':
      return value !== undefined
    case 'attribute_not_exists':
      return value === undefined
    case '=':
      return isSame(value, other)
    case '<>':
      return !isSame(value, other)
    case 'in':
      return others.some((one) => isSame(value, one))
    case 'between':
      return isOrdered(other, value, true) && isOrdered(value, second, true)
    case '<':
    case '<=':
      return isOrdered(value, other, operator === '<=')
    case '>':
    case '>=':
      return isOrdered(other, value, operator === '>=')
    case 'attribute_type':
      return value !== undefined && other !== undefined && typeOf(value) === other['S']
    case 'begins_with':
      return beginsWith(value, other)
    case 'contains':
      return contains(value, other)
    default:
      return false
  }
}

const isNode = (arg: unknown): arg is Node => isObject(arg) && Array.isArray(arg['args'])

const valueOf = (item: Output, arg: unknown): Operand => {
  if (Array.isArray(arg)) return atPath(item, arg)
  if (isNode(arg)) return arg.name === 'size' ? sizeOf(valueOf(item, arg.args[0])) : undefined
  return isObject(arg) ? arg : undefined
}

const atPath = (item: Output, path: readonly unknown[]): Operand => {
  let value: unknown = { M: item }
  for (const step of path) {
    if (!isObject(value)) return undefined
    const held = typeof step === 'number' ? value['L'] : value['M']
    if (typeof step === 'number') value = Array.isArray(held) ? held[step] : undefined
    else
      value = isObject(held) && Object.hasOwn(held, String(step)) ? held[String(step)] : undefined
  }
  return isObject(value) ? value : undefined
}

const typeOf = (value: Value): string => Object.keys(value)[0] ?? ''

const sizeOf = (value: Operand): Operand => {
  if (value === undefined) return undefined
  const held = value[typeOf(value)]
  const size =
    typeof value['B'] === 'string'
      ? Buffer.byteLength(value['B'], 'base64')
      : typeof value['S'] === 'string' || Array.isArray(held)
        ? (held as { readonly length: number }).length // A text's or a list's.
        : isObject(held)
          ? Object.keys(held).length
          : undefined
  return size === undefined ? undefined : { N: String(size) }
}

const isSame = (value: Operand, other: Operand): boolean => {
  if (value === undefined || other === undefined) return false
  const type = typeOf(value)
  if (type !== typeOf(other)) return false
  const [held, wanted] = [value[type], other[type]]
  if (Array.isArray(held) && Array.isArray(wanted)) {
    if (held.length !== wanted.length) return false
    if (type === 'L') return held.every((one, at) => isSame(one, wanted[at]))
    const members = new Set(wanted)
    return held.every((one) => members.has(one))
  }
  if (isObject(held) && isObject(wanted)) {
    const names = Object.keys(held)
    return (
      names.length === Object.keys(wanted).length &&
      names.every(
        (name) => Object.hasOwn(wanted, name) && isSame(member(held, name), member(wanted, name)),
      )
    )
  }
  return held === wanted
}

const member = (map: Value, name: string): Operand => {
  const value = map[name]
  return isObject(value) ? value : undefined
}

/** Numbers by value, texts by their bytes in UTF-8, bytes as they are; nothing else has an order. */
const isOrdered = (low: Operand, high: Operand, orSame: boolean): boolean => {
  if (low === undefined || high === undefined) return false
  const type = typeOf(low)
  const [a, b] = [low[type], high[type]]
  if (type !== typeOf(high) || typeof a !== 'string' || typeof b !== 'string') return false
  if (type === 'N') return orderOfNumbers(a, b) < (orSame ? 1 : 0)
  const encoding = type === 'B' ? 'base64' : 'utf8'
  return Buffer.compare(Buffer.from(a, encoding), Buffer.from(b, encoding)) < (orSame ? 1 : 0)
}

/** Of numbers in the engine's notation: digits, without exponents. */
export const orderOfNumbers = (a: string, b: string): number => {
  const [isBelow, isOtherBelow] = [a.startsWith('-'), b.startsWith('-')]
  if (isBelow !== isOtherBelow) return isBelow ? -1 : 1
  const [[whole, part], [otherWhole, otherPart]] = [partsOf(a), partsOf(b)]
  const order =
    whole.length - otherWhole.length || compare(whole, otherWhole) || compare(part, otherPart)
  return isBelow ? -order : order
}

const partsOf = (text: string): readonly [string, string] => {
  const [whole = '', part = ''] = text.replace('-', '').split('.')
  return [whole.replace(/^0+/, ''), part.replace(/0+$/, '')]
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const beginsWith = (value: Operand, start: Operand): boolean => {
  const [text, wanted] = [value?.['S'], start?.['S']]
  if (typeof text === 'string' && typeof wanted === 'string') return text.startsWith(wanted)
  const [bytes, first] = [bytesOf(value), bytesOf(start)]
  return bytes !== undefined && first !== undefined && bytes.indexOf(first) === 0
}

const bytesOf = (value: Operand): Buffer | undefined =>
  typeof value?.['B'] === 'string' ? Buffer.from(value['B'], 'base64') : undefined

const contains = (value: Operand, wanted: Operand): boolean => {
  if (value === undefined || wanted === undefined) return false
  const [text, part] = [value['S'], wanted['S']]
  if (typeof text === 'string') return typeof part === 'string' && text.includes(part)
  const [bytes, piece] = [bytesOf(value), bytesOf(wanted)]
  if (bytes !== undefined) return piece !== undefined && bytes.includes(piece)
  const type = typeOf(value)
  const held = value[type]
  if (!Array.isArray(held)) return false
  return type === 'L'
    ? held.some((one) => isSame(one, wanted))
    : `${typeOf(wanted)}S` === type && held.includes(wanted[typeOf(wanted)])
}
