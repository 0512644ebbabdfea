import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Integration } from '#model/apigateway/rest-api.ts'
import { UpstreamError, type UpstreamErrorCode } from '#transport/contract.ts'
import { createUpstreamClient } from '#transport/upstream.ts'
import { headersOf, type Sent, testServices, textOf } from '../../../support/http-api.ts'
import { askRest, restIntegration, restMethod } from '../../../support/rest-api.ts'
import { startUpstream, type Upstream, type UpstreamAnswer } from '../../../support/upstream.ts'

const client = createUpstreamClient()
let answer: UpstreamAnswer = {}
let upstream: Upstream

before(async () => {
  upstream = await startUpstream(() => answer)
})
after(async () => {
  await client.close()
  await upstream.close()
})

/** Asks through the gateway; what the backend saw is `seen`. */
const call = async (more: Partial<Integration>, sent: Sent = {}, back: UpstreamAnswer = {}) => {
  answer = back
  const { uri = '/', ...rest } = more
  const integration = restIntegration({
    type: 'HTTP_PROXY',
    httpMethod: 'ANY',
    ...rest,
    uri: `${upstream.url}${uri}`,
  })
  const method = restMethod({ methodIntegration: integration })
  const heard = testServices({ upstream: client })
  const api = {
    methods: { 'ANY /pets': method, 'ANY /pets/{id}': method, 'ANY /all/{proxy+}': method },
  }
  const response = await askRest({ ...api, stage: { variables: { v: 'one' } } }, heard, sent)
  const { seen } = upstream
  return { response, seen: seen.at(-1), headers: headersOf(response.headers), heard }
}

describe('what reaches the backend', () => {
  it('is the client’s method, query and body', async () => {
    const body = '{"a":1}'
    const { seen } = await call({}, { method: 'PATCH', target: '/prod/pets?a=1&a=%202', body })
    assert.equal(seen?.method, 'PATCH')
    assert.equal(seen?.url, '/?a=1&a=%202')
    assert.equal(seen?.body, body)
  })

  it('is not these headers of the client’s [F148]', async () => {
    const dropped = [
      'Content-MD5',
      'Max-Forwards',
      'Proxy-Authenticate',
      'Server',
      'TE',
      'Trailer',
      'WWW-Authenticate',
      'Content-Encoding',
      'Date',
      'Via',
      'Expect',
      'Upgrade',
    ]
    const kept = [
      'Accept',
      'Accept-Charset',
      'Accept-Encoding',
      'Age',
      'Authorization',
      'Content-Type',
      'Pragma',
      'Range',
      'Referer',
      'User-Agent',
      'Warn',
      'X-Own',
    ]
    const headers = [...dropped, ...kept].flatMap((name) => [name, 'x/y'])
    const { seen } = await call({}, { headers })
    const names = Object.keys(seen?.headers ?? {})
    for (const name of dropped) assert.ok(!names.includes(name.toLowerCase()), name)
    for (const name of kept) assert.equal(seen?.headers[name.toLowerCase()], 'x/y', name)
  })

  it('knows who asks: forwarded headers, trace id, API id, defaults', async () => {
    const { seen } = await call({}, { headers: ['X-Forwarded-For', '203.0.113.9'] })
    const headers = seen?.headers ?? {}
    assert.equal(headers['x-forwarded-for'], '203.0.113.9, 192.0.2.7')
    assert.equal(headers['x-forwarded-proto'], 'https')
    assert.equal(headers['x-amzn-trace-id'], 'Root=1-5e6a879e-070707070707070707070707')
    assert.equal(headers['x-amzn-apigateway-api-id'], 'abc123')
    assert.equal(headers['user-agent'], 'AmazonAPIGateway_abc123')
    assert.equal(headers['accept'], 'application/json')
    assert.equal(headers['host'], new URL(upstream.url).host)
  })

  it('has mapped query values beside the client’s, and mapped headers in their place [F144]', async () => {
    const { seen } = await call(
      {
        requestParameters: {
          'integration.request.querystring.testQs': "'bar'",
          'integration.request.header.X-Own': 'context.resourceId',
          'integration.request.header.X-Stage': 'stageVariables.v',
          'integration.request.header.X-Last': 'method.request.querystring.n',
          'integration.request.querystring.all': 'method.request.multivaluequerystring.n',
          'integration.request.header.X-Both': 'method.request.multivalueheader.X-Many',
          'integration.request.header.X-None': 'method.request.header.X-Missing',
          'integration.request.header.X-Body': 'method.request.body',
        },
      },
      {
        method: 'POST',
        target: '/prod/pets?testQs=foo&n=1&n=2',
        headers: ['x-own', 'client', 'X-Many', 'a', 'X-Many', 'b'],
        body: 'text',
      },
    )
    assert.equal(seen?.url, '/?testQs=foo&n=1&n=2&testQs=bar&all=1&all=2')
    assert.equal(seen?.headers['x-own'], 'respets')
    assert.equal(seen?.headers['x-stage'], 'one')
    assert.equal(seen?.headers['x-last'], '2')
    assert.equal(seen?.headers['x-both'], 'a,b')
    assert.equal(seen?.headers['x-none'], undefined)
    assert.equal(seen?.headers['x-body'], 'text')
  })

  it('cannot be given a second request by a mapped value', async () => {
    const { seen, response } = await call(
      { requestParameters: { 'integration.request.header.X-A': 'method.request.querystring.a' } },
      { target: '/prod/pets?a=1%0d%0aX-Evil:%202' },
    )
    assert.equal(response.statusCode, 200)
    assert.equal(seen?.headers['x-evil'], undefined)
    assert.equal(seen?.headers['x-a'], '1  X-Evil: 2')
  })

  it('a forbidden header cannot be mapped: 500', async () => {
    const { response } = await call({
      requestParameters: { 'integration.request.header.Content-Length': "'1'" },
    })
    assert.equal(response.statusCode, 500)
  })
})

