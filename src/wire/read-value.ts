// JSON values → values of an operation's input, by type. `wireReading` takes what AWS takes and refuses in its words;
// `coerce.ts` has a more lenient reading for templates.
import { isObject } from '#shared/json.ts'
import { serializationError } from './errors.ts'
import type { Member, StructureType, Type } from './table.ts'
import { parseTimestamp } from './timestamps.ts'

export type ScalarType = Exclude<Type, { readonly kind: 'list' | 'map' | 'structure' }>

/** How a notation is read: what it calls members, and what it does with scalars. */
export interface Reading {
  readonly scalar: (type: ScalarType, value: unknown, path: string) => unknown
  readonly memberOf: (structure: StructureType, key: string) => Member | undefined
  readonly unknownMember: (path: string) => void
  readonly refuse: (message: string, path: string) => Error
}

export const readValue = (type: Type, value: unknown, reading: Reading, path: string): unknown => {
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) throw reading.refuse('Expected list or null', path)
      return value.map((member: unknown, index) =>
        member === null ? null : readValue(type.member, member, reading, `${path}.${index + 1}`),
      )
    case 'map':
      if (!isObject(value)) throw reading.refuse('Expected map or null', path)
      // `fromEntries` defines properties: a key `__proto__` becomes one like any other.
      // AWS: a null in a map is kept, and answered as null. [F044]
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([key, member]) => [
            key,
            member === null ? null : readValue(type.value, member, reading, `${path}.${key}`),
          ]),
      )
    case 'structure':
      if (!isObject(value)) throw reading.refuse('Expected map or null', path)
      return readStructure(type, value, reading, path)
    default:
      return reading.scalar(type, value, path)
  }
}

/** The members that are there. A null is as good as absent; unknown ones are told to the reading. */
export const readStructure = (
  type: StructureType,
  value: Readonly<Record<string, unknown>>,
  reading: Reading,
  path: string,
): Readonly<Record<string, unknown>> => {
  const read: Record<string, unknown> = {}
  for (const [key, given] of Object.entries(value)) {
    const member = reading.memberOf(type, key)
    const at = path === '' ? key : `${path}.${key}`
    if (!member) reading.unknownMember(at)
    else if (given !== null && given !== undefined)
      read[member.name] = readValue(member.type, given, reading, at)
  }
  return read
}

const refuse = (message: string): Error => serializationError(message)

/** A scalar of a JSON body, as AWS reads it. */
const wireScalar = (type: ScalarType, value: unknown): unknown => {
  switch (type.kind) {
    case 'string':
      if (typeof value === 'string') return value
      throw refuse(cannotConvert(value, 'String'))
    case 'number':
      if (typeof value === 'number' && Number.isFinite(value)) return value
      throw refuse(cannotConvert(value, 'Integer'))
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw refuse(cannotConvert(value, 'Boolean'))
    case 'timestamp': {
      const ms = parseTimestamp(value)
      if (ms !== undefined) return ms
      throw refuse(cannotConvert(value, 'Date'))
    }
    case 'blob':
      if (typeof value === 'string') return Uint8Array.from(Buffer.from(value, 'base64'))
      throw refuse(cannotConvert(value, 'ByteBuffer'))
    case 'document':
    case 'eventstream':
      return value
  }
}

/**
 * AWS: the Java classes of a JSON value, "an" before every target. Recorded for Boolean and number to String
 * [behaviour.md §1.5, F055]; the other pairs follow the same pattern and are not recorded.
 */
const cannotConvert = (value: unknown, target: string): string => {
  if (Array.isArray(value)) return 'Start of list found where not expected'
  if (isObject(value)) return 'Start of structure or map found where not expected.'
  return `class ${JAVA_CLASSES[typeof value] ?? 'java.lang.Object'} can not be converted to an ${target}`
}

const JAVA_CLASSES: Readonly<Record<string, string>> = {
  boolean: 'java.lang.Boolean',
  number: 'com.amazon.coral.value.json.numbers.TruncatingBigNumber',
  string: 'java.lang.String',
}

/** A body as AWS reads it: members by their wire names, and unknown ones ignored. */
export const wireReading: Reading = {
  scalar: wireScalar,
  memberOf: (structure, key) => structure.members.find((member) => member.wire === key),
  unknownMember: () => {},
  refuse,
}
