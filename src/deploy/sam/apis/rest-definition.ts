// The OpenAPI document of an AWS::Serverless::Api: given, or made of the events of functions; with CORS, models,
// gateway responses and authorization written into it.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { words } from '../../words.ts'
import { fail, resolved, type RouteEvent, type SamContext, type SamResource } from '../context.ts'
import { type Draft, draftOf, isIntrinsic } from '../draft.ts'
import { IMPLICIT_REST_API } from './implicit-apis.ts'
import { checkEventAuth } from './event-auth.ts'
import { addRestAuth, authOf, eventCredentials } from './rest-auth.ts'
import { addCors } from './rest-cors.ts'
import { addModelParameters, addRequestValidators } from './rest-requests.ts'
import {
  addEvents,
  conditionPaths,
  integrationUri,
  type PathItem,
  pathCondition,
  pathItemsOf,
} from './routes.ts'

/** Undefined where the definition lies elsewhere (`DefinitionUri`). */
export const restDefinition = (context: SamContext, resource: SamResource): Draft | undefined => {
  const { logicalId, properties } = resource
  const { DefinitionBody: given, DefinitionUri: uri } = properties
  if (given !== undefined && uri !== undefined) {
    fail(context, resource, [], 'specify either `DefinitionUri` or `DefinitionBody`, not both')
  }
  const events = context.events.filter(({ api, kind }) => api === logicalId && kind === 'Api')
  if (given === undefined && uri !== undefined) {
    reportUnused(context, events)
    return checkElsewhere(context, resource)
  }
  const document = given === undefined ? emptyDocument(properties) : draftOf(given)
  if (memberOf(given, 'paths') === undefined && given !== undefined) return document
  const isManaged = given === undefined || properties['MergeDefinitions'] === true
  if (!isManaged) {
    reportUnused(context, events)
    for (const event of events) checkEventAuth(context, event, authOf(resource))
  }
  const isOpenApi3 = document['openapi'] !== undefined && document['swagger'] === undefined
  const paths = draftOf(document['paths'])
  const items = pathItemsOf(paths)
  const added = isManaged ? events : []
  const isMerged = given !== undefined && isManaged
  const before = isMerged ? takeOperations(items, added) : new Map<string, Draft>()
  addEvents(context, added, paths, items, (event) => ({
    ...before.get(`${event.method} ${event.path}`),
    ...operationOf(context, event, resource),
  }))
  // AWS: SAM writes preflight operations in the older form unless the template asks for OpenAPI 3.
  const isAsked = String(properties['OpenApiVersion']).startsWith('3')
  addCors(context, resource, items, isOpenApi3 && isAsked)
  addRestAuth(context, resource, document, items, isOpenApi3)
  addRequestValidators(document, items)
  if (logicalId === IMPLICIT_REST_API) {
    conditionPaths(paths, pathCondition(context, events, IMPLICIT_REST_API))
  }
  document['paths'] = paths
  addGatewayResponses(context, resource, document)
  addModels(resource, document, isOpenApi3)
  addEndpoint(resource, document, isOpenApi3)
  addBinaryMediaTypes(context, resource, document)
  return document
}

/**
 * Of a merged definition, an event's operation goes over the definition's: what the event does not say of the method
 * (its security above all) stays.
 */
const takeOperations = (
  items: readonly PathItem[],
  events: readonly RouteEvent[],
): ReadonlyMap<string, Draft> => {
  const taken = new Map<string, Draft>()
  for (const { path, method, properties } of events) {
    for (const { item, operations } of items.filter((one) => one.path === path)) {
      const at = operations.findIndex((operation) => operation.method === method)
      const [before] = at < 0 ? [] : operations.splice(at, 1)
      if (before === undefined) continue
      const { security, ...operation } = before.operation
      const isOwn = security === undefined || properties['Auth'] !== undefined
      taken.set(`${method} ${path}`, isOwn ? operation : { ...operation, security })
      delete item[method]
    }
  }
  return taken
}

/** AWS: events add nothing to a definition that the template gives; what they say of their methods is lost. */
const reportUnused = (context: SamContext, events: readonly RouteEvent[]): void => {
  for (const { resource, eventId, properties } of events) {
    for (const name of words('Auth RequestModel RequestParameters TimeoutInMillis')) {
      if (properties[name] === undefined) continue
      context.report.add(
        ['Resources', resource.logicalId, 'Properties', 'Events', eventId, 'Properties', name],
        `Api event ${name}`,
        'ignored, as on AWS: the API has a definition of its own (MergeDefinitions adds to it)',
      )
    }
  }
}

/** What SAM would write into the definition cannot be written into one that lies elsewhere. */
const checkElsewhere = (context: SamContext, resource: SamResource): undefined => {
  for (const name of ['Cors', 'Auth', 'GatewayResponses', 'Models']) {
    if (resource.properties[name] === undefined) continue
    fail(context, resource, [name], `\`${name}\` works only with an inline definition`)
  }
  return undefined
}

