import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import type { Integration, IntegrationResponse } from '#model/apigateway/rest-api.ts'
import { headersOf, type Sent, testServices, textOf } from '../../support/http-api.ts'
import { askRest, restIntegration, restMethod } from '../../support/rest-api.ts'

const STATUS_200 = '{"statusCode": 200}'

const askMock = async (more: Partial<Integration>, sent: Sent = {}) => {
  const { uri: _, ...integration } = restIntegration({ type: 'MOCK', ...more })
  const method = restMethod({ methodIntegration: integration })
  const heard = testServices()
  const api = {
    methods: { 'ANY /pets/{id}': method },
    stage: { variables: { color: 'blue' } },
    api: { binaryMediaTypes: ['image/png'] },
  }
  const response = await askRest(api, heard, { target: '/prod/pets/7', ...sent })
  return {
    status: response.statusCode,
    text: textOf(response.body),
    headers: headersOf(response.headers),
    hint: heard.records[0]?.error?.hint,
  }
}

const responding = (
  template: string,
  request = STATUS_200,
  more: Partial<IntegrationResponse> = {},
): Partial<Integration> => ({
  requestTemplates: { 'application/json': request },
  integrationResponses: {
    '200': { statusCode: '200', responseTemplates: { 'application/json': template }, ...more },
  },
})

describe('a template sees the request', () => {
  const sent: Sent = {
    method: 'POST',
    target: '/prod/pets/7?q=1&q=two%20words',
    headers: ['X-Own', 'first', 'X-Own', 'last', 'Content-Type', 'application/json; charset=utf-8'],
    body: '{"a":{"b":[1,2.50,"x"]}}',
  }
  const rows: readonly (readonly [string, string])[] = [
    ["$input.params('id') $input.params('q') $input.params('X-Own')", '7 two words last'],
    ["$input.params('x-own')", ''],
    ["$input.params().path.id $input.params().header.get('X-Forwarded-For')", '7 192.0.2.7'],
    ['$stageVariables.color $context.stage $context.httpMethod', 'blue prod POST'],
    ['$context.resourcePath $context.identity.sourceIp', '/pets/{id} 192.0.2.7'],
    ['$context.requestTimeEpoch', '1584039838390'],
    ['[$context.requestOverride][$context.responseOverride][$context.authorizer]', '[][][]'],
    ['$context.requestOverride.header', '{}'],
    [
      "#set($p = $context.identity)$p.containsKey('cognitoIdentityPoolId') $p.keySet().size()",
      'true 12',
    ],
  ]
  for (const [template, expected] of rows) {
    it(template, async () => {
      assert.equal((await askMock(responding(template), sent)).text, expected)
    })
  }
})

test('$context.identity has all of its members, in order [F187]', async () => {
  const template = '#foreach($k in $context.identity.keySet())$k #end'
  assert.equal(
    (await askMock(responding(template))).text.trim(),
    'cognitoIdentityPoolId accountId cognitoIdentityId caller sourceIp principalOrgId accessKey ' +
      'cognitoAuthenticationType cognitoAuthenticationProvider userArn userAgent user',
  )
})

describe('a request template reads the body by JSON paths', () => {
  const read = async (template: string, body: string) => {
    // What a request template computes is told to the response through an override. [F157]
    const request = `#set($context.requestOverride.header.r = ${template})${STATUS_200}`
    const { text } = await askMock(responding('$context.requestOverride.header.r', request), {
      method: 'POST',
      body,
    })
    return text
  }
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['an object prints as a Java map [F150]', "$input.path('$.j')", '{"j":{"a":[1]}}', '{a=[1]}'],
    ['an array prints as JSON [F150]', "$input.path('$.j')", '{"j":[{"a":"b"}]}', '[{"a":"b"}]'],
    ['JSON text', "$input.json('$.j')", '{"j":{"b":1.50,"1":"x"}}', '{"b":1.5,"1":"x"}'],
    ['what is missing is an empty JSON text', "$input.json('$.none')", '{}', '""'],
    ['no body is an empty object', '$input.body', '', '{}'],
    ['a form is a text', "$input.path('$')", 'a=1&b=2', 'a=1&b=2'],
  ]
  for (const [name, template, body, expected] of rows) {
    it(name, async () => assert.equal(await read(template, body), expected))
  }
})

test('an override of the request can be read in the response template, and #elseif works [F157]', async () => {
  const request = `#set($context.requestOverride.path.x = 'kept')
    #if($input.params('id') == '1')#set($s = 201)#elseif($input.params('id') == '7')#set($s = 404)#else#set($s = 500)#end
    {"statusCode": $s}`
  const { text } = await askMock(responding('x is $context.requestOverride.path.x', request))
  assert.equal(text, 'x is kept')
})

