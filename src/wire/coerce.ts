// Operations called without HTTP, with values from a template: scalars are converted where CloudFormation would, and
// what no member takes is told by its path instead of being dropped.
import { isObject } from '#shared/json.ts'
import { present } from '#shared/assert.ts'
import { serializationError } from './errors.ts'
import { readStructure, type Reading, type ScalarType } from './read-value.ts'
import type { Member, Operation, ServiceTable, StructureType } from './table.ts'
import { parseTimestamp } from './timestamps.ts'
import { validate } from './validate.ts'

export interface CoercedInput {
  readonly input: Readonly<Record<string, unknown>>
  /** Paths of members that the operation does not have, as they were written. */
  readonly unknown: readonly string[]
}

/**
 * A plain object as the input of an operation. Members go by the operation's names, with the first letter in either
 * case: templates write `RestApiId`, the operation `restApiId`. Throws SerializationException with the path of a
 * value that cannot be what the member takes.
 */
export const coerceInput = (
  table: ServiceTable,
  operation: string,
  value: Readonly<Record<string, unknown>>,
): CoercedInput => {
  const unknown: string[] = []
  const reading: Reading = {
    scalar: coerceScalar,
    memberOf: memberOfEitherCase,
    unknownMember: (path) => unknown.push(path),
    refuse,
  }
  const input = readStructure(operationOf(table, operation).input, value, reading, '')
  return { input, unknown }
}

/** Throws the ValidationException that the same input would be answered over HTTP. */
export const validateInput = (
  table: ServiceTable,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): void => validate(operationOf(table, operation), input)

const operationOf = (table: ServiceTable, operation: string): Operation =>
  present(table.operation(operation), `no operation ${operation}`)

const memberOfEitherCase = (structure: StructureType, key: string): Member | undefined =>
  structure.members.find(({ name }) => name === key) ??
  structure.members.find(({ name }) => name.slice(1) === key.slice(1) && sameFirst(name, key))

const sameFirst = (left: string, right: string): boolean =>
  left.slice(0, 1).toLowerCase() === right.slice(0, 1).toLowerCase()

const refuse = (message: string, path: string): Error =>
  serializationError(`${message} at '${path}'`)

const coerceScalar = (type: ScalarType, value: unknown, path: string): unknown => {
  switch (type.kind) {
    case 'string':
      // CloudFormation types such as Policy and Schema are JSON; the operation takes their text.
      return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value)
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number === 'number' && Number.isFinite(number)) return number
      throw refuse('Expected a number', path)
    }
    case 'boolean':
      if (typeof value === 'boolean') return value
      if (value === 'true' || value === 'false') return value === 'true'
      throw refuse('Expected true or false', path)
    case 'timestamp': {
      const ms = value instanceof Date ? value.getTime() : parseTimestamp(value)
      if (ms !== undefined) return ms
      throw refuse('Expected a time', path)
    }
    case 'blob':
      if (value instanceof Uint8Array) return value
      if (typeof value === 'string') return new TextEncoder().encode(value)
      throw refuse('Expected bytes or text', path)
    case 'document':
    case 'eventstream':
      return value
  }
}
