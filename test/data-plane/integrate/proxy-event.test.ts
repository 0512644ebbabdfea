import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServices } from '../../support/http-api.ts'
import { askRest, restMethod, type TestRestApi } from '../../support/rest-api.ts'

const API: TestRestApi = {
  methods: {
    'GET /pets/{petId}': restMethod(),
    'ANY /{proxy+}': restMethod({ operationName: 'All' }),
  },
}

test('the event has AWS’s members in AWS’s order, null where there is nothing [F127]', async () => {
  const heard = testServices()
  await askRest(API, heard, { target: '/prod/pets/a%2Fb' })
  const payload = Buffer.from(heard.invoked[0]?.payload ?? []).toString()
  const host = 'abc123.execute-api.us-east-1.amazonaws.com'
  const expected = {
    resource: '/pets/{petId}',
    path: '/pets/a%2Fb',
    httpMethod: 'GET',
    headers: {
      Host: host,
      'X-Amzn-Trace-Id': 'Root=1-5e6a879e-070707070707070707070707',
      'X-Forwarded-For': '192.0.2.7',
      'X-Forwarded-Port': '443',
      'X-Forwarded-Proto': 'https',
    },
    multiValueHeaders: {
      Host: [host],
      'X-Amzn-Trace-Id': ['Root=1-5e6a879e-070707070707070707070707'],
      'X-Forwarded-For': ['192.0.2.7'],
      'X-Forwarded-Port': ['443'],
      'X-Forwarded-Proto': ['https'],
    },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { petId: 'a%2Fb' },
    stageVariables: null,
    requestContext: {
      resourceId: 'respetspetId',
      resourcePath: '/pets/{petId}',
      httpMethod: 'GET',
      extendedRequestId: 'BwcHBwcHBwcHBwc=',
      requestTime: '12/Mar/2020:19:03:58 +0000',
      path: '/prod/pets/a%2Fb',
      accountId: '123456789012',
      protocol: 'HTTP/1.1',
      stage: 'prod',
      domainPrefix: 'abc123',
      requestTimeEpoch: 1_584_039_838_390,
      requestId: 'uuid',
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: '192.0.2.7',
        principalOrgId: null,
        accessKey: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: null,
        user: null,
      },
      domainName: host,
      deploymentId: 'dep123',
      apiId: 'abc123',
    },
    body: null,
    isBase64Encoded: false,
  }
  assert.equal(payload, JSON.stringify(expected))
})

test('query values are decoded, the last one stands in the single map, all in the other [F128]', async () => {
  const heard = testServices()
  await askRest(API, heard, { target: '/prod/pets/1?a=1&b=%2B+%2F&a=2&c&%zz=%zz&d=x;e=y' })
  const event = heard.event()
  assert.deepEqual(event.queryStringParameters, {
    a: '2',
    b: '+ /',
    c: '',
    '%zz': '%zz',
    d: 'x',
    e: 'y',
  })
  assert.deepEqual(event.multiValueQueryStringParameters, {
    a: ['1', '2'],
    b: ['+ /'],
    c: [''],
    '%zz': ['%zz'],
    d: ['x'],
    e: ['y'],
  })
})

test('header names keep their case, framing is gone, the client’s address ends X-Forwarded-For', async () => {
  const heard = testServices()
  const headers = [
    'X-Many',
    'a',
    'x-many',
    'b',
    'Content-Length',
    '0',
    'Connection',
    'close',
    'Transfer-Encoding',
    'chunked',
    'X-Forwarded-For',
    '203.0.113.9',
    'X-Forwarded-Proto',
    'gopher',
    'User-Agent',
    'curl/8',
  ]
  await askRest(API, heard, { target: '/prod/pets/1', headers })
  const event = heard.event()
  const { Host, ...rest } = event.headers as Record<string, string>
  assert.ok(Host)
  assert.deepEqual(rest, {
    'X-Many': 'b',
    'User-Agent': 'curl/8',
    'X-Amzn-Trace-Id': 'Root=1-5e6a879e-070707070707070707070707',
    'X-Forwarded-For': '203.0.113.9, 192.0.2.7',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  })
  const multi = event.multiValueHeaders as Record<string, string[]>
  assert.deepEqual(multi['X-Many'], ['a', 'b'])
})

test('a body is text, and base64 only where its type is one of the API’s binary ones', async () => {
  const api: TestRestApi = { ...API, api: { binaryMediaTypes: ['image/png'] } }
  const bytes = Uint8Array.of(0x89, 0x50, 0xff)
  const send = async (type: string, body: string | Uint8Array) => {
    const heard = testServices()
    const headers = ['Content-Type', type]
    await askRest(api, heard, { method: 'POST', target: '/prod/up', headers, body })
    const { body: sent, isBase64Encoded } = heard.event()
    return [sent, isBase64Encoded]
  }
  assert.deepEqual(await send('image/png; q=1', bytes), ['iVD/', true])
  assert.deepEqual(await send('text/plain', bytes), ['\ufffdP\ufffd', false])
  assert.deepEqual(await send('application/json', '{"a":"ü"}'), ['{"a":"ü"}', false])
  assert.deepEqual(await send('image/png', ''), [null, false])
})

test('stage variables, the greedy parameter and the operation’s name are there', async () => {
  const heard = testServices()
  await askRest({ ...API, stage: { variables: { table: 'pets' } } }, heard, {
    target: '/prod//x/y',
    method: 'PUT',
  })
  const event = heard.event()
  assert.deepEqual(event.stageVariables, { table: 'pets' })
  assert.deepEqual(event.pathParameters, { proxy: 'x/y' })
  assert.equal(event.path, '//x/y')
  assert.equal(event.resource, '/{proxy+}')
  assert.equal((event.requestContext as Record<string, unknown>).operationName, 'All')
})
