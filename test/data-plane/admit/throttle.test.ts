// The four levels of throttles: which of them refuses, and what a refusal costs the others. source: behaviour.md 9;
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { createDataPlane } from '#data-plane/accept/listener.ts'
import type { StagePlan } from '#data-plane/plan.ts'
import { apiKeyHash } from '#model/apigateway/api-key-hash.ts'
import type { MethodSetting } from '#model/apigateway/stage.ts'
import { accountLimits } from '#model/apigateway/usage-limits.ts'
import type { ThrottleSettings, UsagePlan } from '#model/apigateway/usage-plan.ts'
import type { DirectoryEntry } from '#model/documents.ts'
import { createLocalConnections } from '#state/connections.ts'
import { systemRandom } from '#shared/random.ts'
import { finds } from '../../support/directory.ts'
import { sentRequest, testServices, testStage, textOf } from '../../support/http-api.ts'
import { restMethod, restPlan, SCOPE } from '../../support/rest-api.ts'
import { socketPlan } from '../../support/websocket-api.ts'

const KEYS = ['key-of-ann-0123456789', 'key-of-bob-0123456789'] as const
const [ANN, BOB] = KEYS

/** A node that serves these stages, each as the API of its name, and knows two keys of a plan. */
const serve = (
  stages: Readonly<Record<string, StagePlan>>,
  account: { readonly rate: number; readonly burst: number },
  plan: Pick<UsagePlan, 'throttle' | 'quota'> & {
    readonly methods?: Readonly<Record<string, ThrottleSettings>>
  } = {},
) => {
  const heard = testServices({ accountLimit: accountLimits(account.rate, account.burst) })
  const { methods, ...limits } = plan
  const place = `${SCOPE.accountId}/${SCOPE.region}`
  const apiStages = [{ apiId: 'abc123', stage: 'prod', ...(methods && { throttle: methods }) }]
  const entries: Record<string, DirectoryEntry> = {
    [`usage-plan/${place}/plan`]: { kind: 'usage-plan', id: 'plan', apiStages, ...limits },
  }
  for (const [index, key] of KEYS.entries()) {
    const entry = { kind: 'api-key', id: `k${index}`, enabled: true, usagePlans: ['plan'] } as const
    entries[`api-key/${place}/${apiKeyHash(key)}`] = entry
  }
  const directory = {
    revision: 1,
    find: finds(entries),
    findApi: (apiId: string) => {
      const stage = stages[apiId]
      if (stage === undefined) return undefined
      const { protocol, scope } = stage
      return { apiId, protocol, scope, disableExecuteApiEndpoint: false, stage: () => stage }
    },
  }
  const connections = createLocalConnections({
    holder: 1,
    random: systemRandom,
    clock: heard.clock,
  })
  const handle = createDataPlane(() => directory, heard.services, {
    all: connections,
    authorize: () => undefined,
  })
  const ask = async (target: string, key?: string, method = 'GET') =>
    handle({
      ...sentRequest({ method, target: `/_aws/execute-api${target}` }),
      host: 'localhost',
      headers: ['Host', 'localhost', ...(key === undefined ? [] : ['X-Api-Key', key])],
    })
  const statuses = async (count: number, target: string, key?: string, method?: string) => {
    const found: number[] = []
    while (found.length < count) found.push((await ask(target, key, method)).statusCode)
    return found
  }
  return { heard, ask, statuses }
}

const PETS = '/abc123/prod/pets'
const ENOUGH = { rate: 0, burst: 1_000 }

const sold = (methodSettings: Readonly<Record<string, MethodSetting>> = {}) =>
  restPlan({
    methods: {
      'GET /pets': restMethod({ apiKeyRequired: true }),
      'GET /toys': restMethod({ apiKeyRequired: true }),
      'GET /free': restMethod(),
    },
    stage: { methodSettings },
  })

const stageLimit = (burst: number): Readonly<Record<string, MethodSetting>> => ({
  '*/*': { throttlingRateLimit: 0, throttlingBurstLimit: burst },
})

describe('the account’s limit alone [behaviour.md 9 "Account"]', () => {
  it('is 10,000 requests a second and 5,000 at once', () => {
    const { ratePerSecond, burst } = accountLimits()(SCOPE)
    assert.deepEqual([ratePerSecond, burst], [10_000, 5_000])
  })

  it('is shared by REST, HTTP and WebSocket APIs and @connections, and refilled by its rate', async () => {
    const stages = {
      abc123: restPlan({ methods: { 'GET /pets': restMethod() } }),
      http1: testStage(),
      ws1: socketPlan({ routes: { $default: {} } }),
    }
    const { heard, ask, statuses } = serve(stages, { rate: 2, burst: 5 })
    const id = encodeURIComponent('L0SM9cOFvHcCIhw=')
    const connection = `/ws1/prod/@connections/${id}`
    assert.deepEqual(await statuses(2, PETS), [200, 200])
    assert.deepEqual(await statuses(2, '/http1/'), [200, 200])
    assert.deepEqual(await statuses(2, connection, undefined, 'POST'), [410, 429])
    for (const target of [PETS, '/http1/', connection]) {
      const { statusCode, body } = await ask(target)
      assert.deepEqual([statusCode, textOf(body)], [429, '{"message":"Too Many Requests"}'])
    }
    heard.clock.advance(1_000)
    assert.deepEqual(await statuses(3, PETS), [200, 200, 429])
  })

  it('is one for each region, the same for all of its methods', () => {
    const limitOf = accountLimits()
    const [one, other, again] = ['us-east-1', 'eu-west-1', 'us-east-1'].map((region) =>
      limitOf({ ...SCOPE, region }),
    )
    assert.notEqual(one?.name, other?.name)
    assert.equal(one, again)
  })
})

