// The extensions at the root of a definition, and a report of every extension of the document that
// nobody used.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
import { isObject } from '#shared/json.ts'
import type { Cors } from '#model/apigatewayv2/api.ts'
import type { EndpointConfiguration, EndpointType } from '#model/apigateway/rest-api.ts'
import { defined } from '../defined.ts'
import type {
  ApiExtensions,
  GatewayResponseDefinition,
  RequestValidatorDefinition,
} from './definition.ts'
import {
  entriesOf,
  flagAt,
  serversAt,
  numberAt,
  objectAt,
  type Place,
  placeOf,
  type Reading,
  textAt,
  textMapAt,
  textsAt,
  within,
} from './reading.ts'

const PREFIX = 'x-amazon-apigateway-'

export const readApiExtensions = (reading: Reading, root: Place): ApiExtensions =>
  reading.target === 'REST' ? readRestExtensions(reading, root) : readHttpExtensions(reading, root)

const readRestExtensions = (reading: Reading, root: Place): ApiExtensions => {
  // Read with each operation, as its default.
  extension(reading, root, 'request-validator')
  return defined({
    apiKeySource: textAt(reading, root, extension(reading, root, 'api-key-source')),
    binaryMediaTypes: textsAt(reading, root, extension(reading, root, 'binary-media-types')),
    minimumCompressionSize: numberAt(
      reading,
      root,
      extension(reading, root, 'minimum-compression-size'),
    ),
    policy: readPolicy(root, extension(reading, root, 'policy')),
    securityPolicy: textAt(reading, root, extension(reading, root, 'security-policy')),
    endpointAccessMode: textAt(reading, root, extension(reading, root, 'endpoint-access-mode')),
    requestValidators: readRequestValidators(reading, root),
    gatewayResponses: readGatewayResponses(reading, root),
    ...readEndpoint(reading, root),
  })
}

const readHttpExtensions = (reading: Reading, root: Place): ApiExtensions => {
  extension(reading, root, 'importexport-version')
  return defined({
    cors: readCors(reading, root),
    requestValidators: [],
    gatewayResponses: [],
    ...readEndpoint(reading, root),
  })
}

/** The whole name of an extension of this place, noted as used. */
export const extension = (reading: Reading, place: Place, name: string): string => {
  const key = `${PREFIX}${name}`
  reading.used.add(within(place.at, key))
  return key
}

const readPolicy = (root: Place, key: string): string | undefined => {
  const policy = root.value[key]
  if (policy === undefined || policy === null) return undefined
  return typeof policy === 'string' ? policy : JSON.stringify(policy)
}

const readRequestValidators = (
  reading: Reading,
  root: Place,
): readonly RequestValidatorDefinition[] => {
  const validators = objectAt(reading, root, extension(reading, root, 'request-validators'))
  return placesOf(reading, validators).map(([name, place]) => ({
    name,
    validateRequestBody: flagAt(reading, place, 'validateRequestBody') ?? false,
    validateRequestParameters: flagAt(reading, place, 'validateRequestParameters') ?? false,
  }))
}

const readGatewayResponses = (
  reading: Reading,
  root: Place,
): readonly GatewayResponseDefinition[] => {
  const responses = objectAt(reading, root, extension(reading, root, 'gateway-responses'))
  return placesOf(reading, responses).map(([responseType, place]) =>
    defined({
      responseType,
      statusCode: textAt(reading, place, 'statusCode'),
      responseParameters: textMapAt(reading, place, 'responseParameters'),
      responseTemplates: textMapAt(reading, place, 'responseTemplates'),
    }),
  )
}

const placesOf = (reading: Reading, parent: Place | undefined): readonly [string, Place][] => {
  const places: [string, Place][] = []
  for (const [name, value, at] of entriesOf(parent)) {
    const place = placeOf(reading, value, at)
    if (place !== undefined) places.push([name, place])
  }
  return places
}

const ENDPOINT_TYPES: readonly EndpointType[] = ['REGIONAL', 'EDGE', 'PRIVATE']

