import assert from 'node:assert/strict'
import test from 'node:test'
import type { AuthorizerV2 } from '#model/apigatewayv2/api.ts'
import type { InvokeAnswer } from '#model/ports.ts'
import {
  allows,
  API_ARN,
  AUTHORIZER_URI,
  fails,
  guardedServices,
  policyOf,
} from '../../../support/authorizers.ts'
import {
  answered,
  ask,
  httpRoute,
  lambdaIntegration,
  testStage,
  textOf,
} from '../../../support/http-api.ts'

const authorizer = (more: Partial<AuthorizerV2> = {}): AuthorizerV2 => ({
  authorizerId: 'auth1',
  name: 'guard',
  authorizerType: 'REQUEST',
  authorizerUri: AUTHORIZER_URI,
  authorizerPayloadFormatVersion: '2.0',
  enableSimpleResponses: true,
  identitySource: ['$request.header.Auth'],
  ...more,
})

const api = (more: Partial<AuthorizerV2> = {}, format = '2.0') =>
  testStage({
    routes: ['GET /pets/{id}', 'POST /pets', '$default'].map((routeKey) =>
      httpRoute(routeKey, { authorizationType: 'CUSTOM', authorizerId: 'auth1' }),
    ),
    integrations: [lambdaIntegration({ payloadFormatVersion: format })],
    authorizers: [authorizer(more)],
  })

const yes = (context?: unknown) => answered({ isAuthorized: true, context })
const GET = { target: '/pets/7?a=1&a=2', headers: ['Auth', 'x', 'Cookie', 'c=1'] }

test('8.1 Lambda authorizer (HTTP): the event of format 2.0', async () => {
  const { heard, asked } = guardedServices(() => yes())
  assert.equal((await ask(api(), heard, GET)).statusCode, 200)
  const { headers, requestContext, ...event } = asked[0] ?? {}
  assert.deepEqual(event, {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `${API_ARN}/$default/GET/pets/7`,
    identitySource: ['x'],
    routeKey: 'GET /pets/{id}',
    rawPath: '/pets/7',
    rawQueryString: 'a=1&a=2',
    cookies: ['c=1'],
    queryStringParameters: { a: '1,2' },
    pathParameters: { id: '7' },
  })
  assert.equal((headers as Record<string, string>).auth, 'x')
  assert.equal((requestContext as Record<string, unknown>).routeKey, 'GET /pets/{id}')
})

test('8.1 Lambda authorizer (HTTP): the event of format 1.0', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const stage = api({ authorizerPayloadFormatVersion: '1.0', enableSimpleResponses: false })
  assert.equal((await ask(stage, heard, GET)).statusCode, 200)
  const { headers, multiValueHeaders, requestContext, ...event } = asked[0] ?? {}
  assert.deepEqual(event, {
    version: '1.0',
    type: 'REQUEST',
    methodArn: `${API_ARN}/$default/GET/pets/7`,
    identitySource: 'x',
    authorizationToken: 'x',
    resource: '/pets/{id}',
    path: '/pets/7',
    httpMethod: 'GET',
    queryStringParameters: { a: '2' },
    multiValueQueryStringParameters: { a: ['1', '2'] },
    pathParameters: { id: '7' },
    stageVariables: null,
  })
  assert.ok(headers !== undefined && multiValueHeaders !== undefined)
  assert.equal('authorizer' in (requestContext as object), false)
})

test('8.1 Lambda authorizer (HTTP): a missing source is a 401, and the function is not asked', async () => {
  const { heard, asked } = guardedServices(() => yes())
  for (const ttl of [0, 60]) {
    const stage = api({
      identitySource: ['$request.header.Auth', '$request.querystring.key', '$stageVariables.x'],
      authorizerResultTtlInSeconds: ttl,
    })
    const response = await ask(stage, heard, GET)
    assert.equal(response.statusCode, 401)
    assert.equal(textOf(response.body), '{"message":"Unauthorized"}')
  }
  assert.deepEqual(asked, [])
})

const CASES: readonly [name: string, simple: boolean, answer: InvokeAnswer, status: number][] = [
  ['simple: yes', true, yes(), 200],
  ['simple: no', true, answered({ isAuthorized: false }), 403],
  ['simple: nothing', true, answered({}), 500],
  ['simple: "true"', true, answered({ isAuthorized: 'true' }), 500],
  ['simple: a policy instead', true, allows(), 500],
  ['simple: throws', true, fails('boom'), 500],
  ['policy: throws "Unauthorized"', false, fails('Unauthorized'), 401],
  ['policy: allow', false, allows(), 200],
  ['policy: deny', false, allows({ policyDocument: policyOf('Deny') }), 403],
  [
    'policy: of another route',
    false,
    allows({ policyDocument: policyOf('Allow', 'arn:aws:execute-api:*:*:*/*/POST/pets') }),
    403,
  ],
  ['policy: a simple response instead', false, yes(), 500],
  ['policy: rubbish', false, allows({ policyDocument: { Statement: 7 } }), 500],
  ['null', false, answered(null), 500],
  ['1 MB of context', true, yes({ big: 'x'.repeat(1024 * 1024) }), 500],
]

