import { EMPTY_DIRECTORY } from '../support/directory.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import { handleRestRequest } from '#data-plane/rest-api.ts'
import { acceptRequest } from '#data-plane/accept/request.ts'
import { GatewayFailure, type RestMethodPlan } from '#data-plane/plan.ts'
import { FUNCTION_ARN, headersOf, sentRequest, testServices, textOf } from '../support/http-api.ts'
import {
  askRest,
  restIntegration,
  restMethod,
  restPlan,
  type TestRestApi,
} from '../support/rest-api.ts'

const PETS: TestRestApi = { methods: { 'GET /pets': restMethod() } }

test('a request is answered by its function, with the ids of the gateway', async () => {
  const heard = testServices()
  const response = await askRest(PETS, heard)
  assert.equal(response.statusCode, 200)
  assert.equal(textOf(response.body), 'ok')
  assert.deepEqual(headersOf(response.headers), {
    'x-amzn-requestid': ['uuid'],
    'x-amz-apigw-id': ['BwcHBwcHBwcHBwc='],
    'x-amzn-trace-id': ['Root=1-5e6a879e-070707070707070707070707'],
    'content-type': ['application/json'],
  })
})

test('a request is told of exactly once, with its route, its steps and its integration', async () => {
  const heard = testServices()
  await askRest(PETS, heard, { target: '/prod/pets?a=1', headers: ['User-Agent', 'curl'] })
  const [record = assert.fail('no record'), ...more] = heard.records
  assert.deepEqual(more, [])
  assert.deepEqual(
    { ...record, steps: [] },
    {
      requestId: 'uuid',
      extendedRequestId: 'BwcHBwcHBwcHBwc=',
      protocol: 'REST',
      accountId: '123456789012',
      region: 'us-east-1',
      apiId: 'abc123',
      apiName: 'pets',
      stage: 'prod',
      deploymentId: 'dep123',
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abc123',
      httpMethod: 'GET',
      path: '/prod/pets',
      route: '/pets',
      resourceId: 'respets',
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
      steps: [],
    },
  )
})

test('docs/life-of-a-request.md names the steps of a real request, in their order', async () => {
  const heard = testServices()
  await askRest(PETS, heard)
  const path = join(import.meta.dirname, '../../docs/life-of-a-request.md')
  const documented = readFileSync(path, 'utf8').matchAll(/^\| `([a-z ]+)` \|/gm)
  assert.deepEqual(
    heard.records[0]?.steps.map(({ name }) => name),
    [...documented].map(([, name]) => name),
  )
})

describe('the order of the steps is AWS’s: where two fail, the first one answers [behaviour.md 3.1]', () => {
  const ORDER = ['throttle', 'authorize', 'admit', 'validate', 'throughCache', 'integrate'] as const
  const fail = (step: string) => () => {
    throw new GatewayFailure(step, step, { statusCode: 499 })
  }
  for (const [at, first] of ORDER.entries()) {
    it(`${first} comes before ${ORDER.slice(at + 1).join(', ') || 'the answer'}`, async () => {
      const steps = Object.fromEntries(
        ORDER.slice(at).map((step) => [step, step === 'admit' ? [fail(step)] : fail(step)]),
      )
      const heard = testServices()
      const plan = restPlan(PETS)
      const method = plan.routes.match('GET', '/pets')?.plan ?? assert.fail('no method')
      const broken: RestMethodPlan = { ...method, ...steps }
      const routes = { match: () => ({ plan: broken, pathParameters: undefined }) }
      const address = {
        apiId: 'abc123',
        stageName: 'prod',
        path: '/pets',
        fullPath: '/prod/pets',
        domainName: 'd',
        domainPrefix: 'd',
      }
      const request = acceptRequest(sentRequest(), address, heard.services, 'REST', EMPTY_DIRECTORY)
      await handleRestRequest(request, { ...plan, routes }, heard.services)
      assert.equal(heard.records[0]?.error?.responseType, first)
    })
  }

  it('a body that is too large is refused before the method is looked for', async () => {
    const body = new Uint8Array(10 * 1024 * 1024 + 1)
    const heard = testServices()
    const response = await askRest(PETS, heard, { target: '/prod/none', method: 'POST', body })
    assert.equal(response.statusCode, 413)
    assert.equal(textOf(response.body), 'HTTP content length exceeded 10485760 bytes.')
    assert.deepEqual(headersOf(response.headers)['content-type'], ['text/plain'])
  })
})