/** The extension stands at the root, or at a server as AWS's own exports write it. */
const readEndpoint = (
  reading: Reading,
  root: Place,
): { disableExecuteApiEndpoint?: boolean; endpointConfiguration?: EndpointConfiguration } => {
  let endpoint = objectAt(reading, root, extension(reading, root, 'endpoint-configuration'))
  for (const [value, at] of serversAt(reading, root)) {
    const server = placeOf(reading, value, at)
    if (server === undefined) continue
    endpoint ??= objectAt(reading, server, extension(reading, server, 'endpoint-configuration'))
  }
  if (endpoint === undefined) return {}
  const configuration: EndpointConfiguration = defined({
    types: readEndpointTypes(reading, endpoint),
    ipAddressType: readIpAddressType(reading, endpoint),
    vpcEndpointIds: textsAt(reading, endpoint, 'vpcEndpointIds'),
  })
  const disableExecuteApiEndpoint = flagAt(reading, endpoint, 'disableExecuteApiEndpoint')
  reportUnknownMembers(reading, endpoint, [
    'types',
    'ipAddressType',
    'vpcEndpointIds',
    'disableExecuteApiEndpoint',
  ])
  return defined({
    disableExecuteApiEndpoint,
    endpointConfiguration: Object.keys(configuration).length > 0 ? configuration : undefined,
  })
}

const readIpAddressType = (reading: Reading, endpoint: Place): 'ipv4' | 'dualstack' | undefined => {
  const type = textAt(reading, endpoint, 'ipAddressType')
  if (type === undefined || type === 'ipv4' || type === 'dualstack') return type
  const at = within(endpoint.at, 'ipAddressType')
  reading.errors.add(at, 'ipAddressType must be either ipv4 or dualstack.')
  return undefined
}

const readEndpointTypes = (
  reading: Reading,
  endpoint: Place,
): readonly EndpointType[] | undefined => {
  const types = textsAt(reading, endpoint, 'types')
  for (const type of types ?? []) {
    if (ENDPOINT_TYPES.some((known) => known === type)) continue
    reading.errors.add(
      within(endpoint.at, 'types'),
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    )
  }
  return types && ENDPOINT_TYPES.filter((type) => types.includes(type))
}

const readCors = (reading: Reading, root: Place): Cors | undefined => {
  const key = extension(reading, root, 'cors')
  // A SAM template writes `true` for "as the template says", which the template's transform has
  // resolved by now.
  if (root.value[key] === true) {
    return { allowHeaders: ['*'], allowMethods: ['*'], allowOrigins: ['*'] }
  }
  const cors = objectAt(reading, root, key)
  if (cors === undefined) return undefined
  reportUnknownMembers(reading, cors, CORS_MEMBERS)
  return defined({
    allowCredentials: flagAt(reading, cors, 'allowCredentials'),
    allowHeaders: textsAt(reading, cors, 'allowHeaders'),
    allowMethods: textsAt(reading, cors, 'allowMethods'),
    allowOrigins: textsAt(reading, cors, 'allowOrigins'),
    exposeHeaders: textsAt(reading, cors, 'exposeHeaders'),
    maxAge: numberAt(reading, cors, 'maxAge'),
  })
}

const CORS_MEMBERS = [
  'allowCredentials',
  'allowHeaders',
  'allowMethods',
  'allowOrigins',
  'exposeHeaders',
  'maxAge',
]

/** Says which members of an extension mean nothing here. */
export const reportUnknownMembers = (
  reading: Reading,
  place: Place,
  known: readonly string[],
): void => {
  for (const key of Object.keys(place.value)) {
    if (!known.includes(key)) reading.warnings.add(within(place.at, key), 'is not used')
  }
}

/** Every extension for AWS, wherever it stands, that this import did not read. */
export const reportUnusedExtensions = (reading: Reading): void => {
  const visit = (value: unknown, at: string): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, within(at, index))
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) visitMember(key, member, within(at, key))
    }
  }
  const visitMember = (key: string, member: unknown, at: string): void => {
    if (!key.startsWith('x-amazon-')) visit(member, at)
    else if (!reading.used.has(at)) reading.warnings.add(at, `the extension ${key} is not used`)
  }
  visit(reading.root, '$')
}
