// A deployed REST API as Swagger 2.0 or OpenAPI 3.0.1: import-rest-api.ts the other way round. An export with all
// extensions imports to the same API, but for its ids and what AWS leaves out too (endpoint type, tags, stages).
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
import type { DocumentationVersion } from '#model/apigateway/documentation.ts'
import type { Model, Resource } from '#model/apigateway/rest-api.ts'
import type { RestDocument } from '#model/documents.ts'
import { URL_SUFFIX } from '#model/scope.ts'
import { isObject } from '#shared/json.ts'
import { badRequest } from '#wire/errors.ts'
import { BUILT_IN_MODELS } from '../apigateway/built-in-models.ts'
import { defined, nonEmpty } from '../defined.ts'
import { type Documented, documentedBy, exportDocumentation } from './export-documentation.ts'
import { exportApiExtensions, exportEndpoint } from './export-extensions.ts'
import { exportOperation } from './export-operation.ts'
import { type ExportedSecurity, exportSecurity } from './export-security.ts'

type Members = Readonly<Record<string, unknown>>

export interface ExportExtensions {
  readonly integrations: boolean
  readonly authorizers: boolean
  /** All of API Gateway's own: those above, and what stands at the root. */
  readonly apigateway: boolean
  readonly documentation: boolean
  /** For a reader that knows no ANY: its methods are written out. */
  readonly postman: boolean
}

export interface ExportSource {
  readonly document: RestDocument
  readonly stageName: string
  /** When the deployment was made: the version of an API that names none. */
  readonly createdDate: number
  readonly format: 'swagger' | 'oas30'
  readonly extensions: ExportExtensions
  /** The version that the stage shows. */
  readonly documentation?: DocumentationVersion
}

/** What the parts of an export share. */
export interface Exporting extends ExportSource {
  readonly security: ExportedSecurity
  readonly documented: Documented
  /** A reference to a model, or undefined where the API has none of that name. */
  readonly reference: (modelName: string) => Members | undefined
}

export const exportRestApi = (source: ExportSource): Members => {
  const { document, extensions, format, documentation } = source
  const { api } = document
  const home = format === 'swagger' ? '#/definitions/' : '#/components/schemas/'
  const exporting: Exporting = {
    ...source,
    security: exportSecurity(document, extensions),
    documented: documentedBy(documentation),
    reference: (name) =>
      document.models.some((model) => model.name === name) ? { $ref: `${home}${name}` } : undefined,
  }
  const info = defined({
    title: api.name,
    description: api.description,
    // AWS: without a version of its own, an API's version is the time of its deployment. [F116]
    version: api.version ?? isoSeconds(source.createdDate),
  })
  const definition = {
    [format === 'swagger' ? 'swagger' : 'openapi']: format === 'swagger' ? '2.0' : '3.0.1',
    info: exporting.documented({ type: 'API' }, info),
    ...addressOf(exporting),
    paths: pathsOf(exporting),
    ...partsOf(exporting, home),
    ...(extensions.apigateway ? exportApiExtensions(document) : {}),
    ...(extensions.documentation && documentation !== undefined
      ? { 'x-amazon-apigateway-documentation': exportDocumentation(documentation) }
      : {}),
  }
  checkDepth(definition, 0)
  return definition
}

/** As deep as an import reads: what writes the text recurses, and so does who reads it. */
const DEPTH_MAX = 200

const tooDeep = () => badRequest('The API cannot be exported: it has values nested too deeply')

const checkDepth = (value: unknown, depth: number): void => {
  if (depth > DEPTH_MAX) throw tooDeep()
  if (typeof value !== 'object' || value === null) return
  for (const member of Object.values(value)) checkDepth(member, depth + 1)
}

/** `2026-11-21T12:00:00Z` */
export const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const VERBS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']

const addressOf = ({ document, stageName, format, extensions }: Exporting): Members => {
  const { api, scope } = document
  const host = `${api.id}.execute-api.${scope.region}.${URL_SUFFIX}`
  const endpoint = extensions.apigateway ? exportEndpoint(document) : {}
  if (format === 'swagger') {
    return { host, basePath: `/${stageName}`, schemes: ['https'], ...endpoint }
  }
  const variables = { basePath: { default: stageName } }
  return { servers: [{ url: `https://${host}/{basePath}`, variables, ...endpoint }] }
}

