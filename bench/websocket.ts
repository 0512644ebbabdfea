// WebSockets: memory of idle connections, how fast they open, echo against bare `ws` in the same minutes, and a
// broadcast through @connections. `node bin/run.js bench/websocket.ts [rounds]`; the server has one core, this process
// (the clients) the other.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, type OutgoingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import { type SigningCredentials, signRequest } from '#languages/sigv4/sign.ts'
import { GATEWAY_CORE, LOAD_CORE } from './servers.ts'

const ROUNDS = Number(process.argv[2] ?? 10)
const IDLE = 10_000
const OPENING_AT_ONCE = 100
const ECHO_CONNECTIONS = 32
const ECHO_MS = 1_000
const BROADCAST = 1_000
const POSTS_AT_ONCE = 16

interface Target {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

const pinned = (args: readonly string[]): ChildProcess =>
  spawn('taskset', ['-c', GATEWAY_CORE, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const stopping = (child: ChildProcess) => async (): Promise<void> => {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

const firstLine = async (
  child: ChildProcess,
  accepts: (line: string) => boolean,
): Promise<string> => {
  if (child.stdout === null) throw new Error('no stdout')
  for await (const line of createInterface({ input: child.stdout })) {
    if (!accepts(line)) continue
    child.stdout.resume()
    return line
  }
  throw new Error('it ended before it was ready')
}

const startBare = async (): Promise<Target> => {
  const child = pinned(['bench/websocket-bare.ts'])
  const port = await firstLine(child, () => true)
  return { url: `ws://127.0.0.1:${port}/`, pid: child.pid ?? 0, stop: stopping(child) }
}

interface Gateway extends Target {
  readonly http: string
  readonly credentials: SigningCredentials
}

const startGateway = async (folder: string): Promise<Gateway> => {
  const args = ['bin/daemun.js', 'serve', 'bench/websocket.yaml', '--workers', '1', '--port', '0']
  args.push('--data-port', '0', '--data-dir', folder, '--json', '--no-request-log')
  args.push('--websocket-connects-per-second', '1000000', '--account-rate', '1000000')
  args.push('--account-burst', '1000000')
  const child = pinned(args)
  const said: Record<string, unknown>[] = []
  const line = await firstLine(child, (text) => {
    said.push(JSON.parse(text))
    return said.at(-1)?.['event'] === 'ready'
  })
  const root = said.find(({ event }) => event === 'root-credential')
  const ready = JSON.parse(line) as Ready // Our own `ready` line.
  const [api] = ready.apis
  const http = `${ready.data}/_aws/execute-api/${api?.id}/prod`
  return {
    http,
    credentials: {
      accessKeyId: String(root?.['accessKeyId']),
      secretAccessKey: String(root?.['secretAccessKey']),
    },
    url: http.replace(/^http/, 'ws'),
    pid: ready.workers[0] ?? 0,
    stop: stopping(child),
  }
}

interface Ready {
  readonly apis: readonly { readonly id: string }[]
  readonly workers: readonly number[]
  readonly data: string
}

const open = async (url: string): Promise<WebSocket> => {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  return socket
}

const openMany = async (url: string, count: number): Promise<WebSocket[]> => {
  const sockets: WebSocket[] = []
  let left = count
  const opener = async (): Promise<void> => {
    while (left-- > 0) sockets.push(await open(url))
  }
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, opener))
  return sockets
}

const closeAll = (sockets: readonly WebSocket[]): void => {
  for (const socket of sockets) socket.terminate()
}

const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** Seconds of CPU of a process so far. */
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const echo = async (target: Target): Promise<{ rate: number; cpuUs: number }> => {
  const sockets = await openMany(target.url, ECHO_CONNECTIONS)
  let count = 0
  let running = true
  const before = cpuOf(target.pid)
  const startMs = performance.now()
  for (const socket of sockets) {
    socket.on('message', () => {
      count++
      if (running) socket.send('{"action":"echo"}')
    })
    socket.send('{"action":"echo"}')
  }
  await new Promise((resolve) => setTimeout(resolve, ECHO_MS))
  running = false
  const seconds = (performance.now() - startMs) / 1000
  const cpu = cpuOf(target.pid) - before
  closeAll(sockets)
  return { rate: count / seconds, cpuUs: (cpu * 1e6) / count }
}

const idOf = async (socket: WebSocket): Promise<string> => {
  socket.send('{"action":"echo"}')
  const [data] = await once(socket, 'message')
  return String(JSON.parse(String(data)).id)
}

const broadcast = async (target: Gateway): Promise<number> => {
  const sockets = await openMany(target.url, BROADCAST)
  const ids: string[] = []
  for (const socket of sockets) ids.push(await idOf(socket))
  const arrived = Promise.all(sockets.map((socket) => once(socket, 'message')))
  const agent = new Agent({ keepAlive: true, maxSockets: POSTS_AT_ONCE })
  const startMs = performance.now()
  const poster = async (): Promise<void> => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      const url = `${target.http}/@connections/${encodeURIComponent(id)}`
      const sent = request(url, { method: 'POST', agent, headers: signed(target, url) })
      sent.end(HELLO)
      const [response] = await once(sent, 'response')
      if (response.statusCode !== 200) throw new Error(`@connections: ${response.statusCode}`)
      response.resume()
      await once(response, 'end')
    }
  }
  await Promise.all(Array.from({ length: POSTS_AT_ONCE }, poster))
  await arrived
  const rate = BROADCAST / ((performance.now() - startMs) / 1000)
  agent.destroy()
  closeAll(sockets)
  return rate
}

