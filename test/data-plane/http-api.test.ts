import { EMPTY_DIRECTORY } from '../support/directory.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptRequest } from '#data-plane/accept/request.ts'
import { handleHttpApiRequest } from '#data-plane/http-api.ts'
import { GatewayFailure, type HttpStagePlan } from '#data-plane/plan.ts'
import {
  answered,
  ask,
  FUNCTION_ARN,
  headersOf,
  httpRoute,
  lambdaIntegration,
  sentRequest,
  testServices,
  testStage,
  textOf,
} from '../support/http-api.ts'

test('a request is answered by its function, with the id of the gateway', async () => {
  const heard = testServices()
  const response = await ask(testStage(), heard)
  assert.equal(response.statusCode, 200)
  assert.equal(textOf(response.body), 'ok')
  assert.deepEqual(response.headers, [
    'content-type',
    'text/plain;charset=UTF-8',
    'apigw-requestid',
    'BwcHBwcHBwcHBwc=',
  ])
})

test('where nobody observes, a request is answered all the same and keeps no record', async () => {
  const heard = testServices({ observe: undefined })
  const response = await ask(testStage(), heard)
  assert.equal(response.statusCode, 200)
  assert.deepEqual(heard.records, [])
})

test('a request is told of exactly once, with its route, its steps and its integration', async () => {
  const heard = testServices()
  const stage = testStage({ routes: [httpRoute('GET /pets/{id}')] })
  await ask(stage, heard, { target: '/pets/7?a=1', headers: ['User-Agent', 'curl'] })
  assert.equal(heard.records.length, 1)
  const { steps, ...record } = heard.records[0] ?? assert.fail('no record')
  assert.deepEqual(record, {
    requestId: 'BwcHBwcHBwcHBwc=',
    extendedRequestId: 'BwcHBwcHBwcHBwc=',
    protocol: 'HTTP',
    accountId: '123456789012',
    region: 'us-east-1',
    apiId: 'abc123',
    apiName: 'pets',
    stage: '$default',
    deploymentId: 'dep1',
    domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abc123',
    httpMethod: 'GET',
    path: '/pets/7',
    route: 'GET /pets/{id}',
    httpProtocol: 'HTTP/1.1',
    sourceIp: '192.0.2.7',
    userAgent: 'curl',
    status: 200,
    requestBytes: 0,
    responseBytes: 2,
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
    traceId: 'Root=1-5e6a879e-070707070707070707070707',
    arrivedAtMs: 1_584_039_838_390,
    latencyMs: 0,
    integration: {
      target: FUNCTION_ARN,
      latencyMs: 0,
      status: 200,
      requestId: 'invoke-1',
      functionStatus: 200,
    },
  })
  assert.deepEqual(
    steps.map(({ name }) => name),
    ['accept', 'route', 'throttle', 'authorize', 'integrate', 'respond'],
  )
})

/** Source: behaviour.md 3.1: CORS preflight → route → throttle → authorizer → integration → CORS headers. */
test('the steps run in the order of AWS, and a step that refuses is the last one', async () => {
  const order = ['preflight', 'route', 'throttle', 'authorize', 'integrate', 'cors']
  for (const refusing of [undefined, 'throttle', 'authorize', 'integrate']) {
    const seen: string[] = []
    const enter = (name: string): void => {
      seen.push(name)
      if (name === refusing) throw new GatewayFailure('UNAUTHORIZED', name)
    }
    const heard = testServices()
    const stage: HttpStagePlan = {
      ...testStage(),
      preflight: () => void enter('preflight'),
      cors: (_request, response) => {
        enter('cors')
        return response
      },
      routes: {
        match: () => {
          enter('route')
          return {
            pathParameters: undefined,
            plan: {
              routeKey: '$default',
              throttle: () => enter('throttle'),
              authorize: () => {
                enter('authorize')
                return {}
              },
              integrate: async () => {
                enter('integrate')
                return { statusCode: 204, headers: [] }
              },
            },
          }
        },
      },
    }
    const response = await ask(stage, heard)
    assert.equal(response.statusCode, refusing === undefined ? 204 : 401)
    const last = refusing === undefined ? 'cors' : refusing
    assert.deepEqual(
      seen.filter((name) => name !== 'cors'),
      order.slice(0, order.indexOf(last) + 1).filter((name) => name !== 'cors'),
    )
    assert.equal(heard.records.length, 1)
  }
})

