// The contract of one AWS service as data: which operations it has, how they are bound to HTTP, and the shapes of
// what goes in and out. Made by scripts/generate-wire.ts from the SDK's own schemas; read once per service.
import { readFile } from 'node:fs/promises'
import { present } from '#shared/assert.ts'
import { isOpenEnumeration, patternOf } from './constraints.ts'

/** The services that tables exist for, by their signing names (apigatewayv2 shares that of apigateway). */
export type TableName =
  | 'apigateway'
  | 'apigatewayv2'
  | 'cognito-identity'
  | 'cognito-idp'
  | 'cognito-sync'
  | 'events'
  | 'iam'
  | 'lambda'
  | 'logs'
  | 'monitoring'
  | 's3'
  | 'scheduler'
  | 'sns'
  | 'sqs'
  | 'sts'

/** How calls and answers are written. https://smithy.io/2.0/aws/protocols/index.html */
export type ProtocolName = 'restJson1' | 'restXml' | 'awsJson1_0' | 'awsJson1_1' | 'awsQuery'

/** Where a member travels. `statusCode` is the status of the answer itself. */
export type Location =
  | 'body'
  | 'label'
  | 'query'
  | 'queryParams'
  | 'header'
  | 'prefixHeaders'
  | 'payload'
  | 'statusCode'

/**
 * A type as the file writes it: `string`, `number`, `boolean`, `blob`, `document`, `eventstream`,
 * `timestamp` or `timestamp(date-time)`, `[T]` a list of T, `{T}` a map of strings to T, else the name of an
 * enumeration or a structure. XML names that are not `member`, `key` and `value` come first: `[Tag>T]`, `{Name,Value>T}`.
 */
export type TypeText = string

export interface MemberDocument {
  readonly type: TypeText
  /** Absent: `body`. */
  readonly in?: Location
  /** Absent: the member's own name. */
  readonly wire?: string
  /** Its name in XML and in queries, where that is another. */
  readonly xml?: string
  /** In XML: the elements of the list or map stand beside the other members, without a parent of their own. */
  readonly flat?: true
  /** In XML: an attribute of its structure's element. */
  readonly attribute?: true
  readonly required?: true
}

export interface OperationDocument {
  readonly method: string
  /** With labels in braces, named as their members, and the literal query after `?`. */
  readonly uri: string
  readonly status: number
  /** Names of structures; absent where there is nothing. */
  readonly input?: string
  readonly output?: string
  /** restXml: the name of the answer's root element, where that is not the structure's. */
  readonly root?: string
}

export interface ErrorDocument {
  readonly status: number
  /** Its code in awsQuery, where that is not its name. */
  readonly code?: string
  readonly members: Readonly<Record<string, TypeText | MemberDocument>>
}

/** What a `*.gen.json` holds. */
export interface TableDocument {
  readonly service: string
  readonly signingName: string
  readonly protocol: ProtocolName
  /** The first half of `X-Amz-Target`; awsJson only. */
  readonly target?: string
  /** awsQuery only, or where its older clients speak that: `2012-11-05`, and the namespace of its answers. */
  readonly version?: string
  readonly xmlNamespace?: string
  /** The package and version that it was made from. */
  readonly source: string
  readonly operations: Readonly<Record<string, OperationDocument>>
  readonly structures: Readonly<Record<string, Readonly<Record<string, TypeText | MemberDocument>>>>
  /** Allowed values, in the order in which AWS's messages print them. */
  readonly enums: Readonly<Record<string, readonly string[]>>
  readonly errors: Readonly<Record<string, ErrorDocument>>
}

export type TimestampFormat = 'epoch-seconds' | 'date-time' | 'http-date'

export interface StringType {
  readonly kind: 'string'
  readonly values?: readonly string[]
}
export interface ListType {
  readonly kind: 'list'
  readonly member: Type
  /** The XML name of each. */
  readonly element: string
}
export interface MapType {
  readonly kind: 'map'
  readonly value: Type
  readonly keyElement: string
  readonly valueElement: string
}
export interface StructureType {
  readonly kind: 'structure'
  readonly name: string
  readonly members: readonly Member[]
}
export type Type =
  | StringType
  | ListType
  | MapType
  | StructureType
  | { readonly kind: 'number' | 'boolean' | 'blob' | 'document' | 'eventstream' }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat }

export interface Member {
  readonly name: string
  readonly wire: string
  readonly xml: string
  readonly flat: boolean
  readonly attribute: boolean
  readonly in: Location
  readonly required: boolean
  readonly type: Type
  /** What a string must match, where AWS is known to check it. */
  readonly pattern?: string
}

