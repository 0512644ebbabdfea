import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import type { Integration } from '#model/apigateway/rest-api.ts'
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

const OK = { '200': { statusCode: '200' } }

const call = async (more: Partial<Integration>, sent: Sent = {}, back: UpstreamAnswer = {}) => {
  answer = back
  const integration = restIntegration({
    type: 'HTTP',
    httpMethod: 'POST',
    uri: `${upstream.url}/back`,
    integrationResponses: OK,
    ...more,
  })
  const api = { methods: { 'ANY /pets': restMethod({ methodIntegration: integration }) } }
  const response = await askRest(api, testServices({ upstream: client }), sent)
  return { response, seen: upstream.seen.at(-1), headers: headersOf(response.headers) }
}

test('only the body and what is mapped reach the backend', async () => {
  const { seen } = await call(
    { requestParameters: { 'integration.request.header.X-Id': 'method.request.header.X-Id' } },
    { method: 'PUT', target: '/prod/pets?a=1', headers: ['X-Id', '7', 'X-Other', 'x'], body: 'b' },
  )
  assert.equal(seen?.method, 'POST')
  assert.equal(seen?.url, '/back')
  assert.equal(seen?.body, 'b')
  assert.equal(seen?.headers['x-id'], '7')
  assert.equal(seen?.headers['x-other'], undefined)
  assert.equal(seen?.headers['content-type'], 'application/json')
})

test('a literal request template takes the body’s place', async () => {
  const { seen } = await call({ requestTemplates: { 'application/json': '{"fixed":1}' } })
  assert.equal(seen?.body, '{"fixed":1}')
})

test('only a default response turns a backend’s 400 into 200 [F141]', async () => {
  const back = { status: 400, body: 'no', headers: { 'Content-Type': 'text/plain', 'X-Own': '1' } }
  const { response, headers } = await call({}, {}, back)
  assert.equal(response.statusCode, 200)
  assert.equal(textOf(response.body), 'no')
  assert.deepEqual(headers['content-type'], ['text/plain'])
  assert.equal(headers['x-own'], undefined)
  assert.deepEqual(headers['x-amzn-trace-id'], ['Root=1-5e6a879e-070707070707070707070707'])
})

test('a status is matched by its pattern, and headers and body are mapped', async () => {
  const { response, headers } = await call(
    {
      integrationResponses: {
        ...OK,
        '404': {
          statusCode: '404',
          selectionPattern: '4..',
          responseParameters: {
            'method.response.header.X-Own': 'integration.response.header.x-backend',
            'method.response.header.X-All': 'integration.response.multivalueheader.X-Many',
            'method.response.header.X-Body': 'integration.response.body',
            'method.response.header.X-Api': 'context.apiId',
            'method.response.header.X-None': 'integration.response.header.X-Missing',
          },
          responseTemplates: { 'application/json': '{"error":"none"}' },
        },
      },
    },
    {},
    { status: 410, headers: { 'X-Backend': 'b', 'X-Many': ['1', '2'] }, body: 'gone' },
  )
  assert.equal(response.statusCode, 404)
  assert.equal(textOf(response.body), '{"error":"none"}')
  assert.deepEqual(headers['x-own'], ['b'])
  assert.deepEqual(headers['x-all'], ['1,2'])
  assert.deepEqual(headers['x-body'], ['gone'])
  assert.deepEqual(headers['x-api'], ['abc123'])
  assert.equal(headers['x-none'], undefined)
})

describe('mapped response headers of the connection’s names are renamed [F145]', () => {
  const mapped = async (name: string) => {
    const { headers } = await call({
      integrationResponses: {
        '200': {
          statusCode: '200',
          responseParameters: { [`method.response.header.${name}`]: "'v/w'" },
        },
      },
    })
    return headers
  }
  for (const name of [
    'Authorization',
    'Connection',
    'Content-Length',
    'Content-MD5',
    'Date',
    'Expect',
    'Host',
    'Max-Forwards',
    'Proxy-Authenticate',
    'Server',
    'Trailer',
    'Upgrade',
    'User-Agent',
    'WWW-Authenticate',
  ]) {
    it(`${name} is`, async () => {
      const headers = await mapped(name)
      assert.deepEqual(headers[`x-amzn-remapped-${name.toLowerCase()}`], ['v/w'])
      assert.equal(headers[name.toLowerCase()], undefined)
    })
  }
  for (const name of [
    'Accept',
    'Accept-Charset',
    'Accept-Encoding',
    'Age',
    'Content-Encoding',
    'Content-Type',
    'Pragma',
    'Range',
    'Referer',
    'TE',
    'Via',
    'Warn',
  ]) {
    it(`${name} is not`, async () => {
      assert.deepEqual((await mapped(name))[name.toLowerCase()], ['v/w'])
    })
  }
  it('Transfer-Encoding is dropped', async () => {
    assert.deepEqual(
      Object.keys(await mapped('Transfer-Encoding')).filter((name) => name.includes('transfer')),
      [],
    )
  })
})

test('a type without a template is 415 before anything is asked, where NEVER says so', async () => {
  const before = upstream.seen.length
  const { response } = await call(
    { passthroughBehavior: 'NEVER' },
    { method: 'POST', headers: ['Content-Type', 'text/csv'], body: 'a' },
  )
  assert.equal(response.statusCode, 415)
  assert.equal(upstream.seen.length, before)
})

