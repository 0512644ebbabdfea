// awsQuery: the call is a form (`Action=…&Version=…&Name.member.1=…`), in the body or the query; the answer is XML.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import { assert } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import { scalarFromText } from './decode.ts'
import { serializationError } from './errors.ts'
import { parseTarget, type QueryPair, type Target, type WireRequest } from './message.ts'
import type { Protocol } from './protocol.ts'
import type { Member, StructureType, TableDocument, Type } from './table.ts'
import { escapeXml, xmlElement, xmlMembers } from './xml-value.ts'

/** Fields of one form, and names inside one another in one of them. AWS's own calls stay far below. */
const FORM_FIELDS_MAX = 10_000
const FORM_DEPTH_MAX = 32

export const awsQuery = (document: TableDocument): Protocol => ({
  route: (request, target) => {
    const fields = readForm(request, target)
    const operation = fields.findLast(([name]) => name === 'Action')?.[1]
    if (operation === undefined) return undefined
    return {
      operation,
      decode: ({ input }) => withQueue(document, target, readStructure(input, treeOf(fields))),
    }
  },
  encodeOutput: (operation, output, requestId) => {
    const values = output ?? {}
    assert(isObject(values), `${operation.name} answered ${typeof values}, not an object`)
    const result = `${operation.name}Result`
    const members = xmlMembers(operation.output, values)
    const metadata = xmlElement('ResponseMetadata', xmlElement('RequestId', requestId))
    // An operation without an output has no result; all others have one, be it empty.
    const body = operation.output.name === 'Unit' ? '' : xmlElement(result, members)
    return {
      statusCode: 200,
      headers: ['Content-Type', 'text/xml', 'x-amzn-RequestId', requestId],
      body: `<${operation.name}Response xmlns="${document.xmlNamespace ?? ''}">${body}${metadata}</${operation.name}Response>`,
    }
  },
  encodeError: (error, requestId, shape) => {
    const known = Object.hasOwn(document.errors, error.code)
      ? document.errors[error.code]
      : undefined
    const type = xmlElement('Type', error.statusCode < 500 ? 'Sender' : 'Receiver')
    const code = xmlElement('Code', known?.code ?? error.code)
    const message = xmlElement('Message', escapeXml(error.message))
    const details = shape === undefined ? '' : xmlMembers(shape, error.details)
    const body = `${xmlElement('Error', type + code + message + details)}${xmlElement('RequestId', requestId)}`
    return {
      statusCode: error.statusCode,
      headers: ['Content-Type', 'text/xml', 'x-amzn-RequestId', requestId],
      body: `<ErrorResponse xmlns="${document.xmlNamespace ?? ''}">${body}</ErrorResponse>`,
    }
  },
  memberPath: (_operation, member) => `${member.slice(0, 1).toLowerCase()}${member.slice(1)}`,
})

/** AWS: a form of SQS that is sent to a queue's own address means that queue. [guide: sqs-making-api-requests-xml] */
const withQueue = (
  { service }: TableDocument,
  { path }: Target,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  service === 'sqs' && input['QueueUrl'] === undefined && /^\/\d{12}\/[^/]+\/?$/.test(path)
    ? { ...input, QueueUrl: path }
    : input

/** The form of the body, or of the query for a call that was a GET or has no body. */
const readForm = (request: WireRequest, target: Target): readonly QueryPair[] => {
  if (request.body.length === 0) return target.query
  const text = new TextDecoder('utf-8').decode(request.body)
  return parseTarget(`/?${text}`).query
}

/** A name taken apart at its points. Maps, because a part may be called anything. */
interface Node {
  text?: string
  readonly children: Map<string, Node>
}

const treeOf = (fields: readonly QueryPair[]): Node => {
  if (fields.length > FORM_FIELDS_MAX) {
    throw serializationError(`A call has at most ${FORM_FIELDS_MAX} fields.`)
  }
  const root: Node = { children: new Map() }
  for (const [name, text] of fields) {
    const parts = name.split('.', FORM_DEPTH_MAX + 1)
    if (parts.length > FORM_DEPTH_MAX) throw serializationError('A field is nested too deeply.')
    let node = root
    for (const part of parts) {
      const known = node.children.get(part)
      const next: Node = known ?? { children: new Map() }
      if (known === undefined) node.children.set(part, next)
      node = next
    }
    node.text = text
  }
  return root
}

const readStructure = (type: StructureType, node: Node): Readonly<Record<string, unknown>> => {
  const read: Record<string, unknown> = {}
  for (const member of type.members) {
    const found = node.children.get(member.xml)
    const value = found && readMember(member, found)
    if (value !== undefined) read[member.name] = value
  }
  return read
}

const readMember = ({ type, flat }: Member, node: Node): unknown => readValue(type, node, flat)

const readValue = (type: Type, node: Node, flat = false): unknown => {
  switch (type.kind) {
    case 'structure':
      return readStructure(type, node)
    case 'list': {
      // `Name=` alone is how clients write an empty list.
      if (node.children.size === 0) return node.text === '' ? [] : undefined
      const items = flat ? node : node.children.get(type.element)
      return inOrder(items).map((item) => readValue(type.member, item))
    }
    case 'map': {
      const items = flat ? node : node.children.get('entry')
      return Object.fromEntries(
        inOrder(items).map((item) => [
          item.children.get(type.keyElement)?.text ?? '',
          readValue(type.value, item.children.get(type.valueElement) ?? NOTHING),
        ]),
      )
    }
    default:
      return node.text === undefined ? undefined : scalarFromText(type, node.text)
  }
}

const NOTHING: Node = { children: new Map() }

/** `….1`, `….2`, `….10` by number; the numbers themselves may have gaps. */
const inOrder = (items: Node | undefined): readonly Node[] =>
  [...(items?.children ?? [])]
    .filter(([index]) => /^\d{1,9}$/.test(index))
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([, item]) => item)
