import assert from 'node:assert/strict'
import test from 'node:test'
import { acceptRequest, withRoute } from '#data-plane/accept/request.ts'
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import type { InvokeAnswer } from '#model/ports.ts'
import {
  allows,
  AUTHORIZER_URI,
  API_ARN,
  fails,
  guarded,
  guardedServices,
  policyOf,
} from '../../../support/authorizers.ts'
import { answered, headersOf, textOf } from '../../../support/http-api.ts'
import { EMPTY_DIRECTORY } from '../../../support/directory.ts'
import { askRest, restMethod, restPlan, restPlane } from '../../../support/rest-api.ts'
import { sentRequest } from '../../../support/http-api.ts'

const TOKEN = ['Authorization', 'Bearer secret-of-ann'] as const

const REQUEST: Partial<Authorizer> = {
  type: 'REQUEST',
  identitySource: 'method.request.header.Auth, method.request.querystring.key',
}

test('8.1 Lambda TOKEN: the event is type, methodArn and authorizationToken, nothing else', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const response = await askRest(guarded(), heard, { target: '/prod/pets/7', headers: TOKEN })
  assert.equal(response.statusCode, 200)
  assert.deepEqual(asked, [
    {
      type: 'TOKEN',
      methodArn: `${API_ARN}/prod/GET/pets/7`,
      authorizationToken: 'Bearer secret-of-ann',
    },
  ])
})

test('8.1 Lambda TOKEN: without the header, or with an empty one, 401 and the function is not asked', async () => {
  const { heard, asked } = guardedServices(() => allows())
  for (const headers of [[], ['Authorization', '']]) {
    const response = await askRest(guarded(), heard, { headers })
    assert.equal(response.statusCode, 401)
    assert.equal(textOf(response.body), '{"message":"Unauthorized"}')
    assert.deepEqual(headersOf(response.headers)['x-amzn-errortype'], ['UnauthorizedException'])
  }
  assert.deepEqual(asked, [])
})

test('8.1 Lambda TOKEN: identityValidationExpression has to match all of the token, else 401 unasked', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const api = guarded({ identityValidationExpression: 'Bearer [a-z-]+' })
  assert.equal((await askRest(api, heard, { headers: TOKEN })).statusCode, 200)
  for (const token of ['Bearer', 'Bearer secret-of-ann!', 'x Bearer secret']) {
    const response = await askRest(api, heard, { headers: ['Authorization', token] })
    assert.equal(response.statusCode, 401, token)
  }
  assert.equal(asked.length, 1)
})

test('a hostile token cannot keep the validation expression busy', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const api = guarded({ identityValidationExpression: '(a+)+(b|\\1)+$' })
  const response = await askRest(api, heard, { headers: ['Authorization', `${'a'.repeat(8000)}!`] })
  assert.equal(response.statusCode, 401)
  assert.deepEqual(asked, [])
})

test('8.1 Lambda REQUEST: the event is that of a proxy with type and methodArn, without a body', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const response = await askRest(guarded(REQUEST), heard, {
    target: '/prod/pets/7?key=a&key=b',
    headers: ['Auth', 'x'],
  })
  assert.equal(response.statusCode, 200)
  const [event = {}] = asked
  const { headers, multiValueHeaders, requestContext, ...rest } = event
  assert.deepEqual(rest, {
    type: 'REQUEST',
    methodArn: `${API_ARN}/prod/GET/pets/7`,
    resource: '/pets/{id}',
    path: '/pets/7',
    httpMethod: 'GET',
    queryStringParameters: { key: 'b' },
    multiValueQueryStringParameters: { key: ['a', 'b'] },
    pathParameters: { id: '7' },
    stageVariables: {},
  })
  assert.equal((headers as Record<string, string>).Auth, 'x')
  assert.deepEqual((multiValueHeaders as Record<string, string[]>).Auth, ['x'])
  const context = requestContext as Record<string, unknown>
  assert.equal(context.resourcePath, '/pets/{id}')
  assert.equal(context.authorizer, undefined)
})

test('8.1 Lambda REQUEST: with caching, a source that is missing or empty is a 401 unasked', async () => {
  const { heard, asked } = guardedServices(() => allows())
  for (const target of ['/prod/pets', '/prod/pets?key=', '/prod/pets?other=1']) {
    const response = await askRest(guarded(REQUEST), heard, { target, headers: ['Auth', 'x'] })
    assert.equal(response.statusCode, 401, target)
  }
  assert.deepEqual(asked, [])
})

test('8.1 Lambda REQUEST: without caching, the function is always asked', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const api = guarded({ ...REQUEST, authorizerResultTtlInSeconds: 0 })
  assert.equal((await askRest(api, heard)).statusCode, 200)
  assert.equal((await askRest(api, heard)).statusCode, 200)
  assert.equal(asked.length, 2)
})

