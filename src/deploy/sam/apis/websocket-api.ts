// AWS::Serverless::WebSocketApi: an Api, its stage, and per route an integration and a permission.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-websocketapi.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { words } from '../../words.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { keptAttributes, pick } from '../draft.ts'
import { addDomain } from './domain.ts'
import { given } from '../events/event.ts'
import { addWebSocketAuth, checkWebSocketAuth, invocationUri } from './websocket-auth.ts'

const SAME = [
  ...words(
    'ApiKeySelectionExpression Description DisableExecuteApiEndpoint DisableSchemaValidation',
  ),
  ...words('IpAddressType Name RouteSelectionExpression'),
]

const STAGE_SAME = ['AccessLogSettings', 'DefaultRouteSettings', 'RouteSettings', 'StageVariables']

export const transformWebSocketApi = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  if (!check(context, resource)) return
  const kept = keptAttributes(attributes)
  const created = { 'websocketapi:createdBy': 'SAM' }
  const tags = { ...objectOf(properties['Tags']), ...created }
  addResource(
    context,
    resource,
    logicalId,
    'AWS::ApiGatewayV2::Api',
    { ...pick(properties, SAME), ProtocolType: 'WEBSOCKET', Tags: tags },
    attributes,
  )
  const stage = properties['StageName'] ?? 'default'
  for (const [key, route] of Object.entries(objectOf(properties['Routes']) ?? {})) {
    addRoute(context, resource, key, objectOf(route) ?? {}, stage)
  }
  const stageId = stageIdOf(logicalId, stage)
  addResource(
    context,
    resource,
    stageId,
    'AWS::ApiGatewayV2::Stage',
    {
      ApiId: { Ref: logicalId },
      AutoDeploy: true,
      StageName: stage,
      ...pick(properties, STAGE_SAME),
      Tags: properties['PropagateTags'] === true ? tags : created,
    },
    kept,
  )
  context.references.set(`${logicalId}.Stage`, stageId)
  addDomain(context, resource, 'websocket', stageId, attributes)
}

const stageIdOf = (api: string, stage: JsonValue): string => {
  if (typeof stage !== 'string') return `${api}Stage`
  return stage === 'default'
    ? `${api}DefaultStage`
    : `${api}${stage.replaceAll(/[^A-Za-z0-9]/g, '')}Stage`
}

const ROUTE_KEY = /^(\$connect|\$disconnect|\$default|[A-Za-z0-9_.-]+)$/

const check = (context: SamContext, resource: SamResource): boolean => {
  const { properties } = resource
  const refuse = (path: string, problem: string): false => {
    fail(context, resource, [path], problem)
    return false
  }
  if (properties['RouteSelectionExpression'] === undefined) {
    return refuse('RouteSelectionExpression', 'the property `RouteSelectionExpression` is required')
  }
  if (properties['StageName'] === '$default') {
    return refuse('StageName', 'stages cannot be named $default for WebSocket APIs')
  }
  const logs = properties['AccessLogSettings']
  if (logs !== undefined && !isObject(logs))
    return refuse('AccessLogSettings', '`AccessLogSettings` should be a map')
  if (!isObject(properties['Routes'])) return refuse('Routes', '`Routes` should be a map')
  for (const [key, route] of Object.entries(properties['Routes'])) {
    if (!ROUTE_KEY.test(key))
      return refuse('Routes', `the route key \`${key}\` must be alphanumeric`)
    if (memberOf(route, 'FunctionArn') === undefined) {
      return refuse('Routes', `the route \`${key}\` must have a FunctionArn`)
    }
  }
  return checkWebSocketAuth(context, resource)
}

/** `$connect` → `Connect`: a route key as part of a logical id. */
const routeName = (key: string): string => {
  const plain = key.replaceAll(/[^A-Za-z0-9]/g, '')
  return key.startsWith('$') ? `${plain.slice(0, 1).toUpperCase()}${plain.slice(1)}` : plain
}

const addRoute = (
  context: SamContext,
  resource: SamResource,
  key: string,
  route: JsonObject,
  stage: JsonValue,
): void => {
  const { logicalId, attributes } = resource
  const kept = keptAttributes(attributes)
  const prefix = `${logicalId}${routeName(key)}`
  const target = route['FunctionArn'] ?? null
  addResource(
    context,
    resource,
    `${prefix}Integration`,
    'AWS::ApiGatewayV2::Integration',
    {
      ApiId: { Ref: logicalId },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invocationUri('FunctionArn', target),
      ...given({ TimeoutInMillis: route['IntegrationTimeout'] }),
    },
    kept,
  )
  const auth = key === '$connect' ? addWebSocketAuth(context, resource, prefix) : {}
  addResource(
    context,
    resource,
    `${prefix}Route`,
    'AWS::ApiGatewayV2::Route',
    {
      ApiId: { Ref: logicalId },
      RouteKey: key,
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${prefix}Integration` }]] },
      ...pick(route, ['ApiKeyRequired', 'ModelSelectionExpression', 'OperationName']),
      ...pick(route, ['RequestModels', 'RequestParameters', 'RouteResponseSelectionExpression']),
      ...auth,
    },
    kept,
  )
  const known = typeof stage === 'string'
  const arn = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${logicalId}.ApiId}/${known ? stage : '${__Stage__}'}/${key}`
  addResource(
    context,
    resource,
    `${prefix}Permission`,
    'AWS::Lambda::Permission',
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: target,
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Sub': known ? arn : [arn, { __Stage__: stage }] },
    },
    kept,
  )
}
