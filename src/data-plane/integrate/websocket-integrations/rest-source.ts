// A route of a WebSocket API in the form in which REST methods are compiled: the same engines for templates,
// mappings and backends serve both.
import type { Integration, IntegrationResponse } from '#model/apigateway/rest-api.ts'
import type { IntegrationResponseV2, IntegrationV2, Route } from '#model/apigatewayv2/api.ts'
import type { HttpDocument } from '#model/documents.ts'
import type { Limits, MethodSource, StageFacts } from '../../compiling.ts'

/** One route, while it is compiled. */
export interface SocketRouteSource {
  readonly stage: StageFacts
  readonly document: HttpDocument
  readonly route: Route
  readonly limits: Limits
}

/** `template`: the key of the one request template that counts; none: the message goes as it is. */
export const restSource = (
  source: SocketRouteSource,
  integration?: IntegrationV2,
  template?: string,
): MethodSource => {
  const { stage, document, route, limits } = source
  const { models } = document
  return {
    stage,
    limits,
    document: {
      protocol: 'REST',
      scope: document.scope,
      deploymentId: document.deploymentId,
      api: restApi(document),
      resources: [],
      models: models.map(({ modelId, name, contentType = 'application/json', schema }) => ({
        id: modelId,
        name,
        contentType,
        ...(schema !== undefined && { schema }),
      })),
      requestValidators: [],
      gatewayResponses: [],
      authorizers: [],
    },
    api: restApi(document),
    resource: { id: route.routeId, path: route.routeKey },
    method: {
      httpMethod: 'POST',
      authorizationType: 'NONE',
      apiKeyRequired: false,
      ...(integration && { methodIntegration: restIntegration(source, integration, template) }),
      ...(route.requestModels !== undefined && { requestModels: route.requestModels }),
    },
    authorizersCacheGeneration: 0,
    resourcePolicy: undefined,
    // AWS: messages are text. [behaviour.md 14]
    isBinary: () => false,
  }
}

const restApi = ({ api }: HttpDocument): MethodSource['api'] => ({
  id: api.apiId,
  name: api.name,
  rootResourceId: '',
  createdDate: api.createdDate,
  apiKeySource: 'HEADER',
  disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
  endpointConfiguration: {},
})

const restIntegration = (
  source: SocketRouteSource,
  integration: IntegrationV2,
  template: string | undefined,
): Integration => {
  const { integrationType: type, connectionId, credentialsArn } = integration
  const text = integration.requestTemplates?.[template ?? '$default']
  const handling = contentHandling(integration.contentHandlingStrategy)
  return {
    type,
    httpMethod: integration.integrationMethod ?? 'POST',
    ...(integration.integrationUri !== undefined && { uri: integration.integrationUri }),
    connectionType: integration.connectionType,
    ...(connectionId !== undefined && { connectionId }),
    ...(credentialsArn !== undefined && { credentials: credentialsArn }),
    requestParameters: Object.fromEntries(
      Object.entries(integration.requestParameters ?? {}).map(([target, expression]) => [
        target,
        expression.replace(/^route\.request\./, 'method.request.'),
      ]),
    ),
    ...(text !== undefined && { requestTemplates: { $default: text } }),
    passthroughBehavior: passthroughOf(integration.passthroughBehavior),
    ...(handling !== undefined && { contentHandling: handling }),
    timeoutInMillis: integration.timeoutInMillis,
    cacheNamespace: '',
    cacheKeyParameters: [],
    integrationResponses: responsesOf(source, integration),
  }
}

const passthroughOf = (text: string | undefined): Integration['passthroughBehavior'] =>
  text === 'NEVER' || text === 'WHEN_NO_TEMPLATES' ? text : 'WHEN_NO_MATCH'

const contentHandling = (text: string | undefined): Integration['contentHandling'] =>
  text === 'CONVERT_TO_BINARY' || text === 'CONVERT_TO_TEXT' ? text : undefined

/** Keys are `$default` and `/pattern/`; what is held against them is the status, or a function's error message. */
const responsesOf = (
  source: SocketRouteSource,
  integration: IntegrationV2,
): Readonly<Record<string, IntegrationResponse>> => {
  const own = givenResponses(source, integration).map(restResponse)
  const hasDefault = own.some(({ selectionPattern }) => selectionPattern === undefined)
  const responses = hasDefault ? own : [...own, ...UNMAPPED]
  return Object.fromEntries(responses.map((response, index) => [String(index), response]))
}

const USUAL_SELECTIONS: ReadonlySet<string> = new Set([
  '',
  'integration.response.statuscode',
  'integration.response.body.errorMessage',
  'default',
  '\\default',
])

/** A backend that nobody maps: its kind of status decides whether `$connect` lets a client in. */
const UNMAPPED: readonly IntegrationResponse[] = [
  { statusCode: '403', selectionPattern: '4\\d\\d' },
  { statusCode: '502', selectionPattern: '5\\d\\d' },
  { statusCode: '502', selectionPattern: '(?!\\d\\d\\d$)[\\s\\S]*' },
  { statusCode: '200' },
]

const givenResponses = (
  { document }: SocketRouteSource,
  { integrationId }: IntegrationV2,
): readonly IntegrationResponseV2[] => document.integrationResponses[integrationId] ?? []

/** What this version cannot do of an integration's responses, in AWS's words. */
export const unservedResponses = (
  source: SocketRouteSource,
  integration: IntegrationV2,
): string | undefined => {
  const expression = integration.integrationResponseSelectionExpression ?? ''
  if (!USUAL_SELECTIONS.has(expression.replaceAll(/[${}]/g, ''))) {
    return `the integration response selection expression ${expression}`
  }
  const several = givenResponses(source, integration).find(
    ({ responseTemplates = {} }) => Object.keys(responseTemplates).length > 1,
  )
  return several && 'an integration response with a choice of templates'
}

const restResponse = (response: IntegrationResponseV2): IntegrationResponse => {
  const key = response.integrationResponseKey
  const pattern = /^\/(.*)\/$/s.exec(key)?.[1]
  const [first] = Object.entries(response.responseTemplates ?? {})
  const handling = contentHandling(response.contentHandlingStrategy)
  return {
    statusCode: statusOf(pattern),
    ...(key !== '$default' && { selectionPattern: pattern ?? key }),
    ...(first !== undefined && { responseTemplates: { 'application/json': first[1] } }),
    ...(handling !== undefined && { contentHandling: handling }),
  }
}

/** AWS: a class of statuses by its first digit; only `$connect` shows it to a client. */
const statusOf = (pattern: string | undefined): string => {
  const first = /^([45])/.exec(pattern ?? '')?.[1]
  if (first === undefined) return '200'
  return first === '4' ? '403' : '502'
}
