// `daemun serve`: one host, one functions process and W workers, each replaced when it dies. The supervisor itself
// does as little as possible, so that nothing can go wrong in it: it holds the data port, starts, watches and stops.
//
// Workers share the port's listening socket (node:cluster without its round robin): a connection that waits to be
// accepted is nobody's yet, so a worker that is killed takes with it only the requests it was serving.
import { type ChildProcess, spawn } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FoundTemplate } from '#deploy/find-template.ts'
import { listen } from '#transport/listen-address.ts'
import type { Settings } from '../settings.ts'
import type { ServiceDescription } from './describe-services.ts'
import type { ReportLine } from './events.ts'
import type { BoundListener } from './further-listeners.ts'
import { ARENAS, nodeArguments } from './memory-flags.ts'
import type { ApiSummary, ChildMessage, Role, StartOrder } from './roles.ts'

/** A child that dies sooner than this after its start is started again only after a pause. */
const SHORT_LIFE_MS = 1_000
const RESTART_PAUSE_MS = 500
/** A role that has not once been ready after so many deaths is given up. */
const EARLY_DEATHS_MAX = 3
const STOP_ORDER: readonly Role[] = ['worker', 'functions', 'host']
/** A child that takes longer than its drain and this is killed. */
const STOP_SLACK_MS = 5_000

export interface SupervisorOptions {
  readonly settings: Settings
  /** Deployed by the host when it first starts. */
  readonly templates: readonly FoundTemplate[]
  /** The program that all processes run. */
  readonly main: string
}

export interface SupervisorEvents {
  /** The node answers: all its processes do. Called once. */
  ready(ports: NodePorts, served: Served, pids: NodePids): void
  /** A child ended that should not have. */
  died(role: Role, pid: number, how: string): void
}

/** What is there once the templates are deployed. */
export interface Served {
  readonly apis: readonly ApiSummary[]
  readonly services: readonly ServiceDescription[]
  readonly report: readonly ReportLine[]
}

export interface NodePorts {
  readonly management: number
  readonly data: number
  /** Beside the data port, of every worker the same. */
  readonly further: readonly BoundListener[]
}

/** The processes as first started; one that dies is replaced under another id. */
export interface NodePids {
  readonly host: number
  readonly functions: number
  readonly workers: readonly number[]
}

export interface Supervisor {
  /** Drains and ends all processes. */
  stop(): Promise<void>
}

/** Starts the node. Throws what its host says where it cannot start. */
export const startSupervisor = async (
  { settings, templates, main }: SupervisorOptions,
  events: SupervisorEvents,
): Promise<Supervisor> => {
  // All workers ask for the same port: that it can be had is known before anything is started or deployed.
  const dataPort = await claimable(settings.dataHost, settings.dataPort)
  // Unix socket paths are short (107 bytes): a folder of their own, not the data directory.
  const folder = await mkdtemp(join(tmpdir(), 'daemun-'))
  const state = {
    stopping: false,
    children: new Map<ChildProcess | Worker, Role>(),
    managementPort: settings.port,
    dataPort,
  }
  const order = (again: boolean): StartOrder => ({
    settings: { ...settings, port: state.managementPort, dataPort: state.dataPort },
    templates,
    channelPath: join(folder, 'host.sock'),
    invokePath: join(folder, 'invoke.sock'),
    again,
  })
  const execArgv = nodeArguments({ execArgv: process.execArgv, environment: process.env })
  const environment = (role: Role, again: boolean) => ({
    // Functions are started by theirs: what they inherit is not ours to choose.
    ...(role !== 'functions' && ARENAS),
    ...process.env,
    DAEMUN_ROLE: role,
    DAEMUN_START: JSON.stringify(order(again)),
  })

  const launch = (role: Role, again: boolean): ChildProcess | Worker =>
    role === 'worker'
      ? cluster.fork(environment(role, again))
      : spawn(process.execPath, [...execArgv, main], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
          env: environment(role, again),
        })

  /** Starts a child and keeps one like it running; fulfils when the first one is ready. */
  const keep = (role: Role, onOpen?: (port: number) => void): Promise<ReadyChild> =>
    new Promise((resolve, reject) => {
      let deaths = 0
      const start = (again: boolean): void => {
        if (state.stopping) return
        const startedMs = performance.now()
        const child = launch(role, again)
        state.children.set(child, role)
        child.on('message', (message: ChildMessage) => {
          if (message.type === 'open') onOpen?.(message.port)
          else if (message.type === 'ready') resolve({ ...message, pid: pidOf(child) })
          else reject(new StartFailure(message.message))
        })
        child.on('exit', (code: number | null, signal: string | null) => {
          state.children.delete(child)
          if (state.stopping) return
          if (++deaths >= EARLY_DEATHS_MAX) reject(new Error(`the ${role} process does not start`))
          events.died(role, pidOf(child), signal ?? `status ${code}`)
          const lived = performance.now() - startedMs
          setTimeout(() => start(true), lived < SHORT_LIFE_MS ? RESTART_PAUSE_MS : 0)
        })
      }
      start(false)
    })

  /** In the order of who needs whom: a request that a worker still serves finds its function and its host. */
  const stop = async (): Promise<void> => {
    state.stopping = true
    const graceMs = settings.drainSeconds * 1_000 + STOP_SLACK_MS
    for (const role of STOP_ORDER) {
      const children = [...state.children].filter(([, its]) => its === role)
      await Promise.all(children.map(([child]) => stopChild(child, graceMs)))
    }
    await rm(folder, { recursive: true, force: true })
  }

  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: main, args: [], execArgv })
  try {
    const opened = Promise.withResolvers<void>()
    const hosting = keep('host', (port) => {
      state.managementPort = port
      opened.resolve()
    })
    // What cannot even open says so as what cannot be ready.
    await Promise.race([opened.promise, hosting])
    const [host, functions] = await Promise.all([hosting, keep('functions')])
    const workers = await Promise.all(
      Array.from({ length: settings.workers }, () => keep('worker')),
    )
    const further = workers[0]?.listeners ?? []
    const ports = { management: state.managementPort, data: state.dataPort, further }
    const { apis = [], services = [], report = [] } = host
    events.ready(
      ports,
      { apis, services, report },
      {
        host: host.pid,
        functions: functions.pid,
        workers: workers.map((worker) => worker.pid),
      },
    )
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

type ReadyChild = Extract<ChildMessage, { type: 'ready' }> & { readonly pid: number }

const pidOf = (child: ChildProcess | Worker): number =>
  ('process' in child ? child.process.pid : child.pid) ?? 0

/** A child said why it cannot start: its message is for the person who started us. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}

/** The port, or a free one for 0. Throws `ListenError` where it cannot be had. */
const claimable = async (host: string, port: number): Promise<number> => {
  const probe = createServer()
  const bound = await listen(probe, { host, port })
  probe.close()
  await once(probe, 'close')
  return bound.port
}

const stopChild = (child: ChildProcess | Worker, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const target = 'process' in child ? child.process : child
    const overdue = setTimeout(() => target.kill('SIGKILL'), graceMs)
    const ended = (): void => {
      clearTimeout(overdue)
      resolve()
    }
    child.on('exit', ended)
    // A child that cannot be told has ended already.
    if (!target.kill('SIGTERM')) ended()
  })
