// Routes, integrations and their responses, by the SDK.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateIntegrationResponseCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  DeleteRouteCommand,
  DeleteRouteRequestParameterCommand,
  DeleteRouteResponseCommand,
  GetIntegrationCommand,
  GetIntegrationResponseCommand,
  GetIntegrationResponsesCommand,
  GetIntegrationsCommand,
  GetRouteCommand,
  GetRouteResponseCommand,
  GetRouteResponsesCommand,
  GetRoutesCommand,
  UpdateIntegrationCommand,
  UpdateIntegrationResponseCommand,
  UpdateRouteCommand,
  UpdateRouteResponseCommand,
} from '@aws-sdk/client-apigatewayv2'
import { type Clients, FUNCTION, plain, refused, startClients } from './clients.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const createApi = async (protocol: 'HTTP' | 'WEBSOCKET'): Promise<string> => {
  const { ApiId = '' } = await clients.v2.send(
    new CreateApiCommand({
      Name: 'pets',
      ProtocolType: protocol,
      RouteSelectionExpression: protocol === 'HTTP' ? undefined : '$request.body.action',
    }),
  )
  return ApiId
}

const createIntegration = async (ApiId: string): Promise<string> => {
  const { IntegrationId = '' } = await clients.v2.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: FUNCTION,
    }),
  )
  return IntegrationId
}

const missing = async (calling: Promise<unknown>, resourceType: string) => {
  const error = await refused(calling, 'NotFoundException', 404, /^Invalid /)
  assert.equal(Reflect.get(error, 'ResourceType'), resourceType)
}
const bad = (calling: Promise<unknown>, message: RegExp) =>
  refused(calling, 'BadRequestException', 400, message)

describe('a route', () => {
  it('is created with its defaults, read, listed, merged and deleted', async () => {
    const { v2 } = clients
    const ApiId = await createApi('WEBSOCKET')
    const Target = `integrations/${await createIntegration(ApiId)}`
    const created = await v2.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: 'join',
        Target,
        RequestParameters: { 'route.request.header.a': { Required: true } },
      }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { RouteId } = created
    assert.deepEqual(plain(created), {
      ApiKeyRequired: false,
      AuthorizationType: 'NONE',
      RequestParameters: { 'route.request.header.a': { Required: true } },
      RouteId,
      RouteKey: 'join',
      Target,
    })
    const id = { ApiId, RouteId }
    assert.deepEqual(plain(await v2.send(new GetRouteCommand(id))), plain(created))
    assert.deepEqual((await v2.send(new GetRoutesCommand({ ApiId }))).Items, [plain(created)])
    const updated = await v2.send(
      new UpdateRouteCommand({ ...id, OperationName: 'join', ApiKeyRequired: true }),
    )
    const after = { ...plain(created), OperationName: 'join', ApiKeyRequired: true }
    assert.deepEqual(plain(updated), after)
    const RequestParameterKey = 'route.request.header.a'
    const parameter = { ...id, RequestParameterKey }
    const deleted = await v2.send(new DeleteRouteRequestParameterCommand(parameter))
    assert.equal(deleted.$metadata.httpStatusCode, 204)
    const { RequestParameters: _, ...rest } = after
    assert.deepEqual(plain(await v2.send(new GetRouteCommand(id))), rest)
    await missing(
      v2.send(new DeleteRouteRequestParameterCommand(parameter)),
      'RouteRequestParameter',
    )
    assert.equal((await v2.send(new DeleteRouteCommand(id))).$metadata.httpStatusCode, 204)
    await missing(v2.send(new DeleteRouteCommand(id)), 'Route')
    await missing(v2.send(new GetRouteCommand(id)), 'Route')
  })

  it('is refused its key twice, a bad key, and what is not there', async () => {
    const { v2 } = clients
    const ApiId = await createApi('HTTP')
    const create = (RouteKey: string, more: object = {}) =>
      v2.send(new CreateRouteCommand({ ApiId, RouteKey, ...more }))
    await create('GET /pets')
    await refused(
      create('GET /pets'),
      'ConflictException',
      409,
      'Route with key GET /pets already exists for this API',
    )
    await bad(create('GET pets'), /The provided route key is not formatted properly/)
    await bad(create('GET /a', { Target: 'integrations/none' }), /Invalid target specified/)
    await bad(create('GET /b', { ApiKeyRequired: true }), /not currently supported for HTTP/)
    await missing(v2.send(new GetRoutesCommand({ ApiId: 'nothing' })), 'Api')
    const error = v2.send(new CreateRouteCommand({ ApiId, RouteKey: undefined }))
    await refused(error, 'ValidationException', 400, /createRouteInput\.routeKey/)
  })
})

