import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { MethodSetting, Stage } from '#model/apigateway/stage.ts'
import {
  answered,
  type Heard,
  headersOf,
  type Sent,
  sentRequest,
  testServices,
  textOf,
} from '../../support/http-api.ts'
import {
  restIntegration,
  restMethod,
  restPlan,
  restPlane,
  type TestRestApi,
} from '../../support/rest-api.ts'

const LONG = process.argv.includes('--long')

interface Cached {
  readonly setting?: MethodSetting
  readonly settings?: Readonly<Record<string, MethodSetting>>
  readonly stage?: Partial<Stage>
  readonly integration?: Partial<Integration>
  readonly method?: string
  readonly more?: Partial<TestRestApi>
}

/** A stage with a cache, in front of a function that numbers its answers. */
const cachedApi = (cached: Cached = {}): TestRestApi => {
  const { setting, settings, stage, integration, method = 'GET /pets/{id}', more } = cached
  return {
    methods: { [method]: restMethod({ methodIntegration: restIntegration(integration) }) },
    stage: {
      cacheClusterEnabled: true,
      methodSettings: settings ?? { '*/*': { cachingEnabled: true, ...setting } },
      ...stage,
    },
    ...more,
  }
}

const start = (cached: Cached = {}, heard: Heard = counting()) => {
  const serve = restPlane(cachedApi(cached), heard)
  const ask = async (sent: Sent = {}) => {
    const response = await serve(sentRequest({ target: '/prod/pets/1', ...sent }))
    return { ...response, text: textOf(response.body), headers: headersOf(response.headers) }
  }
  return { heard, ask }
}

const counting = (
  answer: (count: number) => unknown = (count) => ({ body: `answer ${count}` }),
) => {
  let count = 0
  return testServices({ invokeFunction: async () => answered(answer(++count)) })
}

const BY_ID: Partial<Integration> = { cacheKeyParameters: ['method.request.path.id'] }

test('the second request is answered without the backend, with ids of its own; records say which [behaviour.md 10 "Metrics"]', async () => {
  let ids = 0
  const heard = testServices({
    invokeFunction: async () => answered({ body: 'hello', headers: { 'x-mine': '1' } }),
    random: { bytes: (length) => Buffer.alloc(length, ids), uuid: () => `uuid-${++ids}` },
  })
  const { ask } = start({}, heard)
  const [first, second] = [await ask(), await ask()]
  assert.equal(heard.invoked.length, 1)
  assert.equal(second.text, 'hello')
  assert.deepEqual(second.headers['x-mine'], ['1'])
  for (const name of ['x-amzn-requestid', 'x-amz-apigw-id', 'x-amzn-trace-id']) {
    assert.equal(second.headers[name]?.length, 1, name)
    assert.notDeepEqual(second.headers[name], first.headers[name], name)
  }
  assert.deepEqual(Object.keys(second.headers).sort(), Object.keys(first.headers).sort())
  assert.deepEqual(
    heard.records.map(({ cache }) => cache),
    ['MISS', 'HIT'],
  )
  assert.deepEqual(
    heard.records.map(({ steps }) => steps.find(({ name }) => name === 'cache')?.outcome),
    ['MISS', 'HIT'],
  )
})