test('an unknown path or method is 403 Missing Authentication Token, and the record says why', async () => {
  const heard = testServices()
  const response = await askRest(PETS, heard, { method: 'POST' })
  assert.equal(response.statusCode, 403)
  assert.equal(textOf(response.body), '{"message":"Missing Authentication Token"}')
  assert.deepEqual(headersOf(response.headers)['x-amzn-errortype'], [
    'MissingAuthenticationTokenException',
  ])
  assert.match(heard.records[0]?.error?.hint ?? '', /no method POST on \/pets/)
})

test('a path that makes the method ARN longer than 1,600 bytes is 414', async () => {
  const heard = testServices()
  const api = { methods: { 'GET /{proxy+}': restMethod() } }
  const arn = 'arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/'
  const fits = `/prod/${'a'.repeat(1600 - arn.length)}`
  assert.equal((await askRest(api, heard, { target: fits })).statusCode, 200)
  assert.equal((await askRest(api, heard, { target: `${fits}a` })).statusCode, 414)
})

test('headers of more than 20,480 bytes are refused', async () => {
  const headers = ['X-Big', 'a'.repeat(20_480)]
  assert.equal((await askRest(PETS, testServices(), { headers })).statusCode, 431)
})

test('a bug is a bare 500 for the client, and its stack goes to the log under the request id', async () => {
  const bug = new Error('secret detail')
  const heard = testServices({ invokeFunction: () => Promise.reject(bug) })
  const response = await askRest(PETS, heard)
  assert.equal(response.statusCode, 500)
  assert.equal(textOf(response.body), '{"message": "Internal server error"}')
  assert.deepEqual(heard.bugs, [bug])
  assert.equal(heard.records[0]?.status, 500)
})

