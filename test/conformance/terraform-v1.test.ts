// What the Terraform provider sends for the parts of v1's APIs and expects to read after it wrote: the patches
// of its updates, member for member, and NotFoundException for what is gone. [terraform.md]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as v1 from '@aws-sdk/client-api-gateway'
import { ACCOUNT, type Clients, FUNCTION, plain, startClients } from './clients.ts'
import { notFoundV1 } from './refused-v1.ts'
import { add, createApi, remove, replace } from './terraform-v1.ts'

const URI = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`
const POLICY = '{"Version":"2012-10-17","Statement":[{"Resource":"10.0.0.0/8"}]}'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

describe('Terraform reads what it wrote', () => {
  it('aws_api_gateway_authorizer', async () => {
    const { restApiId } = await createApi(clients)
    const identitySource = 'method.request.header.Authorization'
    const { id: authorizerId } = await clients.v1.send(
      new v1.CreateAuthorizerCommand({
        restApiId,
        name: 'a',
        type: 'TOKEN',
        authorizerUri: URI,
        identitySource,
        authorizerResultTtlInSeconds: 300,
      }),
    )
    const one = { restApiId, authorizerId }
    const arns = ['a', 'b'].map((id) => `arn:aws:cognito-idp:us-east-1:${ACCOUNT}:userpool/${id}`)
    await clients.v1.send(
      new v1.UpdateAuthorizerCommand({
        ...one,
        patchOperations: [
          replace('/name', 'b'),
          replace('/authorizerResultTtlInSeconds', '360'),
          replace('/identityValidationExpression', '.*'),
          replace('/authorizerCredentials', `arn:aws:iam::${ACCOUNT}:role/r`),
          replace('/identitySource', 'method.request.header.X'),
        ],
      }),
    )
    const read = await clients.v1.send(new v1.GetAuthorizerCommand(one))
    assert.deepEqual(plain(read), {
      id: authorizerId,
      name: 'b',
      type: 'TOKEN',
      authType: 'custom',
      authorizerUri: URI,
      authorizerCredentials: `arn:aws:iam::${ACCOUNT}:role/r`,
      authorizerResultTtlInSeconds: 360,
      identitySource: 'method.request.header.X',
      identityValidationExpression: '.*',
    })
    const { id: pool } = await clients.v1.send(
      new v1.CreateAuthorizerCommand({
        restApiId,
        name: 'pool',
        type: 'COGNITO_USER_POOLS',
        identitySource,
        providerARNs: arns.slice(0, 1),
      }),
    )
    const updated = await clients.v1.send(
      new v1.UpdateAuthorizerCommand({
        restApiId,
        authorizerId: pool,
        patchOperations: [add('/providerARNs', arns[1]), remove('/providerARNs', arns[0])],
      }),
    )
    assert.deepEqual(updated.providerARNs, arns.slice(1))
    await clients.v1.send(new v1.DeleteAuthorizerCommand(one))
    await assert.rejects(clients.v1.send(new v1.DeleteAuthorizerCommand(one)), {
      name: 'NotFoundException',
    })
  })

  it('aws_api_gateway_gateway_response', async () => {
    const { restApiId } = await createApi(clients)
    const one = { restApiId, responseType: 'UNAUTHORIZED' } as const
    await clients.v1.send(
      new v1.PutGatewayResponseCommand({
        ...one,
        statusCode: '401',
        responseTemplates: { 'application/json': '{}' },
        responseParameters: { 'gatewayresponse.header.Authorization': "'Basic'" },
      }),
    )
    const read = await clients.v1.send(new v1.GetGatewayResponseCommand(one))
    assert.deepEqual(plain(read), {
      responseType: 'UNAUTHORIZED',
      statusCode: '401',
      defaultResponse: false,
      responseTemplates: { 'application/json': '{}' },
      responseParameters: { 'gatewayresponse.header.Authorization': "'Basic'" },
    })
    const gone = await clients.v1.send(new v1.DeleteGatewayResponseCommand(one))
    assert.equal(gone.$metadata.httpStatusCode, 202)
  })

  it('aws_api_gateway_integration and aws_api_gateway_integration_response', async () => {
    const { at } = await createApi(clients)
    const header = 'integration.request.header.X-Authorization'
    await clients.v1.send(
      new v1.PutIntegrationCommand({
        ...at,
        type: 'HTTP',
        uri: 'https://www.google.de',
        integrationHttpMethod: 'GET',
        passthroughBehavior: 'WHEN_NO_MATCH',
        contentHandling: 'CONVERT_TO_TEXT',
        requestParameters: { [header]: "'static'" },
        requestTemplates: { 'application/json': '', 'application/xml': '#set($a = 1)' },
      }),
    )
    await clients.v1.send(
      new v1.UpdateIntegrationCommand({
        ...at,
        patchOperations: [
          remove('/requestTemplates/application~1json'),
          replace('/requestTemplates/application~1xml', '#set($a = 2)'),
          add('/requestTemplates/text~1html', '<p>'),
          replace(`/requestParameters/${header}`, "'updated'"),
          add('/requestParameters/integration.request.header.X-Foo', "'bar'"),
          replace('/timeoutInMillis', '2000'),
          replace('/uri', 'https://www.google.com'),
          replace('/contentHandling', 'CONVERT_TO_BINARY'),
          replace('/cacheNamespace', 'foobar'),
          replace('/tlsConfig/insecureSkipVerification', 'true'),
        ],
      }),
    )
    const read = await clients.v1.send(new v1.GetIntegrationCommand(at))
    assert.deepEqual(plain(read), {
      type: 'HTTP',
      httpMethod: 'GET',
      uri: 'https://www.google.com',
      connectionType: 'INTERNET',
      passthroughBehavior: 'WHEN_NO_MATCH',
      contentHandling: 'CONVERT_TO_BINARY',
      timeoutInMillis: 2000,
      cacheNamespace: 'foobar',
      cacheKeyParameters: [],
      tlsConfig: { insecureSkipVerification: true },
      requestParameters: {
        [header]: "'updated'",
        'integration.request.header.X-Foo': "'bar'",
      },
      requestTemplates: { 'application/xml': '#set($a = 2)', 'text/html': '<p>' },
    })
    const response = { ...at, statusCode: '400' }
    await clients.v1.send(new v1.PutMethodResponseCommand(response))
    await clients.v1.send(
      new v1.PutIntegrationResponseCommand({
        ...response,
        selectionPattern: '.*',
        responseTemplates: { 'application/json': '', 'application/xml': '#set($a = 1)' },
      }),
    )
    const answer = await clients.v1.send(new v1.GetIntegrationResponseCommand(response))
    assert.equal(answer.selectionPattern, '.*')
    await clients.v1.send(new v1.DeleteIntegrationResponseCommand(response))
    await notFoundV1(
      clients.v1.send(new v1.DeleteIntegrationResponseCommand(response)),
      'Invalid Response status code specified',
    )
    await clients.v1.send(new v1.DeleteIntegrationCommand(at))
    await notFoundV1(
      clients.v1.send(new v1.GetIntegrationCommand(at)),
      'Invalid Integration identifier specified',
    )
  })

  it('aws_api_gateway_method, aws_api_gateway_method_response and aws_api_gateway_request_validator', async () => {
    const { at, restApiId } = await createApi(clients)
    const { id: requestValidatorId } = await clients.v1.send(
      new v1.CreateRequestValidatorCommand({ restApiId, name: 'v', validateRequestBody: true }),
    )
    const header = '/requestParameters/method.request.header.Content-Type'
    await clients.v1.send(
      new v1.UpdateMethodCommand({
        ...at,
        patchOperations: [
          add(header, 'false'),
          replace(header, 'true'),
          add('/requestModels/application~1json', 'Error'),
          replace('/requestValidatorId', requestValidatorId),
          replace('/apiKeyRequired', 'true'),
          replace('/operationName', 'op'),
          replace('/authorizationType', 'AWS_IAM'),
        ],
      }),
    )
    const read = await clients.v1.send(new v1.GetMethodCommand(at))
    assert.deepEqual(plain(read), {
      httpMethod: 'GET',
      authorizationType: 'AWS_IAM',
      apiKeyRequired: true,
      operationName: 'op',
      requestValidatorId,
      requestModels: { 'application/json': 'Error' },
      requestParameters: { 'method.request.header.Content-Type': true },
    })
    const without = await clients.v1.send(
      new v1.UpdateMethodCommand({
        ...at,
        patchOperations: [
          remove('/requestModels/application~1json'),
          replace('/requestValidatorId', ''),
        ],
      }),
    )
    assert.equal(without.requestModels, undefined)
    assert.equal(without.requestValidatorId, undefined)
    const response = { ...at, statusCode: '400' }
    await clients.v1.send(
      new v1.PutMethodResponseCommand({
        ...response,
        responseModels: { 'application/json': 'Error' },
        responseParameters: { 'method.response.header.Content-Type': true },
      }),
    )
    const updated = await clients.v1.send(
      new v1.UpdateMethodResponseCommand({
        ...response,
        patchOperations: [
          replace('/responseModels/application~1json', 'Empty'),
          add('/responseParameters/method.response.header.Host', 'true'),
          remove('/responseParameters/method.response.header.Content-Type'),
        ],
      }),
    )
    assert.deepEqual(plain(updated), {
      statusCode: '400',
      responseModels: { 'application/json': 'Empty' },
      responseParameters: { 'method.response.header.Host': true },
    })
    const one = { restApiId, requestValidatorId }
    const validator = await clients.v1.send(
      new v1.UpdateRequestValidatorCommand({
        ...one,
        patchOperations: [
          replace('/name', 'w'),
          replace('/validateRequestBody', 'false'),
          replace('/validateRequestParameters', 'true'),
        ],
      }),
    )
    assert.deepEqual(plain(validator), {
      id: requestValidatorId,
      name: 'w',
      validateRequestBody: false,
      validateRequestParameters: true,
    })
  })

  it('aws_api_gateway_model and aws_api_gateway_resource', async () => {
    const { restApiId, rootResourceId, resourceId } = await createApi(clients)
    const model = { restApiId, modelName: 'test' }
    await clients.v1.send(
      new v1.CreateModelCommand({
        restApiId,
        name: 'test',
        description: 'a test schema',
        contentType: 'application/json',
        schema: '{"type":"object"}',
      }),
    )
    const updated = await clients.v1.send(
      new v1.UpdateModelCommand({
        ...model,
        patchOperations: [replace('/description', 'b'), replace('/schema', '{"type":"array"}')],
      }),
    )
    assert.deepEqual([updated.description, updated.schema], ['b', '{"type":"array"}'])
    await clients.v1.send(new v1.DeleteModelCommand(model))
    await notFoundV1(
      clients.v1.send(new v1.GetModelCommand(model)),
      'Invalid model name specified: test',
    )
    const { id: parentId } = await clients.v1.send(
      new v1.CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: 'parent' }),
    )
    const moved = await clients.v1.send(
      new v1.UpdateResourceCommand({
        restApiId,
        resourceId,
        patchOperations: [replace('/pathPart', 'test_changed'), replace('/parentId', parentId)],
      }),
    )
    assert.equal(moved.path, '/parent/test_changed')
  })

  it('aws_api_gateway_rest_api and aws_api_gateway_rest_api_policy', async () => {
    const { restApiId } = await createApi(clients)
    const update = async (...patchOperations: v1.PatchOperation[]) =>
      plain(await clients.v1.send(new v1.UpdateRestApiCommand({ restApiId, patchOperations })))
    const updated = await update(
      replace('/name', 'test2'),
      replace('/description', 'd'),
      replace('/apiKeySource', 'AUTHORIZER'),
      replace('/disableExecuteApiEndpoint', 'true'),
      replace('/policy', POLICY),
      replace('/minimumCompressionSize', '0'),
      add('/binaryMediaTypes/image~1png'),
      add('/binaryMediaTypes/application~1octet'),
      replace('/endpointConfiguration/types/0', 'PRIVATE'),
      add('/endpointConfiguration/vpcEndpointIds', 'vpce-1'),
      add('/endpointConfiguration/vpcEndpointIds', 'vpce-2'),
      remove('/endpointConfiguration/vpcEndpointIds', 'vpce-1'),
    )
    // The provider puts quotes around the policy and unquotes the whole.
    assert.equal(JSON.parse(`"${updated.policy}"`), POLICY)
    assert.equal(updated.minimumCompressionSize, 0)
    assert.deepEqual(updated.binaryMediaTypes, ['image/png', 'application/octet'])
    assert.deepEqual(updated.endpointConfiguration, {
      types: ['PRIVATE'],
      ipAddressType: 'dualstack',
      vpcEndpointIds: ['vpce-2'],
    })
    const without = await update(
      replace('/minimumCompressionSize'),
      replace('/policy', ''),
      remove('/binaryMediaTypes/image~1png'),
      remove('/binaryMediaTypes/application~1octet'),
      replace('/description', ''),
    )
    for (const member of ['minimumCompressionSize', 'policy', 'binaryMediaTypes', 'description']) {
      assert.ok(!(member in without), member)
    }
    const resources = await clients.v1.send(new v1.GetResourcesCommand({ restApiId, limit: 500 }))
    assert.ok(resources.items?.some(({ path }) => path === '/'))
    await clients.v1.send(new v1.DeleteRestApiCommand({ restApiId }))
    await notFoundV1(
      clients.v1.send(new v1.GetRestApiCommand({ restApiId })),
      `Invalid API identifier specified ${ACCOUNT}:${restApiId}`,
    )
  })
})