const HELLO = 'hello'

/** `@connections` is for signed requests. */
const signed = ({ credentials }: Gateway, url: string): OutgoingHttpHeaders => {
  const { host, pathname } = new URL(url)
  const body = Buffer.from(HELLO)
  const headers = signRequest(
    { method: 'POST', target: pathname, headers: ['Host', host], body },
    credentials,
    { region: 'us-east-1', service: 'execute-api', nowMs: Date.now() },
  )
  return Object.fromEntries(
    headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : [])),
  )
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`

spawnSync('taskset', ['-cp', LOAD_CORE, String(process.pid)])
const folder = await mkdtemp(join(tmpdir(), 'daemun-bench-'))
const gateway = await startGateway(folder)
const bare = await startBare()

closeAll(await openMany(gateway.url, 200))
const beforeMb = rssMb(gateway.pid)
const startMs = performance.now()
const idle = await openMany(gateway.url, IDLE)
const openRate = IDLE / ((performance.now() - startMs) / 1000)
await new Promise((resolve) => setTimeout(resolve, 3_000))
process.stdout.write(
  `idle: ${IDLE} connections opened at ${openRate.toFixed(0)}/s, ${(rssMb(gateway.pid) - beforeMb).toFixed(0)} MB more (${rssMb(gateway.pid).toFixed(0)} MB in all)\n`,
)
closeAll(idle)
await new Promise((resolve) => setTimeout(resolve, 1_000))

const throughput: number[] = []
const cpu: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  const ours = await echo(gateway)
  const theirs = await echo(bare)
  throughput.push(ours.rate / theirs.rate)
  cpu.push(ours.cpuUs / theirs.cpuUs)
  process.stdout.write(
    `echo ${round + 1}/${ROUNDS}: ${ours.rate.toFixed(0)}/s against ${theirs.rate.toFixed(0)}/s of bare ws, ${ours.cpuUs.toFixed(1)} against ${theirs.cpuUs.toFixed(1)} µs of CPU\n`,
  )
}
process.stdout.write(
  `echo ÷ bare ws: throughput ${spread(throughput)}, CPU per message ${spread(cpu)}\n`,
)
const rates: number[] = []
for (let round = 0; round < Math.min(ROUNDS, 5); round++) rates.push(await broadcast(gateway))
process.stdout.write(
  `broadcast to ${BROADCAST} through @connections: ${spread(rates)} messages/s\n`,
)

await gateway.stop()
await bare.stop()
await rm(folder, { recursive: true, force: true })
process.exit(0)
