import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import type { IntegrationV2 } from '#model/apigatewayv2/api.ts'
import type { UpstreamClient, UpstreamRequest } from '#transport/contract.ts'
import { createUpstreamClient } from '#transport/upstream.ts'
import {
  ask,
  headersOf,
  httpRoute,
  lambdaIntegration,
  type Sent,
  testServices,
  testStage,
  textOf,
} from '../../../support/http-api.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

let origin = ''
let seen: Seen[] = []
let answer: (response: ServerResponse) => void = (response) => response.end('backend')
const server = createServer(async (request, response) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  const { method = '', url = '', headers } = request
  seen.push({ method, url, headers, body: Buffer.concat(parts) })
  answer(response)
})
let upstream: UpstreamClient

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  origin = `http://127.0.0.1:${address.port}`
  upstream = createUpstreamClient()
})

after(async () => {
  await upstream.close()
  server.closeAllConnections()
  server.close()
})

const proxy = (path: string, more: Partial<IntegrationV2> = {}): IntegrationV2 =>
  lambdaIntegration({
    integrationType: 'HTTP_PROXY',
    integrationUri: path.startsWith('/') || path === '' ? `${origin}${path}` : path,
    integrationMethod: 'ANY',
    payloadFormatVersion: '1.0',
    ...more,
  })

const call = async (routeKey: string, integration: IntegrationV2, sent: Sent = {}) => {
  seen = []
  const heard = testServices({ upstream })
  const stage = testStage({
    routes: [httpRoute(routeKey)],
    integrations: [integration],
    stage: { stageName: sent.stageName ?? '$default', stageVariables: { version: 'v1' } },
  })
  const response = await ask(stage, heard, sent)
  return { response, heard, arrived: seen[0] }
}

/**
 * Route, path of the URI, request, what arrives. Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/
 * http-api-develop-integrations-http.html and http-api-develop-routes.html ("$default … sends the full request
 * path"); a URI /get called at / arriving as /get/: README of a recorded CDK sample, aws/api-gateway/forwarded-header
 */
const urls: readonly (readonly [string, string, string, string])[] = [
  ['GET /pets/{id}', '/extended/{id}', '/pets/7', '/extended/7'],
  ['GET /pets/{id}', '/extended/{id}', '/pets/a%2F..%2Fb', '/extended/a%2F..%2Fb'],
  ['ANY /parent/{proxy+}', '/petstore/{proxy}', '/parent/a/b%20c', '/petstore/a/b%20c'],
  ['ANY /{proxy+}', '/{proxy}', '/a/b', '/a/b'],
  ['ANY /{proxy+}', '/fixed', '/a/b', '/fixed'],
  ['GET /pets', '', '/pets', '/'],
  ['GET /pets', '/a?x=1', '/pets?y=2&y=3', '/a?x=1&y=2&y=3'],
  ['GET /pets', '/a', '/pets?q=a%20b+c', '/a?q=a%20b+c'],
  ['GET /pets', '/${stageVariables.version}/a', '/pets', '/v1/a'],
  ['GET /pets', '/{unknown}', '/pets', '/%7Bunknown%7D'],
  ['$default', '', '/store/checkout?a=1', '/store/checkout?a=1'],
  ['$default', '/', '/store/checkout', '/store/checkout'],
  ['$default', '/get', '/', '/get/'],
  ['$default', '/base', '/x', '/base/x'],
]

test('the URL is that of the integration, filled from the request as AWS does', async () => {
  for (const [routeKey, path, target, expected] of urls) {
    const { response, arrived } = await call(routeKey, proxy(path), { target })
    assert.equal(response.statusCode, 200, routeKey)
    assert.equal(arrived?.url, expected, `${routeKey} ${path} ${target}`)
  }
})

test('the method is the client’s for ANY, else that of the integration', async () => {
  const any = await call('ANY /x', proxy('/x'), { method: 'DELETE', target: '/x' })
  assert.equal(any.arrived?.method, 'DELETE')
  const fixed = await call('ANY /x', proxy('/x', { integrationMethod: 'PUT' }), { target: '/x' })
  assert.equal(fixed.arrived?.method, 'PUT')
})