const BODIES: Readonly<Record<number, string>> = {
  200: 'ok',
  401: '{"message":"Unauthorized"}',
  403: '{"message":"Forbidden"}',
  500: '{"message":"Internal Server Error"}',
}

for (const [name, enableSimpleResponses, answer, status] of CASES) {
  test(`8.1 Lambda authorizer (HTTP): ${name} is a ${status}`, async () => {
    const { heard } = guardedServices(() => answer)
    const response = await ask(api({ enableSimpleResponses }), heard, GET)
    assert.equal(response.statusCode, status)
    assert.equal(textOf(response.body), BODIES[status])
    assert.deepEqual(heard.bugs, [])
  })
}

test('8.1 Lambda authorizer (HTTP): it has 10 seconds', async () => {
  const { heard } = guardedServices(() => new Promise<never>(() => undefined))
  const answer = ask(api(), heard, GET)
  await Promise.resolve()
  heard.clock.advance(10_000)
  assert.equal((await answer).statusCode, 500)
})

test('the context is under `lambda` in events of format 2.0, lists and objects as they are', async () => {
  const context = { text: 'a', count: 7, list: ['a'], map: { a: 1 } }
  const { heard } = guardedServices(() => yes(context))
  await ask(api(), heard, GET)
  const sent = heard.event().requestContext as { readonly authorizer: unknown }
  assert.deepEqual(sent.authorizer, { lambda: context })
})

test('the context is in the authorizer itself in events of format 1.0', async () => {
  const { heard } = guardedServices(() => yes({ text: 'a' }))
  await ask(api({}, '1.0'), heard, GET)
  const sent = heard.event().requestContext as { readonly authorizer: unknown }
  assert.deepEqual(sent.authorizer, { text: 'a' })
})

test('8.2 Caching (HTTP Lambda): none by default; a simple response holds for all routes', async () => {
  const { heard, asked } = guardedServices(() => yes())
  await ask(api(), heard, GET)
  await ask(api(), heard, GET)
  assert.equal(asked.length, 2)
  const cached = api({ authorizerResultTtlInSeconds: 60 })
  await ask(cached, heard, GET)
  await ask(cached, heard, { ...GET, method: 'POST', target: '/pets' })
  assert.equal(asked.length, 3)
})

test('8.2 Caching (HTTP Lambda): per route where $context.routeKey is a source', async () => {
  const { heard, asked } = guardedServices(() => yes())
  const cached = api({
    authorizerResultTtlInSeconds: 60,
    identitySource: ['$request.header.Auth', '$context.routeKey'],
  })
  await ask(cached, heard, GET)
  await ask(cached, heard, GET)
  await ask(cached, heard, { ...GET, method: 'POST', target: '/pets' })
  assert.equal(asked.length, 2)
})

test('a cached policy of an HTTP API is held against each route', async () => {
  const { heard, asked } = guardedServices(({ routeArn }) =>
    allows({ policyDocument: policyOf('Allow', String(routeArn)) }),
  )
  const cached = api({ authorizerResultTtlInSeconds: 60, enableSimpleResponses: false })
  assert.equal((await ask(cached, heard, GET)).statusCode, 200)
  const other = await ask(cached, heard, { ...GET, method: 'POST', target: '/pets' })
  assert.equal(other.statusCode, 403)
  assert.equal(asked.length, 1)
})

test('8.2 Caching (HTTP Lambda): ResetAuthorizersCache asks again', async () => {
  const { heard, asked } = guardedServices(() => yes())
  const stageOf = (authorizersCacheGeneration: number) =>
    testStage({
      routes: [httpRoute('$default', { authorizationType: 'CUSTOM', authorizerId: 'auth1' })],
      authorizers: [authorizer({ authorizerResultTtlInSeconds: 60 })],
      stage: { authorizersCacheGeneration },
    })
  await ask(stageOf(0), heard, GET)
  await ask(stageOf(0), heard, GET)
  await ask(stageOf(1), heard, GET)
  assert.equal(asked.length, 2)
})
