import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ask,
  FUNCTION_ARN,
  headersOf,
  httpRoute,
  lambdaIntegration,
  testServices,
  testStage,
  textOf,
} from '../../../support/http-api.ts'

const HEADERS = [
  'Header1',
  'value1',
  'Header2',
  'value1',
  'header2',
  'value2',
  'Cookie',
  'cookie1=a; cookie2=b;',
  'User-Agent',
  'agent',
  'Content-Type',
  'text/plain',
  'Connection',
  'keep-alive',
  'X-Amzn-Trace-Id',
  'Root=1-5e6a88ee-000000000000000000000001',
  'X-Forwarded-For',
  '198.51.100.1',
]

const SENT = {
  method: 'POST',
  target: '/my/path?parameter1=value1&parameter1=value2&parameter2=value',
  headers: HEADERS,
  body: 'Hello from Lambda',
}

const eventOf = async (
  sent: Parameters<typeof ask>[2],
  api: Parameters<typeof testStage>[0] = {},
) => {
  const heard = testServices()
  const response = await ask(testStage(api), heard, sent)
  assert.equal(response.statusCode, 200)
  return heard.event()
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
test('the event of format 2.0 is that of the guide, what is empty left out', async () => {
  assert.deepEqual(await eventOf(SENT), {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/my/path',
    rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
    cookies: ['cookie1=a', 'cookie2=b'],
    headers: {
      'content-length': '17',
      'content-type': 'text/plain',
      header1: 'value1',
      header2: 'value1,value2',
      host: 'abc123.execute-api.us-east-1.amazonaws.com',
      'user-agent': 'agent',
      'x-amzn-trace-id': 'Root=1-5e6a88ee-000000000000000000000001',
      'x-forwarded-for': '198.51.100.1, 192.0.2.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc123',
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abc123',
      http: {
        method: 'POST',
        path: '/my/path',
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.7',
        userAgent: 'agent',
      },
      requestId: 'BwcHBwcHBwcHBwc=',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1_584_039_838_390,
    },
    body: 'Hello from Lambda',
    isBase64Encoded: false,
  })
})

/** Source: the same page, format 1.0; the last query value: gist metaskills/55f9e3c7, recorded March 2020 */
test('the event of format 1.0 is that of the guide, what is empty null', async () => {
  const api = { integrations: [lambdaIntegration({ payloadFormatVersion: '1.0' })] }
  const event = await eventOf({ ...SENT, headers: HEADERS.slice(0, 6) }, api)
  const added = {
    'content-length': '17',
    host: 'abc123.execute-api.us-east-1.amazonaws.com',
    'x-amzn-trace-id': 'Root=1-5e6a879e-070707070707070707070707',
    'x-forwarded-for': '192.0.2.7',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  }
  assert.deepEqual(event, {
    version: '1.0',
    resource: '$default',
    path: '/my/path',
    httpMethod: 'POST',
    headers: { header1: 'value1', header2: 'value2', ...added },
    multiValueHeaders: {
      header1: ['value1'],
      header2: ['value1', 'value2'],
      ...Object.fromEntries(Object.entries(added).map(([name, value]) => [name, [value]])),
    },
    queryStringParameters: { parameter1: 'value2', parameter2: 'value' },
    multiValueQueryStringParameters: { parameter1: ['value1', 'value2'], parameter2: ['value'] },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc123',
      authorizer: { claims: null, scopes: null },
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abc123',
      extendedRequestId: 'BwcHBwcHBwcHBwc=',
      httpMethod: 'POST',
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '192.0.2.7',
        user: null,
        userAgent: null,
        userArn: null,
      },
      path: '/my/path',
      protocol: 'HTTP/1.1',
      requestId: 'BwcHBwcHBwcHBwc=',
      requestTime: '12/Mar/2020:19:03:58 +0000',
      requestTimeEpoch: 1_584_039_838_390,
      resourceId: null,
      resourcePath: '$default',
      stage: '$default',
    },
    pathParameters: null,
    stageVariables: null,
    body: Buffer.from('Hello from Lambda').toString('base64'),
    isBase64Encoded: true,
  })
})

test('a request of nothing has an event without anything that is empty', async () => {
  const event = await eventOf({})
  assert.deepEqual(Object.keys(event), [
    'version',
    'routeKey',
    'rawPath',
    'rawQueryString',
    'headers',
    'requestContext',
    'isBase64Encoded',
  ])
  assert.equal(event.rawQueryString, '')
})

/** Source: recorded in powertools-lambda-python#621 and serverless-wsgi#191 */
test('a named stage begins the path of both formats', async () => {
  const stage = { stageName: 'dev', stageVariables: { env: 'blue' } }
  const event20 = await eventOf({ target: '/x' }, { stage })
  assert.equal(event20.rawPath, '/dev/x')
  assert.deepEqual(event20.stageVariables, { env: 'blue' })
  const integrations = [lambdaIntegration({ payloadFormatVersion: '1.0' })]
  const event10 = await eventOf({ target: '/x' }, { stage, integrations })
  assert.equal(event10.path, '/dev/x')
})

