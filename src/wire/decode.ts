// A routed request → the input of its operation: labels, query, headers and body, each member from where it travels.
import { serializationError } from './errors.ts'
import { parseJsonBody } from './json-body.ts'
import { headerOf, type QueryPair, type WireRequest } from './message.ts'
import {
  type Reading,
  readStructure,
  readValue,
  type ScalarType,
  wireReading,
} from './read-value.ts'
import type { RouteMatch } from './router.ts'
import type { Member, Operation, StructureType, Type } from './table.ts'
import { parseTimestamp } from './timestamps.ts'

type Input = Readonly<Record<string, unknown>>

export const decodeInput = (
  operation: Operation,
  request: WireRequest,
  labels: RouteMatch['labels'],
  query: readonly QueryPair[],
  reading = wireReading,
  readBody = decodeBody,
): Input => {
  const { members } = operation.input
  const body = readBody(operation.input, request.body, reading)
  const bound: Record<string, unknown> = {}
  for (const member of members) {
    const value = decodeBound(member, operation, request, labels, query)
    if (value !== undefined) bound[member.name] = value
  }
  return { ...body, ...bound }
}

/** The members that travel in the body: as one payload, or as a JSON object. */
const decodeBody = (input: StructureType, bytes: Uint8Array, reading: Reading): Input => {
  const payload = payloadOf(input)
  if (payload) {
    if (payload.type.kind === 'blob') return { [payload.name]: bytes }
    if (bytes.length === 0) return {}
    return { [payload.name]: readValue(payload.type, parseJsonBody(bytes), reading, '') }
  }
  const members = input.members.filter((member) => member.in === 'body')
  if (members.length === 0) return {}
  return readStructure({ ...input, members }, parseJsonBody(bytes), reading, '')
}

const payloadOf = (input: StructureType): Member | undefined =>
  input.members.find((member) => member.in === 'payload')

/** A body that is a file, as it is: it has no members to look for. */
export const isWholePayload = ({ input }: Operation): boolean =>
  payloadOf(input)?.type.kind === 'blob'

const decodeBound = (
  member: Member,
  operation: Operation,
  request: WireRequest,
  labels: RouteMatch['labels'],
  query: readonly QueryPair[],
): unknown => {
  switch (member.in) {
    case 'label':
      return fromText(member.type, labels[member.name])
    case 'query':
      return decodeQuery(member, query)
    case 'queryParams':
      return remainingQuery(member.type, operation, query)
    case 'header':
      return fromText(member.type, headerOf(request.headers, member.wire.toLowerCase()))
    case 'prefixHeaders':
      return prefixedHeaders(member, request.headers)
    default:
      return undefined
  }
}

/** Repeated parameters make a list: `tagKeys=a&tagKeys=b`. Of a scalar given twice the last one counts. */
const decodeQuery = (member: Member, query: readonly QueryPair[]): unknown => {
  const values = query.filter(([name]) => name === member.wire).map(([, value]) => value)
  if (values.length === 0) return undefined
  if (member.type.kind !== 'list') return fromText(member.type, values.at(-1))
  const type = member.type.member
  return values.map((value) => fromText(type, value))
}

/** Everything in the query that is neither a member of its own nor part of the route. */
const remainingQuery = (
  type: Type,
  operation: Operation,
  query: readonly QueryPair[],
): Readonly<Record<string, unknown>> => {
  const literals = operation.uri.split('?')[1] ?? ''
  const taken = new Set([
    ...operation.input.members.filter(({ in: at }) => at === 'query').map(({ wire }) => wire),
    ...literals.split('&').map((pair) => pair.split('=')[0] ?? ''),
  ])
  const remaining = query.filter(([name]) => !taken.has(name))
  if (type.kind !== 'map' || type.value.kind !== 'list') return Object.fromEntries(remaining)
  const lists = Map.groupBy(remaining, ([name]) => name)
  return Object.fromEntries(
    [...lists].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]),
  )
}

const prefixedHeaders = (
  member: Member,
  headers: WireRequest['headers'],
): Readonly<Record<string, string>> => {
  const prefix = member.wire.toLowerCase()
  const found: [string, string][] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    if (name.toLowerCase().startsWith(prefix))
      found.push([name.slice(prefix.length), headers[index + 1] ?? ''])
  }
  return Object.fromEntries(found)
}

const fromText = (type: Type, text: string | undefined): unknown => {
  if (text === undefined) return undefined
  if (type.kind === 'list') return text.split(',').map((item) => fromText(type.member, item.trim()))
  if (type.kind === 'map' || type.kind === 'structure')
    throw serializationError('Start of structure or map found where not expected.')
  return scalarFromText(type, text)
}

/** AWS's words for a parameter that cannot be read are not recorded; these follow those for bodies. */
export const scalarFromText = (type: ScalarType, text: string): unknown => {
  switch (type.kind) {
    case 'number':
      if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
      throw serializationError('class java.lang.String can not be converted to an Integer')
    case 'boolean':
      if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
      throw serializationError('class java.lang.String can not be converted to an Boolean')
    case 'timestamp': {
      const ms = parseTimestamp(text)
      if (ms !== undefined) return ms
      throw serializationError('class java.lang.String can not be converted to an Date')
    }
    case 'blob':
      return Uint8Array.from(Buffer.from(text, 'base64'))
    default:
      return text
  }
}