test('bodies pass raw in both directions', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
  answer = (response) => response.writeHead(201, { 'content-type': 'image/png' }).end(bytes)
  const { response, arrived } = await call('$default', proxy(''), {
    method: 'POST',
    headers: ['Content-Type', 'application/octet-stream', 'Content-Length', '256'],
    body: bytes,
  })
  answer = (plain) => plain.end('backend')
  assert.deepEqual(arrived?.body, bytes)
  assert.equal(arrived?.headers['content-length'], '256')
  assert.equal(response.statusCode, 201)
  assert.ok(response.body instanceof Uint8Array)
  assert.deepEqual(Buffer.from(response.body), bytes)
})

/** Source: behaviour.md 5.2; Forwarded and Via as recorded behind HTTP APIs in 2023 */
test('headers pass but for those of one hop; Host is the endpoint’s, Forwarded and Via are added', async () => {
  const { arrived } = await call('$default', proxy(''), {
    headers: [
      'X-Custom',
      'a',
      'x-custom',
      'b',
      'Connection',
      'keep-alive, X-Hop',
      'X-Hop',
      'secret',
      'TE',
      'trailers',
      'Upgrade',
      'h2c',
      'Authorization',
      'Bearer t',
      'User-Agent',
      'agent',
      'X-Amzn-Trace-Id',
      'Root=1-5e6a88ee-000000000000000000000001',
    ],
  })
  const { host, connection: _ours, ...headers } = arrived?.headers ?? {}
  assert.equal(host, origin.slice('http://'.length))
  assert.deepEqual(headers, {
    'x-custom': 'a, b',
    authorization: 'Bearer t',
    'user-agent': 'agent',
    'content-type': 'application/x-www-form-urlencoded',
    forwarded: 'for=192.0.2.7;host=abc123.execute-api.us-east-1.amazonaws.com;proto=https',
    via: 'HTTP/1.1 AmazonAPIGateway',
    'x-amzn-trace-id': 'Root=1-5e6a88ee-000000000000000000000001',
  })
})

test('X-Forwarded headers become Forwarded, and no value of theirs becomes another parameter', async () => {
  const forwardedBy = async (headers: readonly string[]) =>
    (await call('$default', proxy(''), { headers })).arrived?.headers
  const ours = 'for=192.0.2.7;host=abc123.execute-api.us-east-1.amazonaws.com;proto=https'
  const honest = await forwardedBy([
    'X-Forwarded-For',
    '198.51.100.1, 2001:db8::1',
    'X-Forwarded-Host',
    'www.example.com',
    'X-Forwarded-Proto',
    'https',
    'X-Forwarded-Port',
    '443',
    'Via',
    '1.1 edge',
  ])
  assert.equal(
    honest?.forwarded,
    `for=198.51.100.1;host=www.example.com;proto=https,for="[2001:db8::1]",${ours}`,
  )
  assert.equal(honest?.via, '1.1 edge, HTTP/1.1 AmazonAPIGateway')
  for (const name of ['for', 'host', 'proto', 'port']) {
    assert.equal(honest?.[`x-forwarded-${name}`], undefined)
  }
  const forged = await forwardedBy([
    'X-Forwarded-For',
    '1.2.3.4;by=evil',
    'X-Forwarded-Host',
    'a";proto=x',
    'X-Forwarded-Proto',
    'https;for=evil',
  ])
  assert.equal(forged?.forwarded, `for=unknown;host=unknown,${ours}`)
})

test('the answer passes back but for what belongs to its connection and our own id', async () => {
  answer = (response) =>
    response
      .writeHead(404, {
        'Content-Type': 'text/html',
        'Set-Cookie': ['a=1', 'b=2'],
        Server: 'backend',
        'Apigw-Requestid': 'forged',
        Connection: 'close, x-hop',
        'X-Hop': 'secret',
      })
      .end('gone')
  const { response, heard } = await call('$default', proxy(''))
  answer = (plain) => plain.end('backend')
  assert.equal(response.statusCode, 404)
  assert.equal(textOf(response.body), 'gone')
  assert.deepEqual(headersOf(response.headers), {
    'content-type': ['text/html'],
    'set-cookie': ['a=1', 'b=2'],
    server: ['backend'],
    'apigw-requestid': ['BwcHBwcHBwcHBwc='],
  })
  assert.equal(heard.records[0]?.integration?.status, 404)
})