const pathsOf = (exporting: Exporting): Members => {
  const { resources } = exporting.document
  const sorted = resources.toSorted((left, right) => (left.path < right.path ? -1 : 1))
  const paths: [string, Members][] = []
  for (const resource of sorted) {
    const hasMethods = Object.keys(resource.resourceMethods ?? {}).length > 0
    const isBranch = resources.some(({ parentId }) => parentId === resource.id)
    // A path between others comes back by itself; one that leads nowhere would be lost.
    if (!hasMethods && (isBranch || resource.path === '/')) continue
    const item = operationsOf(exporting, resource)
    paths.push([
      resource.path,
      exporting.documented({ type: 'RESOURCE', path: resource.path }, item),
    ])
  }
  return Object.fromEntries(paths)
}

const operationsOf = (exporting: Exporting, resource: Resource): Members => {
  const operations = new Map<string, Members>()
  const { ANY: any, ...verbs } = resource.resourceMethods ?? {}
  for (const method of Object.values(verbs)) {
    operations.set(method.httpMethod.toLowerCase(), exportOperation(exporting, resource, method))
  }
  if (any === undefined) return Object.fromEntries(operations)
  if (!exporting.extensions.postman) {
    const operation = exportOperation(exporting, resource, any)
    operations.set('x-amazon-apigateway-any-method', operation)
    return Object.fromEntries(operations)
  }
  for (const verb of VERBS) {
    if (operations.has(verb)) continue
    operations.set(verb, exportOperation(exporting, resource, any))
  }
  return Object.fromEntries(operations)
}

/** Models and security schemes, where the format keeps them. */
const partsOf = (exporting: Exporting, home: string): Members => {
  const schemas = nonEmpty(schemasOf(exporting, home))
  const { schemes } = exporting.security
  return exporting.format === 'swagger'
    ? defined({ securityDefinitions: schemes, definitions: schemas })
    : // AWS: components are there even where there are none. [F116]
      { components: defined({ schemas, securitySchemes: schemes }) }
}

const schemasOf = ({ document, documented }: Exporting, home: string): Members => {
  const used = new Set(
    document.resources
      .flatMap(({ resourceMethods }) => Object.values(resourceMethods ?? {}))
      .flatMap((method) => [method, ...Object.values(method.methodResponses ?? {})])
      .flatMap((each) => [
        ...Object.values('requestModels' in each ? (each.requestModels ?? {}) : {}),
        ...Object.values('responseModels' in each ? (each.responseModels ?? {}) : {}),
      ]),
  )
  const schemas = document.models
    // The models that every API has are of interest only where they are used.
    .filter((model) => used.has(model.name) || !isBuiltIn(model))
    .map(
      (model) =>
        [
          model.name,
          documented({ type: 'MODEL', name: model.name }, schemaOf(model, home)),
        ] as const,
    )
  return Object.fromEntries(schemas)
}

const isBuiltIn = ({ name, schema }: Model): boolean =>
  BUILT_IN_MODELS.some((builtIn) => builtIn.name === name && builtIn.schema === schema)

const schemaOf = (model: Model, home: string): Members => {
  const { schema = '{}' } = model
  // AWS: the models that every API has come without their descriptions.
  const description = isBuiltIn(model) ? undefined : model.description
  const parsed = localized(JSON.parse(schema), home, 0)
  if (!isObject(parsed)) return {}
  // JSON Schema's own mark means nothing in OpenAPI.
  const { $schema: _, ...rest } = parsed
  return rest['description'] === undefined && description !== undefined
    ? { ...rest, description }
    : rest
}

/** A schema with its references made local; stops where nothing else could read it. */
const localized = (value: unknown, home: string, depth: number): unknown => {
  if (depth > DEPTH_MAX) throw tooDeep()
  if (Array.isArray(value)) return value.map((item) => localized(item, home, depth + 1))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([key, member]) =>
    key === '$ref' && typeof member === 'string'
      ? [key, localReference(member, home)]
      : [key, localized(member, home, depth + 1)],
  )
  return Object.fromEntries(members)
}

/** Models refer to each other by address, or within the definition they came from. [F108] */
const localReference = (reference: string, home: string): string => {
  const name = /^https:\/\/apigateway\.[a-z0-9.-]+\/restapis\/[^/]+\/models\/(\w+)$/.exec(reference)
  return name?.[1] === undefined ? reference : `${home}${name[1]}`
}
