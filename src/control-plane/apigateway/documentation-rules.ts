// What a documentation part may be, wherever it comes from: an operation, or a definition.
import type { DocumentationPart } from '#model/apigateway/documentation.ts'
import { isObject } from '#shared/json.ts'
import { badRequest } from '#wire/errors.ts'
import { checkLocation, LOCATION_TYPES } from './documentation-locations.ts'

export type DocumentationFacts = Omit<DocumentationPart, 'id'>

const PROPERTIES_INVALID = 'Invalid properties specified: a JSON object is expected'

export const checkProperties = (properties: string): void => {
  if (properties === '') throw badRequest('Documentation part properties must be non-empty')
  let value: unknown
  try {
    value = JSON.parse(properties)
  } catch {
    throw badRequest(PROPERTIES_INVALID)
  }
  if (!isObject(value)) throw badRequest(PROPERTIES_INVALID)
}

const MEMBERS = ['path', 'method', 'statusCode', 'name'] as const

/** A member of `documentationParts` in `x-amazon-apigateway-documentation`; throws what is wrong with it. */
export const parsePart = (part: unknown): DocumentationFacts => {
  if (!isObject(part) || !isObject(part['location'])) throw badRequest('a location is expected')
  const { type, ...rest } = part['location']
  const known = LOCATION_TYPES.find((each) => each === type)
  if (known === undefined) throw badRequest(`the location type ${String(type)} is unknown`)
  const members: [string, string][] = []
  for (const member of MEMBERS) {
    const value = rest[member]
    if (value !== undefined && value !== null) members.push([member, String(value)])
  }
  const location = { type: known, ...Object.fromEntries(members) }
  checkLocation(location)
  const { properties } = part
  const text = typeof properties === 'string' ? properties : JSON.stringify(properties ?? {})
  checkProperties(text)
  return { location, properties: text }
}
