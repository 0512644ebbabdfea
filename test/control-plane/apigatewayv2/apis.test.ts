import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badRequest, invalid, refused } from '../apigateway/setting.ts'
import { createSetting, FUNCTION, NOW_MS, operations } from './setting.ts'

test('CreateApi answers with the defaults that Terraform reads back [terraform.md 4]', async () => {
  const { run } = createSetting()
  const api = await run(operations.CreateApi, { name: 'pets', protocolType: 'HTTP' })
  assert.match(api.apiId, /^[a-z][a-z0-9]{9}$/)
  assert.deepEqual(api, {
    apiId: api.apiId,
    name: 'pets',
    protocolType: 'HTTP',
    createdDate: NOW_MS,
    apiEndpoint: `https://${api.apiId}.execute-api.us-east-1.amazonaws.com`,
    routeSelectionExpression: '$request.method $request.path',
    apiKeySelectionExpression: '$request.header.x-api-key',
    disableExecuteApiEndpoint: false,
    ipAddressType: 'ipv4',
  })
  assert.deepEqual(await run(operations.GetApi, { apiId: api.apiId }), api)
})

test('a WebSocket API has a wss endpoint and needs a route selection expression', async () => {
  const { run } = createSetting()
  const input = { name: 'chat', protocolType: 'WEBSOCKET' } as const
  await badRequest(
    run(operations.CreateApi, input),
    'RouteSelectionExpression is required for WEBSOCKET APIs',
  )
  const api = await run(operations.CreateApi, {
    ...input,
    routeSelectionExpression: '$request.body.action',
  })
  assert.equal(api.apiEndpoint, `wss://${api.apiId}.execute-api.us-east-1.amazonaws.com`)
})

test('quick create makes an integration, a route and a $default stage that serves at once', async () => {
  const { run, served } = createSetting()
  const { apiId } = await run(operations.CreateApi, {
    name: 'quick',
    protocolType: 'HTTP',
    target: FUNCTION,
  })
  const { items: integrations } = await run(operations.GetIntegrations, { apiId })
  const { items: routes } = await run(operations.GetRoutes, { apiId })
  const [stage] = (await run(operations.GetStages, { apiId })).items
  assert.deepEqual(integrations, [
    {
      integrationId: integrations[0]?.integrationId,
      apiGatewayManaged: true,
      connectionType: 'INTERNET',
      integrationType: 'AWS_PROXY',
      integrationMethod: 'POST',
      integrationUri: FUNCTION,
      payloadFormatVersion: '2.0',
      timeoutInMillis: 30000,
    },
  ])
  assert.equal(routes[0]?.routeKey, '$default')
  assert.equal(routes[0].target, `integrations/${integrations[0]?.integrationId}`)
  assert.equal(routes[0].apiGatewayManaged, true)
  assert.equal(stage?.stageName, '$default')
  assert.equal(stage.autoDeploy, true)
  assert.equal(stage.apiGatewayManaged, true)
  const { document } = (await served(apiId, '$default')) ?? {}
  assert.deepEqual(document?.routes, routes)
  assert.equal(document?.deploymentId, stage.deploymentId)
})

test('quick create proxies to a URL, under the route key that is asked for, and UpdateApi points it elsewhere', async () => {
  const { run, served } = createSetting()
  const { apiId } = await run(operations.CreateApi, {
    name: 'quick',
    protocolType: 'HTTP',
    target: 'https://example.com/pets',
    routeKey: 'GET /pets',
    credentialsArn: 'arn:aws:iam::111111111111:role/invoke',
  })
  const [before] = (await run(operations.GetIntegrations, { apiId })).items
  assert.equal(before?.integrationType, 'HTTP_PROXY')
  assert.equal(before?.payloadFormatVersion, '1.0')
  assert.equal(before?.integrationMethod, 'ANY')
  await run(operations.UpdateApi, { apiId, target: FUNCTION, routeKey: 'ANY /dogs' })
  const [after] = (await run(operations.GetIntegrations, { apiId })).items
  assert.equal(after?.integrationId, before?.integrationId)
  assert.equal(after?.integrationType, 'AWS_PROXY')
  assert.equal(after?.credentialsArn, 'arn:aws:iam::111111111111:role/invoke')
  const { document } = (await served(apiId, '$default')) ?? {}
  assert.deepEqual(
    document?.routes.map((route) => route.routeKey),
    ['ANY /dogs'],
  )
  assert.equal(document?.integrations[0]?.integrationUri, FUNCTION)
})

