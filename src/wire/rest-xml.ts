// restXml, as S3 speaks it: the operation is in the method, the depth of the path (`/`, `/{bucket}`, `/{bucket}/{key}`)
// and the query; members travel in query, headers and an XML body. Buckets that a Host names are in the path already.
// https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
import { assert } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import { decodeInput } from './decode.ts'
import { appendHeaders } from './encode.ts'
import { ServiceError } from './errors.ts'
import {
  decodePercent,
  headerOf,
  type Target,
  type WireRequest,
  type WireResponse,
} from './message.ts'
import type { Protocol } from './protocol.ts'
import type { Member, MemberDocument, Operation, StructureType, TableDocument } from './table.ts'
import { readXmlStructure } from './xml-read.ts'
import { parseXml } from './xml-tree.ts'
import { escapeXml, xmlMembers } from './xml-value.ts'

export const restXml = (document: TableDocument): Protocol => {
  const routes = routesOf(document)
  const namespace = document.xmlNamespace ?? ''
  return {
    route: (request, target) => {
      const place = placeOf(target.path)
      if (place === undefined) return undefined
      const found = routes.find((route) => isMeant(route, place.depth, request, target))
      return (
        found && {
          operation: found.operation,
          decode: (operation) =>
            decodeInput(operation, request, place.labels, target.query, undefined, readBody),
        }
      )
    },
    encodeOutput: (operation, output, requestId) =>
      encodeOutput(operation, output ?? {}, requestId, namespace),
    encodeError: encodeXmlError,
    memberPath: (_operation, member) => member,
  }
}

interface Route {
  readonly operation: string
  readonly method: string
  /** 0: the service, 1: a bucket, 2: an object. */
  readonly depth: number
  /** Names of the query that must be there, with their values where those count. */
  readonly query: readonly (readonly [name: string, value: string])[]
  /** What an operation cannot do without tells it from others of the same place: `uploadId`, `x-amz-copy-source`. */
  readonly requiredQuery: readonly string[]
  readonly requiredHeaders: readonly string[]
}

/** The most particular first. */
const routesOf = (document: TableDocument): readonly Route[] =>
  Object.entries(document.operations)
    .map(([operation, { method, uri, input }]): Route => {
      const [path = '', literals = ''] = uri.split('?')
      const required = Object.values(document.structures[input ?? ''] ?? {}).filter(
        (member): member is MemberDocument =>
          typeof member !== 'string' && member.required === true,
      )
      const hasBucket = Object.hasOwn(document.structures[input ?? ''] ?? {}, 'Bucket')
      return {
        operation,
        method,
        depth: path.includes('{Key') ? 2 : hasBucket ? 1 : 0,
        query: literals
          .split('&')
          .filter((pair) => pair !== '' && !pair.startsWith('x-id='))
          .map((pair) => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? ''] as const),
        requiredQuery: namesOf(required, 'query'),
        requiredHeaders: namesOf(required, 'header'),
      }
    })
    // `/WriteGetObjectResponse` and directory buckets are no places of an ordinary S3.
    .filter(({ operation }) => !/^(?:WriteGetObjectResponse|ListDirectoryBuckets)$/.test(operation))
    .toSorted((left, right) => weightOf(right) - weightOf(left))

const namesOf = (members: readonly MemberDocument[], where: string): readonly string[] =>
  members.filter((member) => member.in === where).map((member) => String(member.wire))

const weightOf = ({ query, requiredQuery, requiredHeaders }: Route): number =>
  query.length * 4 + requiredQuery.length * 2 + requiredHeaders.length

const isMeant = (
  { method, depth, query, requiredQuery, requiredHeaders }: Route,
  askedDepth: number,
  request: WireRequest,
  target: Target,
): boolean =>
  method === request.method &&
  depth === askedDepth &&
  query.every(([name, value]) =>
    target.query.some((pair) => pair[0] === name && (value === '' || pair[1] === value)),
  ) &&
  requiredQuery.every((name) => target.query.some((pair) => pair[0] === name)) &&
  requiredHeaders.every((name) => headerOf(request.headers, name.toLowerCase()) !== undefined)

