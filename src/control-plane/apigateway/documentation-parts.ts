// DocumentationPart: what an API says of one of its places. https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationPart.html
import type {
  CreateDocumentationPartRequest,
  DeleteDocumentationPartRequest,
  GetDocumentationPartRequest,
  GetDocumentationPartsRequest,
  ImportDocumentationPartsRequest,
  UpdateDocumentationPartRequest,
} from '@aws-sdk/client-api-gateway'
import type {
  DocumentationPart,
  DocumentationPartLocation,
} from '#model/apigateway/documentation.ts'
import { isObject } from '#shared/json.ts'
import { documentationParts } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound, ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { parseDefinitionText } from '../openapi/document.ts'
import { definitionText } from '../openapi/import-options.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import {
  checkLocation,
  isSameLocation,
  keyOf,
  LOCATION_TYPES,
  locationText,
  undocumentedLocations,
} from './documentation-locations.ts'
import { checkProperties, type DocumentationFacts, parsePart } from './documentation-rules.ts'
import { newPartId } from './draft.ts'
import { restApiOf } from './lookups.ts'
import { type Page, pageOfItems } from './pages.ts'

export const createDocumentationPart = async (
  input: Shape<CreateDocumentationPartRequest>,
  call: WriteCall,
): Promise<DocumentationPart> => {
  const at = 'createDocumentationPartInput'
  constrain(oneOf(input.location?.type, `${at}.location.type`, LOCATION_TYPES))
  const api = await restApiOf(call, required(input.restApiId, `${at}.restApiId`))
  const given = required(input.location, `${at}.location`)
  const location = defined({ ...given, type: required(given.type, `${at}.location.type`) })
  const properties = required(input.properties, `${at}.properties`)
  checkLocation(location)
  checkProperties(properties)
  if ((await partAt(call, api.id, location)) !== undefined) {
    throw conflict(
      `Documentation part already exists for the specified location: ${locationText(location)}.`,
    )
  }
  return writePart(call, api.id, location, properties)
}

export const getDocumentationPart = async (
  input: Shape<GetDocumentationPartRequest>,
  call: ReadCall,
): Promise<DocumentationPart> => partOf(call, input)

/** Parts, or with `locationStatus=UNDOCUMENTED` the places that have none. */
export const getDocumentationParts = async (
  input: Shape<GetDocumentationPartsRequest>,
  call: ReadCall,
): Promise<Page<Pick<DocumentationPart, 'location'> & Partial<DocumentationPart>>> => {
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const parts = await partsOf(call, api.id)
  const all =
    input.locationStatus === 'UNDOCUMENTED'
      ? (await undocumentedLocations(call, api.id, parts)).map((location) => ({ location }))
      : parts
  const found = all.filter(
    ({ location }) =>
      (input.type === undefined || location.type === input.type) &&
      (input.path === undefined || location.path === input.path) &&
      (input.nameQuery === undefined || (location.name ?? '').includes(input.nameQuery)),
  )
  return pageOfItems(found, input)
}

export const updateDocumentationPart = async (
  input: Shape<UpdateDocumentationPartRequest>,
  call: WriteCall,
): Promise<DocumentationPart> => {
  const before = await partOf(call, input)
  const part = applyPatch(DOCUMENTATION_PART_PATCH, before, input.patchOperations)
  await call.tx.put(documentationParts, call, `${input.restApiId}/${part.id}`, part)
  return part
}

export const deleteDocumentationPart = async (
  input: Shape<DeleteDocumentationPartRequest>,
  call: WriteCall,
): Promise<void> => {
  const { id } = await partOf(call, input)
  await call.tx.delete(documentationParts, call, `${input.restApiId}/${id}`)
}

