// What a call's JSON may be before the engine sees any of it.
import { isObject } from '#shared/json.ts'
import { EngineError, validationError } from './engine-errors.ts'
import type { Output } from './engine.ts'
import { itemBytes } from './item-size.ts'
import { ITEM_BYTES_MAX } from './rows.ts'

/** AWS: values nest 32 levels deep; each is two of JSON's, and a call wraps its items in a few more. */
const DEPTH_MAX = 2 * 32 + 12
/** AWS: 4 KB. [guide: ServiceQuotas] */
const EXPRESSION_BYTES_MAX = 4_096

/** Each is some microseconds of this process. AWS's own limits of bytes allow more of the smallest. */
const VALUES_MAX = 300_000
/** Those of an update: the engine holds each member against each that is there. */
const SET_MEMBERS_MAX = 5_000
/** AWS: of all values of a call's expressions. [guide: ServiceQuotas] */
const SUBSTITUTION_BYTES_MAX = 2 * 1024 * 1024

const EXPRESSIONS = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'ProjectionExpression',
  'UpdateExpression',
] as const

export const readCall = (body: Uint8Array): Output => {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw notSerialized()
  }
  if (!isObject(value)) throw notSerialized()
  checkShape(value)
  return value
}

const notSerialized = (): EngineError => new EngineError('SerializationException', '')

const checkShape = (call: Output): void => {
  // A list instead of a recursion: whoever nests deep must not have our stack.
  const open: { readonly value: object; readonly depth: number }[] = [{ value: call, depth: 1 }]
  let values = 0
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, depth } = at
    values += 1
    if (values > VALUES_MAX)
      throw validationError(`More than ${VALUES_MAX} values in one call are not supported here`)
    if (depth > DEPTH_MAX) throw validationError('Nesting Levels have exceeded supported limits')
    if (Object.hasOwn(value, '__proto__'))
      // The engine's objects cannot have such a member.
      throw validationError(
        'One or more parameter values were invalid: the name __proto__ is not supported here',
      )
    for (const member of Object.values(value))
      if (typeof member === 'object' && member !== null)
        open.push({ value: member, depth: depth + 1 })
  }
}

/** Of a call, or of one of a call's items. */
export const checkExpressions = (input: Output): void => {
  for (const name of EXPRESSIONS) {
    const text = input[name]
    if (typeof text !== 'string') continue
    const size = Buffer.byteLength(text)
    if (size > EXPRESSION_BYTES_MAX)
      throw validationError(
        `Invalid ${name}: Expression size has exceeded the maximum allowed size; expression size: ${size}`,
      )
  }
}

/** What the engine would take long to find too large. */
export const checkSizes = (operation: string, input: Output): void => {
  const { Item: item, ExpressionAttributeValues: values } = input
  if (isObject(item) && itemBytes(item) > ITEM_BYTES_MAX)
    throw validationError('Item size has exceeded the maximum allowed size')
  if (!isObject(values)) return
  if (itemBytes(values) > SUBSTITUTION_BYTES_MAX)
    throw validationError('ExpressionAttributeValues exceed the maximum allowed size of 2 MB')
  if (operation !== 'UpdateItem') return
  for (const value of [values, input['AttributeUpdates']].flatMap(valuesOf))
    if (setLength(value) > SET_MEMBERS_MAX)
      throw validationError(
        `Sets of more than ${SET_MEMBERS_MAX} members in an update are not supported here`,
      )
}

const valuesOf = (map: unknown): readonly unknown[] => (isObject(map) ? Object.values(map) : [])

const setLength = (value: unknown): number => {
  if (!isObject(value)) return 0
  const set = value['SS'] ?? value['NS'] ?? value['BS'] ?? value['Value']
  return Array.isArray(set) ? set.length : setLength(set)
}
