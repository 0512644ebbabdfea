// A REST API from its creation to its deletion, as the real SDK client of AWS sees it: on a socket, through the wire
// layer, with what Terraform expects to read after it wrote. [terraform.md, "Read-after-write expectations"]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  APIGatewayClient,
  BadRequestException,
  ConflictException,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteMethodCommand,
  DeleteRestApiCommand,
  GetDeploymentCommand,
  GetIntegrationCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetStageCommand,
  GetStagesCommand,
  NotFoundException,
  PutGatewayResponseCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  TagResourceCommand,
  UpdateMethodResponseCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { apigatewayOperations } from '#control-plane/apigateway/operations.ts'
import { systemRandom } from '#shared/random.ts'
import { randomIds } from '#shared/ids.ts'
import { createMemoryStore } from '#store/memory.ts'
import { credentials, serve, type Served } from '../wire/served.ts'

const NOW_MS = Date.UTC(2026, 10, 21, 12)

const startControlPlane = (): Promise<Served> => {
  const call = {
    accountId: '111111111111',
    region: 'us-east-1',
    requestId: 'b1946ac9-2f2f-4b3f-9a3c-111111111111',
    nowMs: NOW_MS,
    ids: randomIds(systemRandom),
    store: createMemoryStore(),
  }
  const answers = Object.entries(apigatewayOperations).map(
    ([name, operation]) => [name, (input: never) => operation(input, call)] as const,
  )
  return serve('apigateway', Object.fromEntries(answers))
}

