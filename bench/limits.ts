// What keys, plans and throttles cost a request: the step of the stage's throttle and the step of the key, of a
// thousand keys, with leases in hand, in one process. `node --conditions=source bench/limits.ts`
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
const REQUESTS = 1_000_000
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

const run = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) {
    const request = requests[index % KEYS] as never
    const throttled = throttle.admit(request, services)
    if (throttled) await throttled
    const admitted = admit?.(request, ANONYMOUS, services)
    if (admitted) await admitted
  }
}

await run(REQUESTS / 5)
const before = process.cpuUsage()
await run(REQUESTS)
const { user, system } = process.cpuUsage(before)
const micros = ((user + system) / REQUESTS).toFixed(2)
process.stdout.write(`${micros} µs of CPU per request, ${KEYS} keys\n`)
limits.close()
await holder.close()
