// `npm run bench`: the gateway against nginx, in interleaved rounds on the same machine in the same minutes.
//   B0  the upstream alone                     B1  HTTP API, $default route, HTTP_PROXY, no logs
//   B2  REST API, HTTP_PROXY: 1,000 keys, a usage plan with throttle and quota, the stage's throttle; no logs
//   B3  B2 with 300 resources and 10,000 keys
//   B4  REST API, an answer from the stage's cache
//   B5  HTTP API, AWS_PROXY to a Node function
//   B6  B1 behind a JWT authorizer (RS256), 1,000 distinct tokens that are known already
//   B7  REST API, HTTP integration, 2 KB of JSON mapped by templates in both directions
// Only ratios paired within a round mean anything here: their median is quoted, with the least and the greatest.
// Needs Linux with two cores and the Debian packages nginx-light, wrk, util-linux and procps.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { latencies, measure, type Sample } from './load.ts'
import { writeMappingScript } from './mapped-body.ts'
import {
  type Size,
  startCached,
  startNginxCache,
  startNginxSelling,
  startSelling,
  writeKeyScript,
} from './selling.ts'
import { type Server, startDaemun, startNginxProxy, startUpstream } from './servers.ts'
import { startIssuer, warmTokens, writeTokenScript } from './tokens.ts'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 20)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2)
const LATENCY_REQUESTS = 300
const PAGE = 'docs/performance.md'

interface Round {
  readonly b0: Sample
  readonly nginx: Sample
  readonly b1: Sample
  readonly selling: SellingRound
  readonly b5: Sample
  readonly b6: Sample
  readonly b7: Sample
  /** Median latencies of one request at a time, milliseconds. */
  readonly nginxMs: number
  readonly b1Ms: number
  readonly b5Ms: number
}

/** B2 to B4, each with nginx doing the same. */
interface SellingRound {
  readonly b2: Sample
  readonly nginxB2: Sample
  readonly b3: Sample
  readonly nginxB3: Sample
  readonly b4: Sample
  readonly nginxB4: Sample
}

interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

