import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badRequest, conflict, refused } from '../apigateway/setting.ts'
import { createSetting, FUNCTION, operations } from './setting.ts'

test('CreateRoute stores what it is told and answers with its defaults', async () => {
  const { run, createApi, createIntegration } = createSetting()
  const apiId = await createApi()
  const target = `integrations/${await createIntegration(apiId)}`
  const route = await run(operations.CreateRoute, { apiId, routeKey: 'GET /pets/{id}', target })
  assert.match(route.routeId, /^[a-z][a-z0-9]{6}$/)
  assert.deepEqual(route, {
    routeId: route.routeId,
    routeKey: 'GET /pets/{id}',
    apiKeyRequired: false,
    authorizationType: 'NONE',
    target,
  })
  assert.deepEqual(await run(operations.GetRoute, { apiId, routeId: route.routeId }), route)
})

test('two routes of an API never share a key', async () => {
  const { run, createApi, createRoute } = createSetting()
  const apiId = await createApi()
  await createRoute(apiId, 'GET /pets')
  const message = 'Route with key GET /pets already exists for this API'
  await conflict(run(operations.CreateRoute, { apiId, routeKey: 'GET /pets' }), message)
  const { routeId } = await createRoute(apiId, 'PUT /pets')
  await conflict(run(operations.UpdateRoute, { apiId, routeId, routeKey: 'GET /pets' }), message)
})

for (const routeKey of ['/pets', 'get /pets', 'GET pets', 'GET /pets /x', 'TRACE /pets', 'x']) {
  test(`an HTTP API refuses the route key ${routeKey}`, async () => {
    const { run, createApi } = createSetting()
    await badRequest(
      run(operations.CreateRoute, { apiId: await createApi(), routeKey }),
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    )
  })
}

for (const routeKey of ['GET /{a}x', 'GET /{a+}/b', 'GET /{a}/{a}', 'GET /{}']) {
  test(`an HTTP API refuses the path variables of ${routeKey}`, async () => {
    const { run, createApi } = createSetting()
    const refusal = run(operations.CreateRoute, { apiId: await createApi(), routeKey })
    await assert.rejects(refusal, /Invalid path: /)
  })
}

test('a route can only use integrations and authorizers that exist, of the kind it asks for', async () => {
  const { run, createApi } = createSetting()
  const apiId = await createApi()
  const route = { apiId, routeKey: 'GET /pets' }
  await badRequest(
    run(operations.CreateRoute, { ...route, target: 'integrations/nothing' }),
    'Invalid target specified: integrations/nothing. Format should be "integrations/<id>"',
  )
  await badRequest(
    run(operations.CreateRoute, { ...route, apiKeyRequired: true }),
    'ApiKeyRequired is not currently supported for HTTP APIs',
  )
  await refused(
    run(operations.CreateRoute, { ...route, authorizationType: 'JWT', authorizerId: 'nobody' }),
    'NotFoundException',
    404,
    'Invalid Authorizer identifier specified nobody',
  )
  const { authorizerId } = await run(operations.CreateAuthorizer, {
    apiId,
    name: 'jwt',
    authorizerType: 'JWT',
    identitySource: ['$request.header.Authorization'],
    jwtConfiguration: { issuer: 'https://issuer.example', audience: ['pets'] },
  })
  await badRequest(
    run(operations.CreateRoute, { ...route, authorizationType: 'CUSTOM', authorizerId }),
    `Authorizer ${authorizerId} is of type JWT, which authorization type CUSTOM cannot use`,
  )
  const { routeId } = await run(operations.CreateRoute, {
    ...route,
    authorizationType: 'JWT',
    authorizerId,
    authorizationScopes: ['read'],
  })
  await conflict(
    run(operations.DeleteAuthorizer, { apiId, authorizerId }),
    `Cannot delete authorizer '${authorizerId}', is referenced in route: GET /pets`,
  )
  const open = await run(operations.UpdateRoute, { apiId, routeId, authorizationType: 'NONE' })
  assert.equal('authorizerId' in open || 'authorizationScopes' in open, false)
  await run(operations.DeleteAuthorizer, { apiId, authorizerId })
})

test('an integration in use cannot be deleted', async () => {
  const { run, createApi, createRoute } = createSetting()
  const apiId = await createApi()
  const { routeId, target } = await createRoute(apiId)
  const integrationId = target?.split('/')[1]
  await conflict(
    run(operations.DeleteIntegration, { apiId, integrationId }),
    `Cannot delete Integration '${integrationId}', is referenced in route: GET /pets`,
  )
  await run(operations.DeleteRoute, { apiId, routeId })
  await run(operations.DeleteIntegration, { apiId, integrationId })
  assert.deepEqual((await run(operations.GetIntegrations, { apiId })).items, [])
})

test('request parameters of a route merge, and are deleted one by one', async () => {
  const { run, createApi } = createSetting()
  const apiId = await createApi('WEBSOCKET')
  const { routeId } = await run(operations.CreateRoute, {
    apiId,
    routeKey: '$connect',
    apiKeyRequired: true,
    requestParameters: { 'route.request.querystring.a': { required: true } },
  })
  const requestParameters = { 'route.request.querystring.b': { required: false } }
  const route = await run(operations.UpdateRoute, { apiId, routeId, requestParameters })
  assert.deepEqual(route.requestParameters, {
    'route.request.querystring.a': { required: true },
    'route.request.querystring.b': { required: false },
  })
  const gone = { apiId, routeId, requestParameterKey: 'route.request.querystring.a' }
  await run(operations.DeleteRouteRequestParameter, gone)
  const after = await run(operations.GetRoute, { apiId, routeId })
  assert.deepEqual(after.requestParameters, requestParameters)
})