describe('what is kept [behaviour.md 10 "What"]', () => {
  const twice = async (cached: Cached, sent: Sent = {}) => {
    const { heard, ask } = start(cached)
    await ask(sent)
    await ask(sent)
    return heard.invoked.length
  }
  const POST: Cached = { method: 'POST /pets/{id}' }
  const ANY_GET: Cached = {
    method: 'ANY /pets/{id}',
    settings: { 'pets/{id}/GET': { cachingEnabled: true } },
  }
  const rows: readonly (readonly [string, Cached, Sent, number])[] = [
    ['GET, by the setting for all methods', {}, {}, 1],
    ['not without a cache cluster', { stage: { cacheClusterEnabled: false } }, {}, 2],
    ['not where caching is off', { setting: { cachingEnabled: false } }, {}, 2],
    ['not with a TTL of 0', { setting: { cacheTtlInSeconds: 0 } }, {}, 2],
    ['not POST, by the setting for all methods', POST, { method: 'POST' }, 2],
    [
      'POST, by a setting of its own',
      { ...POST, settings: { 'pets/{id}/POST': { cachingEnabled: true } } },
      { method: 'POST' },
      1,
    ],
    ['GET of ANY', { method: 'ANY /pets/{id}' }, {}, 1],
    ['not POST of ANY', { method: 'ANY /pets/{id}' }, { method: 'POST' }, 2],
    ['GET of ANY, by a setting of GET', ANY_GET, {}, 1],
    ['not POST of ANY, by a setting of GET', ANY_GET, { method: 'POST' }, 2],
    [
      'not the method that switches it off for itself',
      {
        settings: {
          '*/*': { cachingEnabled: true },
          'pets/{id}/GET': { cachingEnabled: false },
        },
      },
      {},
      2,
    ],
    [
      'the method that switches it on for itself, its path escaped',
      { settings: { '~1pets~1{id}/GET': { cachingEnabled: true } } },
      {},
      1,
    ],
  ]
  for (const [name, cached, sent, calls] of rows) {
    it(name, async () => assert.equal(await twice(cached, sent), calls))
  }

  it('an answer of 1,048,576 bytes, and none that is larger', async () => {
    for (const [bytes, calls] of [
      [1_048_576, 1],
      [1_048_577, 2],
    ] as const) {
      const heard = counting(() => ({ body: 'x'.repeat(bytes) }))
      const { ask } = start({}, heard)
      await ask()
      assert.equal((await ask()).text.length, bytes)
      assert.equal(heard.invoked.length, calls)
    }
  })

  it('an answer of the backend whatever its status; never a failure of the gateway', async () => {
    const missing = start(
      {},
      counting(() => ({ statusCode: 404, body: 'no' })),
    )
    await missing.ask()
    assert.equal((await missing.ask()).statusCode, 404)
    assert.equal(missing.heard.invoked.length, 1)
    const malformed = start(
      {},
      counting(() => 'no answer'),
    )
    await malformed.ask()
    assert.equal((await malformed.ask()).statusCode, 502)
    assert.equal(malformed.heard.invoked.length, 2)
  })
})

test('an answer lives for 300 s, or for what the method says, by the clock of the node [behaviour.md 10 "What"]', async () => {
  for (const [setting, seconds] of [
    [{}, 300],
    [{ cacheTtlInSeconds: 3600 }, 3600],
  ] as const) {
    const { heard, ask } = start({ setting })
    await ask()
    heard.clock.advance(seconds * 1000 - 1)
    assert.equal((await ask()).text, 'answer 1')
    heard.clock.advance(1)
    assert.equal((await ask()).text, 'answer 2')
  }
})

test('a clock that jumps an hour back keeps no answer alive, and one that jumps an hour on ends them', async () => {
  const { heard, ask } = start()
  await ask()
  heard.clock.set(heard.clock.nowMs() - 3_600_000)
  assert.equal((await ask()).text, 'answer 1')
  heard.clock.advance(300_000)
  assert.equal((await ask()).text, 'answer 2')
  heard.clock.set(heard.clock.nowMs() + 3_600_000)
  assert.equal((await ask()).text, 'answer 3')
})

