// The small parts of a REST API's draft: Resource, Model, RequestValidator, GatewayResponse, Authorizer.
import { boolean, jsonText, list, map, number, text } from '../properties.ts'
import { type ResourceType, textMember } from '../resource-type.ts'

export const resource: ResourceType = {
  properties: { ParentId: text, PathPart: text, RestApiId: text },
  create: async (input, { call }) => {
    const created = await call('apigateway', 'CreateResource', input)
    const id = textMember(created, 'id')
    const keys = { restApiId: textMember(input, 'restApiId') }
    return { physicalId: id, attributes: { ResourceId: id }, keys }
  },
  delete: async ({ physicalId: resourceId, keys }, { call }) => {
    await call('apigateway', 'DeleteResource', { ...keys, resourceId })
  },
}

export const model: ResourceType = {
  properties: {
    ContentType: text,
    Description: text,
    Name: text,
    RestApiId: text,
    Schema: jsonText,
  },
  create: async (input, { call, logicalId }) => {
    const created = await call('apigateway', 'CreateModel', {
      name: logicalId,
      contentType: 'application/json',
      ...input,
    })
    const keys = { restApiId: textMember(input, 'restApiId') }
    return { physicalId: textMember(created, 'name'), keys }
  },
  delete: async ({ physicalId: modelName, keys }, { call }) => {
    await call('apigateway', 'DeleteModel', { ...keys, modelName })
  },
}

export const requestValidator: ResourceType = {
  properties: {
    Name: text,
    RestApiId: text,
    ValidateRequestBody: boolean,
    ValidateRequestParameters: boolean,
  },
  create: async (input, { call }) => {
    const created = await call('apigateway', 'CreateRequestValidator', input)
    const id = textMember(created, 'id')
    const keys = { restApiId: textMember(input, 'restApiId') }
    return { physicalId: id, attributes: { RequestValidatorId: id }, keys }
  },
  delete: async ({ physicalId: requestValidatorId, keys }, { call }) => {
    await call('apigateway', 'DeleteRequestValidator', { ...keys, requestValidatorId })
  },
}

export const gatewayResponse: ResourceType = {
  properties: {
    ResponseParameters: map(text),
    ResponseTemplates: map(text),
    ResponseType: text,
    RestApiId: text,
    StatusCode: text,
  },
  create: async (input, { call }) => {
    await call('apigateway', 'PutGatewayResponse', input)
    const keys = {
      restApiId: textMember(input, 'restApiId'),
      responseType: textMember(input, 'responseType'),
    }
    const id = `${keys.restApiId}-${keys.responseType}`
    return { physicalId: id, attributes: { Id: id }, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteGatewayResponse', keys)
  },
}

export const authorizer: ResourceType = {
  properties: {
    AuthType: text,
    AuthorizerCredentials: text,
    AuthorizerResultTtlInSeconds: number,
    AuthorizerUri: text,
    IdentitySource: text,
    IdentityValidationExpression: text,
    Name: text,
    ProviderARNs: list(text),
    RestApiId: text,
    Type: text,
  },
  create: async (input, { call, logicalId }) => {
    const created = await call('apigateway', 'CreateAuthorizer', { name: logicalId, ...input })
    const id = textMember(created, 'id')
    const keys = { restApiId: textMember(input, 'restApiId') }
    return { physicalId: id, attributes: { AuthorizerId: id }, keys }
  },
  delete: async ({ physicalId: authorizerId, keys }, { call }) => {
    await call('apigateway', 'DeleteAuthorizer', { ...keys, authorizerId })
  },
}

export const account: ResourceType = {
  properties: { CloudWatchRoleArn: text },
  create: async ({ cloudWatchRoleArn }, { call, scope }) => {
    if (cloudWatchRoleArn !== undefined) {
      const path = '/cloudwatchRoleArn'
      await call('apigateway', 'UpdateAccount', {
        patchOperations: [{ op: 'replace', path, value: cloudWatchRoleArn }],
      })
    }
    return { physicalId: scope.accountId, attributes: { Id: scope.accountId } }
  },
  // AWS: deleting the resource leaves the account's setting as it is.
  delete: async () => {},
}
