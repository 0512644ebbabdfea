// The programs that a benchmark runs: nginx as upstream and as the anchor, Daemun between them, each pinned to a core.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The gateway under test has one core, the upstream and the load generator the other. */
export const GATEWAY_CORE = '0'
export const LOAD_CORE = '1'

export interface Daemun extends Server {
  /** Where it is managed, and by whom. */
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly processes: Pick<ReadyEvent, 'host' | 'workers' | 'functions'>
}

export interface Server {
  readonly url: string
  /** Processes whose CPU time counts as the server's. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const pinned = (
  core: string,
  command: string,
  args: readonly string[],
  env = process.env,
): ChildProcess =>
  spawn('taskset', ['-c', core, command, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env })

const stopProcess = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** nginx with one worker and the given `server` body. */
export const startNginx = async (
  folder: string,
  name: string,
  core: string,
  config: {
    readonly port: number
    readonly http: string
    readonly location: string
    readonly locations?: string
  },
): Promise<Server> => {
  const home = join(folder, name)
  await mkdir(home, { recursive: true })
  const file = join(home, 'nginx.conf')
  await writeFile(
    file,
    `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${home}/pid; error_log ${home}/error.log;
     events { worker_connections 4096; }
     http {
       access_log off; keepalive_requests 1000000000; client_body_temp_path ${home}/body;
       proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/f; uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s;
       ${config.http}
       server {
         listen 127.0.0.1:${config.port} backlog=4096;
         location / { ${config.location} }
         ${config.locations ?? ''}
       }
     }`,
  )
  const child = pinned(core, 'nginx', ['-c', file, '-p', home])
  const url = `http://127.0.0.1:${config.port}`
  await answers(url)
  const master = child.pid ?? 0
  // Not the loader of a cache, which ends after a minute.
  const found = ['-P', String(master), '-f', 'worker process']
  const workers = spawnSync('pgrep', found, { encoding: 'utf8' })
  const pids = [master, ...workers.stdout.trim().split('\n').map(Number)]
  return { url, pids, stop: () => stopProcess(child) }
}

/** 1 KB of JSON from memory, on the load generator's core. */
export const startUpstream = async (folder: string): Promise<Server> => {
  const body = JSON.stringify({ data: 'x'.repeat(1024 - 11) })
  return startNginx(folder, 'upstream', LOAD_CORE, {
    port: await freePort(),
    http: '',
    location: `default_type application/json; return 200 '${body}';`,
  })
}

export const UPSTREAM_BLOCK = ({ url }: Server): string =>
  `upstream backend { server ${new URL(url).host}; keepalive 128; keepalive_requests 1000000000; }`

export const startNginxProxy = async (folder: string, upstream: Server): Promise<Server> =>
  startNginx(folder, 'proxy', GATEWAY_CORE, {
    port: await freePort(),
    http: UPSTREAM_BLOCK(upstream),
    location: 'proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";',
  })

/**
 * `daemun serve` with one worker on the gateway's core and no request log. The functions process, and with it the
 * functions that it starts, run on the other core: a function is to B5 what the upstream is to B1. Both processes of
 * ours count as the server's CPU time, the functions' own do not.
 */
export const startDaemun = async (
  folder: string,
  name: string,
  template: string,
  parameters: readonly string[],
  more: readonly string[] = [],
): Promise<Daemun> => {
  const args = ['bin/daemun.js', 'serve', template, '--workers', '1', '--port', '0']
  args.push('--data-port', '0', '--data-dir', join(folder, name), '--json', '--no-request-log')
  for (const parameter of parameters) args.push('--parameter', parameter)
  args.push(...more)
  // AWS's 10,000 requests a second would be what is measured.
  const env = { ...process.env, DAEMUN_ACCOUNT_RATE: '1000000', DAEMUN_ACCOUNT_BURST: '1000000' }
  const child = pinned(GATEWAY_CORE, process.execPath, args, env)
  if (child.stdout === null) throw new Error('no stdout')
  const lines = createInterface({ input: child.stdout })
  let credentials = { accessKeyId: '', secretAccessKey: '' }
  for await (const line of lines) {
    const event = JSON.parse(line) as ReadyEvent & typeof credentials // Our own lines.
    if (event.event === 'root-credential') credentials = event
    if (event.event !== 'ready') continue
    child.stdout.resume()
    pin(LOAD_CORE, event.functions)
    const [api] = event.apis
    if (api === undefined) throw new Error(`${template} has no API`)
    const url = api.urls.find((candidate) => !candidate.includes('.localhost'))
    if (url === undefined) throw new Error('no path-style URL')
    return {
      url: url.replace(/\/$/, ''),
      endpoint: event.endpoint,
      credentials,
      pids: [...event.workers, event.functions],
      processes: event,
      stop: () => stopProcess(child),
    }
  }
  throw new Error(`daemun serve ${template} did not start`)
}

interface ReadyEvent {
  readonly event: string
  readonly endpoint: string
  readonly apis: readonly { readonly urls: readonly string[] }[]
  readonly host: number
  readonly workers: readonly number[]
  readonly functions: number
}

/** Moves a running process, all of its threads, and what it will start. */
export const pin = (core: string, pid: number): void => {
  const { status, stderr } = spawnSync('taskset', ['-a', '-c', '-p', core, String(pid)])
  if (status !== 0) throw new Error(`taskset: ${stderr.toString()}`)
}

/** A process and all that it has started, whatever they have started. */
export const treeOf = (pid: number): readonly number[] => {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
  const children = stdout.trim().split('\n').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(treeOf)]
}

const answers = async (url: string): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await (await fetch(url)).arrayBuffer()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25)) // Not up yet.
    }
  }
  throw new Error(`${url} does not answer`)
}

/** User and system time of processes so far, in seconds. Linux counts in ticks of 10 ms. */
export const cpuSeconds = (pids: readonly number[]): number => {
  let ticks = 0
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}