describe('what an answer is found by [behaviour.md 10 "Key"]', () => {
  const answers = async (cached: Cached, requests: readonly Sent[]) => {
    const { ask } = start(cached)
    const texts: string[] = []
    for (const sent of requests) texts.push((await ask(sent)).text)
    return texts.map((text) => text.replace('answer ', '')).join(' ')
  }
  const at = (target: string): Sent => ({ target })

  it('parameters that are not declared do not count', async () => {
    const sent = [at('/prod/pets/1'), at('/prod/pets/2'), at('/prod/pets/1?x=1')]
    assert.equal(await answers({}, [...sent, { headers: ['Authorization', 'other'] }]), '1 1 1 1')
  })

  it('a declared path parameter', async () => {
    const sent = [at('/prod/pets/1'), at('/prod/pets/2'), at('/prod/pets/1?x=1')]
    assert.equal(await answers({ integration: BY_ID }, sent), '1 2 1')
  })

  it('a declared query parameter, with all of its values', async () => {
    const integration = { cacheKeyParameters: ['method.request.querystring.q'] }
    const sent = ['', '?q=1', '?q=2', '?q=1&q=2', '?x=1&q=2', '?q'].map((query) =>
      at(`/prod/pets/1${query}`),
    )
    assert.equal(await answers({ integration }, sent), '1 2 3 4 3 5')
  })

  it('a declared header, with all of its values', async () => {
    const integration = { cacheKeyParameters: ['method.request.header.X-User'] }
    const sent = [
      ['X-User', 'a'],
      ['X-User', 'b'],
      ['X-User', 'a', 'X-User', 'b'],
      ['X-User', 'ab'],
      [],
    ]
    const requests = [...sent, ['X-User', 'b']].map((headers) => ({ headers }))
    assert.equal(await answers({ integration }, requests), '1 2 3 4 5 2')
  })

  it('a parameter of the integration, by what is mapped to it', async () => {
    const integration: Partial<Integration> = {
      requestParameters: {
        'integration.request.querystring.who': 'method.request.header.X-User',
        'integration.request.header.x': 'method.request.body.name',
      },
      cacheKeyParameters: [
        'integration.request.querystring.who',
        'integration.request.header.x',
        'integration.request.header.unmapped',
      ],
    }
    const settings = { 'pets/{id}/POST': { cachingEnabled: true } }
    const post = (user: string, body: string): Sent => ({
      method: 'POST',
      headers: ['X-User', user],
      body,
    })
    const sent = [
      post('a', '{"name":"x"}'),
      post('a', '{"name":"y"}'),
      post('b', '{"name":"x"}'),
      post('a', '{"name":"x","more":1}'),
    ]
    assert.equal(
      await answers({ method: 'POST /pets/{id}', settings, integration }, sent),
      '1 2 3 1',
    )
  })

  it('the verb', async () => {
    const settings = { 'pets/{id}/ANY': { cachingEnabled: true } }
    const sent = [{ method: 'PUT' }, { method: 'DELETE' }, { method: 'PUT' }]
    assert.equal(await answers({ method: 'ANY /pets/{id}', settings }, sent), '1 2 1')
  })

  it('two methods share answers where their namespace is the same, and only there', async () => {
    for (const [cacheNamespace, expected] of [
      ['ns', '1 1'],
      ['other', '1 2'],
    ] as const) {
      const methods = {
        'GET /pets': restMethod({ methodIntegration: restIntegration() }),
        'GET /dogs': restMethod({ methodIntegration: restIntegration({ cacheNamespace }) }),
      }
      const sent = [at('/prod/pets'), at('/prod/dogs')]
      assert.equal(await answers({ more: { methods } }, sent), expected)
    }
  })

  it('a parameter that cannot be read: nothing is kept, and that is listed', async () => {
    const integration = { cacheKeyParameters: ['method.request.cookie.id'] }
    assert.equal(await answers({ integration }, [{}, {}]), '1 2')
    const { limitations } = restPlan(cachedApi({ integration }))
    assert.ok(limitations.some(({ feature }) => feature === 'caching by method.request.cookie.id'))
  })
})

test('paths that look like files do not get at another’s answer [web cache deception]', async () => {
  const integration = {
    cacheKeyParameters: ['method.request.path.proxy', 'method.request.header.Cookie'],
  }
  const { ask } = start({ method: 'GET /{proxy+}', integration })
  const seen = new Set<string>()
  const paths = [
    'account',
    'account/x.css',
    'account%2Fx.css',
    'account;x.css',
    'account%3Bx.css',
    'account%00.css',
    'account%0a.css',
    'account%23.css',
    'account%3Fx.css',
    'ACCOUNT',
    'static/..%2faccount',
  ]
  for (const path of paths) {
    for (const cookie of ['victim', 'thief', 'victim, thief', 'victim 6:thief']) {
      const { text } = await ask({ target: `/prod/${path}`, headers: ['Cookie', cookie] })
      assert.ok(!seen.has(text), `${path} as ${cookie}`)
      seen.add(text)
    }
  }
})