describe('request templates', () => {
  const template = (text: string, more: Partial<Integration> = {}): Partial<Integration> => ({
    requestTemplates: { 'application/json': text },
    ...more,
  })
  const sent: Sent = { method: 'POST', body: '{"name":"Rex","tags":["a","b"]}' }

  it('write the body that the backend gets', async () => {
    const { seen } = await call(
      template(
        '{"n":$input.json("$.name"),"all":[#foreach($t in $input.path("$.tags"))"$t"#if($foreach.hasNext),#end#end]}',
      ),
      sent,
    )
    assert.equal(seen?.body, '{"n":"Rex","all":["a","b"]}')
  })
  it('override header, query and path, and beat the mappings [F159]', async () => {
    const text = `#set($name = "k")#set($context.requestOverride.querystring[$name] = "b r")
#set($context["requestOverride"].querystring["other"] = "1")
#set($context.requestOverride.header.x-own = "overridden")
#set($context.requestOverride.path.id = "a/b")
#set($m = {})$m.put("k","v"){}`
    const { seen } = await call(
      template(text, {
        uri: `${upstream.url}/back/{id}`,
        requestParameters: {
          'integration.request.header.X-Own': "'mapped'",
          'integration.request.querystring.k': "'mapped'",
          'integration.request.path.id': "'mapped'",
        },
      }),
      sent,
    )
    assert.equal(seen?.url, '/back/a%2Fb?k=b%20r&other=1')
    assert.equal(seen?.headers['x-own'], 'overridden')
    assert.equal(seen?.body.trim(), '{}')
  })
  it('must not override what frames a message: a 500', async () => {
    const text = '#set($context.requestOverride.header.Content-Length = "1")x'
    assert.equal((await call(template(text), sent)).response.statusCode, 500)
  })
  it('have their status override in the answer', async () => {
    const text = '#set($context.responseOverride.status = 207)x'
    assert.equal((await call(template(text), sent)).response.statusCode, 207)
  })
})

describe('mappings from a body', () => {
  const mapped: Partial<Integration> = {
    requestParameters: {
      'integration.request.header.X-Whole': 'method.request.body',
      'integration.request.header.X-Deep': 'method.request.body.a.b[0].c',
      'integration.request.header.X-Miss': 'method.request.body.a.none',
      'integration.request.querystring.n': 'method.request.body.n',
    },
  }
  it('take JSON paths, and a miss is dropped silently [F165]', async () => {
    const { seen } = await call(mapped, { method: 'POST', body: '{"n":1.5,"a":{"b":[{"c":"x"}]}}' })
    assert.equal(seen?.url, '/back?n=1.5')
    assert.equal(seen?.headers['x-deep'], 'x')
    assert.equal('x-miss' in (seen?.headers ?? {}), false)
  })
  it('see an empty body as {} [F165], and nothing in what is no JSON', async () => {
    const empty = await call(mapped, { method: 'POST' })
    assert.equal(empty.seen?.headers['x-whole'], '{}')
    const broken = await call(mapped, { method: 'POST', body: '{"n":' })
    assert.equal(broken.seen?.url, '/back')
  })
  it('work in the other direction too', async () => {
    const { headers } = await call(
      {
        integrationResponses: {
          '200': {
            statusCode: '200',
            responseParameters: {
              'method.response.header.X-Name': 'integration.response.body.pets[0].name',
              'method.response.header.X-Pet': 'integration.response.body.pets[0]',
              'method.response.header.X-Miss': 'integration.response.body.none',
            },
          },
        },
      },
      {},
      { body: '{"pets":[{"name":"Rex"}]}' },
    )
    assert.deepEqual(headers['x-name'], ['Rex'])
    assert.deepEqual(headers['x-pet'], ['{"name":"Rex"}'])
    assert.equal(headers['x-miss'], undefined)
  })
})

test('a response template sees the backend’s answer as $input and the request’s parameters', async () => {
  const { response } = await call(
    {
      integrationResponses: {
        '200': {
          statusCode: '200',
          responseTemplates: {
            'application/json': '{"id":$input.path("$.id"),"q":"$input.params(\'q\')"}',
          },
        },
      },
    },
    { target: '/prod/pets?q=1' },
    { body: '{"id":12345678901234567890}' },
  )
  assert.equal(textOf(response.body), '{"id":12345678901234567890,"q":"1"}')
})

test('context.resourceId and the request’s headers reach an HTTP backend [F149]', async () => {
  const { seen } = await call(
    {
      requestParameters: {
        'integration.request.header.X-Resource': 'context.resourceId',
        'integration.request.header.X-Agent': 'method.request.header.User-Agent',
      },
    },
    { headers: ['User-Agent', 'browser'] },
  )
  assert.equal(seen?.headers['x-resource'], 'respets')
  assert.equal(seen?.headers['x-agent'], 'browser')
})

test('of a repeated parameter a mapping takes the last value, or all of them [F167]', async () => {
  const { seen } = await call(
    {
      requestParameters: {
        'integration.request.header.X-Last': 'method.request.header.X-Many',
        'integration.request.header.X-All': 'method.request.multivalueheader.X-Many',
        'integration.request.header.X-Query': 'method.request.querystring.q',
        'integration.request.querystring.all': 'method.request.multivaluequerystring.q',
        'integration.request.querystring.one': 'method.request.multivaluequerystring.s',
      },
    },
    { target: '/prod/pets?q=1&q=2&s=3', headers: ['X-Many', 'a', 'X-Many', 'b'] },
  )
  assert.equal(seen?.headers['x-last'], 'b')
  assert.equal(seen?.headers['x-all'], 'a,b')
  assert.equal(seen?.headers['x-query'], '2')
  assert.equal(seen?.url, '/back?all=1&all=2&one=3')
})