describe('a REST API, by the SDK', () => {
  let served: Served
  let client: APIGatewayClient
  before(async () => {
    served = await startControlPlane()
    const { endpoint } = served
    client = new APIGatewayClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 })
  })
  after(async () => {
    client.destroy()
    await served.close()
    assert.deepEqual(served.bugs, [])
  })

  const createApi = async () => {
    const api = await client.send(new CreateRestApiCommand({ name: 'pets' }))
    assert.ok(api.id !== undefined && api.rootResourceId !== undefined)
    return { restApiId: api.id, rootId: api.rootResourceId }
  }

  const createMockApi = async () => {
    const { restApiId, rootId } = await createApi()
    const at = { restApiId, resourceId: rootId, httpMethod: 'GET' }
    await client.send(new PutMethodCommand({ ...at, authorizationType: 'NONE' }))
    await client.send(new PutIntegrationCommand({ ...at, type: 'MOCK' }))
    return { restApiId, rootId, at }
  }

  it('200: what was created is read back, member for member', async () => {
    const tags = { team: 'zoo' }
    const { $metadata, ...api } = await client.send(
      new CreateRestApiCommand({ name: 'pets', tags, policy: '{"Version":"2012-10-17"}' }),
    )
    assert.equal($metadata.httpStatusCode, 201)
    assert.deepEqual(api, {
      id: api.id,
      name: 'pets',
      createdDate: new Date(NOW_MS),
      apiKeySource: 'HEADER',
      disableExecuteApiEndpoint: false,
      endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
      rootResourceId: api.rootResourceId,
      policy: String.raw`{\"Version\":\"2012-10-17\"}`,
      tags,
    })
    const read = await client.send(new GetRestApiCommand({ restApiId: api.id }))
    assert.deepEqual({ ...read, $metadata: undefined }, { ...api, $metadata: undefined })
    const { items } = await client.send(new GetRestApisCommand({ limit: 500 }))
    assert.ok(items?.some(({ id }) => id === api.id))
  })

  it('200: a method with its integration and responses, embedded in its resource', async () => {
    const { restApiId, rootId } = await createApi()
    const resource = await client.send(
      new CreateResourceCommand({ restApiId, parentId: rootId, pathPart: '{petId}' }),
    )
    const at = { restApiId, resourceId: resource.id, httpMethod: 'GET' }
    const parameter = 'method.request.path.petId'
    const header = 'method.response.header.x-pet'
    await client.send(
      new PutMethodCommand({
        ...at,
        authorizationType: 'NONE',
        requestParameters: { [parameter]: true },
      }),
    )
    await client.send(
      new PutIntegrationCommand({
        ...at,
        type: 'HTTP',
        integrationHttpMethod: 'GET',
        uri: 'http://127.0.0.1/{petId}',
        requestParameters: { 'integration.request.path.petId': parameter },
      }),
    )
    const responseAt = { ...at, statusCode: '200' }
    await client.send(new PutMethodResponseCommand(responseAt))
    const updated = await client.send(
      new UpdateMethodResponseCommand({
        ...responseAt,
        patchOperations: [{ op: 'add', path: `/responseParameters/${header}`, value: 'false' }],
      }),
    )
    assert.equal(updated.$metadata.httpStatusCode, 201) // F060
    await client.send(
      new PutIntegrationResponseCommand({
        ...responseAt,
        responseParameters: { [header]: 'integration.response.header.x' },
        responseTemplates: { 'application/json': '' },
      }),
    )
    const embed = ['methods']
    const { items } = await client.send(new GetResourcesCommand({ restApiId, embed }))
    const found = items?.find(({ id }) => id === resource.id)
    assert.deepEqual(found, {
      id: resource.id,
      parentId: rootId,
      path: '/{petId}',
      pathPart: '{petId}',
      resourceMethods: {
        GET: {
          httpMethod: 'GET',
          authorizationType: 'NONE',
          apiKeyRequired: false,
          requestParameters: { [parameter]: true },
          methodResponses: {
            200: { statusCode: '200', responseParameters: { [header]: false } },
          },
          methodIntegration: {
            type: 'HTTP',
            httpMethod: 'GET',
            uri: 'http://127.0.0.1/{petId}',
            connectionType: 'INTERNET',
            requestParameters: { 'integration.request.path.petId': parameter },
            passthroughBehavior: 'WHEN_NO_MATCH',
            timeoutInMillis: 29000,
            cacheNamespace: resource.id,
            cacheKeyParameters: [],
            integrationResponses: {
              200: {
                statusCode: '200',
                responseParameters: { [header]: 'integration.response.header.x' },
                responseTemplates: { 'application/json': null },
              },
            },
          },
        },
      },
    })
  })

  it('200: a deployment and its stage', async () => {
    const { restApiId } = await createMockApi()
    const deployment = await client.send(
      new CreateDeploymentCommand({ restApiId, stageName: 'prod', variables: { a: '1' } }),
    )
    const one = { restApiId, stageName: 'prod' }
    const stage = await client.send(new GetStageCommand(one))
    assert.equal(stage.deploymentId, deployment.id)
    assert.deepEqual(stage.createdDate, new Date(NOW_MS))
    assert.deepEqual(stage.methodSettings, {})
    const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}/stages/prod`
    await client.send(new TagResourceCommand({ resourceArn, tags: { team: 'zoo' } }))
    const path = '/pets~1{id}/GET/throttling/rateLimit'
    const patched = await client.send(
      new UpdateStageCommand({
        ...one,
        patchOperations: [{ op: 'replace', path, value: '12.5' }],
      }),
    )
    assert.equal(patched.methodSettings?.['pets~1{id}/GET']?.throttlingRateLimit, 12.5)
    assert.deepEqual(patched.tags, { team: 'zoo' })
    const { item } = await client.send(new GetStagesCommand({ restApiId }))
    assert.equal(item?.length, 1)
    const { apiSummary } = await client.send(
      new GetDeploymentCommand({
        restApiId,
        deploymentId: deployment.id,
        embed: ['apisummary'],
      }),
    )
    assert.deepEqual(apiSummary, {
      '/': { GET: { authorizationType: 'NONE', apiKeyRequired: false } },
    })
  })

  it('204 and 202: deletes answer as AWS does, and a second one is not found', async () => {
    const { restApiId, at } = await createMockApi()
    const method = await client.send(new DeleteMethodCommand(at))
    assert.equal(method.$metadata.httpStatusCode, 204)
    await assert.rejects(client.send(new DeleteMethodCommand(at)), NotFoundException)
    const api = await client.send(new DeleteRestApiCommand({ restApiId }))
    assert.equal(api.$metadata.httpStatusCode, 202)
    await assert.rejects(client.send(new DeleteRestApiCommand({ restApiId })), NotFoundException)
  })

  it('400: a stage on a deployment that is not there', async () => {
    const { restApiId } = await createMockApi()
    await assert.rejects(
      client.send(new CreateStageCommand({ restApiId, stageName: 'x', deploymentId: 'nothing' })),
      (error) => {
        assert.ok(error instanceof BadRequestException)
        assert.equal(error.message, 'Deployment id does not exist')
        return true
      },
    )
  })

  it('400: a gateway response of a type that is none', async () => {
    const { restApiId } = await createApi()
    const wrong: unknown = 'FAKE_RESPONSE_TYPE'
    await assert.rejects(
      client.send(new PutGatewayResponseCommand({ restApiId, responseType: wrong as 'THROTTLED' })),
      { name: 'ValidationException' },
    )
  })

  it('404: a method and an integration that are not there', async () => {
    const { restApiId, rootId } = await createApi()
    const at = { restApiId, resourceId: rootId, httpMethod: 'GET' }
    const isUnknownMethod = (error: unknown) => {
      assert.ok(error instanceof NotFoundException)
      assert.equal(error.message, 'Invalid Method identifier specified')
      return true
    }
    await assert.rejects(client.send(new GetMethodCommand(at)), isUnknownMethod)
    await assert.rejects(client.send(new GetIntegrationCommand(at)), isUnknownMethod)
  })

  it('409: a resource that is there already', async () => {
    const { restApiId, rootId } = await createApi()
    const command = new CreateResourceCommand({ restApiId, parentId: rootId, pathPart: 'pets' })
    await client.send(command)
    await assert.rejects(client.send(command), ConflictException)
  })
})