test('UpdateApi merges: what is absent stays, the empty text takes away, CORS is replaced whole', async () => {
  const { run } = createSetting()
  const { apiId } = await run(operations.CreateApi, {
    name: 'pets',
    protocolType: 'HTTP',
    description: 'all pets',
    version: '1',
    corsConfiguration: { allowOrigins: ['https://a.example'], allowMethods: ['GET'] },
  })
  const api = await run(operations.UpdateApi, {
    apiId,
    description: '',
    corsConfiguration: { allowOrigins: ['https://b.example'] },
  })
  assert.equal(api.name, 'pets')
  assert.equal(api.version, '1')
  assert.equal('description' in api, false)
  assert.deepEqual(api.corsConfiguration, { allowOrigins: ['https://b.example'] })
  await run(operations.DeleteCorsConfiguration, { apiId })
  assert.equal('corsConfiguration' in (await run(operations.GetApi, { apiId })), false)
})

test('an API cannot be what AWS does not have', async () => {
  const { run } = createSetting()
  const http = { name: 'pets', protocolType: 'HTTP' } as const
  await invalid(
    run(operations.CreateApi, { name: 'pets', protocolType: 'REST' as 'HTTP' }),
    "1 validation error detected: Value 'REST' at 'createApiInput.protocolType' failed to satisfy constraint: Member must satisfy enum value set: [WEBSOCKET, HTTP]",
  )
  await badRequest(
    run(operations.CreateApi, { ...http, corsConfiguration: { maxAge: 86_401 } }),
    'maxAge must be between -1 and 86400',
  )
  await badRequest(
    run(operations.CreateApi, {
      ...http,
      corsConfiguration: { allowCredentials: true, allowOrigins: ['*'] },
    }),
    'allowCredentials is not supported when allowOrigins contains *',
  )
  const { apiId } = await run(operations.CreateApi, http)
  await badRequest(run(operations.UpdateApi, { apiId, name: '' }), 'name must not be empty')
})

test('DeleteApi leaves nothing behind, and the second answers NotFoundException with its resource type', async () => {
  const { run, served, countDocuments } = createSetting()
  const input = { name: 'pets', protocolType: 'HTTP', target: FUNCTION } as const
  const { apiId } = await run(operations.CreateApi, input)
  await run(operations.DeleteApi, { apiId })
  assert.equal(await served(apiId, '$default'), undefined)
  assert.equal(await countDocuments(), 0)
  const again = run(operations.DeleteApi, { apiId })
  await refused(
    again,
    'NotFoundException',
    404,
    `Invalid API identifier specified 111111111111:${apiId}`,
  )
  await assert.rejects(again, { details: { resourceType: 'Api' } })
})

test('GetApis pages by maxResults, which AWS types as text', async () => {
  const { run, createApi } = createSetting()
  const made = new Set([await createApi(), await createApi(), await createApi()])
  const first = await run(operations.GetApis, { maxResults: '2' })
  assert.equal(first.items.length, 2)
  const second = await run(operations.GetApis, { maxResults: '2', nextToken: first.nextToken })
  assert.equal(second.nextToken, undefined)
  assert.deepEqual(new Set([...first.items, ...second.items].map((api) => api.apiId)), made)
  await badRequest(
    run(operations.GetApis, { maxResults: 'x' }),
    'Invalid maxResults parameter specified',
  )
})
