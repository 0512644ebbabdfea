// `node --conditions=source bench/observability.ts`: what one request pays for its record, its access log line and its
// metrics. Issue 11 allows 4 µs for the three together.
import { compileAccessLogFormat } from '#languages/access-log-format/compile-format.ts'
import type { AccessLog, StageObservation } from '#model/ports.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { gatherLogs } from '#observability/log-gathering.ts'
import { collectMetrics } from '#observability/metrics/collect-metrics.ts'
import { systemClock } from '#shared/clock.ts'
import { makeRequestRecord } from '#data-plane/request-record.ts'
import { acceptRequest, withRoute } from '#data-plane/accept/request.ts'
import type { HttpRequest } from '#transport/contract.ts'
import { systemRandom } from '#shared/random.ts'
import type { Services } from '#data-plane/plan.ts'

const ROUNDS = 300_000
const FORMATS = {
  CLF: '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId $context.extendedRequestId',
  JSON: '{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","caller":"$context.identity.caller","user":"$context.identity.user","requestTime":"$context.requestTime","httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath","status":"$context.status","protocol":"$context.protocol","responseLength":"$context.responseLength","ua":"$context.identity.userAgent","latency":"$context.responseLatency"}',
}

const http = {
  method: 'GET',
  target: '/prod/pets/1',
  httpVersion: '1.1',
  headers: ['Host', 'abc.execute-api.localhost', 'User-Agent', 'curl/8.5', 'Accept', '*/*'],
  host: 'abc.execute-api.localhost',
  remoteAddress: '127.0.0.1',
  remotePort: 5,
  body: { declaredBytes: 0 },
} as unknown as HttpRequest // What is left out is not looked at by a record.
const address = {
  apiId: 'abc',
  stageName: 'prod',
  path: '/pets/1',
  fullPath: '/prod/pets/1',
  domainName: 'abc.execute-api.us-east-1.amazonaws.com',
  domainPrefix: 'abc',
}
const stage = {
  protocol: 'REST' as const,
  scope: { accountId: '123456789012', region: 'us-east-1' },
  apiId: 'abc',
  apiName: 'pets',
  stageName: 'prod',
  deploymentId: 'dep',
}
const response = { statusCode: 200, headers: [], body: '{"ok":true}' }
const plan = {
  httpMethod: 'GET',
  resourceId: 'r',
  resourcePath: '/pets/{id}',
  operationName: 'get',
}

/** A request that has taken its steps, as many as one with a Lambda function takes. */
const served = () => {
  const services = { clock: systemClock, random: systemRandom, observe: () => undefined }
  // A record asks nothing else of the services, and nothing of the directory.
  const accepted = acceptRequest(
    http,
    address,
    services as unknown as Services,
    'REST',
    {} as never,
  )
  const request = withRoute(accepted, stage, { plan, pathParameters: { id: '1' } })
  const { trace } = request
  for (const step of STEPS) trace.enter(step)
  trace.leave()
  trace.integration = { latencyMs: 1, status: 200, requestId: 'x' }
  // Both are made for the answer's headers and the function's event anyway.
  return [request, request.requestId, request.extendedRequestId, request.traceId] as const
}
const DETAILED: StageObservation = { hasDetailedMetrics: () => true }
const STEPS = [
  'limits',
  'route',
  'throttle',
  'authorize',
  'api key',
  'validate',
  'cache',
  'integration request',
  'integration',
  'integration response',
  'respond',
]

const microseconds = (work: () => void): number => {
  let best = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 5; turn++) {
    const startMs = performance.now()
    for (let round = 0; round < ROUNDS; round++) work()
    best = Math.min(best, ((performance.now() - startMs) * 1_000) / ROUNDS)
  }
  return best
}

const [request] = served()
const record = (): RequestRecord =>
  makeRequestRecord({
    request,
    stage,
    response,
    route: plan.resourcePath,
    resourceId: plan.resourceId,
  })
const collector = collectMetrics({ clock: systemClock, send: () => undefined })
const logs = gatherLogs({ clock: systemClock, write: () => undefined })
const one = record()
const lines: string[] = []
const tell = (name: string, value: number): void => {
  lines.push(`${name.padEnd(44)} ${value.toFixed(2)} µs`)
}
let sum = 0
for (const [name, work] of [
  ['record', () => void record()],
  ['metrics', () => collector.add(one, undefined)],
  ['metrics, by method too', () => collector.add(one, DETAILED)],
] as const) {
  const value = microseconds(work)
  if (name !== 'metrics') sum += value
  tell(name, value)
}
for (const [name, format] of Object.entries(FORMATS)) {
  const accessLog: AccessLog = {
    scope: stage.scope,
    logGroupName: 'g',
    logStreamName: 's',
    render: compileAccessLogFormat(format).render,
  }
  const value = microseconds(() => logs.addAccess(one, accessLog))
  tell(`access log line, ${name}`, value)
  tell(`record, metrics by method and that line`, sum + value)
}
process.stdout.write(`${lines.join('\n')}\n`)
