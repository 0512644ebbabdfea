// What keys, plans and throttles cost a request: the step of the stage's throttle and the step of the key, of a
// thousand keys, with leases in hand, in one process. `node bin/run.js bench/limits.ts` (BENCH_KEYS=10000).
import { setImmediate } from 'node:timers/promises'
import { compileApiKey } from '#data-plane/admit/api-key.ts'
import { compileThrottle } from '#data-plane/admit/throttle.ts'
import { compileUsagePlans } from '#data-plane/admit/usage-plan.ts'
import type { GatewayRequest } from '#data-plane/accept/request.ts'
import type { MethodSource, StageFacts } from '#data-plane/compiling.ts'
import type { Services } from '#data-plane/plan.ts'
import { apiKeyHash } from '#model/apigateway/api-key-hash.ts'
import { accountLimits } from '#model/apigateway/usage-limits.ts'
import { ANONYMOUS } from '#model/caller.ts'
import { systemClock } from '#shared/clock.ts'
import { createLimitHolder } from '#state/limit-holder.ts'
import { createLocalLimits } from '#state/local-limits.ts'
import { createMemoryStore } from '#store/memory.ts'
import { createUsageLedger } from '#store/usage-ledger.ts'

const KEYS = Number(process.env.BENCH_KEYS ?? 1_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)
const REQUESTS = 100_000
const MANY = 1e9
const onError = (error: unknown): never => {
  throw error
}

const clock = systemClock
const ledger = createUsageLedger(createMemoryStore())
const holder = createLimitHolder({ clock, ledger, offsetMeans: 'start-day', onError })
const limits = createLocalLimits({ holder, clock, onError })
// Only what the two steps look at.
const services = { clock, limits, accountLimit: accountLimits(MANY, MANY) } as unknown as Services
const stage: StageFacts = {
  scope: { accountId: '123456789012', region: 'us-east-1' },
  apiId: 'abc123',
  apiName: 'bench',
  stageName: 'prod',
  deploymentId: 'd',
  stageVariables: {},
}
const values = Array.from({ length: KEYS }, (_, index) => `key-of-customer-number-${index}`)
const entries = new Map<string, unknown>([
  [
    'usage-plan/123456789012/us-east-1/plan',
    {
      kind: 'usage-plan',
      id: 'plan',
      apiStages: [{ apiId: 'abc123', stage: 'prod' }],
      throttle: { rateLimit: MANY, burstLimit: MANY },
      quota: { limit: MANY, period: 'MONTH' },
    },
  ],
])
for (const [index, value] of values.entries()) {
  const entry = { kind: 'api-key', id: `k${index}`, enabled: true, usagePlans: ['plan'] }
  entries.set(`api-key/123456789012/us-east-1/${apiKeyHash(value)}`, entry)
}
const directory = { find: (kind: string, name: string) => entries.get(`${kind}/${name}`) }
const requests = values.map(
  (value) => ({ directory, header: () => value, apiKey: undefined }) as unknown as GatewayRequest,
)
const source = {
  stage,
  api: { apiKeySource: 'HEADER' },
  resource: { path: '/pets' },
  method: { httpMethod: 'GET', apiKeyRequired: true },
} as unknown as MethodSource
const settings = {
  methodSettings: { '*/*': { throttlingRateLimit: MANY, throttlingBurstLimit: MANY } },
}
const throttle = compileThrottle(stage, settings as never, '/pets', 'GET')
const [admit] = compileApiKey(source, compileUsagePlans(stage), throttle)

type Step = (request: never) => void | Promise<void>
const first: Step = (request) => throttle.admit(request, services)
const second: Step = (request) => admit?.(request, ANONYMOUS, services)

const measure = async (steps: readonly Step[], count: number): Promise<number> => {
  const before = process.cpuUsage()
  for (let index = 0; index < count; index++) {
    const request = requests[index % KEYS] as never
    for (const step of steps) {
      const wait = step(request)
      if (wait) await wait
    }
    // What the limits do once in a while is part of what they cost.
    if (index % 1_000 === 0) await setImmediate()
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

const CASES: Readonly<Record<string, readonly Step[]>> = {
  'throttle of stage and account': [first],
  'key, throttle and quota of plan': [second],
  both: [first, second],
}
for (const steps of Object.values(CASES)) await measure(steps, 2 * REQUESTS)
const taken = new Map<string, number[]>()
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, steps] of Object.entries(CASES)) {
    const list = taken.get(name) ?? []
    taken.set(name, list)
    list.push(await measure(steps, REQUESTS))
  }
}
process.stdout.write(`CPU per request, ${KEYS} keys, ${ROUNDS} rounds of ${REQUESTS}\n`)
for (const [name, list] of taken) {
  const sorted = list.toSorted((left, right) => left - right)
  const [least = 0, median = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)]]
  process.stdout.write(`${name.padEnd(32)} ${median.toFixed(2)} µs (least ${least.toFixed(2)})\n`)
}
limits.close()
await holder.close()