/** Undefined where the escapes of the path are malformed. */
const placeOf = (
  path: string,
): { readonly depth: number; readonly labels: Readonly<Record<string, string>> } | undefined => {
  if (path === '/' || path === '') return { depth: 0, labels: {} }
  const slash = path.indexOf('/', 1)
  const Bucket = decodePercent(slash === -1 ? path.slice(1) : path.slice(1, slash))
  const Key = slash === -1 ? '' : decodePercent(path.slice(slash + 1))
  if (Bucket === undefined || Key === undefined) return undefined
  return Key === '' ? { depth: 1, labels: { Bucket } } : { depth: 2, labels: { Bucket, Key } }
}

/** A payload is text (a policy), bytes, or XML whose root may be called anything. */
const readBody = (input: StructureType, bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  const payload = input.members.find((member) => member.in === 'payload')
  if (payload === undefined || bytes.length === 0) return {}
  const { name, type } = payload
  if (type.kind === 'blob') return { [name]: bytes }
  const text = new TextDecoder().decode(bytes)
  if (type.kind === 'string') return { [name]: text }
  const element = parseXml(text)
  if (element === undefined || type.kind !== 'structure') throw malformedXml()
  try {
    return { [name]: readXmlStructure(type, element) }
  } catch (error) {
    if (error instanceof ServiceError) throw malformedXml()
    throw error
  }
}

/** AWS's words. */
export const malformedXml = (): ServiceError =>
  new ServiceError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  )

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

const encodeOutput = (
  operation: Operation,
  output: unknown,
  requestId: string,
  namespace: string,
): WireResponse => {
  assert(isObject(output), `${operation.name} answered ${typeof output}, not an object`)
  const headers = ['x-amz-request-id', requestId]
  const { members } = operation.output
  for (const member of members) appendHeaders(headers, member, output[member.name])
  const statusCode = operation.status
  const payload = members.find((member) => member.in === 'payload')
  const value = payload && output[payload.name]
  if (payload !== undefined && value === undefined) return { statusCode, headers }
  if (typeof value === 'string') {
    return { statusCode, headers: ['Content-Type', 'application/json', ...headers], body: value }
  }
  const body = payload === undefined ? members.filter(isInBody) : []
  if (payload === undefined && body.length === 0) return { statusCode, headers }
  const xml =
    payload?.type.kind === 'structure' && isObject(value)
      ? element(payload.type.name, xmlMembers(payload.type, value), namespace)
      : document(operation, body, output, namespace)
  return {
    statusCode,
    headers: ['Content-Type', 'application/xml', ...headers],
    body: `${DECLARATION}${xml}`,
  }
}

const isInBody = (member: Member): boolean => member.in === 'body'

const document = (
  { output, root = output.name }: Operation,
  body: readonly Member[],
  values: Readonly<Record<string, unknown>>,
  namespace: string,
): string => {
  const [only] = body
  // AWS: GetBucketLocation's answer is its member, with nothing around it.
  const isUnwrapped = body.length === 1 && only?.xml === root
  const content = isUnwrapped
    ? escapeXml(String(values[only.name] ?? ''))
    : xmlMembers({ ...output, members: body }, values)
  return element(root, content, namespace)
}

const element = (name: string, content: string, namespace: string): string =>
  `<${name} xmlns="${namespace}">${content}</${name}>`

export const encodeXmlError: Protocol['encodeError'] = (error, requestId) => {
  const { code, message, statusCode, details } = error
  const members = { Code: code, Message: message, ...details, RequestId: requestId }
  const content = Object.entries(members)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('')
  return {
    statusCode,
    headers: ['Content-Type', 'application/xml', 'x-amz-request-id', requestId],
    body: `${DECLARATION}<Error>${content}</Error>`,
  }
}