describe('the URI', () => {
  const id = { 'integration.request.path.id': 'method.request.path.id' }
  const proxy = { 'integration.request.path.proxy': 'method.request.path.proxy' }
  const rows: readonly (readonly [string, Partial<Integration>, string, string])[] = [
    ['takes path parameters', { uri: '/p/{id}', requestParameters: id }, '/prod/pets/7', '/p/7'],
    [
      'keeps an encoded slash encoded',
      { uri: '/p/{id}', requestParameters: id },
      '/prod/pets/a%2Fb%20c',
      '/p/a%2Fb%20c',
    ],
    [
      'takes a greedy parameter with its slashes',
      { uri: '/x/{proxy}', requestParameters: proxy },
      '/prod/all/a/b%3F?q=1',
      '/x/a/b%3F?q=1',
    ],
    [
      'keeps a variable that nothing feeds [F171]',
      { uri: '/%7Bpath%7D' },
      '/prod/pets',
      '/%7Bpath%7D',
    ],
    [
      'has a query of its own and stage variables [F173]',
      { uri: '/${stageVariables.v}?k=${stageVariables.v}' },
      '/prod/pets?q=1',
      '/one?k=one&q=1',
    ],
  ]
  for (const [name, more, target, url] of rows) {
    it(name, async () => {
      const { seen } = await call(more, { target })
      assert.equal(seen?.url, url)
    })
  }

  for (const target of ['/prod/all/../secret', '/prod/all/%2e%2e/secret', '/prod/all/a/%2E']) {
    it(`cannot be left by ${target}`, async () => {
      const before = upstream.seen.length
      const { response } = await call({ uri: '/x/{proxy}', requestParameters: proxy }, { target })
      assert.equal(response.statusCode, 400)
      assert.equal(upstream.seen.length, before)
    })
  }
})

describe('what comes back', () => {
  it('is the backend’s status and body [F141]', async () => {
    const { response, heard } = await call({}, {}, { status: 418, body: 'teapot' })
    assert.equal(response.statusCode, 418)
    assert.equal(textOf(response.body), 'teapot')
    assert.equal(heard.records[0]?.integration?.status, 418)
  })

  it('has the headers of the connection renamed, and no trace id of the gateway’s', async () => {
    const { headers } = await call(
      {},
      {},
      {
        headers: {
          Server: 'nginx',
          Date: 'Thu, 01 Jan 1970 00:00:00 GMT',
          Via: '1.1 x',
          'X-Own': 'kept',
          'Set-Cookie': ['a=1', 'b=2'],
          'Content-Type': 'text/plain',
        },
        body: 'four',
      },
    )
    assert.deepEqual(headers['x-amzn-remapped-server'], ['nginx'])
    assert.deepEqual(headers['x-amzn-remapped-date'], ['Thu, 01 Jan 1970 00:00:00 GMT'])
    assert.deepEqual(headers['x-own'], ['kept'])
    assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'])
    assert.deepEqual(headers['content-type'], ['text/plain'])
    for (const name of ['via', 'server', 'date', 'content-length', 'x-amzn-trace-id']) {
      assert.equal(headers[name], undefined, name)
    }
  })

  it('has a content type where the backend sent none', async () => {
    assert.deepEqual((await call({})).headers['content-type'], ['application/json'])
  })

  it('streams where the integration says so', async () => {
    const { response } = await call({ responseTransferMode: 'STREAM' }, {}, { body: 'streamed' })
    const { body } = response
    assert.ok(typeof body === 'object' && Symbol.asyncIterator in body)
    assert.equal(Buffer.concat(await Array.fromAsync(body)).toString(), 'streamed')
  })
})

describe('a backend that fails', () => {
  const rows: readonly (readonly [UpstreamErrorCode, number, string])[] = [
    ['timeout', 504, 'Endpoint request timed out'],
    ['dns', 504, 'Network error communicating with endpoint'],
    ['connect', 504, 'Network error communicating with endpoint'],
    ['tls', 504, 'Network error communicating with endpoint'],
    ['aborted', 504, 'Network error communicating with endpoint'],
    ['protocol', 500, 'Internal server error'],
    ['too-large', 500, 'Internal server error'],
  ]
  for (const [code, status, message] of rows) {
    it(`${code} is ${status} ${message}`, async () => {
      const fail = () => Promise.reject(new UpstreamError(code, 'secret of the network'))
      const heard = testServices({
        upstream: { call: fail, stream: fail, close: () => Promise.resolve() },
      })
      const integration = restIntegration({ type: 'HTTP_PROXY', uri: 'http://127.0.0.1:9/' })
      const api = { methods: { 'GET /pets': restMethod({ methodIntegration: integration }) } }
      const response = await askRest(api, heard)
      assert.equal(response.statusCode, status)
      assert.equal(textOf(response.body), `{"message": "${message}"}`)
      assert.equal(heard.records[0]?.integration?.error, code)
    })
  }
})