export interface Operation extends Pick<OperationDocument, 'method' | 'uri' | 'status' | 'root'> {
  readonly name: string
  readonly input: StructureType
  readonly output: StructureType
}

export interface ServiceTable {
  readonly document: TableDocument
  readonly operation: (name: string) => Operation | undefined
  /** The members of a modelled error beside its message, and its status. */
  readonly error: (code: string) => StructureType | undefined
}

/** Reads a service's table. The caller keeps it: reading twice makes two. */
export const loadServiceTable = async (name: TableName): Promise<ServiceTable> => {
  const text = await readFile(new URL(`./tables/${name}.gen.json`, import.meta.url), 'utf8')
  // The file is generated by us and compared with its source by a test: its shape needs no second check.
  return serviceTable(JSON.parse(text) as TableDocument)
}

/** A table whose types are resolved when they are first asked for. */
export const serviceTable = (document: TableDocument): ServiceTable => {
  const types = typeResolver(document)
  const operations = new Map<string, Operation>()
  const resolve = (name: string): Operation | undefined => {
    const found = Object.hasOwn(document.operations, name) ? document.operations[name] : undefined
    if (found === undefined) return undefined
    const { method, uri, status, root } = found
    const input = types.structure(found.input)
    const output = types.structure(found.output)
    return { name, method, uri, status, input, output, ...(root !== undefined && { root }) }
  }
  return {
    document,
    operation: (name) => {
      const known = operations.get(name) ?? resolve(name)
      if (known) operations.set(name, known)
      return known
    },
    error: (code) => {
      const found = Object.hasOwn(document.errors, code) ? document.errors[code] : undefined
      return found && { kind: 'structure', name: code, members: types.members(found.members) }
    },
  }
}

/** The shape of an operation's input, for callers that map other notations onto it. A `Bug` if there is none. */
export const inputShape = (table: ServiceTable, operation: string): StructureType =>
  present(table.operation(operation), `no operation ${operation}`).input

const NOTHING: StructureType = { kind: 'structure', name: 'Unit', members: [] }

const typeResolver = (document: TableDocument) => {
  const structures = new Map<string, StructureType>()

  const structure = (name: string | undefined): StructureType => {
    if (name === undefined) return NOTHING
    const known = structures.get(name)
    if (known) return known
    const written = present(document.structures[name], `no structure ${name}`)
    // Structures may contain themselves, so the members of one are resolved when they are first read.
    let resolved: readonly Member[] | undefined
    const made: StructureType = {
      kind: 'structure',
      name,
      get members() {
        resolved ??= members(written)
        return resolved
      },
    }
    structures.set(name, made)
    return made
  }

  const type = (text: TypeText, location: Location): Type => {
    if (text.startsWith('[')) {
      const [, element = 'member', of = ''] = /^\[(?:([\w:]+)>)?(.*)\]$/.exec(text) ?? []
      return { kind: 'list', element, member: type(of, location) }
    }
    if (text.startsWith('{')) {
      const [, keyElement = 'key', valueElement = 'value', of = ''] =
        /^\{(?:(\w+),(\w+)>)?(.*)\}$/.exec(text) ?? []
      return { kind: 'map', keyElement, valueElement, value: type(of, location) }
    }
    if (text.startsWith('timestamp'))
      return { kind: 'timestamp', format: formatOf(text.slice(10, -1), location) }
    switch (text) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'blob':
      case 'document':
      case 'eventstream':
        return { kind: text }
      default: {
        const values = document.enums[text]
        return values ? { kind: 'string', values } : structure(text)
      }
    }
  }

  const members = (
    written: Readonly<Record<string, TypeText | MemberDocument>>,
  ): readonly Member[] =>
    Object.entries(written).map(([name, text]) => {
      const member: MemberDocument = typeof text === 'string' ? { type: text } : text
      const location = member.in ?? 'body'
      const pattern = patternOf(document.service, name)
      return {
        name,
        wire: member.wire ?? name,
        xml: member.xml ?? name,
        flat: member.flat ?? false,
        attribute: member.attribute ?? false,
        in: location,
        required: member.required ?? false,
        type: type(isOpenEnumeration(document.service, name) ? '[string]' : member.type, location),
        ...(pattern !== undefined && { pattern }),
      }
    })

  return { structure, members }
}

const formatOf = (written: string, location: Location): TimestampFormat => {
  if (written === 'date-time' || written === 'http-date' || written === 'epoch-seconds')
    return written
  // The defaults of restJson1: headers as HTTP dates, query and labels as ISO 8601, bodies as epoch seconds.
  if (location === 'header' || location === 'prefixHeaders') return 'http-date'
  return location === 'body' || location === 'payload' ? 'epoch-seconds' : 'date-time'
}
