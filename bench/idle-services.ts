// What services cost that nobody asks for: B1 of a node with tables (streams with functions, time to live), queues (with
// functions), topics, rules and schedules, and buckets, against B1 of a node without any, in interleaved rounds. A second
// node without any says how much two equal nodes differ. Counted is the CPU time of host, worker and functions process.
//   node bin/run.js bench/idle-services.ts [--rounds 10] [--seconds 2] [--each 10]
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { measure } from './load.ts'
import { cpuSeconds, type Daemun, startDaemun, startUpstream } from './servers.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '2' },
    /** Tables, queues, topics, rules, schedules and buckets: so many of each. */
    each: { type: 'string', default: '10' },
  },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const EACH = Number(values.each)
/** Nothing is asked for so long, once everything that starting left to do is done. */
const QUIET_MS = 10_000
const SETTLE_MS = 3_000
/** Issue 6: no more than 5 %. */
const RATIO_MAX = 1.05

const gateway = (backendUrl: string) => ({
  Gateway: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'quick', ProtocolType: 'HTTP', Target: backendUrl },
  },
})

const services = (): Record<string, unknown> => {
  const resources: Record<string, unknown> = {
    Worker: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        InlineCode: 'exports.handler = async () => undefined',
        Events: Object.fromEntries(Array.from({ length: EACH }, (_, at) => eventsAt(at)).flat()),
      },
    },
  }
  for (let at = 0; at < EACH; at++) Object.assign(resources, resourcesAt(at))
  return resources
}

/** What asks the function, if ever. */
const eventsAt = (at: number): [string, unknown][] => [
  [
    `FromTable${at}`,
    {
      Type: 'DynamoDB',
      Properties: {
        Stream: { 'Fn::GetAtt': [`Table${at}`, 'StreamArn'] },
        StartingPosition: 'LATEST',
      },
    },
  ],
  [
    `FromQueue${at}`,
    { Type: 'SQS', Properties: { Queue: { 'Fn::GetAtt': [`Queue${at}`, 'Arn'] } } },
  ],
  [`FromTopic${at}`, { Type: 'SNS', Properties: { Topic: { Ref: `Topic${at}` } } }],
  [
    `FromRule${at}`,
    { Type: 'EventBridgeRule', Properties: { Pattern: { source: [`bench.${at}`] } } },
  ],
  [`Daily${at}`, { Type: 'Schedule', Properties: { Schedule: 'rate(1 day)' } }],
  [`Nightly${at}`, { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'cron(0 3 * * ? *)' } }],
]

const resourcesAt = (at: number) => ({
  [`Table${at}`]: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
    },
  },
  [`Queue${at}`]: { Type: 'AWS::SQS::Queue' },
  [`Topic${at}`]: { Type: 'AWS::SNS::Topic' },
  [`Bucket${at}`]: { Type: 'AWS::S3::Bucket' },
})

const folder = await mkdtemp(join(tmpdir(), 'daemun-idle-'))
const stops: (() => Promise<void>)[] = []
const start = async (name: string, resources: Record<string, unknown>): Promise<Daemun> => {
  const file = join(folder, `${name}.json`)
  await writeFile(
    file,
    JSON.stringify({ Transform: 'AWS::Serverless-2016-10-31', Resources: resources }),
  )
  const daemun = await startDaemun(folder, name, file, [])
  stops.push(daemun.stop)
  return { ...daemun, pids: [daemun.processes.host, ...daemun.pids] }
}

const spread = (ratios: readonly number[]): string => {
  const sorted = ratios.toSorted((left, right) => left - right)
  const show = (share: number): string =>
    (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(3)
  return `${show(0.5)} (${show(0)}–${show(1)}; middle half ${show(0.25)}–${show(0.75)})`
}

try {
  execFileSync('node', ['scripts/ensure-packages.js', 'nginx', 'wrk'], { stdio: 'inherit' })
  const upstream = await startUpstream(folder)
  stops.push(upstream.stop)
  const without = await start('without', gateway(upstream.url))
  const again = await start('again', gateway(upstream.url))
  const idle = await start('idle', { ...gateway(upstream.url), ...services() })
  await wait(SETTLE_MS)
  const before = [without, idle].map(({ pids }) => cpuSeconds(pids))
  await wait(QUIET_MS)
  const [bare, beside] = [without, idle].map(
    ({ pids }, at) => ((cpuSeconds(pids) - (before[at] ?? 0)) * 1e6) / QUIET_MS,
  )
  process.stdout.write(
    `with nothing to do: ${bare?.toFixed(1)} ms of CPU time a second without services, ${beside?.toFixed(1)} with ${EACH} of each\n`,
  )
  for (const server of [without, again, idle]) measure(server, '/', SECONDS) // Warm up.
  const all = { idle: [] as number[], again: [] as number[], us: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    // Each is first in turn: who comes later may find another machine.
    const order = [without, again, idle]
    const turned = [...order.slice(round % 3), ...order.slice(0, round % 3)]
    const samples = new Map(turned.map((server) => [server, measure(server, '/', SECONDS)]))
    const us = (server: Daemun): number => samples.get(server)?.cpuPerRequestUs ?? Number.NaN
    all.us.push(us(without))
    all.idle.push(us(idle) / us(without))
    all.again.push(us(again) / us(without))
    process.stderr.write(
      `round ${round + 1} of ${ROUNDS}: ${us(without).toFixed(1)} µs, again ${us(again).toFixed(1)}, beside idle services ${us(idle).toFixed(1)}\n`,
    )
  }
  const middle = all.idle.toSorted((left, right) => left - right)[Math.floor((ROUNDS - 1) / 2)] ?? 0
  process.stdout.write(`CPU per request of B1, ${ROUNDS} rounds of ${SECONDS} s:
  beside idle services ÷ without   ${spread(all.idle)}: ${middle <= RATIO_MAX ? 'holds' : 'does NOT hold'} (≤ ${RATIO_MAX})
  without ÷ without                ${spread(all.again)}\n`)
} finally {
  for (const stop of stops.toReversed()) await stop()
  await rm(folder, { recursive: true, force: true })
}
