// The OpenAPI document of an AWS::Serverless::HttpApi: given or empty, with the events of functions added, and with
// CORS, tags and authorization written into it.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { fail, type RouteEvent, type SamContext, type SamResource } from '../context.ts'
import { type Draft, draftOf, isIntrinsic } from '../draft.ts'
import { checkEventAuth } from './event-auth.ts'
import { httpSchemes, httpSecurity } from './http-auth.ts'
import { IMPLICIT_HTTP_API } from './implicit-apis.ts'
import { addEvents, conditionPaths, integrationUri, pathCondition, pathItemsOf } from './routes.ts'
import { words } from '../../words.ts'

export const httpDefinition = (context: SamContext, resource: SamResource): JsonObject => {
  const { logicalId, properties } = resource
  const given = properties['DefinitionBody']
  const document = given === undefined ? emptyDocument(properties) : draftOf(given)
  if (isIntrinsic(given)) return document
  const all = context.events.filter(({ api, kind }) => api === logicalId && kind === 'HttpApi')
  const paths = draftOf(document['paths'])
  const items = pathItemsOf(paths)
  // AWS: with FailOnWarnings the catch-all is written with a slash, or the import warns of it.
  const isStrict = properties['FailOnWarnings'] === true
  const events = all.map((event) =>
    isStrict && event.path === '$default' ? { ...event, path: '/$default' } : event,
  )
  addEvents(context, events, paths, items, operationOf)
  for (const { operation, event } of items.flatMap(({ operations }) => operations)) {
    if (event !== undefined) checkEventAuth(context, event, objectOf(properties['Auth']) ?? {})
    const security = httpSecurity(context, resource, event, operation['security'])
    if (security !== undefined) operation['security'] = security
  }
  if (logicalId === IMPLICIT_HTTP_API) {
    conditionPaths(paths, pathCondition(context, all, IMPLICIT_HTTP_API))
  }
  document['paths'] = paths
  const schemes = httpSchemes(context, resource)
  if (Object.keys(schemes).length > 0) {
    const components = draftOf(document['components'])
    const before = objectOf(components['securitySchemes'])
    document['components'] = { ...components, securitySchemes: { ...before, ...schemes } }
  }
  addCors(context, resource, document)
  addInfo(properties, document)
  const tags = { ...objectOf(properties['Tags']), 'httpapi:createdBy': 'SAM' }
  const own = Array.isArray(document['tags']) ? document['tags'] : []
  document['tags'] = [
    ...own,
    ...Object.entries(tags).map(([name, value]) => ({
      name,
      'x-amazon-apigateway-tag-value': value,
    })),
  ]
  return document
}

const emptyDocument = (properties: JsonObject): Draft => ({
  openapi: '3.0.1',
  info: { version: '1.0', title: properties['Name'] ?? { Ref: 'AWS::StackName' } },
  paths: {},
})

const addInfo = (properties: JsonObject, document: Draft): void => {
  const { Description: description, DisableExecuteApiEndpoint: disabled } = properties
  if (description !== undefined) {
    document['info'] = { ...objectOf(document['info']), description }
  }
  if (disabled === undefined) return
  const key = 'x-amazon-apigateway-endpoint-configuration'
  const servers = Array.isArray(document['servers']) ? document['servers'] : [{}]
  document['servers'] = servers.map((server: JsonValue) => ({
    ...objectOf(server),
    [key]: { ...objectOf(objectOf(server)?.[key]), disableExecuteApiEndpoint: disabled },
  }))
}

const operationOf = (event: RouteEvent): Draft => {
  const { PayloadFormatVersion: version = '2.0', TimeoutInMillis: timeout } = event.properties
  const names = [...event.path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name)
  return {
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      payloadFormatVersion: version,
      uri: integrationUri(event),
      ...(timeout === undefined ? {} : { timeoutInMillis: timeout }),
    },
    ...(event.path.endsWith('$default') ? { isDefaultRoute: true } : {}),
    ...(names.length === 0
      ? {}
      : {
          parameters: names.map((name) => ({
            in: 'path',
            name: name.replace(/\+$/, ''),
            required: true,
          })),
        }),
    responses: {},
  }
}

const CORS_MEMBERS = [
  ...words('AllowCredentials AllowHeaders AllowMethods AllowOrigins'),
  ...words('ExposeHeaders MaxAge'),
]

const addCors = (context: SamContext, resource: SamResource, document: Draft): void => {
  const given = resource.properties['CorsConfiguration']
  if (given === undefined || given === false) return
  if (given === true) {
    document['x-amazon-apigateway-cors'] = { allowOrigins: ['*'] }
    return
  }
  if (isIntrinsic(given)) {
    document['x-amazon-apigateway-cors'] = given
    return
  }
  if (!isObject(given)) {
    fail(context, resource, ['CorsConfiguration'], '`CorsConfiguration` must be true or a map')
    return
  }
  const cors = objectOf(given) ?? {}
  const unknown = Object.keys(cors).find((name) => !CORS_MEMBERS.includes(name))
  if (unknown !== undefined) {
    fail(context, resource, ['CorsConfiguration'], `\`${unknown}\` is not a property`)
  }
  document['x-amazon-apigateway-cors'] = Object.fromEntries(
    CORS_MEMBERS.flatMap((name): [string, JsonValue][] => {
      const value = cors[name]
      const member = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`
      return value === undefined ? [] : [[member, value]]
    }),
  )
}