/** Takes the parts of `x-amazon-apigateway-documentation`; a part at a place that has one replaces it. */
export const importDocumentationParts = async (
  input: Shape<ImportDocumentationPartsRequest>,
  call: WriteCall,
): Promise<{ readonly ids: readonly string[]; readonly warnings: readonly string[] }> => {
  constrain(oneOf(input.mode, 'mode', ['merge', 'overwrite']))
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  const given = readParts(input, call)
  const facts: DocumentationFacts[] = []
  const warnings: string[] = []
  for (const [index, part] of given.entries()) {
    try {
      facts.push(parsePart(part))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      warnings.push(`documentationParts[${index}]: ${error.message}`)
    }
  }
  const ids = await writeParts(call, api.id, facts, input.mode ?? 'merge')
  if (input.failOnWarnings === true && warnings.length > 0) {
    throw badRequest(`Warnings found during import:\n\t${warnings.join('\n\t')}`)
  }
  return { ids, warnings }
}

export const partsOf = async (
  call: ReadCall,
  apiId: string,
): Promise<readonly DocumentationPart[]> => {
  const entries = await call.view.list(documentationParts, call, { prefix: `${apiId}/` })
  return entries.map(({ value }) => value)
}

/** Writes the parts and returns their ids; whatever keeps its place keeps its id. `overwrite` drops all others. */
export const writeParts = async (
  call: WriteCall,
  apiId: string,
  parts: readonly DocumentationFacts[],
  mode: 'merge' | 'overwrite',
): Promise<readonly string[]> => {
  const before = new Map((await partsOf(call, apiId)).map((part) => [keyOf(part.location), part]))
  if (mode === 'overwrite') await call.tx.deletePrefix(documentationParts, call, `${apiId}/`)
  const ids = new Set<string>()
  for (const { location, properties } of parts) {
    const key = keyOf(location)
    const written = await writePart(call, apiId, location, properties, before.get(key))
    before.set(key, written)
    ids.add(written.id)
  }
  return [...ids]
}

const DOCUMENTATION_PART_PATCH: PatchTable = {
  input: 'updateDocumentationPartInput',
  refusal: 'listed',
  rules: [
    {
      path: '/properties',
      ops: ['replace'],
      apply: (members, { value = '' }) => {
        checkProperties(value)
        return { ...members, properties: value }
      },
    },
  ],
}

/** AWS: an unknown API is an unknown part. [F069] */
const partOf = async (
  call: ReadCall,
  {
    restApiId,
    documentationPartId,
  }: {
    readonly restApiId?: string | undefined
    readonly documentationPartId?: string | undefined
  },
): Promise<DocumentationPart> => {
  const id = required(documentationPartId, 'documentationPartId')
  const key = `${required(restApiId, 'restApiId')}/${id}`
  const part = await call.view.get(documentationParts, call, key)
  if (part === undefined) throw notFound('Invalid Documentation part identifier specified')
  return part
}

const partAt = async (
  call: ReadCall,
  apiId: string,
  location: DocumentationPartLocation,
): Promise<DocumentationPart | undefined> =>
  (await partsOf(call, apiId)).find((part) => isSameLocation(part.location, location))

const writePart = async (
  call: WriteCall,
  apiId: string,
  location: DocumentationPartLocation,
  properties: string,
  before?: DocumentationPart,
): Promise<DocumentationPart> => {
  const id = before?.id ?? (await newPartId(call, documentationParts, apiId))
  const part = { id, location, properties }
  await call.tx.put(documentationParts, call, `${apiId}/${id}`, part)
  return part
}

// AWS: this of whatever is no document. [F072]
const NO_DOCUMENT = 'Unable to build importer with provided input.'

const readParts = (
  input: Shape<ImportDocumentationPartsRequest>,
  call: ReadCall,
): readonly unknown[] => {
  let tree: Readonly<Record<string, unknown>>
  try {
    tree = parseDefinitionText(definitionText(input.body), call)
  } catch (error) {
    if (error instanceof ServiceError) throw badRequest(NO_DOCUMENT)
    throw error
  }
  const extension = tree['x-amazon-apigateway-documentation']
  const isDocument = tree['swagger'] !== undefined || tree['openapi'] !== undefined
  if (!isObject(extension)) {
    if (isDocument && extension === undefined) return []
    throw badRequest(NO_DOCUMENT)
  }
  const parts = extension['documentationParts'] ?? []
  if (!Array.isArray(parts)) throw badRequest(NO_DOCUMENT)
  return parts
}