test('8.1 Lambda REQUEST: stage variables and $context are identity sources too', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const api = guarded(
    { type: 'REQUEST', identitySource: 'stageVariables.tenant,context.identity.sourceIp' },
    { stage: { variables: { tenant: 'acme' } } },
  )
  assert.equal((await askRest(api, heard)).statusCode, 200)
  assert.equal((await askRest(api, heard)).statusCode, 200)
  assert.equal(asked.length, 1, 'the second is answered from the cache')
})

/** What a function may do wrong, and what the client is told. */
const FAILURES: readonly [name: string, answer: InvokeAnswer, status: number, body: string][] = [
  ['throws "Unauthorized"', fails('Unauthorized'), 401, '{"message":"Unauthorized"}'],
  ['throws "unauthorized"', fails('unauthorized'), 500, '{"message":null}'],
  ['throws "Unauthorized: no"', fails('Unauthorized: no'), 500, '{"message":null}'],
  ['answers null', answered(null), 500, '{"message":null}'],
  ['answers a text', answered('Allow'), 500, '{"message":null}'],
  ['answers no policy', answered({ principalId: 'ann' }), 500, '{"message":null}'],
  [
    'answers no principalId',
    answered({ policyDocument: policyOf('Allow') }),
    500,
    '{"message":null}',
  ],
  [
    'answers a policy as text',
    allows({ policyDocument: JSON.stringify(policyOf('Allow')) }),
    500,
    '{"message":null}',
  ],
  [
    'answers a policy of rubbish',
    allows({ policyDocument: { Statement: [{ Effect: 'Maybe' }] } }),
    500,
    '{"message":null}',
  ],
  ['answers a list in its context', allows({ context: { roles: ['a'] } }), 500, '{"message":null}'],
  [
    'answers an object in its context',
    allows({ context: { user: { id: 1 } } }),
    500,
    '{"message":null}',
  ],
  ['answers context.claims', allows({ context: { claims: 'x' } }), 500, '{"message":null}'],
  [
    'answers 1 MB of context',
    allows({ context: { big: 'x'.repeat(1024 * 1024) } }),
    500,
    '{"message":null}',
  ],
  [
    'cannot be run',
    { kind: 'refused', statusCode: 404, errorType: 'ResourceNotFoundException', message: 'no' },
    500,
    '{"message":null}',
  ],
  [
    'denies',
    allows({ policyDocument: policyOf('Deny') }),
    403,
    '{"Message":"User is not authorized to access this resource with an explicit deny"}',
  ],
  [
    'allows something else',
    allows({ policyDocument: policyOf('Allow', `${API_ARN}/prod/POST/pets`) }),
    403,
    '{"Message":"User is not authorized to access this resource"}',
  ],
  [
    'allows nothing',
    allows({ policyDocument: { Version: '2012-10-17', Statement: [] } }),
    403,
    '{"Message":"User is not authorized to access this resource"}',
  ],
]

const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: 'UnauthorizedException',
  403: 'AccessDeniedException',
  500: 'AuthorizerConfigurationException',
}

for (const [name, answer, status, body] of FAILURES) {
  test(`8.1 Output, 4 AUTHORIZER_CONFIGURATION_ERROR: a function that ${name} is a ${status}`, async () => {
    const { heard } = guardedServices(() => answer)
    const response = await askRest(guarded(), heard, { headers: TOKEN })
    assert.equal(response.statusCode, status)
    assert.equal(textOf(response.body), body)
    assert.deepEqual(headersOf(response.headers)['x-amzn-errortype'], [ERROR_TYPES[status]])
    assert.ok(heard.records[0]?.error?.hint, 'the record says why')
    assert.deepEqual(heard.bugs, [])
  })
}

test('a function that hangs is a 500 with a null message once its time is up', async () => {
  const { heard } = guardedServices(() => new Promise<never>(() => undefined))
  const answer = askRest(guarded(), heard, { headers: TOKEN })
  await Promise.resolve()
  heard.clock.advance(29_000)
  const response = await answer
  assert.equal(response.statusCode, 500)
  assert.equal(textOf(response.body), '{"message":null}')
})

test('what a function says of the token that it did not like is told without the token', async () => {
  const { heard } = guardedServices(() =>
    fails('jwt malformed: secret-of-ann (Bearer secret-of-ann)'),
  )
  await askRest(guarded(), heard, { headers: TOKEN })
  assert.doesNotMatch(JSON.stringify(heard.records), /secret-of-ann/)
  assert.match(heard.records[0]?.error?.hint ?? '', /jwt malformed: \(identity\)/)
})

