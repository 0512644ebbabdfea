// ExportApi: an HTTP API as an OpenAPI 3.0 definition, which ImportApi reads back as the same API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-export.html
import type { ExportApiRequest } from '@aws-sdk/client-apigatewayv2'
import type { Api, AuthorizerV2, Cors, IntegrationV2, Route } from '#model/apigatewayv2/api.ts'
import type { HttpDocument } from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { documents, freezeHttp } from '#snapshot/freeze.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { apiOf, deploymentOf, stageOf } from '../apigatewayv2/lookups.ts'
import { defined } from '../defined.ts'
import { definitionBytes } from './export-format.ts'

export const exportApi = async (
  input: Uncapitalized<ExportApiRequest>,
  call: ReadCall,
): Promise<{ readonly body: Uint8Array }> => {
  const api = await apiOf(call, input.apiId)
  const { outputType, includeExtensions = true, exportVersion = '1.0' } = input
  if (api.protocolType !== 'HTTP') throw badRequest('Only HTTP APIs can be exported')
  if (input.specification !== 'OAS30') {
    throw badRequest(`Invalid specification ${input.specification}. Valid options are OAS30`)
  }
  if (outputType !== 'JSON' && outputType !== 'YAML') {
    throw badRequest(`Invalid outputType ${outputType}. Valid options are JSON,YAML`)
  }
  if (exportVersion !== '1.0') {
    throw badRequest(`Invalid exportVersion ${exportVersion}. Valid options are 1.0`)
  }
  const document = await documentOf(call, api, input.stageName)
  const tree = definitionOf(document, input.stageName, includeExtensions)
  return { body: definitionBytes(tree, outputType) }
}

/** What a stage serves, or the API as it stands. */
const documentOf = async (
  call: ReadCall,
  { apiId }: Api,
  stageName: string | undefined,
): Promise<HttpDocument> => {
  if (stageName === undefined) return freezeHttp(call.view, call, apiId, '')
  const { deploymentId } = await stageOf(call, apiId, stageName)
  if (deploymentId === undefined) throw badRequest(`Stage ${stageName} has no deployment to export`)
  const { documentHash } = await deploymentOf(call, apiId, deploymentId)
  const document = await call.view.get(documents, GLOBAL_SCOPE, documentHash)
  if (document?.protocol === 'HTTP') return document
  throw badRequest(`Stage ${stageName} has no deployment to export`)
}

const ANY_METHOD = 'x-amazon-apigateway-any-method'

/** The tree of the definition, its members in the order in which AWS writes them. */
const definitionOf = (
  document: HttpDocument,
  stageName: string | undefined,
  extensions: boolean,
): object => {
  const { api } = document
  const integrations = integrationsOf(document)
  const schemes = schemesOf(document, extensions)
  const paths = new Map<string, Map<string, object>>()
  for (const route of document.routes) {
    const { path, method } = placeOf(route)
    const item = paths.get(path) ?? new Map<string, object>()
    paths.set(path, item)
    const integration = extensions ? integrations.of(route) : undefined
    item.set(method, operationOf(route, schemes.nameOf(route), integration, extensions))
  }
  const components = defined({
    securitySchemes: emptyAsAbsent(schemes.all),
    'x-amazon-apigateway-integrations': extensions ? emptyAsAbsent(integrations.shared) : undefined,
  })
  return defined({
    openapi: '3.0.1',
    info: infoOf(api),
    servers: [serverOf(api, stageName, extensions)],
    tags: extensions ? tagsOf(api) : undefined,
    paths: Object.fromEntries(
      [...paths].map(([path, item]) => [path, { ...Object.fromEntries(item), ...pathItem(path) }]),
    ),
    components: emptyAsAbsent(components),
    'x-amazon-apigateway-cors': extensions ? corsOf(api.corsConfiguration) : undefined,
    'x-amazon-apigateway-importexport-version': extensions ? '1.0' : undefined,
  })
}

const emptyAsAbsent = <T extends object>(value: T): T | undefined =>
  Object.keys(value).length === 0 ? undefined : value

// OpenAPI requires a version; AWS writes when the API was made where it has none.
const infoOf = ({ name, description, version, createdDate }: Api): object =>
  defined({
    title: name,
    description,
    version:
      version ?? new Date(createdDate).toISOString().replace('T', ' ').replace(/\..*$/, 'UTC'),
  })

const serverOf = (api: Api, stageName: string | undefined, extensions: boolean): object => {
  const { disableExecuteApiEndpoint } = api
  const basePath = stageName === undefined || stageName === '$default' ? '' : stageName
  return defined({
    url: `${api.apiEndpoint}/{basePath}`,
    variables: { basePath: { default: basePath } },
    'x-amazon-apigateway-endpoint-configuration':
      extensions && disableExecuteApiEndpoint ? { disableExecuteApiEndpoint } : undefined,
  })
}

const tagsOf = ({ tags = {} }: Api): readonly object[] | undefined => {
  const all = Object.entries(tags).map(([name, value]) => ({
    name,
    'x-amazon-apigateway-tag-value': value,
  }))
  return emptyAsAbsent(all)
}