describe('what an API asks for and what is not built is refused with 501 and listed', () => {
  const validators = [{ id: 'body', validateRequestBody: true, validateRequestParameters: false }]
  const integration = (more: Parameters<typeof restIntegration>[0]) =>
    restMethod({ methodIntegration: restIntegration(more) })
  const rows: readonly (readonly [string, Partial<TestRestApi>])[] = [
    ['JWT authorizers', { methods: { 'GET /pets': restMethod({ authorizationType: 'JWT' }) } }],
    [
      'SOMETHING authorization',
      { methods: { 'GET /pets': restMethod({ authorizationType: 'SOMETHING' }) } },
    ],
    [
      'its resource policy cannot be read (Statement is missing)',
      { api: { policy: '{"Version":"2012-10-17"}' } },
    ],
    ['AWS WAF web ACLs', { stage: { webAclArn: 'arn:aws:wafv2:us-east-1:1:regional/webacl/a/b' } }],
    [
      'request body validation by model Pet: there is no such model',
      {
        document: { requestValidators: validators },
        methods: {
          'GET /pets': restMethod({
            requestValidatorId: 'body',
            requestModels: { 'application/json': 'Pet' },
          }),
        },
      },
    ],
    [
      'VPC links of other integrations than HTTP',
      { methods: { 'GET /pets': integration({ connectionType: 'VPC_LINK' }) } },
    ],
    [
      'AWS integration with the sub-domain runtime.lex',
      {
        methods: {
          'GET /pets': integration({
            type: 'AWS',
            uri: 'arn:aws:apigateway:us-east-1:runtime.lex:path/bot',
          }),
        },
      },
    ],
    [
      'mapping from method.request.body.a..',
      {
        methods: {
          'GET /pets': integration({
            type: 'HTTP_PROXY',
            uri: 'http://127.0.0.1:9/',
            requestParameters: { 'integration.request.header.x': 'method.request.body.a..' },
          }),
        },
      },
    ],
  ]
  for (const [feature, more] of rows) {
    it(feature, async () => {
      const api = { ...PETS, ...more }
      const heard = testServices()
      const response = await askRest(api, heard)
      assert.equal(response.statusCode, 501)
      assert.match(textOf(response.body), /^\{"message":"This gateway does not implement what /)
      assert.ok(textOf(response.body).includes(feature))
      assert.equal(heard.invoked.length, 0)
      const refused = restPlan(api).limitations.filter(({ effect }) => effect === 'refused')
      assert.ok(refused.some((limitation) => limitation.feature === feature))
    })
  }
})

test('what only observes or speeds up is listed, and the request is served', async () => {
  const api: TestRestApi = {
    ...PETS,
    api: { minimumCompressionSize: 0, securityPolicy: 'TLS_1_2' },
    stage: {
      cacheClusterEnabled: true,
      tracingEnabled: true,
      clientCertificateId: 'cert',
      accessLogSettings: { destinationArn: 'arn:aws:logs:us-east-1:1:log-group:a' },
      methodSettings: {
        '*/*': { loggingLevel: 'INFO', metricsEnabled: true, cacheDataEncrypted: true },
      },
      canarySettings: { percentTraffic: 0 },
    },
  }
  assert.equal((await askRest(api, testServices())).statusCode, 200)
  assert.deepEqual(
    restPlan(api).limitations.map(({ effect, where, feature }) => `${effect} ${where} ${feature}`),
    [
      'ignored stage prod the encryption of cached answers (they stay in memory)',
      'ignored stage prod sending X-Ray segments (they are kept for `daemun trace`: set --xray-daemon or --otlp-endpoint)',
      'ignored stage prod client certificates',
      'ignored stage prod the TLS security policy',
    ],
  )
})

test('an API that asks for nothing more has no limitations', () => {
  assert.deepEqual(restPlan(PETS).limitations, [])
})

test('the throttle of a method comes before that of all methods, and costs nobody else', async () => {
  const heard = testServices()
  const api: TestRestApi = {
    methods: { 'GET /pets': restMethod(), 'POST /pets': restMethod() },
    stage: {
      methodSettings: {
        '*/*': { throttlingRateLimit: 1000, throttlingBurstLimit: 1000 },
        'pets/GET': { throttlingRateLimit: 1, throttlingBurstLimit: 2 },
      },
    },
  }
  const plan = restPlan(api)
  const address = {
    apiId: 'abc123',
    stageName: 'prod',
    path: '/pets',
    fullPath: '/prod/pets',
    domainName: 'd',
    domainPrefix: 'd',
  }
  const ask = async (method: string) => {
    const request = acceptRequest(
      sentRequest({ method }),
      address,
      heard.services,
      'REST',
      EMPTY_DIRECTORY,
    )
    return (await handleRestRequest(request, plan, heard.services)).statusCode
  }
  assert.deepEqual([await ask('GET'), await ask('GET'), await ask('GET')], [200, 200, 429])
  assert.equal(await ask('POST'), 200)
  heard.clock.advance(1000)
  assert.equal(await ask('GET'), 200)
})

test('required parameters are named in the order of their full keys', async () => {
  const api: TestRestApi = {
    methods: {
      'GET /pets': restMethod({
        requestValidatorId: 'v',
        requestParameters: {
          'method.request.querystring.b': true,
          'method.request.header.X-A': true,
          'method.request.querystring.optional': false,
        },
      }),
    },
    document: {
      requestValidators: [{ id: 'v', validateRequestBody: true, validateRequestParameters: true }],
    },
  }
  const response = await askRest(api, testServices())
  assert.equal(response.statusCode, 400)
  assert.equal(
    textOf(response.body),
    '{"message": "Missing required request parameters: [X-A, b]"}',
  )
  const sent = { target: '/prod/pets?b=1', headers: ['X-A', '1'] }
  assert.equal((await askRest(api, testServices(), sent)).statusCode, 200)
})

test('a streamed answer is told of at its end, with its bytes', async () => {
  const uri = restIntegration().uri?.replace('/invocations', '/response-streaming-invocations')
  const streaming = restIntegration({ responseTransferMode: 'STREAM', ...(uri && { uri }) })
  const api = { methods: { 'GET /pets': restMethod({ methodIntegration: streaming }) } }
  const heard = testServices({
    invokeFunctionStream: async () => ({
      kind: 'streaming',
      requestId: 'invoke-1',
      payload: (async function* () {
        yield Buffer.from('{"statusCode":201,"headers":{"X-A":"1"},"cookies":["a=1"]}\0\0\0\0')
        yield Buffer.from('\0\0\0\0one')
        yield Buffer.from('two')
      })(),
    }),
  })
  const response = await askRest(api, heard)
  assert.equal(response.statusCode, 201)
  assert.deepEqual(headersOf(response.headers)['x-a'], ['1'])
  assert.deepEqual(headersOf(response.headers)['set-cookie'], ['a=1'])
  assert.equal(heard.records.length, 0)
  const { body } = response
  assert.ok(typeof body === 'object' && Symbol.asyncIterator in body)
  assert.equal(Buffer.concat(await Array.fromAsync(body)).toString(), 'onetwo')
  assert.equal(heard.records[0]?.responseBytes, 6)
})
