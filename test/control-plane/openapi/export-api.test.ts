import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { isObject } from '#shared/json.ts'
import { badRequest } from '../apigateway/setting.ts'
import { createSetting, FUNCTION, operations } from '../apigatewayv2/setting.ts'
import { draftOf } from './drafts.ts'
import { HTTP_API } from './every-extension.ts'

type Setting = ReturnType<typeof createSetting>

const exported = async (
  { run }: Setting,
  apiId: string,
  more: { outputType?: string; includeExtensions?: boolean; stageName?: string } = {},
): Promise<string> => {
  const input = { apiId, specification: 'OAS30', outputType: 'JSON', ...more }
  return Buffer.from((await run(operations.ExportApi, input)).body).toString()
}

/** The draft without what its import warned of: an export has nothing that an import would pass over. */
const draftWithoutWarnings = async ({ store }: Setting): Promise<unknown> => {
  const draft = await draftOf(store, 'http')
  assert.ok(isObject(draft) && Array.isArray(draft['apis']))
  const apis = draft['apis'].map((api: Record<string, unknown>) => ({ ...api, warnings: null }))
  return { ...draft, apis }
}

for (const outputType of ['JSON', 'YAML']) {
  test(`an API exported as ${outputType} and imported again is the same API, ids and all`, async () => {
    const setting = createSetting()
    const { run } = setting
    const { apiId } = await run(operations.ImportApi, { body: JSON.stringify(HTTP_API) })
    const before = await draftWithoutWarnings(setting)
    const body = await exported(setting, `${apiId}`, { outputType })
    const { warnings } = await run(operations.ReimportApi, { apiId, body, failOnWarnings: true })
    assert.equal(warnings, undefined)
    assert.deepEqual(await draftWithoutWarnings(setting), before)
  })
}

test('the definition has the shape that AWS gives it', async () => {
  const setting = createSetting()
  const apiId = await setting.createApi()
  await setting.createRoute(apiId, 'ANY /pets/{id}/{proxy+}')
  const parameter = (name: string) => ({
    name,
    in: 'path',
    description: `Generated path parameter for ${name}`,
    required: true,
    schema: { type: 'string' },
  })
  assert.deepEqual(JSON.parse(await exported(setting, apiId)), {
    openapi: '3.0.1',
    info: { title: 'pets', version: '2026-11-21 00:00:00UTC' },
    servers: [
      {
        url: `https://${apiId}.execute-api.us-east-1.amazonaws.com/{basePath}`,
        variables: { basePath: { default: '' } },
      },
    ],
    paths: {
      '/pets/{id}/{proxy+}': {
        'x-amazon-apigateway-any-method': {
          responses: { default: { description: 'Default response for ANY /pets/{id}/{proxy+}' } },
          'x-amazon-apigateway-integration': {
            payloadFormatVersion: '1.0',
            type: 'aws_proxy',
            httpMethod: 'POST',
            uri: FUNCTION,
            connectionType: 'INTERNET',
            timeoutInMillis: 30_000,
          },
        },
        parameters: [parameter('id'), parameter('proxy')],
      },
    },
    'x-amazon-apigateway-importexport-version': '1.0',
  })
})

test('without extensions only what OpenAPI itself knows is left', async () => {
  const setting = createSetting()
  const { apiId } = await setting.run(operations.ImportApi, { body: JSON.stringify(HTTP_API) })
  const text = await exported(setting, `${apiId}`, { includeExtensions: false, outputType: 'YAML' })
  const found = [...text.matchAll(/x-amazon-[\w-]+/g)].map(([name]) => name)
  // There is no other way to write an operation of all methods.
  assert.deepEqual(found, ['x-amazon-apigateway-any-method'])
  const { components } = parse(text)
  assert.deepEqual(Object.keys(components.securitySchemes).toSorted(), ['jwt', 'lambda'])
})

test('a stage is exported as it is deployed, whatever has changed since', async () => {
  const setting = createSetting()
  const { run, createRoute } = setting
  const apiId = await setting.createApi()
  await createRoute(apiId, 'GET /old')
  await run(operations.CreateDeployment, { apiId, stageName: 'prod' })
  await createRoute(apiId, 'GET /new')
  const stage = JSON.parse(await exported(setting, apiId, { stageName: 'prod' }))
  assert.deepEqual(Object.keys(stage.paths), ['/old'])
  assert.equal(stage.servers[0].variables.basePath.default, 'prod')
  const draft = JSON.parse(await exported(setting, apiId))
  assert.deepEqual(Object.keys(draft.paths).toSorted(), ['/new', '/old'])
})

test('authorizers of one name are told apart', async () => {
  const setting = createSetting()
  const { run } = setting
  const apiId = await setting.createApi()
  const jwtConfiguration = { issuer: 'https://issuer.example', audience: ['a'] }
  const identitySource = ['$request.header.Authorization']
  const input = {
    apiId,
    name: 'jwt',
    authorizerType: 'JWT',
    identitySource,
    jwtConfiguration,
  } as const
  await run(operations.CreateAuthorizer, input)
  const second = await run(operations.CreateAuthorizer, input)
  const { authorizerId } = second
  await run(operations.CreateRoute, {
    apiId,
    routeKey: 'GET /a',
    authorizationType: 'JWT',
    authorizerId,
  })
  const { paths, components } = JSON.parse(await exported(setting, apiId))
  assert.equal(Object.keys(components.securitySchemes).length, 2)
  const [[name]] = paths['/a'].get.security.map(Object.keys)
  assert.ok(Object.hasOwn(components.securitySchemes, name))
})

test('only HTTP APIs are exported, to what there is', async () => {
  const setting = createSetting()
  const { run, createApi } = setting
  const apiId = await createApi()
  const ask = (more: object) =>
    run(operations.ExportApi, { apiId, specification: 'OAS30', outputType: 'JSON', ...more })
  await badRequest(ask({ apiId: await createApi('WEBSOCKET') }), 'Only HTTP APIs can be exported')
  await badRequest(
    ask({ specification: 'OAS20' }),
    'Invalid specification OAS20. Valid options are OAS30',
  )
  await badRequest(
    ask({ outputType: 'XML' }),
    'Invalid outputType XML. Valid options are JSON,YAML',
  )
  await badRequest(ask({ exportVersion: '2' }), 'Invalid exportVersion 2. Valid options are 1.0')
  await assert.rejects(ask({ stageName: 'none' }), { code: 'NotFoundException' })
  await run(operations.CreateStage, { apiId, stageName: 'empty' })
  await badRequest(ask({ stageName: 'empty' }), 'Stage empty has no deployment to export')
})