describe('responseOverride', () => {
  const parameters = { 'method.response.header.X-Own': "'mapped'" }
  it('sets the status from a response template [F138]', async () => {
    const { status, text } = await askMock(
      responding('#set($context.responseOverride.status = 202){"ok":true}'),
    )
    assert.deepEqual([status, text], [202, '{"ok":true}'])
  })
  it('is ignored outside 100 to 599 [F175]', async () => {
    const template = '#set($context.responseOverride.status = 777)x'
    assert.equal((await askMock(responding(template))).status, 200)
  })
  it('beats a mapped header, which beats nothing [F175]', async () => {
    const template = "#set($context.responseOverride.header.x-own = 'overridden')x"
    const plain = await askMock(responding('x', STATUS_200, { responseParameters: parameters }))
    const beaten = await askMock(
      responding(template, STATUS_200, { responseParameters: parameters }),
    )
    assert.deepEqual(plain.headers['x-own'], ['mapped'])
    assert.deepEqual(beaten.headers['x-own'], ['overridden'])
  })
  it('set by the request template holds where the response has none', async () => {
    const request = `#set($context.responseOverride.status = 418)${STATUS_200}`
    const { status } = await askMock({
      requestTemplates: { 'application/json': request },
      integrationResponses: { '200': { statusCode: '200' } },
    })
    assert.equal(status, 418)
  })
  it('cannot split the answer, and names are renamed as mapped ones [F145]', async () => {
    const request = `#set($a = $input.params('q'))#set($context.responseOverride.header.Date = $a)${STATUS_200}`
    const { headers } = await askMock(responding('x', request), {
      target: '/prod/pets/7?q=a%0d%0aX-Evil:1',
    })
    assert.deepEqual(headers['x-amzn-remapped-date'], ['a  X-Evil:1'])
    assert.equal(headers['x-evil'], undefined)
  })
})

describe('a template that fails is a 500 that tells the developer where', () => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [
      'no template',
      '#if($a)\n  unclosed',
      /^the response template application\/json of ANY \/pets\/\{id\}: .*line \d+, column \d+/,
    ],
    ['a method that throws', "$input.params('id').substring(9)", /line 1, column/],
    ['too much work', '#foreach($i in [1..1000])#foreach($j in [1..1000])$j#end#end', /steps/],
    ['no JSON path', "$input.path('$.[')", /JSON path/],
  ]
  for (const [name, template, hint] of rows) {
    it(name, async () => {
      const failed = await askMock(responding(template))
      assert.equal(failed.status, 500)
      assert.equal(failed.text, '{"message": "Internal server error"}')
      assert.match(failed.hint ?? '', hint)
    })
  }
})

test('many paths over a large body share one budget', async () => {
  const body = JSON.stringify(Array.from({ length: 30_000 }, (_, at) => ({ at })))
  const request = `#foreach($i in [1..500])$input.path('$..at').size()#end${STATUS_200}`
  const { status, hint } = await askMock(responding('x', request), { method: 'POST', body })
  assert.equal(status, 500)
  assert.match(hint ?? '', /budget/)
})

test('bytes of a binary type reach a template as base64', async () => {
  const request = `#set($context.requestOverride.header.r = $input.body)${STATUS_200}`
  const { text } = await askMock(
    {
      requestTemplates: { 'image/png': request },
      integrationResponses: {
        '200': {
          statusCode: '200',
          responseTemplates: { 'application/json': '$context.requestOverride.header.r' },
        },
      },
    },
    { method: 'POST', headers: ['Content-Type', 'image/png'], body: Buffer.from([0xff, 0xfe]) },
  )
  assert.equal(text, '//4=')
})

test('whatever a template says, and whatever a client sends, it renders or is a 500 with a hint', async () => {
  const pieces = fc.constantFrom(
    "$input.path('$..*')",
    "$input.json('$')",
    "$input.json('$.a[?(@.b =~ /(a+)+$/)]')",
    '$input.params().__proto__',
    "$input.params('constructor')",
    '$input.body.constructor.prototype',
    '$context.requestOverride.header.put("a", $context)',
    '#set($context.responseOverride.status = $input.params())',
    '#set($context.responseOverride.header.x = $context.responseOverride)',
    '#set($m = {})#set($m.m = $m)$m',
    "#set($l = $input.path('$'))#set($l.x = $l)$input.json('$')",
    '#foreach($k in $input.params().header.keySet())$k#end',
    '#macro(again)#again()#end#again()',
    '$util.parseJson($input.body)',
    '$util.urlDecode($input.body)',
    '$stageVariables.__proto__.toString()',
    '#if(',
    '#end',
    '\\',
    '${',
  )
  const bodies = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constant(`${'['.repeat(5000)}${']'.repeat(5000)}`),
    fc.constant(
      '{"__proto__":{"a":1},"constructor":2,"a":[{"b":"aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}]}',
    ),
  )
  const templates = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(templates, bodies, async (parts, body) => {
      const heard = testServices()
      const integration = restIntegration({ type: 'MOCK', ...responding(parts.join(' ')) })
      const requestTemplates = { 'application/json': `${parts.join(' ')}${STATUS_200}` }
      const api = {
        methods: {
          'POST /one': restMethod({ methodIntegration: integration }),
          'POST /two': restMethod({ methodIntegration: { ...integration, requestTemplates } }),
        },
      }
      for (const target of ['/prod/one', '/prod/two']) {
        const { statusCode } = await askRest(api, heard, { method: 'POST', target, body })
        assert.deepEqual(heard.bugs, [])
        assert.ok(statusCode !== 500 || heard.records.at(-1)?.error?.hint !== undefined)
      }
    }),
    { numRuns: 150 },
  )
})
