// Makes the tables of src/wire/tables from the run-time schemas that the AWS SDK clients export, with the values of
// enumerations, which the schemas do not link to members, taken from the clients' type declarations.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { NormalizedSchema } from '@smithy/core/schema'
import { printedOrder } from '#wire/constraints.ts'
import type {
  ErrorDocument,
  Location,
  MemberDocument,
  OperationDocument,
  TableDocument,
  TableName,
  ProtocolName,
  TypeText,
} from '#wire/table.ts'

interface Source {
  readonly package: string
  readonly service: string
  readonly signingName: string
  /** Absent: restJson1. */
  readonly protocol?: ProtocolName
  /** Older clients of it still speak awsQuery. */
  readonly alsoQuery?: true
  /** The SDK capitalises member names and the wire does not. */
  readonly uncapitalise?: true
  /** Absent: all. */
  readonly operations?: readonly string[]
}

export const SOURCES: Readonly<Record<TableName, Source>> = {
  apigateway: {
    package: '@aws-sdk/client-api-gateway',
    service: 'apigateway',
    signingName: 'apigateway',
  },
  apigatewayv2: {
    package: '@aws-sdk/client-apigatewayv2',
    service: 'apigatewayv2',
    signingName: 'apigateway',
    uncapitalise: true,
  },
  'cognito-identity': {
    package: '@aws-sdk/client-cognito-identity',
    service: 'cognito-identity',
    signingName: 'cognito-identity',
    protocol: 'awsJson1_1',
  },
  'cognito-idp': {
    package: '@aws-sdk/client-cognito-identity-provider',
    service: 'cognito-idp',
    signingName: 'cognito-idp',
    protocol: 'awsJson1_1',
  },
  'cognito-sync': {
    package: '@aws-sdk/client-cognito-sync',
    service: 'cognito-sync',
    signingName: 'cognito-sync',
  },
  events: {
    package: '@aws-sdk/client-eventbridge',
    service: 'events',
    signingName: 'events',
    protocol: 'awsJson1_1',
  },
  iam: {
    package: '@aws-sdk/client-iam',
    service: 'iam',
    signingName: 'iam',
    protocol: 'awsQuery',
  },
  logs: {
    package: '@aws-sdk/client-cloudwatch-logs',
    service: 'logs',
    signingName: 'logs',
    protocol: 'awsJson1_1',
  },
  monitoring: {
    package: '@aws-sdk/client-cloudwatch',
    service: 'monitoring',
    signingName: 'monitoring',
    protocol: 'awsJson1_0',
    alsoQuery: true,
  },
  s3: {
    package: '@aws-sdk/client-s3',
    service: 's3',
    signingName: 's3',
    protocol: 'restXml',
  },
  scheduler: {
    package: '@aws-sdk/client-scheduler',
    service: 'scheduler',
    signingName: 'scheduler',
  },
  sns: {
    package: '@aws-sdk/client-sns',
    service: 'sns',
    signingName: 'sns',
    protocol: 'awsQuery',
  },
  sqs: {
    package: '@aws-sdk/client-sqs',
    service: 'sqs',
    signingName: 'sqs',
    protocol: 'awsJson1_0',
    alsoQuery: true,
  },
  sts: {
    package: '@aws-sdk/client-sts',
    service: 'sts',
    signingName: 'sts',
    protocol: 'awsQuery',
  },
  lambda: {
    package: '@aws-sdk/client-lambda',
    service: 'lambda',
    signingName: 'lambda',
  },
}

/** The file's text, or undefined where the SDK client is not installed. */
export const wireTable = async (name: TableName): Promise<string | undefined> => {
  const source = SOURCES[name]
  const folder = packageFolder(source.package)
  if (folder === undefined) return undefined
  return `${oneLinePerEntry(await tableOf(source, folder))}\n`
}

const require = createRequire(import.meta.url)