describe('plan method, plan, stage method, stage, account: what one refuses costs the others nothing [behaviour.md 9 "Order applied"]', () => {
  it('a plan’s throttle leaves the stage’s tokens to other customers', async () => {
    const plan = { throttle: { rateLimit: 0, burstLimit: 1 } }
    const { statuses } = serve({ abc123: sold(stageLimit(2)) }, ENOUGH, plan)
    assert.deepEqual(await statuses(20, PETS, ANN), [200, ...Array(19).fill(429)])
    assert.deepEqual(await statuses(2, PETS, BOB), [200, 429])
  })

  it('a plan’s method throttle leaves the plan’s, the stage’s and the account’s', async () => {
    const plan = {
      throttle: { rateLimit: 0, burstLimit: 3 },
      methods: { '/pets/GET': { rateLimit: 0, burstLimit: 1 } },
    }
    const { statuses } = serve({ abc123: sold(stageLimit(3)) }, { rate: 0, burst: 5 }, plan)
    assert.deepEqual(await statuses(20, PETS, ANN), [200, ...Array(19).fill(429)])
    // Two of the plan's three are left, and four of the account's five.
    assert.deepEqual(await statuses(3, '/abc123/prod/toys', ANN), [200, 200, 429])
    assert.deepEqual(await statuses(3, '/abc123/prod/free'), [200, 200, 429])
  })

  it('a quota leaves all throttles, and is told apart from them', async () => {
    const plan = { quota: { limit: 1, period: 'DAY' as const } }
    const { ask, statuses } = serve({ abc123: sold(stageLimit(2)) }, { rate: 0, burst: 2 }, plan)
    assert.deepEqual(await statuses(20, PETS, ANN), [200, ...Array(19).fill(429)])
    assert.equal(textOf((await ask(PETS, ANN)).body), '{"message":"Limit Exceeded"}')
    assert.deepEqual(await statuses(2, PETS, BOB), [200, 429])
    assert.equal(textOf((await ask(PETS, BOB)).body), '{"message":"Too Many Requests"}')
  })

  it('the stage’s throttle leaves the plan’s quota and the account’s tokens', async () => {
    const plan = { quota: { limit: 3, period: 'DAY' as const } }
    const { statuses } = serve({ abc123: sold(stageLimit(1)) }, { rate: 0, burst: 3 }, plan)
    assert.deepEqual(await statuses(10, PETS, ANN), [200, ...Array(9).fill(429)])
    assert.deepEqual(await statuses(3, '/abc123/prod/toys', ANN), [200, 429, 429])
    assert.deepEqual(await statuses(2, '/abc123/prod/free'), [200, 429])
  })

  it('the account’s limit leaves the stage’s tokens', async () => {
    const { heard, statuses } = serve({ abc123: sold(stageLimit(3)) }, { rate: 1, burst: 1 })
    assert.deepEqual(await statuses(10, PETS, ANN), [200, ...Array(9).fill(429)])
    for (let left = 2; left > 0; left--) {
      heard.clock.advance(1_000)
      assert.deepEqual(await statuses(2, PETS, ANN), [200, 429])
    }
  })

  it('a caller without a key pays the stage’s, which is asked before any authorizer', async () => {
    const { statuses } = serve({ abc123: sold(stageLimit(3)) }, ENOUGH)
    assert.deepEqual(await statuses(4, PETS, 'no-such-key-0123456789'), [403, 403, 403, 429])
  })
})

test('a method’s own setting comes before the one for all methods, which holds for each by itself [behaviour.md 9 "Stage/method settings"]', async () => {
  const stage = restPlan({
    methods: { 'GET /pets': restMethod(), 'GET /toys': restMethod(), 'GET /free': restMethod() },
    stage: { methodSettings: { ...stageLimit(2), 'pets/GET': { throttlingBurstLimit: 1 } } },
  })
  const { statuses } = serve({ abc123: stage }, ENOUGH)
  assert.deepEqual(await statuses(2, PETS), [200, 429])
  assert.deepEqual(await statuses(3, '/abc123/prod/toys'), [200, 200, 429])
  assert.deepEqual(await statuses(3, '/abc123/prod/free'), [200, 200, 429])
})

test('tokens flow in at the rate, fractions of one too, up to the burst [behaviour.md 9 "Token bucket"]', async () => {
  const stage = restPlan({
    methods: { 'GET /pets': restMethod() },
    stage: { methodSettings: { '*/*': { throttlingRateLimit: 0.5, throttlingBurstLimit: 2 } } },
  })
  const { heard, statuses } = serve({ abc123: stage }, ENOUGH)
  assert.deepEqual(await statuses(3, PETS), [200, 200, 429])
  heard.clock.advance(1_999)
  assert.deepEqual(await statuses(1, PETS), [429])
  heard.clock.advance(1)
  assert.deepEqual(await statuses(2, PETS), [200, 429])
  heard.clock.advance(3_600_000)
  assert.deepEqual(await statuses(3, PETS), [200, 200, 429])
})