test('an endpoint that cannot be reached or does not answer in time is 503, with the reason in the record', async () => {
  const gone = createServer()
  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const address = gone.address()
  assert.ok(address !== null && typeof address === 'object')
  gone.close()
  await once(gone, 'close')
  const refused = await call('$default', proxy(`http://127.0.0.1:${address.port}`))
  assert.equal(refused.response.statusCode, 503)
  assert.equal(textOf(refused.response.body), '{"message":"Service Unavailable"}')
  assert.match(refused.heard.records[0]?.error?.hint ?? '', /connect/)
  answer = () => undefined
  const silent = await call('$default', proxy('', { timeoutInMillis: 50 }))
  answer = (plain) => plain.end('backend')
  assert.equal(silent.response.statusCode, 503)
  assert.equal(silent.heard.records[0]?.error?.responseType, 'INTEGRATION_TIMEOUT')
})

test('a URI that is no http URL is 500 with the reason in the record', async () => {
  for (const integrationUri of ['ftp://x', 'nonsense', 'http://user:pass@host/', 'http://']) {
    const { response, heard } = await call('$default', proxy('', { integrationUri }))
    assert.equal(response.statusCode, 500, integrationUri)
    assert.match(heard.records[0]?.error?.hint ?? '', /no http or https URL/)
  }
})

test('a path parameter never chooses another host', async () => {
  for (const target of ['/x/@evil.example', '/x/%2F%2Fevil.example', '/x/evil.example:1']) {
    const { arrived } = await call('GET /x/{id}', proxy('/{id}'), { target })
    assert.equal(arrived?.url, target.slice(2), target)
  }
})

test('serverNameToVerify is the name that TLS asks for', async () => {
  const called: UpstreamRequest[] = []
  const heard = testServices({
    upstream: {
      ...upstream,
      call: async (request) => {
        called.push(request)
        return { statusCode: 200, headers: [], body: Buffer.alloc(0) }
      },
    },
  })
  const tlsConfig = { serverNameToVerify: 'internal.example' }
  const integration = proxy('https://192.0.2.1', { tlsConfig })
  await ask(testStage({ integrations: [integration] }), heard)
  assert.equal(called[0]?.serverName, 'internal.example')
  assert.equal(called[0]?.origin, 'https://192.0.2.1')
  assert.equal(called[0]?.timeoutMs, 30_000)
})

test('parameter mappings change what the endpoint gets and what the client gets', async () => {
  const integration = proxy('/ignored', {
    requestParameters: {
      'overwrite:path': '$request.path',
      'append:header.x-request-id': '$context.requestId',
      'remove:querystring.secret': '',
    },
    responseParameters: { '200': { 'append:header.x-env': '$stageVariables.version' } },
  })
  const { response, arrived } = await call('$default', integration, {
    target: '/a%2Fb?secret=1&open=2',
    stageName: 'prod',
  })
  assert.equal(arrived?.url, '/a%2Fb?open=2')
  assert.equal(arrived?.headers['x-request-id'], 'BwcHBwcHBwcHBwc=')
  assert.deepEqual(headersOf(response.headers)['x-env'], ['v1'])
})

test('$request.body and JSON paths in it can be mapped, in a body of 100 KB at most', async () => {
  const requestParameters = {
    'overwrite:header.x-name': '$request.body.pet.name',
    'overwrite:header.x-text': 'first ${request.body.tags[0]}',
    'overwrite:header.x-miss': '$request.body.none',
    'append:querystring.all': '$request.body',
  }
  const integration = proxy('/x', { requestParameters })
  const body = '{"pet":{"name":"Réx"},"tags":["a\\r\\nX-Evil: 1"]}'
  const { arrived } = await call('POST /x', integration, { method: 'POST', target: '/x', body })
  assert.equal(Buffer.from(String(arrived?.headers['x-name']), 'latin1').toString('utf8'), 'Réx')
  assert.equal(arrived?.headers['x-evil'], undefined)
  assert.equal(arrived?.headers['x-miss'], undefined)
  assert.equal(new URLSearchParams(arrived?.url.split('?')[1]).get('all'), body)
  const large = JSON.stringify({ pet: { name: 'Rex' }, filling: 'x'.repeat(101 * 1024) })
  const { 'append:querystring.all': _, ...headers } = requestParameters
  const cut = await call('POST /x', proxy('/x', { requestParameters: headers }), {
    method: 'POST',
    target: '/x',
    body: large,
  })
  assert.equal(cut.arrived?.headers['x-name'], undefined)
})
