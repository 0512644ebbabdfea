import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ask,
  httpRoute,
  lambdaIntegration,
  type TestApi,
  testServices,
  testStage,
  textOf,
} from '../support/http-api.ts'

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
test('a full match beats a greedy one, that beats $default, and a verb beats ANY', async () => {
  const keys = [
    '$default',
    'ANY /{proxy+}',
    'GET /pets/{proxy+}',
    'GET /pets/dog/1',
    'GET /pets/{kind}/1',
    'ANY /pets/dog/1',
    'GET /',
  ]
  const stage = testStage({ routes: keys.map((key) => httpRoute(key)) })
  for (const [method, target, routeKey] of [
    ['GET', '/pets/dog/1', 'GET /pets/dog/1'],
    ['POST', '/pets/dog/1', 'ANY /pets/dog/1'],
    ['GET', '/pets/cat/1', 'GET /pets/{kind}/1'],
    ['GET', '/pets/dog/2', 'GET /pets/{proxy+}'],
    ['POST', '/pets/cat/1', 'ANY /{proxy+}'],
    ['GET', '/x', 'ANY /{proxy+}'],
    ['GET', '/', 'GET /'],
    ['POST', '/', '$default'],
  ] as const) {
    const heard = testServices()
    await ask(stage, heard, { method, target })
    assert.equal(heard.event().routeKey, routeKey, `${method} ${target}`)
  }
})

const refusals: readonly (readonly [string, TestApi])[] = [
  ['API keys', { routes: [httpRoute('$default', { apiKeyRequired: true })] }],
  [
    'the SNS-Publish integration',
    { integrations: [lambdaIntegration({ integrationSubtype: 'SNS-Publish' })] },
  ],
  [
    'VPC link integrations',
    { integrations: [lambdaIntegration({ connectionType: 'VPC_LINK', connectionId: 'v' })] },
  ],
  ['MOCK integrations', { integrations: [lambdaIntegration({ integrationType: 'MOCK' })] }],
  [
    'the value $request.body..id of a parameter mapping',
    {
      integrations: [
        lambdaIntegration({ requestParameters: { 'append:header.x': '$request.body..id' } }),
      ],
    },
  ],
]

test('what decides and does not exist here refuses with 501, by name, and is listed', async () => {
  for (const [feature, api] of refusals) {
    const heard = testServices()
    const stage = testStage(api)
    const response = await ask(stage, heard)
    assert.equal(response.statusCode, 501, feature)
    assert.ok(textOf(response.body).includes(feature), textOf(response.body))
    assert.deepEqual(stage.limitations, [{ effect: 'refused', where: '$default', feature }])
    assert.equal(heard.invoked.length, 0)
  }
})

test('what only observes is listed and the request is served', async () => {
  const stage = testStage({
    stage: {
      accessLogSettings: { destinationArn: 'arn:aws:logs:us-east-1:1:log-group:x', format: '{}' },
      clientCertificateId: 'cert',
      routeSettings: { $default: { detailedMetricsEnabled: true } },
    },
  })
  assert.deepEqual(stage.limitations, [
    { effect: 'ignored', where: 'stage $default', feature: 'client certificates' },
  ])
  assert.equal((await ask(stage, testServices())).statusCode, 200)
})

test('a route without an integration is 500 with the reason in the record', async () => {
  const heard = testServices()
  const { target: _none, ...route } = httpRoute('$default')
  const response = await ask(testStage({ routes: [route] }), heard)
  assert.equal(response.statusCode, 500)
  assert.match(heard.records[0]?.error?.hint ?? '', /has no integration/)
})
