// AWS::ApiGatewayV2::ApiGatewayManagedOverrides: what a template changes of the route, integration and stage that quick
// create made. Not optional: it is how a template puts an authorizer on such a route.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-apigatewaymanagedoverrides.html
import { isObject } from '#shared/json.ts'
import { boolean, type Input, list, map, number, structure, text } from '../properties.ts'
import { type ResourceContext, type ResourceType, textMember } from '../resource-type.ts'

const ROUTE_SETTINGS = {
  DataTraceEnabled: boolean,
  DetailedMetricsEnabled: boolean,
  LoggingLevel: text,
  ThrottlingBurstLimit: number,
  ThrottlingRateLimit: number,
}

export const managedOverrides: ResourceType = {
  properties: {
    ApiId: text,
    Integration: structure({
      Description: text,
      IntegrationMethod: text,
      PayloadFormatVersion: text,
      TimeoutInMillis: number,
    }),
    Route: structure({
      AuthorizationScopes: list(text),
      AuthorizationType: text,
      AuthorizerId: text,
      OperationName: text,
      Target: text,
    }),
    Stage: structure({
      AccessLogSettings: structure({ DestinationArn: text, Format: text }),
      AutoDeploy: boolean,
      DefaultRouteSettings: structure(ROUTE_SETTINGS),
      Description: text,
      RouteSettings: map(structure(ROUTE_SETTINGS, 'RouteSettings')),
      StageVariables: map(text),
    }),
  },
  create: async (input, context) => {
    const apiId = textMember(input, 'apiId')
    const { integration, route, stage } = input
    if (isObject(integration)) {
      const integrationId = await managedId('Integration', apiId, context)
      await context.call('apigatewayv2', 'UpdateIntegration', {
        apiId,
        integrationId,
        ...integration,
      })
    }
    if (isObject(route)) {
      const routeId = await managedId('Route', apiId, context)
      await context.call('apigatewayv2', 'UpdateRoute', { apiId, routeId, ...route })
    }
    if (isObject(stage)) {
      const stageName = '$default'
      await context.call('apigatewayv2', 'UpdateStage', { apiId, stageName, ...stage })
    }
    return { physicalId: `${apiId}-overrides`, keys: { apiId } }
  },
  // AWS: deleting the overrides leaves what they changed as it is.
  delete: async () => {},
}

const managedId = async (
  noun: 'Route' | 'Integration',
  apiId: string,
  { call, fail, path }: ResourceContext,
): Promise<string> => {
  const { items } = await call('apigatewayv2', `Get${noun}s`, { apiId })
  const all: readonly Input[] = Array.isArray(items) ? items.filter(isObject) : []
  const managed = all.find(({ apiGatewayManaged }) => apiGatewayManaged === true)
  if (managed === undefined) {
    return fail([...path, noun], 'the API was not made by quick create', 'Give the Api a Target')
  }
  return textMember(managed, noun === 'Route' ? 'routeId' : 'integrationId')
}
