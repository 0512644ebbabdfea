// A running gateway for tests: the real command in a process of its own, on free ports, with a folder of its own.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { request } from 'node:http'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
export const EXAMPLES = join(import.meta.dirname, '../../examples')

/** `start`: everything in one process on one port. `serve`: host, functions and two workers, on two ports. */
export type Shape = 'start' | 'serve'
export const SHAPES: readonly Shape[] = ['start', 'serve']

export interface GatewayOptions {
  readonly shape: Shape
  /** Template, OpenAPI document or folder; none for an empty gateway. */
  readonly file?: string
  readonly args?: readonly string[]
  /** Kept when given (and the caller's to remove); otherwise made and removed. */
  readonly dataDir?: string
  readonly cwd?: string
  /** A command that runs the one after it, in the same process: `unshare -rm sh -c '…; exec "$@"' sh`. */
  readonly under?: readonly string[]
}

export interface GatewayApi {
  readonly id: string
  readonly name: string
  readonly protocol: string
  readonly stages: readonly string[]
  readonly urls: readonly string[]
}

export interface GatewayEvent {
  readonly event: string
  readonly [member: string]: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly rawHeaders: readonly string[]
  readonly text: string
}

export interface CallOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
}

export interface GatewayCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What `start` takes from everyone on this machine. */
export const DEVELOPMENT_CREDENTIALS: GatewayCredentials = {
  accessKeyId: 'test',
  secretAccessKey: 'test',
}

/** The root credentials that nodes of `serve` have shown, by their data directories: each is shown once. */
const ROOT_CREDENTIALS = new Map<string, GatewayCredentials>()

export interface Gateway {
  /** What signs management calls: with `serve` the root credential that the node printed when it first started. */
  readonly credentials: GatewayCredentials
  readonly pid: number
  /** The management endpoint, `http://127.0.0.1:port`. */
  readonly endpoint: string
  /** Where the APIs answer; with `start` the same. */
  readonly dataOrigin: string
  readonly apis: readonly GatewayApi[]
  readonly events: readonly GatewayEvent[]
  api(name: string): GatewayApi
  /** Fulfils with the first event, past or to come, that the predicate accepts. */
  event(accepts: (event: GatewayEvent) => boolean): Promise<GatewayEvent>
  /** Calls an API by its Host name: `/stage/path`. */
  call(api: GatewayApi, path: string, options?: CallOptions): Promise<Answer>
  /** SIGTERM, and waits for the end. Returns the exit status. */
  stop(): Promise<number | null>
  kill(signal: NodeJS.Signals): Promise<void>
}

export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const own = options.dataDir === undefined
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'daemun-gateway-')))
  const child = spawnDaemun(options, dataDir)
  const { events, event } = readEvents(child)
  const ended = once(child.process, 'exit')
  const remove = async () => {
    if (own) await rm(dataDir, { recursive: true, force: true })
  }
  const ready = await Promise.race([
    event((one) => one.event === 'ready'),
    ended.then(async () => {
      await remove()
      throw new Error(`daemun ended before it was ready:\n${child.errors()}`)
    }),
  ])
  const shown = events.find((one) => one.event === 'root-credential')
  if (shown !== undefined) {
    const { accessKeyId, secretAccessKey } = shown
    ROOT_CREDENTIALS.set(dataDir, {
      accessKeyId: String(accessKeyId),
      secretAccessKey: String(secretAccessKey),
    })
  }
  const endpoint = String(ready.endpoint)
  const apis = ready.apis as readonly GatewayApi[]
  const dataOrigin = typeof ready.data === 'string' ? ready.data : endpoint
  return {
    pid: child.process.pid ?? 0,
    credentials: ROOT_CREDENTIALS.get(dataDir) ?? DEVELOPMENT_CREDENTIALS,
    endpoint,
    dataOrigin,
    apis,
    events,
    event,
    api: (name) => {
      const found = apis.find((api) => api.name === name)
      assert.ok(found, `no API ${name} among ${apis.map((api) => api.name).join(', ')}`)
      return found
    },
    call: (api, path, callOptions) =>
      call(dataOrigin, path, {
        ...callOptions,
        headers: { host: `${api.id}.execute-api.localhost`, ...callOptions?.headers },
      }),
    stop: async () => {
      child.process.kill('SIGTERM')
      await ended
      await remove()
      return child.process.exitCode
    },
    kill: async (signal) => {
      child.process.kill(signal)
      await ended
      await remove()
    },
  }
}

/** Runs the command to its end, for what cannot start. */
export const runDaemun = async (
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}> => {
  const child = spawn(process.execPath, ['--conditions=source', '--', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    // What should have failed and serves instead must not hold the suite up.
    timeout: 30_000,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  await once(child, 'close')
  return { status: child.exitCode, stdout, stderr }
}

/** One HTTP request on a connection of its own. */
export const call = (origin: string, path: string, options: CallOptions = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const { hostname, port } = new URL(origin)
    const sent = request(
      {
        hostname,
        port,
        path,
        method,
        agent: false,
        headers: { ...headers } as Record<string, string>,
      },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            rawHeaders: response.rawHeaders,
            text: Buffer.concat(parts).toString(),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })

interface Child {
  readonly process: ChildProcess
  readonly stdout: NodeJS.ReadableStream
  errors(): string
}

const spawnDaemun = (options: GatewayOptions, dataDir: string): Child => {
  const args = [options.shape, ...(options.file === undefined ? [] : [options.file])]
  args.push('--json', '--port', '0', '--data-dir', dataDir)
  if (options.shape === 'serve') args.push('--data-port', '0', '--workers', '2')
  args.push(...(options.args ?? []))
  const whole = [process.execPath, '--conditions=source', '--', MAIN, ...args]
  const [command = '', ...rest] = [...(options.under ?? []), ...whole]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd ?? tmpdir(),
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
    if (process.env.SHOWERR) process.stderr.write(text)
  })
  return { process: child, stdout: child.stdout, errors: () => errors }
}

const readEvents = (child: Child) => {
  const events: GatewayEvent[] = []
  const waiting = new Set<(event: GatewayEvent) => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as GatewayEvent
    events.push(event)
    for (const look of waiting) look(event)
  })
  return {
    events,
    event: (accepts: (event: GatewayEvent) => boolean): Promise<GatewayEvent> => {
      const past = events.find(accepts)
      if (past !== undefined) return Promise.resolve(past)
      return new Promise((resolve) => {
        const look = (event: GatewayEvent) => {
          if (!accepts(event)) return
          waiting.delete(look)
          resolve(event)
        }
        waiting.add(look)
      })
    },
  }
}