/** Source: recorded in honojs/hono#2156 and fastify/aws-lambda-fastify#169; rawQueryString in ministack#1035 */
test('paths and parameters arrive decoded, rawQueryString as it was sent', async () => {
  const routes = [httpRoute('GET /files/{name}')]
  const event = await eventOf({ target: '/files/a%2Fb%20c?q=x%20y&q=%2B' }, { routes })
  assert.equal(event.rawPath, '/files/a/b c')
  assert.deepEqual(event.pathParameters, { name: 'a/b c' })
  assert.equal(event.rawQueryString, 'q=x%20y&q=%2B')
  assert.deepEqual(event.queryStringParameters, { q: 'x y,+' })
})

test('names such as __proto__ and constructor are data like any other', async () => {
  const event = await eventOf({
    target: '/?__proto__=1&constructor=2',
    headers: ['__proto__', 'x'],
  })
  const own = (value: unknown) => Object.getOwnPropertyNames(value)
  assert.deepEqual(own(event.queryStringParameters), ['__proto__', 'constructor'])
  assert.ok(own(event.headers).includes('__proto__'))
})

/** Source: measured in ministackorg/ministack#766 (description); +json and +xml: ours */
test('bodies are text for text types and base64 for all others', async () => {
  for (const [contentType, isText] of [
    ['text/plain', true],
    ['text/csv; charset=utf-8', true],
    ['application/json', true],
    ['Application/JSON; charset=UTF-8', true],
    ['application/javascript', true],
    ['application/xml', true],
    ['application/vnd.api+json', true],
    ['application/x-www-form-urlencoded', false],
    ['application/octet-stream', false],
    ['multipart/form-data; boundary=x', false],
    ['image/png', false],
    [undefined, false],
  ] as const) {
    const headers = contentType === undefined ? [] : ['Content-Type', contentType]
    const event = await eventOf({ method: 'POST', headers, body: '{"a":1}' })
    assert.equal(event.isBase64Encoded, !isText, contentType ?? 'none')
    assert.equal(event.body, isText ? '{"a":1}' : Buffer.from('{"a":1}').toString('base64'))
  }
})

test('bytes that are no UTF-8 are base64 whatever their type says', async () => {
  const event = await eventOf({
    method: 'POST',
    headers: ['Content-Type', 'application/json'],
    body: Buffer.from([0x1f, 0x8b, 0xff]),
  })
  assert.equal(event.isBase64Encoded, true)
  assert.equal(event.body, 'H4v/')
})

test('a function is found by its ARN or by the invocation URI, with stage variables in it', async () => {
  const stageVariables = { fn: 'hello' }
  for (const integrationUri of [
    FUNCTION_ARN,
    `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`,
    FUNCTION_ARN.replace('hello', '${stageVariables.fn}'),
  ]) {
    const heard = testServices()
    const stage = { stageVariables }
    await ask(testStage({ stage, integrations: [lambdaIntegration({ integrationUri })] }), heard)
    assert.equal(heard.invoked[0]?.functionArn, FUNCTION_ARN)
    assert.equal(heard.invoked[0]?.invocationType, 'RequestResponse')
  }
})

test('a URI that names no function is a 500 with the reason in the record', async () => {
  const heard = testServices()
  const integrations = [lambdaIntegration({ integrationUri: 'arn:aws:sqs:us-east-1:1:q' })]
  const response = await ask(testStage({ integrations }), heard)
  assert.equal(response.statusCode, 500)
  assert.match(heard.records[0]?.error?.hint ?? '', /names no Lambda function/)
})

test('parameter mappings change the event and the answer', async () => {
  const heard = testServices()
  const integrations = [
    lambdaIntegration({
      requestParameters: {
        'append:header.x-from': '$context.identity.sourceIp',
        'overwrite:header.x-pet': '$request.path.id',
        'append:querystring.stage': '$context.stage',
        'overwrite:path': '/v2/${request.path.id}',
      },
      responseParameters: {
        '200': {
          'overwrite:statuscode': '201',
          'append:header.x-type': '$response.header.content-type',
        },
      },
    }),
  ]
  const stage = testStage({ routes: [httpRoute('GET /pets/{id}')], integrations })
  const sent = { target: '/pets/7?a=1', headers: ['X-Pet', 'forged'] }
  const response = await ask(stage, heard, sent)
  const event = heard.event()
  assert.partialDeepStrictEqual(event.headers, { 'x-from': '192.0.2.7', 'x-pet': '7' })
  assert.deepEqual(event.queryStringParameters, { a: '1', stage: '$default' })
  assert.equal(event.rawPath, '/v2/7')
  assert.equal(response.statusCode, 201)
  assert.deepEqual(headersOf(response.headers)['x-type'], ['text/plain;charset=UTF-8'])
  assert.equal(textOf(response.body), 'ok')
})
