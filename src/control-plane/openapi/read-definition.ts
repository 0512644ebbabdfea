// Reads an API definition: Swagger 2.0 or OpenAPI 3.0, JSON or YAML, into one neutral form. Lenient
// as AWS is, yet nothing that is not used passes unmentioned.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
import type { Scope } from '#model/scope.ts'
import { badRequest } from '#wire/errors.ts'
import { defined } from '../defined.ts'
import type { Definition } from './definition.ts'
import { parseDefinitionText, type Tree } from './document.ts'
import { readDocumentation } from './read-documentation.ts'
import { extension, readApiExtensions, reportUnusedExtensions } from './read-extensions.ts'
import { createModelReader, type ModelReader } from './read-models.ts'
import { readOperations } from './read-operations.ts'
import { authorizersOf, readSchemes } from './read-security.ts'
import {
  listAt,
  serversAt,
  objectAt,
  type Place,
  placeOf,
  type Reading,
  startReading,
  textAt,
} from './reading.ts'

const NO_MODELS: ModelReader = { models: [], nameOf: () => undefined }

export const readDefinition = (
  text: string,
  target: 'REST' | 'HTTP',
  scope: Scope,
  options: { readonly ignoreDocumentation?: boolean } = {},
): Definition => {
  const tree = parseDefinitionText(text, scope)
  const reading = startReading(tree, formatOf(tree), target)
  const root: Place = { value: tree, at: '$' }
  if (target === 'HTTP' && reading.format === 'swagger') {
    reading.errors.add('$.swagger', 'an HTTP API is imported from OpenAPI 3.0 only')
  }
  const info = objectAt(reading, root, 'info')
  const extensions = readApiExtensions(reading, root)
  const schemes = readSchemes(reading, root)
  const models = target === 'REST' ? createModelReader(reading, root) : NO_MODELS
  const { paths, operations } = readOperations({
    reading,
    root,
    schemes,
    models,
    requestValidators: extensions.requestValidators.map((validator) => validator.name),
  })
  const tags = readTags(reading, root)
  // `ignore=documentation`: the caller does not want it, so nothing is amiss.
  const isIgnored = options.ignoreDocumentation === true
  if (isIgnored) extension(reading, root, 'documentation')
  const documentation =
    isIgnored || target === 'HTTP' ? undefined : readDocumentation(reading, root)
  if (tree['webhooks'] !== undefined) reading.warnings.add('$.webhooks', 'webhooks is not used')
  reportUnusedExtensions(reading)
  return defined({
    title: (info && textAt(reading, info, 'title')) ?? '',
    version: info && textAt(reading, info, 'version'),
    description: info && textAt(reading, info, 'description'),
    basePath: readBasePath(reading, root),
    extensions,
    tags,
    paths,
    operations,
    models: models.models,
    authorizers: authorizersOf(schemes),
    documentation,
    warnings: reading.warnings.messages,
    notes: reading.notes.messages,
    errors: reading.errors.messages,
  })
}

/** YAML without quotes makes numbers of the version keys: `swagger: 2.0`, `openapi: 3.0`. */
const formatOf = (tree: Tree): Reading['format'] => {
  const { swagger, openapi } = tree
  if (/^2(?:\.0)?$/.test(String(swagger ?? ''))) return 'swagger'
  const version = String(openapi ?? '')
  // AWS: OpenAPI 3.1 is not supported; whatever names no version at all is no document. [F103]
  if (/^3(?:\.0(?:\.\d+)?)?$/.test(version)) return 'openapi'
  if (openapi === undefined && swagger === undefined) throw badRequest('Invalid OpenAPI input.')
  throw badRequest(
    `Invalid OpenAPI input. Version ${version || String(swagger)} is not supported: only Swagger 2.0 and OpenAPI 3.0 are.`,
  )
}

/** `/base` without a slash at its end; empty for none. */
const readBasePath = (reading: Reading, root: Place): string => {
  const path =
    reading.format === 'swagger' ? textAt(reading, root, 'basePath') : readServerPath(reading, root)
  const trimmed = (path ?? '').replace(/\/+$/, '')
  return trimmed === '' || trimmed.startsWith('/') ? trimmed : `/${trimmed}`
}

/** The server's variable `basePath`, or else the path of its URL. */
const readServerPath = (reading: Reading, root: Place): string | undefined => {
  const [first] = serversAt(reading, root)
  const server = first && placeOf(reading, ...first)
  if (server === undefined) return undefined
  const variables = objectAt(reading, server, 'variables')
  const basePath = variables && objectAt(reading, variables, 'basePath')
  if (basePath !== undefined) return textAt(reading, basePath, 'default')
  const url = textAt(reading, server, 'url') ?? ''
  const plain = url.replaceAll(/\{([^{}]*)\}/g, (_, name: string) =>
    variableDefault(reading, variables, name),
  )
  return /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*(\/[^?#]*)?/i.exec(plain)?.[1] ?? relativePath(plain)
}

const relativePath = (url: string): string | undefined =>
  url.startsWith('/') && !url.startsWith('//') ? url.replace(/[?#].*$/, '') : undefined

const variableDefault = (reading: Reading, variables: Place | undefined, name: string): string => {
  const variable = variables && Object.hasOwn(variables.value, name) ? variables : undefined
  const place = variable && objectAt(reading, variable, name)
  return (place && textAt(reading, place, 'default')) ?? ''
}

/** Tags of the document that carry a value become tags of an HTTP API. */
const readTags = (reading: Reading, root: Place): Readonly<Record<string, string>> => {
  const tags: [string, string][] = []
  if (reading.target !== 'HTTP') return {}
  for (const [value, at] of listAt(reading, root, 'tags')) {
    const tag = placeOf(reading, value, at)
    const name = tag && textAt(reading, tag, 'name')
    const text = tag && textAt(reading, tag, extension(reading, tag, 'tag-value'))
    if (name !== undefined && text !== undefined) tags.push([name, text])
  }
  return Object.fromEntries(tags)
}