describe('a route response', () => {
  it('is created, read, listed, merged and deleted', async () => {
    const { v2 } = clients
    const ApiId = await createApi('WEBSOCKET')
    const { RouteId } = await v2.send(new CreateRouteCommand({ ApiId, RouteKey: 'join' }))
    const route = { ApiId, RouteId }
    const created = await v2.send(
      new CreateRouteResponseCommand({ ...route, RouteResponseKey: '$default' }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { RouteResponseId } = created
    assert.deepEqual(plain(created), { RouteResponseId, RouteResponseKey: '$default' })
    const id = { ...route, RouteResponseId }
    const updated = await v2.send(
      new UpdateRouteResponseCommand({ ...id, ModelSelectionExpression: '$request.body.kind' }),
    )
    const after = { ...plain(created), ModelSelectionExpression: '$request.body.kind' }
    assert.deepEqual(plain(updated), after)
    assert.deepEqual(plain(await v2.send(new GetRouteResponseCommand(id))), after)
    assert.deepEqual((await v2.send(new GetRouteResponsesCommand(route))).Items, [after])
    await bad(
      v2.send(new CreateRouteResponseCommand({ ...route, RouteResponseKey: 'other' })),
      /must be \$default/,
    )
    const again = v2.send(
      new CreateRouteResponseCommand({ ...route, RouteResponseKey: '$default' }),
    )
    await refused(again, 'ConflictException', 409, /already exists/)
    assert.equal((await v2.send(new DeleteRouteResponseCommand(id))).$metadata.httpStatusCode, 204)
    await missing(v2.send(new GetRouteResponseCommand(id)), 'RouteResponse')
  })
})

describe('an integration', () => {
  // [terraform.md, 4]
  it('has AWS’s defaults per protocol', async () => {
    const { v2 } = clients
    for (const [protocol, expected] of [
      ['HTTP', { TimeoutInMillis: 30_000, IntegrationMethod: 'POST' }],
      [
        'WEBSOCKET',
        {
          TimeoutInMillis: 29_000,
          PassthroughBehavior: 'WHEN_NO_MATCH',
          IntegrationResponseSelectionExpression: '${integration.response.statuscode}',
        },
      ],
    ] as const) {
      const ApiId = await createApi(protocol)
      const IntegrationId = await createIntegration(ApiId)
      const read = await v2.send(new GetIntegrationCommand({ ApiId, IntegrationId }))
      assert.deepEqual(plain(read), {
        ConnectionType: 'INTERNET',
        IntegrationId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: FUNCTION,
        PayloadFormatVersion: '1.0',
        ...expected,
      })
      assert.deepEqual((await v2.send(new GetIntegrationsCommand({ ApiId }))).Items, [plain(read)])
    }
  })

  it('is merged, and deleted once no route has it', async () => {
    const { v2 } = clients
    const ApiId = await createApi('HTTP')
    const id = { ApiId, IntegrationId: await createIntegration(ApiId) }
    const updated = await v2.send(
      new UpdateIntegrationCommand({
        ...id,
        Description: 'pets',
        RequestParameters: { 'append:header.a': '1', 'append:header.b': '2' },
      }),
    )
    assert.equal(updated.Description, 'pets')
    const again = await v2.send(
      new UpdateIntegrationCommand({ ...id, RequestParameters: { 'append:header.a': '' } }),
    )
    assert.deepEqual(again.RequestParameters, { 'append:header.b': '2' })
    await bad(v2.send(new UpdateIntegrationCommand({ ...id, TimeoutInMillis: 49 })), /between 50/)
    const Target = `integrations/${id.IntegrationId}`
    const { RouteId } = await v2.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /', Target }))
    await refused(
      v2.send(new DeleteIntegrationCommand(id)),
      'ConflictException',
      409,
      /is referenced in route: GET \//,
    )
    await v2.send(new DeleteRouteCommand({ ApiId, RouteId }))
    assert.equal((await v2.send(new DeleteIntegrationCommand(id))).$metadata.httpStatusCode, 204)
    await missing(v2.send(new DeleteIntegrationCommand(id)), 'Integration')
  })
})

describe('an integration response', () => {
  it('is created, read, listed, merged and deleted', async () => {
    const { v2 } = clients
    const ApiId = await createApi('WEBSOCKET')
    const integration = { ApiId, IntegrationId: await createIntegration(ApiId) }
    const created = await v2.send(
      new CreateIntegrationResponseCommand({
        ...integration,
        IntegrationResponseKey: '/2\\d\\d/',
        ResponseTemplates: { a: '1', b: '2' },
      }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { IntegrationResponseId } = created
    const id = { ...integration, IntegrationResponseId }
    const updated = await v2.send(
      new UpdateIntegrationResponseCommand({ ...id, ResponseTemplates: { a: '' } }),
    )
    const after = {
      IntegrationResponseId,
      IntegrationResponseKey: '/2\\d\\d/',
      ResponseTemplates: { b: '2' },
    }
    assert.deepEqual(plain(updated), after)
    assert.deepEqual(plain(await v2.send(new GetIntegrationResponseCommand(id))), after)
    const { Items } = await v2.send(new GetIntegrationResponsesCommand(integration))
    assert.deepEqual(Items, [after])
    const create = (IntegrationResponseKey: string) =>
      v2.send(new CreateIntegrationResponseCommand({ ...integration, IntegrationResponseKey }))
    await bad(create('200'), /must be \$default or a pattern/)
    await refused(create('/2\\d\\d/'), 'ConflictException', 409, /already exists/)
    const deleted = await v2.send(new DeleteIntegrationResponseCommand(id))
    assert.equal(deleted.$metadata.httpStatusCode, 204)
    await missing(v2.send(new GetIntegrationResponseCommand(id)), 'IntegrationResponse')
  })
})