/** Source: behaviour.md 4, HTTP API fixed bodies. */
test('failures have the fixed bodies of HTTP APIs and no x-amzn headers', async () => {
  const cases: readonly (readonly [GatewayFailure, number, string])[] = [
    [new GatewayFailure('RESOURCE_NOT_FOUND', 'x'), 404, '{"message":"Not Found"}'],
    [new GatewayFailure('ACCESS_DENIED', 'x'), 403, '{"message":"Forbidden"}'],
    [new GatewayFailure('UNAUTHORIZED', 'x'), 401, '{"message":"Unauthorized"}'],
    [new GatewayFailure('REQUEST_TOO_LARGE', 'x'), 413, '{"message":"Request Entity Too Large"}'],
    [new GatewayFailure('THROTTLED', 'x'), 429, '{"message":"Too Many Requests"}'],
    [
      new GatewayFailure('HEADERS_TOO_LARGE', 'x'),
      431,
      '{"message":"Request Header Fields Too Large"}',
    ],
    [
      new GatewayFailure('API_CONFIGURATION_ERROR', 'x'),
      500,
      '{"message":"Internal Server Error"}',
    ],
    [new GatewayFailure('INTEGRATION_TIMEOUT', 'x'), 503, '{"message":"Service Unavailable"}'],
    [new GatewayFailure('NOT_IMPLEMENTED', 'no JWT'), 501, '{"message":"no JWT"}'],
  ]
  for (const [failure, status, body] of cases) {
    const heard = testServices({ invokeFunction: () => Promise.reject(failure) })
    const response = await ask(testStage(), heard)
    assert.equal(response.statusCode, status)
    assert.equal(textOf(response.body), body)
    assert.deepEqual(headersOf(response.headers), {
      'content-type': ['application/json'],
      'apigw-requestid': ['BwcHBwcHBwcHBwc='],
    })
    assert.equal(heard.records[0]?.error?.responseType, failure.responseType)
    assert.equal(heard.bugs.length, 0)
  }
})

test('a bug is a bare 500 for the client and an error with its stack for the log', async () => {
  const bug = new TypeError('secret detail')
  const heard = testServices({ invokeFunction: () => Promise.reject(bug) })
  const response = await ask(testStage(), heard)
  assert.equal(response.statusCode, 500)
  assert.equal(textOf(response.body), '{"message":"Internal Server Error"}')
  assert.deepEqual(heard.bugs, [bug])
  assert.equal(heard.records.length, 1)
  assert.doesNotMatch(JSON.stringify(heard.records), /secret detail/)
})

test('what no route matches is 404, told of without a route', async () => {
  const heard = testServices()
  const response = await ask(testStage({ routes: [httpRoute('GET /pets')] }), heard, {
    method: 'POST',
    target: '/pets',
  })
  assert.equal(response.statusCode, 404)
  assert.equal(heard.records[0]?.route, undefined)
  assert.equal(heard.records[0]?.steps.at(-1)?.outcome, 'RESOURCE_NOT_FOUND')
})

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
test('10,240 bytes of request line and header values pass, one more is 431', async () => {
  const line = 'GET / HTTP/1.1'.length
  const host = 'abc123.execute-api.us-east-1.amazonaws.com'.length
  const room = 10_240 - line - host
  for (const [bytes, status] of [
    [room, 200],
    [room + 1, 431],
  ] as const) {
    const headers = ['X-Filler', 'x'.repeat(bytes)]
    assert.equal((await ask(testStage(), testServices(), { headers })).statusCode, status)
  }
})

test('a body that says it is past 10 MB is 413 before anything else looks at it', async () => {
  const heard = testServices()
  const http = {
    ...sentRequest({ method: 'POST' }),
    body: {
      declaredBytes: 10 * 1024 * 1024 + 1,
      read: () => Promise.reject(new Error('read')),
      stream: async function* () {},
    },
  }
  const address = {
    apiId: 'abc123',
    stageName: undefined,
    path: '/',
    fullPath: '/',
    domainName: 'd',
    domainPrefix: 'd',
  }
  const request = acceptRequest(http, address, heard.services, 'HTTP', EMPTY_DIRECTORY)
  const response = await handleHttpApiRequest(request, testStage(), heard.services)
  assert.equal(response.statusCode, 413)
  assert.equal(heard.invoked.length, 0)
})

test('a function that answers too late is 503, and the waiting ends at the timeout', async () => {
  const heard = testServices({ invokeFunction: () => new Promise(() => undefined) })
  const stage = testStage({ integrations: [lambdaIntegration({ timeoutInMillis: 2_000 })] })
  const asked = ask(stage, heard)
  // The body is read before the function is called: a turn of the event loop, not a time.
  while (heard.invoked.length === 0) await new Promise(setImmediate)
  heard.clock.advance(1_999)
  heard.clock.advance(1)
  const response = await asked
  assert.equal(response.statusCode, 503)
  assert.equal(textOf(response.body), '{"message":"Service Unavailable"}')
  assert.equal(heard.invoked[0]?.signal?.aborted, true)
  assert.match(heard.records[0]?.error?.hint ?? '', /did not answer within 2000 ms/)
})

test('what Lambda refuses or a function throws is a fixed body with the reason in the record', async () => {
  const refused = (errorType: 'ResourceNotFoundException' | 'TooManyRequestsException') => ({
    kind: 'refused' as const,
    statusCode: 400,
    errorType,
    message: 'why',
  })
  for (const [answer, status] of [
    [refused('ResourceNotFoundException'), 500],
    [refused('TooManyRequestsException'), 503],
    [{ ...answered({ errorMessage: 'why' }), functionError: 'Unhandled' as const }, 500],
  ] as const) {
    const heard = testServices({ invokeFunction: () => Promise.resolve(answer) })
    const response = await ask(testStage(), heard)
    assert.equal(response.statusCode, status)
    assert.doesNotMatch(textOf(response.body), /why/)
    assert.match(heard.records[0]?.error?.hint ?? '', /why/)
  }
})
