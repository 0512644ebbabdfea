// Documentation parts in an export: their properties are OpenAPI's own members, and go where their location says.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-documenting-api-quick-start-import-export.html
import type {
  DocumentationPart,
  DocumentationPartLocation,
  DocumentationVersion,
} from '#model/apigateway/documentation.ts'
import { isObject } from '#shared/json.ts'
import { defined } from '../defined.ts'

type Members = Readonly<Record<string, unknown>>

export interface Documented {
  /** `generated` with what is said of the place; what an export makes itself stands, but for descriptions. */
  <T extends Members>(location: DocumentationPartLocation, generated: T): T
}

export const documentedBy = (version: DocumentationVersion | undefined): Documented => {
  const parts = version?.parts ?? []
  return (location, generated) => {
    const properties = propertiesOf(nearest(parts, location))
    if (properties === undefined) return generated
    const { description } = properties
    const described = description === undefined ? {} : { description }
    return { ...properties, ...generated, ...described }
  }
}

/** `x-amazon-apigateway-documentation`: the parts as they are, for the import that takes them back. */
export const exportDocumentation = (version: DocumentationVersion): Members => ({
  version: version.version,
  createdDate: new Date(version.createdDate).toISOString().replace(/\.\d+Z$/, 'Z'),
  documentationParts: version.parts.map(({ location, properties }) => ({
    location: defined({ ...location }),
    properties: JSON.parse(properties) as unknown, // Checked when it was stored.
  })),
})

const propertiesOf = (part: DocumentationPart | undefined): Members | undefined => {
  const properties: unknown = part === undefined ? undefined : JSON.parse(part.properties)
  return isObject(properties) ? properties : undefined
}

/**
 * The part for a place: the one that names it, or else one of a path above it or for all methods or status codes.
 * AWS: content is inherited along the path, and `*` stands for any. [dg: api-gateway-documenting-api-content-representation]
 */
const nearest = (
  parts: readonly DocumentationPart[],
  wanted: DocumentationPartLocation,
): DocumentationPart | undefined => {
  let best: { readonly part: DocumentationPart; readonly rank: number } | undefined
  for (const part of parts) {
    const rank = rankOf(part.location, wanted)
    if (rank !== undefined && (best === undefined || rank > best.rank)) best = { part, rank }
  }
  return best?.part
}

const rankOf = (
  { type, path = '/', method = '*', statusCode = '*', name }: DocumentationPartLocation,
  wanted: DocumentationPartLocation,
): number | undefined => {
  if (type !== wanted.type || name !== wanted.name) return undefined
  const wantedPath = wanted.path ?? '/'
  const isAbove = path === '/' || wantedPath === path || wantedPath.startsWith(`${path}/`)
  // A RESOURCE or METHOD says something of itself alone; what lies beneath a path is inherited for the rest.
  if (!isAbove) return undefined
  const isSame = (own: string, asked: string | undefined) => own === '*' || own === asked
  if (!isSame(method, wanted.method) || !isSame(statusCode, wanted.statusCode)) return undefined
  return path.length * 4 + (method === '*' ? 0 : 2) + (statusCode === '*' ? 0 : 1)
}