test('whatever parameters, headers and paths are made of, nobody gets the answer to another key', async () => {
  // The backend answers with all that is declared, as a function sees it and as an HTTP backend would.
  const declared = ['path.id', 'querystring.q', 'header.X-User'].map(
    (name) => `method.request.${name}`,
  )
  const target = fc.array(
    fc.constantFrom(
      'q',
      '=',
      '&',
      ';',
      '%71',
      'q=1',
      'x=',
      '+',
      '%20',
      '%2B',
      '%',
      '1',
      ':',
      ' '.trim(),
    ),
    { maxLength: 8 },
  )
  const header = fc.array(
    fc.constantFrom('1', ':', ',', ' ', '-', '1:a', 'a', '=', 'X-User', '\xff'),
    {
      maxLength: 6,
    },
  )
  const request = fc.record({
    id: fc.constantFrom('1', '2', '%31', '1:1', '-', '%2F', '1%20', '1+', '~', '%ff'),
    query: target,
    headers: fc.array(fc.tuple(fc.constantFrom('X-User', 'x-user', 'X-USER', 'X-Other'), header), {
      maxLength: 3,
    }),
  })
  const echo = (event: Record<string, unknown>) => {
    const { pathParameters, multiValueQueryStringParameters: query, multiValueHeaders } = event
    const users = Object.entries((multiValueHeaders ?? {}) as object).filter(
      ([name]) => name.toLowerCase() === 'x-user',
    )
    return JSON.stringify([pathParameters, (query as { q?: unknown } | null)?.q, users])
  }
  const backend = () =>
    testServices({
      invokeFunction: async ({ payload }) =>
        answered({ body: echo(JSON.parse(Buffer.from(payload).toString())) }),
    })
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 12 }), async (requests) => {
      const cached = start({ integration: { cacheKeyParameters: declared } }, backend())
      const plain = start({ stage: { cacheClusterEnabled: false } }, backend())
      for (const { id, query, headers } of [...requests, ...requests]) {
        const sent = {
          target: `/prod/pets/${id}?${query.join('')}`,
          headers: headers.flatMap(([name, value]) => [name, value.join('')]),
        }
        assert.equal((await cached.ask(sent)).text, (await plain.ask(sent)).text)
      }
      assert.ok(cached.heard.invoked.length <= requests.length)
    }),
    LONG ? { numRuns: 100_000, interruptAfterTimeLimit: 60_000 } : { numRuns: 300 },
  )
})

test('requests for one key at once make one call of the backend', async () => {
  const open = Promise.withResolvers<void>()
  const heard = testServices({
    invokeFunction: async () => {
      await open.promise
      return answered({ body: 'one' })
    },
  })
  const { ask } = start({}, heard)
  const asked = Array.from({ length: 64 }, () => ask())
  open.resolve()
  const texts = (await Promise.all(asked)).map(({ text }) => text)
  assert.deepEqual([...new Set(texts)], ['one'])
  assert.equal(heard.invoked.length, 1)
  assert.equal(heard.records.filter(({ cache }) => cache === 'HIT').length, 63)
})

test('who waited for an answer that cannot be kept asks for itself', async () => {
  let count = 0
  const heard = testServices({
    invokeFunction: async () => {
      count++
      return count === 1 ? Promise.reject(new Error('down')) : answered({ body: `answer ${count}` })
    },
  })
  const { ask } = start({}, heard)
  const [first, second] = await Promise.all([ask(), ask()])
  assert.equal(first.statusCode, 500)
  assert.equal(second.text, 'answer 2')
})