const emptyDocument = (properties: JsonObject): Draft => {
  const version = properties['OpenApiVersion']
  const text = version === undefined ? '' : String(version)
  return {
    info: { version: '1.0', title: { Ref: 'AWS::StackName' } },
    paths: {},
    ...(text.startsWith('3') ? { openapi: text } : { swagger: '2.0' }),
  }
}

const operationOf = (context: SamContext, event: RouteEvent, api: SamResource): Draft => {
  if (event.integration !== undefined) {
    return {
      'x-amazon-apigateway-integration': event.integration,
      responses: { '200': { description: 'OK' }, '400': { description: 'Bad Request' } },
    }
  }
  const { TimeoutInMillis: timeout, ResponseTransferMode: transfer } = event.properties
  const credentials = eventCredentials(event, api)
  const operation: Draft = {
    'x-amazon-apigateway-integration': {
      httpMethod: 'POST',
      type: 'aws_proxy',
      uri: integrationUri(event),
      ...(credentials === undefined ? {} : { credentials }),
      ...(timeout === undefined ? {} : { timeoutInMillis: timeout }),
      ...(transfer === undefined ? {} : { responseTransferMode: transfer }),
    },
    responses: {},
  }
  addModelParameters(context, event, api, operation)
  return operation
}

const addGatewayResponses = (context: SamContext, resource: SamResource, document: Draft): void => {
  const given = objectOf(resource.properties['GatewayResponses'])
  if (given === undefined) return
  const responses = Object.entries(given).map(([type, value]): [string, JsonValue] => {
    const response = objectOf(value) ?? {}
    const { StatusCode: status, ResponseParameters, ResponseTemplates, ...unknown } = response
    for (const name of Object.keys(unknown)) {
      fail(context, resource, ['GatewayResponses', type], `\`${name}\` is not a property`)
    }
    if (status !== undefined && !isIntrinsic(status) && !/^\d+$/.test(String(status))) {
      fail(context, resource, ['GatewayResponses', type], '`StatusCode` must be numeric')
    }
    return [
      type,
      {
        responseParameters: gatewayParameters(objectOf(ResponseParameters) ?? {}),
        responseTemplates: ResponseTemplates ?? {},
        ...(status === undefined
          ? {}
          : { statusCode: isIntrinsic(status) ? status : String(status) }),
      },
    ]
  })
  document['x-amazon-apigateway-gateway-responses'] = Object.fromEntries(responses)
}

const PLACES: Readonly<Record<string, string>> = {
  Headers: 'header',
  QueryStrings: 'querystring',
  Paths: 'path',
}

const gatewayParameters = (given: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(given).flatMap(([place, members]) =>
      Object.entries(objectOf(members) ?? {}).map(([name, value]) => [
        `gatewayresponse.${PLACES[place] ?? place}.${name}`,
        value,
      ]),
    ),
  )

const addModels = ({ properties }: SamResource, document: Draft, isOpenApi3: boolean): void => {
  const models = objectOf(properties['Models'])
  if (models === undefined) return
  const schemas = Object.fromEntries(
    // AWS: SAM names models in lower case.
    Object.entries(models).map(([name, schema]) => [name.toLowerCase(), schema]),
  )
  if (!isOpenApi3) document['definitions'] = { ...objectOf(document['definitions']), ...schemas }
  else {
    const components = draftOf(document['components'])
    document['components'] = {
      ...components,
      schemas: { ...objectOf(components['schemas']), ...schemas },
    }
  }
}

const addEndpoint = ({ properties }: SamResource, document: Draft, isOpenApi3: boolean): void => {
  const disabled = properties['DisableExecuteApiEndpoint']
  if (disabled === undefined) return
  const key = 'x-amazon-apigateway-endpoint-configuration'
  const setting = { disableExecuteApiEndpoint: disabled }
  if (!isOpenApi3) document[key] = { ...objectOf(document[key]), ...setting }
  else document['servers'] = [{ [key]: setting }]
}

const addBinaryMediaTypes = (
  context: SamContext,
  { properties }: SamResource,
  document: Draft,
): void => {
  const types = properties['BinaryMediaTypes']
  if (!Array.isArray(types)) return
  const key = 'x-amazon-apigateway-binary-media-types'
  const slashed = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return value.replaceAll('~1', '/')
    if (Array.isArray(value)) return value.map(slashed)
    const object = objectOf(value)
    if (object === undefined) return value
    return Object.fromEntries(Object.entries(object).map(([name, one]) => [name, slashed(one)]))
  }
  document[key] = types.map((type: JsonValue) => slashed(resolved(context, type) ?? null))
}
