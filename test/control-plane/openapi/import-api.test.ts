import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { badRequest } from '../apigateway/setting.ts'
import { createSetting, FUNCTION, operations } from '../apigatewayv2/setting.ts'
import { draftOf } from './drafts.ts'
import { HTTP_API } from './every-extension.ts'

const golden: unknown = JSON.parse(
  readFileSync(new URL('./golden/http-draft.json', import.meta.url), 'utf8'),
)

const proxy = (uri: string = FUNCTION) => ({
  'x-amazon-apigateway-integration': {
    type: 'aws_proxy',
    httpMethod: 'POST',
    uri,
    payloadFormatVersion: '2.0',
  },
})
const document = (paths: object, more: object = {}) =>
  JSON.stringify({ openapi: '3.0.1', info: { title: 'pets' }, paths, ...more })

test('a document with every extension becomes the draft that it describes', async () => {
  const { run, store } = createSetting()
  await run(operations.ImportApi, { body: JSON.stringify(HTTP_API), basepath: 'split' })
  assert.deepEqual(await draftOf(store, 'http'), golden)
})

test('integrations that are shared in the document are shared in the API, and an import repeated changes nothing', async () => {
  const { run, store } = createSetting()
  const body = JSON.stringify(HTTP_API)
  const { apiId } = await run(operations.ImportApi, { body })
  assert.equal((await run(operations.GetIntegrations, { apiId })).items.length, 3)
  const before = await draftOf(store, 'http')
  await run(operations.ReimportApi, { apiId, body })
  assert.deepEqual(await draftOf(store, 'http'), before)
})

test('ReimportApi replaces routes, keeps their ids and deploys once to stages that deploy by themselves', async () => {
  const { run, served, countDocuments } = createSetting()
  const first = document({ '/a': { get: proxy() }, '/b': { get: proxy() } })
  const { apiId } = await run(operations.ImportApi, { body: first })
  await run(operations.CreateStage, { apiId, stageName: '$default', autoDeploy: true })
  const before = (await run(operations.GetRoutes, { apiId })).items
  const changed = `${FUNCTION}2`
  await run(operations.ReimportApi, {
    apiId,
    body: document({
      '/a': { get: proxy(changed) },
      $default: { 'x-amazon-apigateway-any-method': proxy() },
    }),
  })
  const { items } = await run(operations.GetRoutes, { apiId })
  assert.deepEqual(items.map((route) => route.routeKey).toSorted(), ['$default', 'GET /a'])
  const idOf = (routes: typeof items) =>
    routes.find((route) => route.routeKey === 'GET /a')?.routeId
  assert.equal(idOf(items), idOf(before))
  assert.deepEqual((await served(apiId, '$default'))?.document.routes, items)
  assert.equal((await run(operations.GetIntegrations, { apiId })).items.length, 2)
  assert.equal(await countDocuments(), 1)
})

test('an HTTP API is imported from OpenAPI 3.0 only', async () => {
  const { run, createApi } = createSetting()
  await badRequest(run(operations.ImportApi, { body: 'no' }), 'Invalid OpenAPI input.')
  await badRequest(
    run(operations.ImportApi, { body: '{"swagger":"2.0","info":{"title":"a"},"paths":{}}' }),
    'Errors found during import:\n\t$.swagger: an HTTP API is imported from OpenAPI 3.0 only',
  )
  const apiId = await createApi('WEBSOCKET')
  await badRequest(
    run(operations.ReimportApi, { apiId, body: document({}) }),
    'Only HTTP APIs can be imported from an OpenAPI definition',
  )
})

test('what only REST APIs have is warned of by name and place', async () => {
  const { run } = createSetting()
  const body = document(
    { '/a': { get: { ...proxy(), security: [{ key: [] }] } } },
    {
      'x-amazon-apigateway-policy': {},
      components: { securitySchemes: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } } },
    },
  )
  const warnings = [
    "$.paths['/a'].get.security[0].key: the security scheme key is not checked by API Gateway",
    '$.x-amazon-apigateway-policy: the extension x-amazon-apigateway-policy is not used',
  ]
  assert.deepEqual((await run(operations.ImportApi, { body })).warnings, warnings)
  await badRequest(
    run(operations.ImportApi, { body, failOnWarnings: true }),
    `Warnings found during import:${warnings.map((warning) => `\n\t${warning}`).join('')}`,
  )
})

test('a route or integration that CreateRoute would refuse is refused with its place', async () => {
  const { run } = createSetting()
  const body = document({ '/{a}x': { get: proxy() }, '/b': { get: proxy('nowhere') } })
  await badRequest(
    run(operations.ImportApi, { body }),
    `Errors found during import:
	Unable to create route 'GET /{a}x' ($.paths['/{a}x'].get): Invalid path: a variable must be a whole segment of the path, not {a}x
	Unable to create route 'GET /b' ($.paths['/b'].get): Invalid ARN specified in the request`,
  )
  assert.deepEqual((await run(operations.GetApis, {})).items, [])
})