const corsOf = (cors: Cors | undefined): object | undefined => cors && { ...cors }

const placeOf = ({ routeKey }: Route): { readonly path: string; readonly method: string } => {
  if (routeKey === '$default') return { path: '/$default', method: ANY_METHOD }
  const [method = '', path = ''] = routeKey.split(' ')
  return { path, method: method === 'ANY' ? ANY_METHOD : method.toLowerCase() }
}

/** The variables of a path: OpenAPI wants each of them declared. */
const pathItem = (path: string): { readonly parameters?: readonly object[] } => {
  const names = [...path.matchAll(/\{([^{}+]+)\+?\}/g)].map(([, name]) => name)
  if (names.length === 0) return {}
  return {
    parameters: names.map((name) => ({
      name,
      in: 'path',
      description: `Generated path parameter for ${name}`,
      required: true,
      schema: { type: 'string' },
    })),
  }
}

const operationOf = (
  route: Route,
  scheme: string | undefined,
  integration: object | undefined,
  extensions: boolean,
): object =>
  defined({
    operationId: route.operationName,
    responses: { default: { description: `Default response for ${route.routeKey}` } },
    security: scheme === undefined ? undefined : [{ [scheme]: route.authorizationScopes ?? [] }],
    isDefaultRoute: route.routeKey === '$default' ? true : undefined,
    'x-amazon-apigateway-auth':
      extensions && route.authorizationType === 'AWS_IAM' ? { type: 'AWS_IAM' } : undefined,
    'x-amazon-apigateway-integration': integration,
  })

/** Integrations that several routes have are written once and referred to; the others stand in their places. */
const integrationsOf = ({ routes, integrations }: HttpDocument) => {
  const byTarget = new Map(integrations.map((each) => [`integrations/${each.integrationId}`, each]))
  const uses = new Map<string, number>()
  for (const { target = '' } of routes) uses.set(target, (uses.get(target) ?? 0) + 1)
  const isShared = (target: string): boolean => (uses.get(target) ?? 0) > 1
  const nameOf = ({ integrationId }: IntegrationV2): string => `integration-${integrationId}`
  const shared = [...byTarget].flatMap(([target, each]) =>
    isShared(target) ? [[nameOf(each), integrationOf(each)] as const] : [],
  )
  return {
    shared: Object.fromEntries(shared),
    of: ({ target = '' }: Route): object | undefined => {
      const integration = byTarget.get(target)
      if (integration === undefined) return undefined
      return isShared(target)
        ? { $ref: `#/components/x-amazon-apigateway-integrations/${nameOf(integration)}` }
        : integrationOf(integration)
    },
  }
}

const integrationOf = (integration: IntegrationV2): object =>
  defined({
    payloadFormatVersion: integration.payloadFormatVersion,
    type: integration.integrationType.toLowerCase(),
    integrationSubtype: integration.integrationSubtype,
    httpMethod: integration.integrationMethod,
    uri: integration.integrationUri,
    credentials: integration.credentialsArn,
    connectionType: integration.connectionType,
    connectionId: integration.connectionId,
    description: integration.description,
    timeoutInMillis: integration.timeoutInMillis,
    requestParameters: integration.requestParameters,
    responseParameters: integration.responseParameters,
    tlsConfig: integration.tlsConfig,
  })

/** Names are not unique among authorizers, and those of schemes are. */
const schemesOf = ({ authorizers }: HttpDocument, extensions: boolean) => {
  const names = new Map<string, string>()
  const all = new Map<string, object>()
  for (const authorizer of authorizers) {
    const { name, authorizerId } = authorizer
    const unique = all.has(name) ? `${name}-${authorizerId}` : name
    names.set(authorizerId, unique)
    all.set(unique, schemeOf(authorizer, extensions))
  }
  return {
    all: Object.fromEntries(all),
    nameOf: ({ authorizationType, authorizerId = '' }: Route): string | undefined =>
      authorizationType === 'JWT' || authorizationType === 'CUSTOM'
        ? names.get(authorizerId)
        : undefined,
  }
}

const schemeOf = (authorizer: AuthorizerV2, extensions: boolean): object => {
  const isJwt = authorizer.authorizerType === 'JWT'
  const scheme = isJwt
    ? { type: 'oauth2', flows: {} }
    : { type: 'apiKey', name: 'Unused', in: 'header' }
  if (!extensions) return scheme
  return {
    ...scheme,
    'x-amazon-apigateway-authorizer': defined({
      type: isJwt ? 'jwt' : 'request',
      identitySource: authorizer.identitySource?.join(','),
      jwtConfiguration: authorizer.jwtConfiguration,
      authorizerUri: authorizer.authorizerUri,
      authorizerCredentials: authorizer.authorizerCredentialsArn,
      authorizerPayloadFormatVersion: authorizer.authorizerPayloadFormatVersion,
      authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
      enableSimpleResponses: authorizer.enableSimpleResponses,
      identityValidationExpression: authorizer.identityValidationExpression,
    }),
  }
}