test('an integration that AWS refuses is refused', async () => {
  const { run, createApi } = createSetting()
  const apiId = await createApi()
  const uri = 'https://example.com/{proxy}'
  const http = { apiId, integrationType: 'HTTP_PROXY', integrationUri: uri } as const
  const create = operations.CreateIntegration
  await run(create, { ...http, integrationMethod: 'GET' })
  await badRequest(
    run(create, { apiId, integrationType: 'MOCK' }),
    'Integration type MOCK is not supported for HTTP APIs: use AWS_PROXY or HTTP_PROXY',
  )
  await badRequest(
    run(create, { ...http, timeoutInMillis: 30_001 }),
    'Timeout should be between 50 ms and 30000 ms',
  )
  await badRequest(
    run(create, { ...http, payloadFormatVersion: '3.0' }),
    'Invalid payload format version specified. Supported values are "1.0" and "2.0"',
  )
  await badRequest(
    run(create, { ...http, integrationUri: 'example.com' }),
    'Invalid HTTP endpoint specified for URI',
  )
  await badRequest(
    run(create, { ...http, connectionType: 'VPC_LINK' }),
    'ConnectionId is required when ConnectionType is VPC_LINK',
  )
  await badRequest(
    run(create, { apiId, integrationType: 'AWS_PROXY', integrationUri: 'pets' }),
    'Invalid ARN specified in the request',
  )
})

test('mappings of an integration merge per key, and the empty text takes a key away', async () => {
  const { run, createApi } = createSetting()
  const apiId = await createApi()
  const { integrationId } = await run(operations.CreateIntegration, {
    apiId,
    integrationType: 'AWS_PROXY',
    integrationUri: FUNCTION,
    requestParameters: { 'append:header.a': '1', 'append:header.b': '2' },
    responseParameters: { '500': { 'overwrite:statuscode': '403' } },
  })
  const integration = await run(operations.UpdateIntegration, {
    apiId,
    integrationId,
    requestParameters: { 'append:header.a': '', 'append:header.c': '3' },
    responseParameters: { '404': { 'append:header.error': 'x' }, '500': {} },
  })
  assert.deepEqual(integration.requestParameters, {
    'append:header.b': '2',
    'append:header.c': '3',
  })
  assert.deepEqual(integration.responseParameters, { '404': { 'append:header.error': 'x' } })
})

test('a WebSocket API keeps route and integration responses, which go with their owners', async () => {
  const { run, createApi } = createSetting()
  const apiId = await createApi('WEBSOCKET')
  const { integrationId, ...integration } = await run(operations.CreateIntegration, {
    apiId,
    integrationType: 'MOCK',
    requestTemplates: { $default: '{"statusCode":200}' },
  })
  assert.equal(integration.passthroughBehavior, 'WHEN_NO_MATCH')
  assert.equal(integration.timeoutInMillis, 29_000)
  const key = { apiId, integrationId, integrationResponseKey: '$default' }
  const made = await run(operations.CreateIntegrationResponse, key)
  await conflict(
    run(operations.CreateIntegrationResponse, key),
    'Integration response with key $default already exists',
  )
  await run(operations.UpdateIntegrationResponse, {
    apiId,
    integrationId,
    integrationResponseId: made.integrationResponseId,
    integrationResponseKey: '/2\\d\\d/',
  })
  const { routeId } = await run(operations.CreateRoute, {
    apiId,
    routeKey: 'say',
    target: `integrations/${integrationId}`,
  })
  const response = { apiId, routeId, routeResponseKey: '$default' }
  const { routeResponseId } = await run(operations.CreateRouteResponse, response)
  const listed = await run(operations.GetRouteResponses, { apiId, routeId })
  assert.deepEqual(listed.items, [{ routeResponseId, routeResponseKey: '$default' }])
  await run(operations.DeleteRoute, { apiId, routeId })
  await run(operations.DeleteIntegration, { apiId, integrationId })
  await refused(
    run(operations.GetRouteResponses, { apiId, routeId }),
    'NotFoundException',
    404,
    `Invalid Route identifier specified ${routeId}`,
  )
})

test('tags are told by ARN and change nothing that is deployed', async () => {
  const { run, createApi, createRoute, served } = createSetting()
  const apiId = await createApi()
  await createRoute(apiId)
  await run(operations.CreateStage, { apiId, stageName: '$default', autoDeploy: true })
  const before = (await served(apiId, '$default'))?.document.deploymentId
  for (const resource of [`/apis/${apiId}`, `/apis/${apiId}/stages/$default`]) {
    const resourceArn = `arn:aws:apigateway:us-east-1::${resource}`
    await run(operations.TagResource, { resourceArn, tags: { team: 'pets', cost: '1' } })
    await run(operations.UntagResource, { resourceArn, tagKeys: ['cost'] })
    assert.deepEqual(await run(operations.GetTags, { resourceArn }), { tags: { team: 'pets' } })
  }
  assert.deepEqual((await run(operations.GetApi, { apiId })).tags, { team: 'pets' })
  assert.equal((await served(apiId, '$default'))?.document.deploymentId, before)
})

test('a model of a WebSocket API has a name of its own and a schema that is JSON', async () => {
  const { run, createApi } = createSetting()
  const apiId = await createApi('WEBSOCKET')
  const model = { apiId, name: 'Pet', schema: '{"type":"object"}' }
  const { modelId } = await run(operations.CreateModel, model)
  await conflict(run(operations.CreateModel, model), 'Model name already exists for this API')
  await badRequest(
    run(operations.UpdateModel, { apiId, modelId, schema: 'no' }),
    'Invalid model schema specified',
  )
  await run(operations.DeleteModel, { apiId, modelId })
  assert.deepEqual((await run(operations.GetModels, { apiId })).items, [])
})
