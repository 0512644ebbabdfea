// AWS::ApiGateway::Method: a method with its responses, its integration and that one's responses.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
import { isObject } from '#shared/json.ts'
import { boolean, type Input, list, map, named, number, structure, text } from '../properties.ts'
import { type ResourceType, textMember } from '../resource-type.ts'

export const method: ResourceType = {
  properties: {
    ApiKeyRequired: boolean,
    AuthorizationScopes: list(text),
    AuthorizationType: text,
    AuthorizerId: text,
    HttpMethod: text,
    Integration: structure({
      CacheKeyParameters: list(text),
      CacheNamespace: text,
      ConnectionId: text,
      ConnectionType: text,
      ContentHandling: text,
      Credentials: text,
      IntegrationHttpMethod: text,
      IntegrationResponses: list(
        structure({
          ContentHandling: text,
          ResponseParameters: map(text),
          ResponseTemplates: map(text),
          SelectionPattern: text,
          StatusCode: text,
        }),
      ),
      IntegrationTarget: text,
      PassthroughBehavior: text,
      RequestParameters: map(text),
      RequestTemplates: map(text),
      ResponseTransferMode: text,
      TimeoutInMillis: number,
      TlsConfig: structure({ InsecureSkipVerification: boolean }),
      Type: text,
      Uri: text,
    }),
    MethodResponses: list(
      structure({
        ResponseModels: map(text),
        ResponseParameters: map(boolean),
        StatusCode: text,
      }),
    ),
    OperationName: text,
    RequestModels: map(text),
    RequestParameters: map(boolean),
    RequestValidatorId: text,
    ResourceId: text,
    RestApiId: named('restApiId', text),
  },
  create: async (input, { call }) => {
    const { integration, methodResponses, ...method } = input
    const keys = {
      restApiId: textMember(input, 'restApiId'),
      resourceId: textMember(input, 'resourceId'),
      httpMethod: textMember(input, 'httpMethod').toUpperCase(),
    }
    await call('apigateway', 'PutMethod', { authorizationType: 'NONE', ...method, ...keys })
    for (const response of inputsOf(methodResponses)) {
      await call('apigateway', 'PutMethodResponse', { ...response, ...keys })
    }
    if (isObject(integration)) {
      const { integrationResponses, ...rest } = integration
      await call('apigateway', 'PutIntegration', { ...rest, ...keys })
      for (const response of inputsOf(integrationResponses)) {
        await call('apigateway', 'PutIntegrationResponse', { ...response, ...keys })
      }
    }
    return { physicalId: `${keys.restApiId}-${keys.resourceId}-${keys.httpMethod}`, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteMethod', keys)
  },
}

const inputsOf = (value: unknown): readonly Input[] =>
  Array.isArray(value) ? value.filter(isObject) : []
