// The output of an operation, or an error → the answer's status, headers and body.
import { assert } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { ServiceError } from './errors.ts'
import type { WireResponse } from './message.ts'
import type { Member, Operation, StructureType, Type } from './table.ts'
import { formatTimestamp } from './timestamps.ts'

const JSON_TYPE = 'application/json'

export const encodeOutput = (
  operation: Operation,
  output: unknown,
  requestId: string,
): WireResponse => {
  const headers = ['x-amzn-RequestId', requestId]
  const values = output === undefined || output === null ? {} : output
  assert(isObject(values), `${operation.name} answered ${typeof values}, not an object`)
  const { members } = operation.output
  let { status } = operation
  for (const member of members) {
    const value = values[member.name]
    if (member.in === 'statusCode' && typeof value === 'number') status = value
    else appendHeaders(headers, member, value)
  }
  if (status === 204 || members.length === 0) return { statusCode: status, headers }
  const payload = members.find((member) => member.in === 'payload')
  if (payload) return payloadResponse(status, headers, payload, values[payload.name])
  const body = encodeStructure(operation.output, values, isBodyOfOutput)
  return {
    statusCode: status,
    headers: ['Content-Type', JSON_TYPE, ...headers],
    body: JSON.stringify(body),
  }
}

/** `shape` is the table's for this error code, where it has one. */
export const encodeError = (
  error: ServiceError,
  requestId: string,
  shape?: StructureType,
): WireResponse => {
  const headers = ['Content-Type', JSON_TYPE, 'x-amzn-RequestId', requestId]
  headers.push('x-amzn-ErrorType', error.code)
  const details = { ...error.details }
  for (const member of shape?.members ?? []) {
    appendHeaders(headers, member, details[member.name])
    if (member.in === 'header') delete details[member.name]
  }
  // Lambda writes most of its messages under a capital letter, and the schema knows which.
  const name = shape?.members.some((member) => member.wire === 'Message') ? 'Message' : 'message'
  return {
    statusCode: error.statusCode,
    headers,
    body: JSON.stringify({ [name]: error.message, ...details }),
  }
}

/** A member that is bound to the query has no query to travel in here: it is part of the body. */
const isBodyOfOutput = (member: Member): boolean =>
  member.in !== 'header' && member.in !== 'prefixHeaders' && member.in !== 'statusCode'

const payloadResponse = (
  statusCode: number,
  headers: readonly string[],
  payload: Member,
  value: unknown,
): WireResponse => {
  if (value === undefined || value === null) return { statusCode, headers }
  if (isBytes(value)) return { statusCode, headers, body: value }
  assert(payload.type.kind !== 'blob', `${payload.name} is not bytes`)
  return {
    statusCode,
    headers: ['Content-Type', JSON_TYPE, ...headers],
    body: JSON.stringify(encodeValue(payload.type, value)),
  }
}

const isBytes = (value: unknown): value is Uint8Array | AsyncIterable<Uint8Array> =>
  value instanceof Uint8Array ||
  (typeof value === 'object' && value !== null && Symbol.asyncIterator in value)

export const appendHeaders = (headers: string[], member: Member, value: unknown): void => {
  if (value === undefined || value === null) return
  if (member.in === 'header') headers.push(member.wire, headerText(encodeValue(member.type, value)))
  else if (member.in === 'prefixHeaders' && isObject(value))
    for (const [name, text] of Object.entries(value))
      headers.push(`${member.wire}${name.replaceAll(/[^\w-]/g, '')}`, headerText(text))
}

/** Only what a header may hold: a line break in a stored name must not end the header. */
const headerText = (value: unknown): string =>
  (Array.isArray(value) ? value.join(',') : String(value)).replaceAll(
    /[^\t\x20-\x7e\x80-\xff]/g,
    '?',
  )

export const encodeStructure = (
  type: StructureType,
  values: Readonly<Record<string, unknown>>,
  isIn: (member: Member) => boolean = () => true,
): Readonly<Record<string, unknown>> => {
  const encoded: Record<string, unknown> = {}
  for (const member of type.members) {
    const value = values[member.name]
    if (value !== undefined && isIn(member)) encoded[member.wire] = encodeValue(member.type, value)
  }
  return encoded
}

const encodeValue = (type: Type, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'timestamp':
      assert(typeof value === 'number', 'a time is milliseconds since the epoch')
      return formatTimestamp(value, type.format)
    case 'blob':
      assert(value instanceof Uint8Array, 'a blob is bytes')
      return Buffer.from(value).toString('base64')
    case 'list':
      assert(Array.isArray(value), 'a list is an array')
      return value.map((member: unknown) => encodeValue(type.member, member))
    case 'map': {
      assert(isObject(value), 'a map is an object')
      const entries = Object.entries(value).filter(([, member]) => member !== undefined)
      return Object.fromEntries(
        entries.map(([key, member]) => [key, encodeValue(type.value, member)]),
      )
    }
    case 'structure':
      assert(isObject(value), `${type.name} is an object`)
      return encodeStructure(type, value)
    default:
      return value
  }
}
