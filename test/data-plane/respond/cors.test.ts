import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cors } from '#model/apigatewayv2/api.ts'
import {
  answered,
  ask,
  headersOf,
  httpRoute,
  testServices,
  testStage,
  textOf,
} from '../../support/http-api.ts'

const FULL: Cors = {
  allowOrigins: ['https://www.example.com', 'http://localhost:3000'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['authorization', 'content-type'],
  exposeHeaders: ['date', 'x-api-id'],
  maxAge: 300,
  allowCredentials: true,
}

const preflight = (cors: Cors, headers: readonly string[], method = 'OPTIONS') => {
  const heard = testServices()
  const stage = testStage({ cors, routes: [httpRoute('GET /only')] })
  return ask(stage, heard, { method, target: '/anywhere', headers })
}

const corsHeaders = (headers: readonly string[]) =>
  Object.fromEntries(
    Object.entries(headersOf(headers)).filter(([name]) => name.startsWith('access-control-')),
  )

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
test('a preflight is answered 204 with what is configured, even without a route', async () => {
  const headers = ['Origin', 'https://www.example.com', 'Access-Control-Request-Method', 'GET']
  const response = await preflight(FULL, headers)
  assert.equal(response.statusCode, 204)
  assert.equal(textOf(response.body), '')
  assert.deepEqual(headersOf(response.headers), {
    'access-control-allow-origin': ['https://www.example.com'],
    'access-control-allow-methods': ['GET,POST'],
    'access-control-allow-headers': ['authorization,content-type'],
    'access-control-max-age': ['300'],
    'access-control-allow-credentials': ['true'],
    'apigw-requestid': ['BwcHBwcHBwcHBwc='],
  })
})

test('an OPTIONS request without Origin or requested method is no preflight', async () => {
  const origin = ['Origin', 'https://www.example.com']
  const requested = ['Access-Control-Request-Method', 'GET']
  assert.equal((await preflight(FULL, origin)).statusCode, 404)
  assert.equal((await preflight(FULL, requested)).statusCode, 404)
  assert.equal((await preflight(FULL, [...origin, ...requested], 'GET')).statusCode, 404)
})

test('without a CORS configuration nothing is added, answered or removed', async () => {
  const invokeFunction = () =>
    Promise.resolve(answered({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' } }))
  const heard = testServices({ invokeFunction })
  const headers = ['Origin', 'https://x.example', 'Access-Control-Request-Method', 'GET']
  const response = await ask(testStage(), heard, { method: 'OPTIONS', headers })
  assert.equal(response.statusCode, 200)
  assert.deepEqual(corsHeaders(response.headers), { 'access-control-allow-origin': ['*'] })
})

/** Allow-list, origin, what it is answered. Tricks: T28 of field-notes.md. */
const origins: readonly (readonly [readonly string[], string, string | undefined])[] = [
  [['*'], 'https://any.example', '*'],
  [['*'], 'null', '*'],
  [['https://*'], 'https://any.example', 'https://any.example'],
  [['https://*'], 'https://any.example:8443', 'https://any.example:8443'],
  [['https://*'], 'http://any.example', undefined],
  [['https://*'], 'null', undefined],
  [['https://*'], 'https://', undefined],
  [['https://*'], 'https://a.example/path', undefined],
  [['https://*'], 'https://a.example\u0000', undefined],
  [['https://*'], 'https://user@a.example', undefined],
  [['https://*'], 'https://a.example, https://b.example', undefined],
  [['http://*'], 'http://[::1]:3000', 'http://[::1]:3000'],
  [['http://*'], 'https://any.example', undefined],
  [['https://www.example.com'], 'https://www.example.com', 'https://www.example.com'],
  [['https://www.example.com'], 'https://www.example.com.evil.example', undefined],
  [['https://www.example.com'], 'https://evilwww.example.com', undefined],
  [['https://www.example.com'], 'https://evil.www.example.com', undefined],
  [['https://www.example.com'], 'http://www.example.com', undefined],
  [['https://www.example.com'], 'https://www.example.com:444', undefined],
  [['https://www.example.com'], 'https://www.example.com/', undefined],
  [['https://www.example.com'], 'https://wwwXexample.com', undefined],
  [['https://www.example.com'], 'null', undefined],
  [['https://*.example.com'], 'https://a.example.com', undefined],
  [['null'], 'null', undefined],
  [[], 'https://any.example', undefined],
]

test('an origin is allowed by a whole entry or a whole scheme, and nothing else is reflected', async () => {
  for (const allowCredentials of [false, true]) {
    for (const [allowOrigins, origin, expected] of origins) {
      const cors = { ...FULL, allowOrigins, allowCredentials }
      const headers = ['Origin', origin, 'Access-Control-Request-Method', 'GET']
      const early = await preflight(cors, headers)
      const late = await ask(testStage({ cors }), testServices(), { headers })
      for (const response of [early, late]) {
        const found = corsHeaders(response.headers)
        const said = `${allowOrigins.join(' ')} asked by ${origin}`
        assert.deepEqual(found['access-control-allow-origin'], expected && [expected], said)
        if (expected === undefined) assert.deepEqual(found, {}, said)
      }
      assert.equal(early.statusCode, 204)
      assert.equal(late.statusCode, 200)
    }
  }
})

test('two Origin headers are no origin', async () => {
  const origin = ['Origin', 'https://www.example.com']
  const headers = [...origin, ...origin, 'Access-Control-Request-Method', 'GET']
  assert.deepEqual(corsHeaders((await preflight(FULL, headers)).headers), {})
})

/** Source: the guide: "API Gateway ignores CORS headers returned from your backend integration" */
test('the CORS headers of a backend give way to what is configured', async () => {
  const backend = {
    'Access-Control-Allow-Origin': 'https://evil.example',
    'access-control-allow-credentials': 'true',
    'Access-Control-Expose-Headers': 'x-secret',
    'x-kept': '1',
  }
  const invokeFunction = () => Promise.resolve(answered({ statusCode: 200, headers: backend }))
  const stage = testStage({ cors: { ...FULL, allowCredentials: false } })
  for (const [origin, expected] of [
    [
      'https://www.example.com',
      {
        'access-control-allow-origin': ['https://www.example.com'],
        'access-control-expose-headers': ['date,x-api-id'],
      },
    ],
    ['https://evil.example', {}],
  ] as const) {
    const heard = testServices({ invokeFunction })
    const { headers } = await ask(stage, heard, { headers: ['Origin', origin] })
    assert.deepEqual(corsHeaders(headers), expected)
    assert.deepEqual(headersOf(headers)['x-kept'], ['1'])
  }
})

test('failures of the gateway carry the CORS headers too, so that a page can read them', async () => {
  const stage = testStage({ cors: FULL, routes: [] })
  const response = await ask(stage, testServices(), {
    headers: ['Origin', 'https://www.example.com'],
  })
  assert.equal(response.statusCode, 404)
  assert.deepEqual(corsHeaders(response.headers)['access-control-allow-origin'], [
    'https://www.example.com',
  ])
})
