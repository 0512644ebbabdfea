// The places of an API that documentation can speak of.
// https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationPartLocation.html
import type {
  DocumentationPart,
  DocumentationPartLocation,
} from '#model/apigateway/documentation.ts'
import type { Method } from '#model/apigateway/rest-api.ts'
import { authorizers, models, resources } from '#store/collections.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'

type Member = 'path' | 'method' | 'statusCode' | 'name'

/** What each type may say of its place; `name` is needed wherever it may be said. */
const MEMBERS: Readonly<Record<string, readonly Member[]>> = {
  API: [],
  AUTHORIZER: ['name'],
  MODEL: ['name'],
  RESOURCE: ['path'],
  METHOD: ['path', 'method'],
  PATH_PARAMETER: ['path', 'method', 'name'],
  QUERY_PARAMETER: ['path', 'method', 'name'],
  REQUEST_HEADER: ['path', 'method', 'name'],
  REQUEST_BODY: ['path', 'method'],
  RESPONSE: ['path', 'method', 'statusCode'],
  RESPONSE_HEADER: ['path', 'method', 'statusCode', 'name'],
  RESPONSE_BODY: ['path', 'method', 'statusCode'],
}

/** In the order of the SDK's enumeration, from which AWS's printed order follows. */
export const LOCATION_TYPES = [
  'API',
  'AUTHORIZER',
  'MODEL',
  'RESOURCE',
  'METHOD',
  'PATH_PARAMETER',
  'QUERY_PARAMETER',
  'REQUEST_HEADER',
  'REQUEST_BODY',
  'RESPONSE',
  'RESPONSE_HEADER',
  'RESPONSE_BODY',
] as const

const DEFAULTS: Readonly<Record<Member, string>> = {
  path: '/',
  method: '*',
  statusCode: '*',
  name: '',
}

export const checkLocation = (location: DocumentationPartLocation): void => {
  const allowed = MEMBERS[location.type] ?? []
  for (const member of membersOf(location)) {
    if (allowed.includes(member)) continue
    throw badRequest(`Invalid location specified: ${location.type} does not take ${member}`)
  }
  if (allowed.includes('name') && !location.name) {
    throw badRequest(`Invalid location specified: ${location.type} needs a name`)
  }
}

/** What a location leaves out is the root, any method, any status. */
export const isSameLocation = (
  left: DocumentationPartLocation,
  right: DocumentationPartLocation,
): boolean => keyOf(left) === keyOf(right)

/** `type 'METHOD', path '/pets', method 'GET'` */
export const locationText = (location: DocumentationPartLocation): string =>
  [
    `type '${location.type}'`,
    ...membersOf(location).map((member) => `${member} '${location[member]}'`),
  ].join(', ')

/** Every place of the draft that no part speaks of. */
export const undocumentedLocations = async (
  call: ReadCall,
  apiId: string,
  parts: readonly DocumentationPart[],
): Promise<readonly DocumentationPartLocation[]> => {
  const prefix = `${apiId}/`
  const all: DocumentationPartLocation[] = [{ type: 'API' }]
  for (const { value } of await call.view.list(authorizers, call, { prefix })) {
    all.push({ type: 'AUTHORIZER', name: value.name })
  }
  for (const { value } of await call.view.list(models, call, { prefix })) {
    all.push({ type: 'MODEL', name: value.name })
  }
  for (const { value } of await call.view.list(resources, call, { prefix })) {
    all.push({ type: 'RESOURCE', path: value.path })
    for (const method of Object.values(value.resourceMethods ?? {})) {
      all.push(...locationsOfMethod(value.path, method))
    }
  }
  const documented = new Set(parts.map((part) => keyOf(part.location)))
  return all.filter((location) => !documented.has(keyOf(location)))
}

/** The same text for the same place. */
export const keyOf = (location: DocumentationPartLocation): string =>
  JSON.stringify([
    location.type,
    ...(MEMBERS[location.type] ?? []).map((member) => location[member] ?? DEFAULTS[member]),
  ])

const membersOf = (location: DocumentationPartLocation): readonly Member[] =>
  (['path', 'method', 'statusCode', 'name'] as const).filter(
    (member) => location[member] !== undefined,
  )

const PARAMETER_TYPES: Readonly<Record<string, string>> = {
  path: 'PATH_PARAMETER',
  querystring: 'QUERY_PARAMETER',
  header: 'REQUEST_HEADER',
}

const locationsOfMethod = (path: string, method: Method): readonly DocumentationPartLocation[] => {
  const at = { path, method: method.httpMethod }
  const locations: DocumentationPartLocation[] = [{ type: 'METHOD', ...at }]
  for (const parameter of Object.keys(method.requestParameters ?? {})) {
    const [, kind = '', name = ''] = /^method\.request\.([a-z]+)\.(.+)$/.exec(parameter) ?? []
    const type = Object.hasOwn(PARAMETER_TYPES, kind) ? PARAMETER_TYPES[kind] : undefined
    if (type !== undefined) locations.push({ type, ...at, name })
  }
  if (Object.keys(method.requestModels ?? {}).length > 0) {
    locations.push({ type: 'REQUEST_BODY', ...at })
  }
  for (const response of Object.values(method.methodResponses ?? {})) {
    const place = { ...at, statusCode: response.statusCode }
    locations.push({ type: 'RESPONSE', ...place })
    for (const key of Object.keys(response.responseParameters ?? {})) {
      const name = key.replace(/^method\.response\.header\./, '')
      locations.push({ type: 'RESPONSE_HEADER', ...place, name })
    }
    if (Object.keys(response.responseModels ?? {}).length > 0) {
      locations.push({ type: 'RESPONSE_BODY', ...place })
    }
  }
  return locations
}