const packageFolder = (name: string): string | undefined => {
  try {
    return dirname(require.resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/** The static tuples of the SDK: [kind, namespace, name, traits, …]. */
type Tuple = readonly [number, string, string, unknown, ...unknown[]]

const isTuple = (value: unknown): value is Tuple =>
  Array.isArray(value) && typeof value[0] === 'number' && typeof value[2] === 'string'

const tableOf = async (source: Source, folder: string): Promise<TableDocument> => {
  const exported: Readonly<Record<string, unknown>> = await import(source.package)
  const version = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  const enums = enumsOf(exported)
  const naming = namingOf(source, enumMembers(folder, enums))
  const tuples = Object.entries(exported).flatMap(([name, value]) =>
    name.endsWith('$') && isTuple(value) ? [value] : [],
  )
  const shapes = shapeCollector(naming)
  const operations: Record<string, OperationDocument> = {}
  for (const tuple of tuples) {
    const wanted = source.operations?.includes(tuple[2]) ?? true
    if (tuple[0] === 9 && wanted) operations[tuple[2]] = operationOf(tuple, source, naming, shapes)
  }
  const missing = source.operations?.filter((name) => operations[name] === undefined) ?? []
  if (missing.length > 0) throw new Error(`${source.package} has no ${missing.join(', ')}`)
  const errors: Record<string, ErrorDocument> = {}
  for (const tuple of tuples)
    if (tuple[0] === -3) {
      const error = errorOf(tuple, shapes)
      if (error) errors[tuple[2]] = error
    }
  return {
    service: source.service,
    signingName: source.signingName,
    protocol: source.protocol ?? 'restJson1',
    ...protocolFacts(source, folder),
    source: `${source.package}@${version}`,
    operations: sorted(operations),
    structures: sorted(shapes.structures),
    enums: sorted(
      Object.fromEntries(
        Object.entries(enums)
          .filter(([name]) => shapes.enumsUsed.has(name))
          .map(([name, values]) => [name, printedOrder(values)]),
      ),
    ),
    errors: sorted(errors),
  }
}

/** The only service here that speaks restXml. */
const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** Of the only service here whose client speaks JSON alone and says nothing of its XML. [API reference of SQS, examples] */
const QUEUE_NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/'

/** What the client's configuration says of its protocol: its target, its version and its XML namespace. */
const protocolFacts = (
  { protocol = 'restJson1', alsoQuery }: Source,
  folder: string,
): Pick<TableDocument, 'target' | 'version' | 'xmlNamespace'> => {
  if (protocol === 'restJson1') return {}
  if (protocol === 'restXml') return { xmlNamespace: S3_NAMESPACE }
  const text = readFileSync(join(folder, 'dist-es', 'runtimeConfig.shared.js'), 'utf8')
  const setting = (name: string) => new RegExp(`${name}: "([^"]+)"`).exec(text)?.[1]
  const [target, version, xmlNamespace] = ['serviceTarget', 'version', 'xmlNamespace'].map(setting)
  const speaksQuery = protocol === 'awsQuery' || alsoQuery === true
  return {
    ...(protocol !== 'awsQuery' && target !== undefined && { target }),
    ...(speaksQuery && version !== undefined && { version }),
    ...(speaksQuery && { xmlNamespace: xmlNamespace ?? QUEUE_NAMESPACE }),
  }
}

/** How members are called and which of them take the values of an enumeration. */
interface Naming {
  readonly member: (name: string) => string
  readonly enumOf: (structure: string, member: string) => string | undefined
  readonly checkWireNames: boolean
}

const namingOf = (source: Source, enums: ReadonlyMap<string, string>): Naming => ({
  member: (name) =>
    source.uncapitalise ? `${name.slice(0, 1).toLowerCase()}${name.slice(1)}` : name,
  enumOf: (structure, member) => enums.get(`${structure}.${member}`),
  checkWireNames: source.uncapitalise ?? false,
})

const isEnum = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length > 0 &&
  Object.values(value).every((member) => typeof member === 'string')

const enumsOf = (
  exported: Readonly<Record<string, unknown>>,
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(exported).flatMap(([name, value]) =>
      isEnum(value) ? [[name, Object.values(value)]] : [],
    ),
  )

/** `Structure.member` → enumeration, read from the type declarations: `type: IntegrationType | undefined;`. */
const enumMembers = (
  folder: string,
  enums: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> => {
  const models = join(folder, 'dist-types', 'models')
  const found = new Map<string, string>()
  for (const file of readdirSync(models).filter((name) => name.startsWith('models_'))) {
    const text = readFileSync(join(models, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
    for (const [, structure, body] of text.matchAll(/^export interface (\w+) [^{]*\{(.*?)^\}/gms))
      for (const [, member, type = ''] of (body ?? '').matchAll(/^ {4}(\w+)\??: (.+);$/gm)) {
        // Of a map whose keys are an enumeration the values are free.
        const values = type.replaceAll(/\bRecord<\w+,/g, 'Record<')
        const names =
          values.match(/\b[A-Z]\w*\b/g)?.filter((name) => Object.hasOwn(enums, name)) ?? []
        if (names.length === 1 && names[0] !== undefined)
          found.set(`${structure}.${member}`, names[0])
      }
  }
  return found
}

interface Shapes {
  readonly structures: Record<string, Record<string, TypeText | MemberDocument>>
  readonly enumsUsed: Set<string>
  readonly structure: (schema: NormalizedSchema) => string
  readonly members: (schema: NormalizedSchema) => Record<string, TypeText | MemberDocument>
}

const shapeCollector = (naming: Naming): Shapes => {
  const structures: Record<string, Record<string, TypeText | MemberDocument>> = {}
  const enumsUsed = new Set<string>()

  const structure = (schema: NormalizedSchema): string => {
    const name = nameOf(schema)
    if (structures[name] === undefined) {
      structures[name] = {}
      Object.assign(structures[name], members(schema))
    }
    return name
  }

  const typeText = (schema: NormalizedSchema, enumName: string | undefined): TypeText => {
    if (schema.isStreaming() && schema.isStructSchema()) return 'eventstream'
    if (schema.isListSchema()) {
      const element = schema.getValueSchema()
      const name = xmlNameOf(element, 'member')
      return `[${name === 'member' ? '' : `${name}>`}${typeText(element, enumName)}]`
    }
    if (schema.isMapSchema()) {
      const names = [
        xmlNameOf(schema.getKeySchema(), 'key'),
        xmlNameOf(schema.getValueSchema(), 'value'),
      ].join()
      const of = typeText(schema.getValueSchema(), enumName)
      return `{${names === 'key,value' ? '' : `${names}>`}${of}}`
    }
    if (schema.isStructSchema() || schema.isUnionSchema()) return structure(schema)
    if (schema.isTimestampSchema()) return timestampText(schema)
    if (schema.isBlobSchema()) return 'blob'
    if (schema.isBooleanSchema()) return 'boolean'
    if (schema.isNumericSchema()) return 'number'
    if (schema.isDocumentSchema()) return 'document'
    if (!schema.isStringSchema()) throw new Error(`unknown type ${String(schema.getSchema())}`)
    if (enumName !== undefined) enumsUsed.add(enumName)
    return enumName ?? 'string'
  }

  const members = (schema: NormalizedSchema): Record<string, TypeText | MemberDocument> => {
    const requiredCount = requiredCountOf(schema)
    const entries = [...schema.structIterator()].map(([sdkName, member], index) => {
      const name = naming.member(sdkName)
      const type = typeText(member, naming.enumOf(nameOf(schema), sdkName))
      const required = index < requiredCount
      return [name, memberOf(name, type, required, member, naming)] as const
    })
    return Object.fromEntries(entries)
  }

  return { structures, enumsUsed, structure, members }
}

/** Slot 6 of a structure's tuple: how many of its members, which come first, are required. */
const requiredCountOf = (schema: NormalizedSchema): number => {
  const tuple: unknown = schema.getSchema()
  const count: unknown = Array.isArray(tuple) ? tuple[6] : 0
  return typeof count === 'number' ? count : 0
}

const nameOf = (schema: NormalizedSchema): string => {
  const name = schema.getName()
  if (name === undefined) throw new Error('a structure without a name')
  return name
}

const timestampText = (schema: NormalizedSchema): TypeText => {
  switch (schema.getSchema()) {
    case 5:
      return 'timestamp(date-time)'
    case 6:
      return 'timestamp(http-date)'
    case 7:
      return 'timestamp(epoch-seconds)'
    default:
      return 'timestamp'
  }
}

const memberOf = (
  name: string,
  type: TypeText,
  required: boolean,
  schema: NormalizedSchema,
  naming: Naming,
): TypeText | MemberDocument => {
  const [location, wire] = bindingOf(name, schema)
  if (naming.checkWireNames && location === 'body' && wire !== name)
    throw new Error(`${schema.getMemberName()} is ${wire} on the wire, not ${name}`)
  const xml = xmlNameOf(schema, name)
  const flat = Boolean(schema.getMergedTraits().xmlFlattened)
  const attribute = Boolean(schema.getMergedTraits().xmlAttribute)
  const isPlain = location === 'body' && wire === name && xml === name && !flat && !attribute
  if (isPlain && !required) return type
  return {
    type,
    ...(location !== 'body' && { in: location }),
    ...(wire !== name && { wire }),
    ...(xml !== name && { xml }),
    ...(flat && { flat: true as const }),
    ...(attribute && { attribute: true as const }),
    ...(required && { required: true as const }),
  }
}

const xmlNameOf = (schema: NormalizedSchema, otherwise: string): string => {
  const name: unknown = schema.getMergedTraits().xmlName
  return typeof name === 'string' ? name : otherwise
}

const bindingOf = (name: string, schema: NormalizedSchema): readonly [Location, string] => {
  const traits = schema.getMergedTraits()
  if (traits.httpLabel) return ['label', name]
  if (traits.httpQuery) return ['query', traits.httpQuery]
  if (traits.httpQueryParams) return ['queryParams', name]
  if (traits.httpHeader) return ['header', traits.httpHeader]
  if (traits.httpPrefixHeaders) return ['prefixHeaders', traits.httpPrefixHeaders]
  if (traits.httpPayload) return ['payload', name]
  if (traits.httpResponseCode) return ['statusCode', name]
  return ['body', traits.jsonName ?? name]
}

const operationOf = (
  tuple: Tuple,
  { protocol = 'restJson1' }: Source,
  naming: Naming,
  shapes: Shapes,
): OperationDocument => {
  const [, , name, , input, output] = tuple
  // Only REST protocols are bound to methods and paths; all others post to the root.
  const isRest = protocol === 'restJson1' || protocol === 'restXml'
  const http = isRest ? httpTrait(tuple) : (['POST', '/', 200] as const)
  const uri = http[1].replaceAll(
    /\{(\w+)(\+?)\}/g,
    (_, label: string, greedy: string) => `{${naming.member(label)}${greedy}}`,
  )
  const structureName = (reference: unknown): string | undefined => {
    // The tuple's slots are references that only NormalizedSchema takes apart.
    const schema = NormalizedSchema.of(reference as Parameters<typeof NormalizedSchema.of>[0])
    return schema.isUnitSchema() ? undefined : shapes.structure(schema)
  }
  const inputName = structureName(input)
  const outputName = structureName(output)
  const root = protocol === 'restXml' ? rootOf(output) : undefined
  if (!http[0]) throw new Error(`${name} is not bound to HTTP`)
  return {
    method: http[0],
    uri,
    status: http[2],
    ...(inputName !== undefined && { input: inputName }),
    ...(outputName !== undefined && { output: outputName }),
    ...(root !== undefined && root !== outputName && { root }),
  }
}

/** What the document of an answer is called, where that is not its structure's name. */
const rootOf = (reference: unknown): string | undefined => {
  const schema = NormalizedSchema.of(reference as Parameters<typeof NormalizedSchema.of>[0])
  const name: unknown = schema.getMergedTraits().xmlName
  return typeof name === 'string' ? name : undefined
}

const httpTrait = (tuple: Tuple): readonly [string, string, number] => {
  const traits: unknown = tuple[3]
  const http: unknown =
    typeof traits === 'object' && traits !== null && 'http' in traits ? traits.http : undefined
  if (!Array.isArray(http)) throw new Error(`${tuple[2]} has no http trait`)
  return [String(http[0]), String(http[1]), Number(http[2])]
}

/** Undefined for the base class of a client's errors, which no service sends. */
const errorOf = (tuple: Tuple, shapes: Shapes): ErrorDocument | undefined => {
  const schema = NormalizedSchema.of(tuple as unknown as Parameters<typeof NormalizedSchema.of>[0])
  const { httpError: status, awsQueryError } = schema.getMergedTraits()
  if (typeof status !== 'number') return undefined
  const code: unknown = Array.isArray(awsQueryError) ? awsQueryError[0] : undefined
  return {
    status,
    ...(typeof code === 'string' && code !== tuple[2] && { code }),
    members: shapes.members(schema),
  }
}

const sorted = <Value>(entries: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(entries).sort(([left], [right]) => (left < right ? -1 : 1)))

/** JSON with one line per operation, structure, enumeration and error, so that a new SDK makes a readable diff. */
const oneLinePerEntry = (table: TableDocument): string => {
  const parts = Object.entries(table).map(([key, value]) => {
    if (typeof value === 'string') return `${JSON.stringify(key)}: ${JSON.stringify(value)}`
    const lines = Object.entries(value).map(
      ([name, entry]) => `${JSON.stringify(name)}: ${JSON.stringify(entry)}`,
    )
    return `${JSON.stringify(key)}: {\n${lines.join(',\n')}\n}`
  })
  return `{\n${parts.join(',\n')}\n}`
}
