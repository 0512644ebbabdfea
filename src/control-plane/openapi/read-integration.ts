// `x-amazon-apigateway-integration`: what answers an operation.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
import { defined } from '../defined.ts'
import type { IntegrationDefinition, IntegrationResponseDefinition } from './definition.ts'
import { extension, reportUnknownMembers } from './read-extensions.ts'
import { versionText } from './read-security.ts'
import {
  entriesOf,
  flagAt,
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

const TYPES = ['HTTP', 'HTTP_PROXY', 'AWS', 'AWS_PROXY', 'MOCK']

/** Where integrations stand that operations refer to. */
const SHARED = '$.components.x-amazon-apigateway-integrations'

const COMMON_MEMBERS = [
  'type',
  'httpMethod',
  'uri',
  'credentials',
  'connectionType',
  'connectionId',
  'timeoutInMillis',
  'requestParameters',
  'tlsConfig',
]
const REST_MEMBERS = [
  ...COMMON_MEMBERS,
  'passthroughBehavior',
  'contentHandling',
  'cacheNamespace',
  'cacheKeyParameters',
  'requestTemplates',
  'responseTransferMode',
  'integrationTarget',
  'responses',
]
const HTTP_MEMBERS = [...COMMON_MEMBERS, 'integrationSubtype', 'responseParameters', 'description']

export const readIntegration = (
  reading: Reading,
  operation: Place,
): IntegrationDefinition | undefined => {
  const key = extension(reading, operation, 'integration')
  const place = objectAt(reading, operation, key)
  if (place === undefined) return undefined
  if (place.at.startsWith(`${SHARED}.`) || place.at.startsWith(`${SHARED}[`))
    reading.used.add(SHARED)
  const written = textAt(reading, place, 'type')
  const type = written?.toUpperCase() ?? ''
  if (!TYPES.includes(type)) {
    const is = written === undefined ? 'is missing' : `${written} is unknown`
    reading.errors.add(place.at, `the integration is malformed: its type ${is}`)
    return undefined
  }
  const isRest = reading.target === 'REST'
  const known = isRest ? REST_MEMBERS : HTTP_MEMBERS
  reportUnknownMembers(reading, place, [...known, 'payloadFormatVersion'])
  if (isRest && place.value['payloadFormatVersion'] !== undefined) {
    // Often written and without a meaning here: a REST API has one format of events.
    reading.notes.add(within(place.at, 'payloadFormatVersion'), 'is not used')
  }
  const text = (member: string) => textAt(reading, place, member)
  return defined({
    at: place.at,
    type,
    httpMethod: text('httpMethod')
      ?.replace(/^x-amazon-apigateway-any-method$/, 'ANY')
      .toUpperCase(),
    uri: text('uri'),
    credentials: text('credentials'),
    connectionType: text('connectionType')?.toUpperCase(),
    connectionId: text('connectionId'),
    timeoutInMillis: numberAt(reading, place, 'timeoutInMillis'),
    requestParameters: textMapAt(reading, place, 'requestParameters'),
    tlsConfig: readTlsConfig(reading, place),
    ...(isRest ? readRestMembers(reading, place) : readHttpMembers(reading, place)),
  })
}

const readRestMembers = (reading: Reading, place: Place) => {
  const text = (member: string) => textAt(reading, place, member)
  return {
    passthroughBehavior: text('passthroughBehavior')?.toUpperCase(),
    contentHandling: text('contentHandling')?.toUpperCase(),
    cacheNamespace: text('cacheNamespace'),
    cacheKeyParameters: textsAt(reading, place, 'cacheKeyParameters'),
    requestTemplates: textMapAt(reading, place, 'requestTemplates'),
    responseTransferMode: text('responseTransferMode')?.toUpperCase(),
    integrationTarget: text('integrationTarget'),
    responses: readResponses(reading, place),
  }
}

const readHttpMembers = (reading: Reading, place: Place) => ({
  payloadFormatVersion: versionText(textAt(reading, place, 'payloadFormatVersion')),
  integrationSubtype: textAt(reading, place, 'integrationSubtype'),
  description: textAt(reading, place, 'description'),
  responseParameters: readResponseParameters(reading, place),
  responses: [],
})

const readTlsConfig = (reading: Reading, place: Place) => {
  const tls = objectAt(reading, place, 'tlsConfig')
  if (tls === undefined) return undefined
  const member = reading.target === 'REST' ? 'insecureSkipVerification' : 'serverNameToVerify'
  reportUnknownMembers(reading, tls, [member])
  return reading.target === 'REST'
    ? defined({ insecureSkipVerification: flagAt(reading, tls, member) })
    : defined({ serverNameToVerify: textAt(reading, tls, member) })
}

const RESPONSE_MEMBERS = [
  'statusCode',
  'responseParameters',
  'responseTemplates',
  'contentHandling',
]

/**
 * Keyed by the pattern that selects each, or `default`; kept one per status code, as API Gateway
 * keeps them.
 */
const readResponses = (
  reading: Reading,
  integration: Place,
): readonly IntegrationResponseDefinition[] => {
  const byStatus = new Map<string, IntegrationResponseDefinition>()
  const responses = objectAt(reading, integration, 'responses')
  for (const [pattern, value, at] of entriesOf(responses)) {
    const place = placeOf(reading, value, at)
    if (place === undefined) continue
    reportUnknownMembers(reading, place, RESPONSE_MEMBERS)
    const statusCode = textAt(reading, place, 'statusCode') ?? statusOf(pattern)
    if (!/^[1-5]\d\d$/.test(statusCode)) {
      reading.errors.add(within(place.at, 'statusCode'), 'a status code is expected')
      continue
    }
    if (byStatus.has(statusCode)) {
      reading.warnings.add(
        place.at,
        `another response has the status ${statusCode}: it is replaced`,
      )
    }
    byStatus.set(
      statusCode,
      defined({
        selectionPattern: pattern === 'default' ? undefined : pattern,
        statusCode,
        responseParameters: textMapAt(reading, place, 'responseParameters'),
        responseTemplates: textMapAt(reading, place, 'responseTemplates'),
        contentHandling: textAt(reading, place, 'contentHandling')?.toUpperCase(),
      }),
    )
  }
  return [...byStatus.values()]
}

const statusOf = (pattern: string): string => (pattern === 'default' ? '200' : pattern)

const readResponseParameters = (
  reading: Reading,
  integration: Place,
): IntegrationDefinition['responseParameters'] => {
  const parameters = objectAt(reading, integration, 'responseParameters')
  if (parameters === undefined) return undefined
  const byStatus: [string, Readonly<Record<string, string>>][] = []
  for (const statusCode of Object.keys(parameters.value)) {
    const mappings = textMapAt(reading, parameters, statusCode)
    if (mappings !== undefined) byStatus.push([statusCode, mappings])
  }
  return Object.fromEntries(byStatus)
}
