// HTTP APIs and imports as the real SDK clients of AWS see them: on a socket, through the wire layer.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  APIGatewayClient,
  BadRequestException as RestBadRequestException,
  GetResourcesCommand,
  ImportRestApiCommand,
  PutRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import {
  ApiGatewayV2Client,
  BadRequestException,
  ConflictException,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteRouteSettingsCommand,
  GetApiCommand,
  GetApisCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  GetTagsCommand,
  ImportApiCommand,
  NotFoundException,
  ReimportApiCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2'
import { apigatewayOperations } from '#control-plane/apigateway/operations.ts'
import { apigatewayv2Operations } from '#control-plane/apigatewayv2/operations.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import { credentials, serve, type Served } from '../wire/served.ts'

const NOW_MS = Date.UTC(2026, 10, 21, 12)
const FUNCTION = 'arn:aws:lambda:us-east-1:111111111111:function:pets'

const start = (
  name: 'apigateway' | 'apigatewayv2',
  operations: typeof apigatewayOperations | typeof apigatewayv2Operations,
): Promise<Served> => {
  const call = {
    accountId: '111111111111',
    region: 'us-east-1',
    requestId: 'b1946ac9-2f2f-4b3f-9a3c-111111111111',
    nowMs: NOW_MS,
    ids: randomIds(systemRandom),
    store: createMemoryStore(),
  }
  const answers = Object.entries(operations).map(
    ([name, operation]) => [name, (input: never) => operation(input, call)] as const,
  )
  return serve(name, Object.fromEntries(answers))
}

describe('an HTTP API, by the SDK', () => {
  let served: Served
  let client: ApiGatewayV2Client
  before(async () => {
    served = await start('apigatewayv2', apigatewayv2Operations)
    const { endpoint } = served
    client = new ApiGatewayV2Client({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 })
  })
  after(async () => {
    client.destroy()
    await served.close()
    assert.deepEqual(served.bugs, [])
  })

  const createApi = async () =>
    client.send(new CreateApiCommand({ Name: 'pets', ProtocolType: 'HTTP', Target: FUNCTION }))

  it('is created with its time as a date, read, listed and deleted', async () => {
    const api = await createApi()
    assert.deepEqual(api.CreatedDate, new Date(NOW_MS))
    assert.equal(api.$metadata.httpStatusCode, 201)
    const { $metadata: _, ...read } = await client.send(new GetApiCommand({ ApiId: api.ApiId }))
    const { $metadata: __, ...created } = api
    assert.deepEqual(read, created)
    const { Items } = await client.send(new GetApisCommand({}))
    assert.ok(Items?.some((item) => item.ApiId === api.ApiId))
    const deleted = await client.send(new DeleteApiCommand({ ApiId: api.ApiId }))
    assert.equal(deleted.$metadata.httpStatusCode, 204)
    await assert.rejects(client.send(new GetApiCommand({ ApiId: api.ApiId })), (error) => {
      assert.ok(error instanceof NotFoundException)
      assert.equal(error.ResourceType, 'Api')
      assert.equal(error.message, `Invalid API identifier specified 111111111111:${api.ApiId}`)
      return true
    })
  })

  it('deploys its quick-created stage by itself', async () => {
    const { ApiId } = await createApi()
    const stage = await client.send(new GetStageCommand({ ApiId, StageName: '$default' }))
    const { Items } = await client.send(new GetDeploymentsCommand({ ApiId }))
    assert.deepEqual(
      Items?.map((item) => [item.DeploymentId, item.AutoDeployed, item.DeploymentStatus]),
      [[stage.DeploymentId, true, 'DEPLOYED']],
    )
  })

  it('keeps the names that callers give: mappings, settings, variables, tags', async () => {
    const { ApiId } = await createApi()
    const integration = await client.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: FUNCTION,
        RequestParameters: { 'append:header.X-A': '1', 'append:header.b': '2' },
      }),
    )
    const { IntegrationId } = integration
    const { RequestParameters } = await client.send(
      new UpdateIntegrationCommand({
        ApiId,
        IntegrationId,
        RequestParameters: { 'append:header.b': '' },
      }),
    )
    assert.deepEqual(RequestParameters, { 'append:header.X-A': '1' })
    const RouteKey = 'GET /pets/{id}'
    await client.send(new CreateRouteCommand({ ApiId, RouteKey }))
    await assert.rejects(
      client.send(new CreateRouteCommand({ ApiId, RouteKey })),
      ConflictException,
    )
    const stage = await client.send(
      new CreateStageCommand({
        ApiId,
        StageName: 'Dev',
        StageVariables: { Name: 'v' },
        RouteSettings: { [RouteKey]: { ThrottlingBurstLimit: 2 } },
      }),
    )
    assert.deepEqual(stage.StageVariables, { Name: 'v' })
    assert.deepEqual(stage.RouteSettings, { [RouteKey]: { ThrottlingBurstLimit: 2 } })
    await client.send(new DeleteRouteSettingsCommand({ ApiId, StageName: 'Dev', RouteKey }))
    const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`
    await client.send(new TagResourceCommand({ ResourceArn, Tags: { Team: 'pets', cost: '1' } }))
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['cost'] }))
    assert.deepEqual((await client.send(new GetTagsCommand({ ResourceArn }))).Tags, {
      Team: 'pets',
    })
  })

  it('is imported and imported again', async () => {
    const Body = JSON.stringify({ openapi: '3.0.1', info: { title: 'imported' }, paths: {} })
    const api = await client.send(new ImportApiCommand({ Body }))
    assert.equal(api.Name, 'imported')
    const again = new ReimportApiCommand({ ApiId: api.ApiId, Body, FailOnWarnings: true })
    assert.equal((await client.send(again)).ApiId, api.ApiId)
    await assert.rejects(client.send(new ImportApiCommand({ Body: 'no' })), (error) => {
      assert.ok(error instanceof BadRequestException)
      assert.equal(error.message, 'Invalid OpenAPI input.')
      return true
    })
  })
})

describe('a REST API from a definition, by the SDK', () => {
  let served: Served
  let client: APIGatewayClient
  before(async () => {
    served = await start('apigateway', apigatewayOperations)
    const { endpoint } = served
    client = new APIGatewayClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 })
  })
  after(async () => {
    client.destroy()
    await served.close()
    assert.deepEqual(served.bugs, [])
  })

  const definition = (paths: object) =>
    Buffer.from(JSON.stringify({ swagger: '2.0', info: { title: 'a' }, basePath: '/v1/x', paths }))

  it('is imported with its parameters, and overwritten', async () => {
    const api = await client.send(
      new ImportRestApiCommand({
        body: definition({ '/pets': {} }),
        failOnWarnings: true,
        parameters: { basepath: 'split', endpointConfigurationTypes: 'REGIONAL' },
      }),
    )
    assert.deepEqual(api.endpointConfiguration?.types, ['REGIONAL'])
    const restApiId = api.id
    const pathsOf = async () => {
      const { items } = await client.send(new GetResourcesCommand({ restApiId }))
      return items?.map((item) => item.path).toSorted()
    }
    assert.deepEqual(await pathsOf(), ['/', '/x', '/x/pets'])
    await client.send(
      new PutRestApiCommand({ restApiId, mode: 'overwrite', body: definition({ '/dogs': {} }) }),
    )
    assert.deepEqual(await pathsOf(), ['/', '/dogs'])
  })

  it('fails on warnings where it is asked to [terraform.md 9]', async () => {
    const body = definition({ '/pets': { get: { 'x-amazon-apigateway-novelty': 1 } } })
    await assert.rejects(
      client.send(new ImportRestApiCommand({ body, failOnWarnings: true })),
      (error) => {
        assert.ok(error instanceof RestBadRequestException)
        assert.match(error.message, /^Warnings found during import/)
        return true
      },
    )
    assert.equal((await client.send(new ImportRestApiCommand({ body }))).warnings?.length, 1)
  })
})