describe('Cache-Control: max-age=0 [behaviour.md 10 "Invalidation"]', () => {
  const FRESH: Sent = { headers: ['Cache-Control', 'no-transform, Max-Age=0'] }
  const POLICY = (action: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: '*' }],
    })

  it('asks the backend and replaces the answer, for anyone where no authorization is required', async () => {
    const { ask } = start({ setting: { requireAuthorizationForCacheControl: false } })
    await ask()
    assert.equal((await ask(FRESH)).text, 'answer 2')
    assert.equal((await ask()).text, 'answer 2')
    assert.equal((await ask({ headers: ['Cache-Control', 'max-age=10'] })).text, 'answer 2')
  })

  it('without permission it is ignored with a warning, which is what AWS starts with', async () => {
    for (const setting of [
      {},
      { unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER' },
    ]) {
      const { ask } = start({ setting })
      const [miss, hit] = [await ask(FRESH), await ask(FRESH)]
      assert.equal(hit.text, 'answer 1')
      for (const { headers } of [miss, hit]) assert.match(headers['warning']?.[0] ?? '', /^199 /)
      // The warning is of the request that asked, not of the answer.
      assert.equal((await ask()).headers['warning'], undefined)
    }
  })

  it('SUCCEED_WITHOUT_RESPONSE_HEADER ignores it in silence', async () => {
    const { ask } = start({
      setting: { unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITHOUT_RESPONSE_HEADER' },
    })
    await ask()
    const { text, headers } = await ask(FRESH)
    assert.equal(text, 'answer 1')
    assert.equal(headers['warning'], undefined)
  })

  it('FAIL_WITH_403 refuses the request, and the answer stays', async () => {
    const { heard, ask } = start({
      setting: { unauthorizedCacheControlHeaderStrategy: 'FAIL_WITH_403' },
    })
    await ask()
    assert.equal((await ask(FRESH)).statusCode, 403)
    assert.equal((await ask()).text, 'answer 1')
    assert.equal(heard.invoked.length, 1)
  })

  it('a resource policy that allows execute-api:InvalidateCache is permission', async () => {
    const allowed = start({ more: { api: { policy: POLICY('execute-api:*') } } })
    await allowed.ask()
    assert.equal((await allowed.ask(FRESH)).text, 'answer 2')
    const invoke = start({ more: { api: { policy: POLICY('execute-api:Invoke') } } })
    await invoke.ask()
    assert.equal((await invoke.ask(FRESH)).text, 'answer 1')
  })
})

test('FlushStageCache: a later generation asks anew; a new deployment does not [behaviour.md 10 "Flush"]', async () => {
  const heard = counting()
  const ask = async (stage: Partial<Stage>, deploymentId = 'dep123') => {
    const serve = restPlane(cachedApi({ stage, more: { document: { deploymentId } } }), heard)
    return textOf((await serve(sentRequest({ target: '/prod/pets/1' }))).body)
  }
  assert.equal(await ask({}), 'answer 1')
  assert.equal(await ask({ lastUpdatedDate: 5 }, 'dep2'), 'answer 1')
  assert.equal(await ask({ cacheGeneration: 1 }), 'answer 2')
  assert.equal(await ask({ cacheGeneration: 1 }), 'answer 2')
  // Deleted and made anew.
  assert.equal(await ask({ cacheGeneration: 1, createdDate: 7 }), 'answer 3')
})

test('an authorizer, a key and a throttle come before the cache: what they refuse gets no answer from it', async () => {
  const { heard, ask } = start({
    setting: { throttlingBurstLimit: 1, throttlingRateLimit: 1 },
  })
  await ask()
  assert.equal((await ask()).statusCode, 429)
  heard.clock.advance(1_000)
  assert.equal((await ask()).text, 'answer 1')
})

test('streamed answers are not kept, and that is listed', async () => {
  const { limitations } = restPlan(cachedApi({ integration: { responseTransferMode: 'STREAM' } }))
  assert.ok(limitations.some(({ feature }) => feature === 'caching of streamed answers'))
})