test('8.1 Output: the context goes to the event as text, with principalId', async () => {
  const { heard } = guardedServices(() =>
    allows({ context: { text: 'a', count: 7, yes: true, no: null } }),
  )
  await askRest(guarded(), heard, { headers: TOKEN })
  const context = heard.event().requestContext as { readonly authorizer: unknown }
  assert.deepEqual(context.authorizer, {
    principalId: 'ann',
    integrationLatency: 0,
    text: 'a',
    count: '7',
    yes: 'true',
  })
})

test('8.1 Output: the context goes to templates and header mappings', async () => {
  const { heard } = guardedServices(() => allows({ context: { tenant: 'acme', level: 3 } }))
  const api = guarded()
  const method = restMethod({
    authorizationType: 'CUSTOM',
    authorizerId: 'auth1',
    methodResponses: {
      200: { statusCode: '200', responseParameters: { 'method.response.header.X-Tenant': true } },
    },
    methodIntegration: {
      type: 'MOCK',
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29_000,
      cacheNamespace: 'ns',
      cacheKeyParameters: [],
      requestTemplates: { 'application/json': '{"statusCode":200}' },
      integrationResponses: {
        200: {
          statusCode: '200',
          responseParameters: { 'method.response.header.X-Tenant': 'context.authorizer.tenant' },
          responseTemplates: {
            'application/json':
              '$context.authorizer.principalId $context.authorizer.tenant $context.authorizer.level',
          },
        },
      },
    },
  })
  const response = await askRest({ ...api, methods: { 'GET /pets': method } }, heard, {
    headers: TOKEN,
  })
  assert.equal(textOf(response.body), 'ann acme 3')
  assert.deepEqual(headersOf(response.headers)['x-tenant'], ['acme'])
})

test('8.2 Caching: the policy is kept for 300 s by default, and asked for again after', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const plane = restPlane(guarded(), heard)
  const ask = async () =>
    (await plane(sentRequest({ target: '/prod/pets', headers: TOKEN }))).statusCode
  assert.equal(await ask(), 200)
  heard.clock.advance(299_999)
  assert.equal(await ask(), 200)
  assert.equal(asked.length, 1)
  heard.clock.advance(1)
  assert.equal(await ask(), 200)
  assert.equal(asked.length, 2)
})

test('8.2 Caching: a cached policy is held against each method, so one of a single method denies the next', async () => {
  const { heard, asked } = guardedServices(({ methodArn }) =>
    allows({ policyDocument: policyOf('Allow', String(methodArn)) }),
  )
  const plane = restPlane(guarded(), heard)
  const ask = async (method: string, target: string) =>
    (await plane(sentRequest({ method, target, headers: TOKEN }))).statusCode
  assert.equal(await ask('GET', '/prod/pets'), 200)
  assert.equal(await ask('POST', '/prod/pets'), 403)
  assert.equal(await ask('GET', '/prod/pets/7'), 403)
  assert.equal(await ask('GET', '/prod/pets'), 200)
  assert.equal(asked.length, 1)
})

test('8.2 Caching: a flush asks again, for the generation is part of the key', async () => {
  const { heard, asked } = guardedServices(() => allows())
  await askRest(guarded(), heard, { headers: TOKEN })
  await askRest(guarded(), heard, { headers: TOKEN })
  assert.equal(asked.length, 1)
  const flushed = guarded({}, { stage: { authorizersCacheGeneration: 1 } })
  await askRest(flushed, heard, { headers: TOKEN })
  assert.equal(asked.length, 2)
})

test('8.2 Caching: another token, another authorizer and a changed one have entries of their own', async () => {
  const { heard, asked } = guardedServices(() => allows())
  await askRest(guarded(), heard, { headers: TOKEN })
  await askRest(guarded(), heard, { headers: ['Authorization', 'Bearer other'] })
  await askRest(guarded({ authorizerResultTtlInSeconds: 60 }), heard, { headers: TOKEN })
  assert.equal(asked.length, 3)
})

test('failures are not kept: the next request asks again', async () => {
  let count = 0
  const { heard } = guardedServices(() => (count++ === 0 ? fails('down') : allows()))
  assert.equal((await askRest(guarded(), heard, { headers: TOKEN })).statusCode, 500)
  assert.equal((await askRest(guarded(), heard, { headers: TOKEN })).statusCode, 200)
})

test('requests of one caller at the same time ask the function once', async () => {
  let answer: (given: InvokeAnswer) => void = () => undefined
  const { heard, asked } = guardedServices(
    () => new Promise<InvokeAnswer>((resolve) => (answer = resolve)),
  )
  const plane = restPlane(guarded(), heard)
  const waiting = Array.from({ length: 50 }, () =>
    plane(sentRequest({ target: '/prod/pets', headers: TOKEN })),
  )
  await new Promise((resolve) => setImmediate(resolve))
  answer(allows())
  const responses = await Promise.all(waiting)
  assert.deepEqual(new Set(responses.map(({ statusCode }) => statusCode)), new Set([200]))
  assert.equal(asked.length, 1)
})

