// Does memory grow, and how much is it? B2 (key, plan, throttle, quota, JSON access log) under wrk for a while: every ten
// seconds what each process has (RSS, and how much of that is the program's own file, which all processes share) and what
// it still has after its garbage is gone (heap), then the envelope after warm-up and the slope with its interval. What runs
// is the compiled release, built anew, or the sources with --source (which have a compiler of types and its tables in each
// process). `node bin/run.js bench/soak.ts [--minutes 10] [--keys 1000] [--resources 1] [--source] [--snapshots]`
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSelling, writeKeyScript } from './selling.ts'
import { LOAD_CORE, startUpstream } from './servers.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    keys: { type: 'string', default: '1000' },
    resources: { type: 'string', default: '1' },
    source: { type: 'boolean', default: false },
    /** Writes a heap snapshot with each sample, into the folder that is named at the end. */
    snapshots: { type: 'boolean', default: false },
  },
})
const SAMPLE_MS = 10_000
const SAMPLES = Math.max(4, Math.round((Number(values.minutes) * 60_000) / SAMPLE_MS))
/** Of these, the first part warms up. */
const WARM_UP = Math.min(12, Math.max(2, Math.floor(SAMPLES / 3)))
const ANSWER_MS = 5_000
const MB = 2 ** 20

interface Sample {
  readonly rssMb: number
  /** Of that, pages of files: the program and its libraries, which are in memory once for all processes. */
  readonly fileMb: number
  readonly heapMb: number
  /** What is beside the heap: buffers. */
  readonly externalMb: number
}

/** performance.md: what a worker may have. */
const WORKER_RSS_MB_MAX = 120

if (!values.source) {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' })
  process.env['DAEMUN_DIST'] = '1'
}
const folder = await mkdtemp(join(tmpdir(), 'daemun-soak-'))
const probes = join(folder, 'probes')
mkdirSync(probes)
process.env['NODE_OPTIONS'] = `--import=${join(import.meta.dirname, 'heap-probe.js')}`
process.env['SOAK_FOLDER'] = probes
if (values.snapshots) process.env['SOAK_SNAPSHOTS'] = '1'

const linesOf = (pid: number): readonly string[] => {
  const file = join(probes, `${pid}.jsonl`)
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
}

const residentMb = (pid: number): Pick<Sample, 'rssMb' | 'fileMb'> => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mb = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024
  return { rssMb: mb('VmRSS'), fileMb: mb('RssFile') }
}

/** What the process has now, and what is left of it once its garbage is gone. */
const sampleOf = async (pid: number): Promise<Sample> => {
  const resident = residentMb(pid)
  const before = linesOf(pid).length
  process.kill(pid, 'SIGUSR2')
  const giveUpMs = performance.now() + (values.snapshots ? 60_000 : ANSWER_MS)
  while (linesOf(pid).length === before) {
    if (performance.now() > giveUpMs) throw new Error(`process ${pid} does not answer`)
    await wait(10)
  }
  const { heapUsed, external } = JSON.parse(linesOf(pid).at(-1) ?? '{}') as {
    readonly heapUsed: number
    readonly external: number
  } // Our own lines.
  return { ...resident, heapMb: heapUsed / MB, externalMb: external / MB }
}

/** Least squares: by how much a minute, and the half of its interval of 95 %. */
const slope = (
  points: readonly number[],
): { readonly perMinute: number; readonly half: number } => {
  const count = points.length
  const minutes = points.map((_, at) => (at * SAMPLE_MS) / 60_000)
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length
  const [meanX, meanY] = [mean(minutes), mean(points)]
  const squares = minutes.reduce((sum, x) => sum + (x - meanX) ** 2, 0)
  const perMinute =
    minutes.reduce((sum, x, at) => sum + (x - meanX) * ((points[at] ?? 0) - meanY), 0) / squares
  const residuals = points.map((y, at) => y - meanY - perMinute * ((minutes[at] ?? 0) - meanX))
  const variance = residuals.reduce((sum, one) => sum + one ** 2, 0) / Math.max(1, count - 2)
  // Student's t for a handful of points, near 2 for many.
  const t = 1.96 + 2.5 / Math.max(1, count - 2)
  return { perMinute, half: t * Math.sqrt(variance / squares) }
}