const main = async (): Promise<void> => {
  execFileSync('node', ['scripts/ensure-packages.js', 'nginx', 'wrk'], { stdio: 'inherit' })
  const folder = await mkdtemp(join(tmpdir(), 'daemun-bench-'))
  const servers: Server[] = []
  const start = async (server: Promise<Server>): Promise<Server> => {
    const started = await server
    servers.push(started)
    return started
  }
  try {
    const upstream = await start(startUpstream(folder))
    const nginx = await start(startNginxProxy(folder, upstream))
    const b1 = await start(
      startDaemun(folder, 'b1', 'examples/http-api-quick-create/template.yaml', [
        `BackendUrl=${upstream.url}`,
      ]),
    )
    const b5 = await start(startDaemun(folder, 'b5', 'bench/lambda-echo.yaml', []))
    const issuer = await startIssuer()
    servers.push(issuer)
    const b6 = await start(
      startDaemun(folder, 'b6', 'bench/jwt-proxy.yaml', [
        `BackendUrl=${upstream.url}`,
        `Issuer=${issuer.url}`,
      ]),
    )
    await warmTokens(b6.url, issuer.tokens)
    const script = await writeTokenScript(folder, issuer.tokens)
    const b7 = await start(
      startDaemun(folder, 'b7', 'bench/mapping.yaml', [`BackendUrl=${upstream.url}`]),
    )
    const scripts = { tokens: script, mapping: await writeMappingScript(folder) }
    const selling = await startAll(folder, upstream, start)
    const rounds = await runRounds({ upstream, nginx, b1, b5, b6, b7 }, scripts, selling)
    await report(rounds)
  } finally {
    for (const server of servers) await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const B2: Size = { resources: 1, keys: 1_000 }
const B3: Size = { resources: 300, keys: 10_000 }

const startAll = async (
  folder: string,
  upstream: Server,
  start: (server: Promise<Server>) => Promise<Server>,
): Promise<() => SellingRound> => {
  const b2 = await start(startSelling(folder, 'b2', upstream, B2))
  const b3 = await start(startSelling(folder, 'b3', upstream, B3))
  const b4 = await start(startCached(folder, upstream))
  const nginxB2 = await start(startNginxSelling(folder, 'nginx-b2', upstream, B2))
  const nginxB3 = await start(startNginxSelling(folder, 'nginx-b3', upstream, B3))
  const nginxB4 = await start(startNginxCache(folder, upstream))
  const keysB2 = await writeKeyScript(folder, 'b2', B2)
  const keysB3 = await writeKeyScript(folder, 'b3', B3)
  // Each key's first request fetches its lease and its entry: that is not what the rounds compare.
  measure(b2, '/', SECONDS, keysB2)
  measure(b3, '/', 6 * SECONDS, keysB3)
  return () => ({
    b2: measure(b2, '/', SECONDS, keysB2),
    nginxB2: measure(nginxB2, '/', SECONDS, keysB2),
    b3: measure(b3, '/', SECONDS, keysB3),
    nginxB3: measure(nginxB3, '/', SECONDS, keysB3),
    b4: measure(b4, '/', SECONDS),
    nginxB4: measure(nginxB4, '/', SECONDS),
  })
}

/** CPU per request and throughput of the one ÷ the other's, within a round. */
const compared = (
  rounds: readonly Round[],
  one: (round: Round) => Sample,
  other: (round: Round) => Sample,
): { readonly cpu: Spread; readonly throughput: Spread } => ({
  cpu: spread(rounds.map((round) => one(round).cpuPerRequestUs / other(round).cpuPerRequestUs)),
  throughput: spread(rounds.map((round) => one(round).throughput / other(round).throughput)),
})

const compareSelling = (rounds: readonly Round[]) => ({
  'B2 keys, plan, throttles ÷ nginx doing the same': compared(
    rounds,
    ({ selling }) => selling.b2,
    ({ selling }) => selling.nginxB2,
  ),
  'B2 ÷ B1': compared(
    rounds,
    ({ selling }) => selling.b2,
    ({ b1 }) => b1,
  ),
  'B3 300 resources, 10,000 keys ÷ nginx doing the same': compared(
    rounds,
    ({ selling }) => selling.b3,
    ({ selling }) => selling.nginxB3,
  ),
  'B3 ÷ B2': compared(
    rounds,
    ({ selling }) => selling.b3,
    ({ selling }) => selling.b2,
  ),
  'B4 cache hit ÷ nginx proxy_cache': compared(
    rounds,
    ({ selling }) => selling.b4,
    ({ selling }) => selling.nginxB4,
  ),
  'B4 ÷ B1': compared(
    rounds,
    ({ selling }) => selling.b4,
    ({ b1 }) => b1,
  ),
})

const runRounds = async (
  servers: {
    readonly upstream: Server
    readonly nginx: Server
    readonly b1: Server
    readonly b5: Server
    readonly b6: Server
    readonly b7: Server
  },
  scripts: { readonly tokens: string; readonly mapping: string },
  selling: () => SellingRound,
): Promise<readonly Round[]> => {
  const { upstream, nginx, b1, b5, b6, b7 } = servers
  const medianLatency = async (server: Server) =>
    spread(await latencies(`${server.url}/`, LATENCY_REQUESTS)).median
  for (const server of [nginx, b1, b5]) measure(server, '/', SECONDS) // Warm up.
  const rounds: Round[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    rounds.push({
      b0: measure(upstream, '/', SECONDS),
      nginx: measure(nginx, '/', SECONDS),
      b1: measure(b1, '/', SECONDS),
      selling: selling(),
      b5: measure(b5, '/', SECONDS),
      b6: measure(b6, '/', SECONDS, scripts.tokens),
      b7: measure(b7, '/', SECONDS, scripts.mapping),
      nginxMs: await medianLatency(nginx),
      b1Ms: await medianLatency(b1),
      b5Ms: await medianLatency(b5),
    })
    process.stderr.write(`round ${round} of ${ROUNDS}\n`)
  }
  return rounds
}

const spread = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((left, right) => left - right)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) }
}