test('policies of 20 KB with adversarial wildcards are decided at once', async () => {
  const hostile = Array.from({ length: 9 }, (_, at) => `${API_ARN}/*${'a*'.repeat(990)}${at}b`)
  const { heard } = guardedServices(() => allows({ policyDocument: policyOf('Allow', hostile) }))
  const response = await askRest(guarded(), heard, {
    target: `/prod/pets/${'a'.repeat(1200)}`,
    headers: TOKEN,
  })
  assert.equal(response.statusCode, 403)
})

test('8.3 API key source: usageIdentifierKey is the caller’s key', async () => {
  const { heard } = guardedServices(() => allows({ usageIdentifierKey: 'key-of-ann' }))
  const plan = restPlan(guarded())
  const match = plan.routes.match('GET', '/pets')
  assert.ok(match)
  const http = sentRequest({ target: '/prod/pets', headers: TOKEN })
  const address = {
    apiId: 'abc123',
    stageName: 'prod',
    path: '/pets',
    fullPath: '/prod/pets',
    domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abc123',
  }
  const request = acceptRequest(http, address, heard.services, 'REST', EMPTY_DIRECTORY)
  const caller = await match.plan.authorize(withRoute(request, plan, match), heard.services)
  assert.equal(caller.usageIdentifierKey, 'key-of-ann')
  assert.ok(!JSON.stringify(caller.authorizer).includes('key-of-ann'), 'events do not show it')
})

test('the authorizer’s URI may hold stage variables', async () => {
  const { heard } = guardedServices(() => allows())
  const api = guarded(
    { authorizerUri: AUTHORIZER_URI.replace('guard', '${stageVariables.guard}') },
    { stage: { variables: { guard: 'guard' } } },
  )
  assert.equal((await askRest(api, heard, { headers: TOKEN })).statusCode, 200)
})

test('an authorizer whose URI is none, and one that is not there, let nobody in', async () => {
  const { heard } = guardedServices(() => allows())
  for (const api of [guarded({ authorizerUri: 'arn:aws:x' }), guarded({ id: 'other' })]) {
    const response = await askRest(api, heard, { headers: TOKEN })
    assert.equal(response.statusCode, 500)
    assert.equal(textOf(response.body), '{"message":null}')
    assert.ok(heard.records.at(-1)?.error?.hint)
  }
})

test('4 UNAUTHORIZED, AUTHORIZER_CONFIGURATION_ERROR: an API’s gateway responses answer in their place', async () => {
  const { heard } = guardedServices(({ authorizationToken }) =>
    authorizationToken === 'nobody' ? fails('Unauthorized') : fails('boom'),
  )
  const gatewayResponse = (responseType: string, statusCode: string) => ({
    responseType,
    statusCode,
    defaultResponse: false,
    responseTemplates: {
      'application/json': '{"type":"$context.error.responseType","m":$context.error.messageString}',
    },
  })
  const api = guarded(
    {},
    {
      document: {
        authorizers: guarded().document?.authorizers ?? [],
        gatewayResponses: [
          gatewayResponse('UNAUTHORIZED', '418'),
          gatewayResponse('AUTHORIZER_CONFIGURATION_ERROR', '503'),
        ],
      },
    },
  )
  const nobody = await askRest(api, heard, { headers: ['Authorization', 'nobody'] })
  assert.equal(nobody.statusCode, 418)
  assert.equal(textOf(nobody.body), '{"type":"UNAUTHORIZED","m":"Unauthorized"}')
  const broken = await askRest(api, heard, { headers: TOKEN })
  assert.equal(broken.statusCode, 503)
  assert.equal(textOf(broken.body), '{"type":"AUTHORIZER_CONFIGURATION_ERROR","m":null}')
})

test('3.1 order: the throttle is before the authorizer, so a flood asks no function', async () => {
  const { heard, asked } = guardedServices(() => allows())
  const settings = { throttlingRateLimit: 1, throttlingBurstLimit: 2 }
  const api = guarded({}, { stage: { methodSettings: { '*/*': settings } } })
  const plane = restPlane(api, heard)
  const statuses: number[] = []
  for (let at = 0; at < 10; at += 1) {
    const headers = ['Authorization', `token-${at}`]
    statuses.push((await plane(sentRequest({ target: '/prod/pets', headers }))).statusCode)
  }
  assert.deepEqual(statuses.slice(0, 2), [200, 200])
  assert.ok(statuses.slice(2).every((status) => status === 429))
  assert.equal(asked.length, 2)
})