/** Less than this in ten minutes is flat, whatever the interval says. */
const FLAT_MB = { rssMb: 5, heapMb: 1, externalMb: 1 }

/** What is shorter is called flat, or nothing. */
const STEADY_MS_MIN = 300_000

const verdict = (name: string, samples: readonly Sample[]): void => {
  const steady = samples.slice(WARM_UP)
  for (const member of ['rssMb', 'heapMb', 'externalMb'] as const) {
    const points = steady.map((sample) => sample[member])
    const { perMinute, half } = slope(points)
    // A start is not over in a minute, and ten times its slope says nothing of ten minutes.
    const isLong = steady.length * SAMPLE_MS >= STEADY_MS_MIN
    const grows = isLong && (perMinute - half) * 10 > FLAT_MB[member]
    const isKnown = (perMinute + half) * 10 <= FLAT_MB[member] || grows
    const least = Math.min(...points).toFixed(1)
    const greatest = Math.max(...points).toFixed(1)
    const interval = `${perMinute.toFixed(3)} ± ${half.toFixed(3)} MB a minute`
    const word = grows ? 'GROWS' : isKnown ? 'flat' : 'not known to grow: run it for longer'
    process.stdout.write(
      `${name.padEnd(10)} ${member.padEnd(10)} ${least}–${greatest} MB, ${interval}: ${word}\n`,
    )
  }
}

const upstream = await startUpstream(folder)
const size = { resources: Number(values.resources), keys: Number(values.keys) }
const accessLog = join(folder, 'access.log')
const daemun = await startSelling(folder, 'b2', upstream, size, accessLog)
const script = await writeKeyScript(folder, 'b2', size)
const seconds = Math.ceil(((SAMPLES + 1) * SAMPLE_MS) / 1000)
const load = spawn(
  'taskset',
  ['-c', LOAD_CORE, 'wrk', '-t1', '-c64', `-d${seconds}s`, '-s', script, daemun.url],
  { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
)
let told = ''
load.stdout.setEncoding('utf8').on('data', (text: string) => (told += text))
const ended = once(load, 'exit')
const { host, functions, workers } = daemun.processes
const pids = { worker: workers[0] ?? 0, host, functions }
const NAMES = ['worker', 'host', 'functions'] as const
const samples: Record<(typeof NAMES)[number], Sample[]> = { worker: [], host: [], functions: [] }
try {
  for (let at = 0; at < SAMPLES; at++) {
    await wait(SAMPLE_MS)
    let line = `${String(((at + 1) * SAMPLE_MS) / 1000).padStart(5)} s`
    for (const name of NAMES) {
      const sample = await sampleOf(pids[name])
      samples[name].push(sample)
      line += `   ${name} rss ${sample.rssMb.toFixed(1)} file ${sample.fileMb.toFixed(1)} heap ${sample.heapMb.toFixed(2)} external ${sample.externalMb.toFixed(2)} MB`
    }
    process.stdout.write(`${line}${at < WARM_UP ? '   (warming up)' : ''}\n`)
    // It is appended to: what is in it does not matter here.
    if (existsSync(accessLog)) truncateSync(accessLog)
  }
  await ended
  process.stdout.write(
    `${/Requests\/sec.*/.exec(told)?.[0] ?? told} ${/Non-2xx.*/.exec(told)?.[0] ?? ''}\n`,
  )
  process.stdout.write(values.source ? 'from source\n' : 'compiled release\n')
  for (const name of NAMES) verdict(name, samples[name])
  const most = Math.max(...samples.worker.slice(WARM_UP).map(({ rssMb }) => rssMb))
  const kept = most <= WORKER_RSS_MB_MAX ? 'holds' : 'does NOT hold'
  process.stdout.write(
    `worker: ${most.toFixed(1)} MB (RSS) at the most: ${kept} (≤ ${WORKER_RSS_MB_MAX})\n`,
  )
} finally {
  load.kill()
  await daemun.stop()
  await upstream.stop()
  if (values.snapshots) process.stdout.write(`snapshots in ${probes}\n`)
  else await rm(folder, { recursive: true, force: true })
}