const report = async (rounds: readonly Round[]): Promise<void> => {
  const of = (pick: (round: Round) => number): Spread => spread(rounds.map(pick))
  const selling = compareSelling(rounds)
  const result = {
    date: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: `${cpus().length} × ${cpus()[0]?.model}`,
    node: process.versions.node,
    rounds: ROUNDS,
    seconds: SECONDS,
    absolute: {
      b0: of((round) => round.b0.throughput),
      nginx: of((round) => round.nginx.throughput),
      b1: of((round) => round.b1.throughput),
      b5: of((round) => round.b5.throughput),
      b6: of((round) => round.b6.throughput),
      nginxCpuUs: of((round) => round.nginx.cpuPerRequestUs),
      b1CpuUs: of((round) => round.b1.cpuPerRequestUs),
      b5CpuUs: of((round) => round.b5.cpuPerRequestUs),
      b6CpuUs: of((round) => round.b6.cpuPerRequestUs),
      b7: of((round) => round.b7.throughput),
      b7CpuUs: of((round) => round.b7.cpuPerRequestUs),
    },
    ratios: {
      b1Throughput: of((round) => round.b1.throughput / round.nginx.throughput),
      b1Cpu: of((round) => round.b1.cpuPerRequestUs / round.nginx.cpuPerRequestUs),
      b5Throughput: of((round) => round.b5.throughput / round.b1.throughput),
      b5Cpu: of((round) => round.b5.cpuPerRequestUs / round.b1.cpuPerRequestUs),
      b6Throughput: of((round) => round.b6.throughput / round.b1.throughput),
      b6Cpu: of((round) => round.b6.cpuPerRequestUs / round.b1.cpuPerRequestUs),
      b7Throughput: of((round) => round.b7.throughput / round.b1.throughput),
      b7Cpu: of((round) => round.b7.cpuPerRequestUs / round.b1.cpuPerRequestUs),
    },
    selling,
    latencyMs: {
      nginx: of((round) => round.nginxMs),
      b1: of((round) => round.b1Ms),
      b5: of((round) => round.b5Ms),
      b1AddedToNginx: of((round) => round.b1Ms - round.nginxMs),
      b5AddedToB1: of((round) => round.b5Ms - round.b1Ms),
    },
  }
  await mkdir('bench/results', { recursive: true })
  const file = `bench/results/${result.date.slice(0, 10)}-${result.commit}.json`
  await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`)

  const show = ({ median, min, max }: Spread, digits = 2): string =>
    `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
  const table = `
${result.date.slice(0, 10)}, commit ${result.commit}, ${result.machine}, Node ${result.node}: ${ROUNDS} interleaved rounds of
${SECONDS} s, 64 connections, gateway pinned to one core with one worker; medians, in brackets the least and the greatest.

| case | throughput | CPU per request | one request at a time, p50 |
|---|---|---|---|
| B1 HTTP_PROXY ÷ nginx proxy_pass | ${show(result.ratios.b1Throughput)} | ${show(result.ratios.b1Cpu)} | + ${show(result.latencyMs.b1AddedToNginx)} ms |
${Object.entries(selling)
  .map(
    ([name, { throughput, cpu }]) =>
      `| ${name} | ${show(throughput)} | ${show(cpu)} | not measured |`,
  )
  .join('\n')}
| B5 AWS_PROXY to a Node function ÷ B1 | ${show(result.ratios.b5Throughput)} | ${show(result.ratios.b5Cpu)} (worker and functions process) | + ${show(result.latencyMs.b5AddedToB1)} ms |
| B6 B1 with a JWT authorizer, 1,000 known tokens ÷ B1 | ${show(result.ratios.b6Throughput)} | ${show(result.ratios.b6Cpu)} | not measured |
| B7 templates in and out, 2 KB ÷ B1 | ${show(result.ratios.b7Throughput)} | ${show(result.ratios.b7Cpu)} | not measured |

Absolute figures of the same rounds, which mean little elsewhere: B0 ${show(result.absolute.b0, 0)} requests/s, nginx
${show(result.absolute.nginx, 0)}, B1 ${show(result.absolute.b1, 0)}, B5 ${show(result.absolute.b5, 0)}; CPU per request nginx
${show(result.absolute.nginxCpuUs, 0)} µs, B1 ${show(result.absolute.b1CpuUs, 0)} µs, B5 ${show(result.absolute.b5CpuUs, 0)} µs.
`
  const page = await readFile(PAGE, 'utf8')
  const [head, tail] = [page.split('<!-- bench -->')[0], page.split('<!-- /bench -->')[1]]
  await writeFile(PAGE, `${head}<!-- bench -->${table}<!-- /bench -->${tail}`)
  process.stdout.write(`${table}\nwritten to ${file} and ${PAGE}\n`)
}

await main()
