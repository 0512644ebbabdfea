// What watching costs a request: its record in the ring, with and without the request kept, messages, an execution log and
// a span. In one process, without a socket. `node --conditions=source bench/observability.ts`
import { createRequestStore } from '#observability/requests.ts'
import { createOtlpTraces } from '#observability/otlp-traces.ts'
import { recordTold } from '#observability/recorded-request.ts'
import { segmentOf } from '#observability/xray.ts'
import type { TimedExecutionEvent } from '#model/execution-event.ts'
import type { ToldRequest } from '#model/ports.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { systemClock } from '#shared/clock.ts'

const ROUNDS = 5
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 200_000)
const TARGET = 'arn:aws:lambda:us-east-1:123456789012:function:hello'

const recordAt = (index: number): RequestRecord => ({
  requestId: `4f1c5a3e-9c1b-4a52-8b0a-${index}`,
  extendedRequestId: 'BwcHBwcHBwcHBwc=',
  protocol: 'REST',
  accountId: '123456789012',
  region: 'us-east-1',
  apiId: 'abc123',
  apiName: 'pets',
  stage: 'prod',
  deploymentId: 'dep123',
  domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
  domainPrefix: 'abc123',
  httpMethod: 'GET',
  path: '/prod/pets/7',
  route: '/pets/{id}',
  httpProtocol: 'HTTP/1.1',
  sourceIp: '192.0.2.7',
  userAgent: 'bench',
  traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  status: 200,
  requestBytes: 0,
  responseBytes: 200,
  arrivedAtMs: 1_465_510_280_000,
  latencyMs: 3,
  integration: { target: TARGET, latencyMs: 2, status: 200, requestId: 'i-1' },
  segment: {
    traceId: '1-5759e988-bd862e3fe1be46a994272793',
    id: '70de5b6f19ff9a0a',
    isSampled: true,
  },
  steps: Array.from({ length: 11 }, (_, at) => ({
    name: 'step',
    startMs: at / 10,
    durationMs: 0.1,
  })),
})

const headers = Array.from({ length: 12 }, (_, at) => [`x-header-${at}`, `value-${at}`]).flat()
const body = Buffer.from(JSON.stringify({ note: 'x'.repeat(500) }))
const sent = { method: 'GET', target: '/prod/pets/7', host: 'h', headers, body, hasBody: true }
const events: readonly TimedExecutionEvent[] = [
  {
    atMs: 1_465_510_280_001,
    event: { kind: 'endpoint-request', uri: 'https://x/', headers, body },
  },
  {
    atMs: 1_465_510_280_002,
    event: { kind: 'endpoint-response', status: 200, latencyMs: 1, headers, body },
  },
  { atMs: 1_465_510_280_003, event: { kind: 'method-response', headers, body } },
]
const rules = { bodyBytesMax: 65_536, keepsSecrets: false, keepsMessages: false }

const told = (more: ToldRequest | undefined, keepsMessages = false) => {
  const store = createRequestStore({ bytesMax: 33_554_432 })
  return (record: RequestRecord) => store.add(recordTold(record, more, { ...rules, keepsMessages }))
}

const otlp = createOtlpTraces({
  clock: systemClock,
  queueBytesMax: Number.MAX_SAFE_INTEGER,
  post: async () => 200,
})

const CASES: Readonly<Record<string, (record: RequestRecord) => void>> = {
  'the record made, and forgotten': () => undefined,
  'the record kept (serve)': told(undefined),
  'the request kept too (start)': told({ sent }),
  'messages too (--trace)': told({ sent, events }, true),
  'an execution log, INFO': told({ events, log: { level: 'INFO', dataTrace: false } }),
  'an execution log with a data trace': told({ events, log: { level: 'INFO', dataTrace: true } }),
  'an X-Ray segment as JSON': (record) => void JSON.stringify(segmentOf(record)),
  'two spans queued': (record) => otlp.send(record),
}

for (const [name, run] of Object.entries(CASES)) {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let index = 0; index < REQUESTS; index++) run(recordAt(index))
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / REQUESTS)
  }
  process.stdout.write(`${name.padEnd(40)} ${best.toFixed(2)} µs of CPU a request\n`)
}
await otlp.close()
