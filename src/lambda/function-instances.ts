// The processes of one function and the invocations that wait for one. A process takes what has waited longest; a
// further process is started when a wait has lasted, so that a burst of short invocations does not start a herd.
import type { Clock, Timer } from '#shared/clock.ts'
import type { FunctionDocument } from '#model/function.ts'
import type { Capacity, IdleOwner } from './capacity.ts'
import { failurePayload } from './failures.ts'
import {
  type FunctionProcess,
  type InitFailure,
  type Invocation,
  type Launch,
  type Outcome,
  startFunctionProcess,
} from './function-process.ts'
import type { OnFunctionLog } from './invocation-log.ts'
import { LaunchError } from './launch-error.ts'
import type { CompletePoolSettings } from './pool-settings.ts'

export interface InstancesOptions {
  readonly document: FunctionDocument
  readonly settings: CompletePoolSettings
  readonly clock: Clock
  readonly capacity: Capacity
  readonly processesMax: number
  readonly onLog: OnFunctionLog
  /** Makes the code ready and says how to run it. Called again after `reload`. Throws `LaunchError`. */
  readonly prepare: () => Promise<Launch>
  readonly nextLogStreamName: () => string
  /** A process could not initialize: what it told. */
  readonly onInitFailure: (payload: Uint8Array) => void
}

/** Refused: nothing was run. */
export type Refusal = { readonly kind: 'throttled'; readonly reason: string }

interface Waiter {
  readonly invocation: Invocation
  readonly sinceMs: number
  readonly resolve: (outcome: Outcome | Refusal) => void
}

export class FunctionInstances implements IdleOwner {
  readonly #options: InstancesOptions
  readonly #processes = new Set<FunctionProcess>()
  /** Most recently used last: it is taken first, so that the others grow old and are ended. */
  readonly #idle: FunctionProcess[] = []
  readonly #waiters: Waiter[] = []
  #starting = 0
  #generation = 0
  #prepared: Promise<Launch> | undefined
  #preparedAtMs = 0
  #scaleTimer: Timer | undefined
  #idleTimer: Timer | undefined
  #closed = false
  #draining = false
  #drained: PromiseWithResolvers<void> | undefined
  /** Processes that have not waited yet: their start counts against `startsMax`. */
  readonly #starts = new Set<FunctionProcess>()

  constructor(options: InstancesOptions) {
    this.#options = options
    options.capacity.join(this)
  }

  invoke(invocation: Invocation): Promise<Outcome | Refusal> {
    this.#renew()
    for (let process = this.#idle.pop(); process !== undefined; process = this.#idle.pop()) {
      if (process.isWaiting) return process.invoke(invocation)
      void process.end()
    }
    const { settings, clock } = this.#options
    if (this.#closed || this.#waiters.length >= settings.queueMax) {
      return Promise.resolve({ kind: 'throttled', reason: 'too many invocations are waiting' })
    }
    const { promise, resolve } = Promise.withResolvers<Outcome | Refusal>()
    this.#waiters.push({ invocation, sinceMs: clock.monotonicMs(), resolve })
    if (!this.#hasFresh()) this.#start()
    this.#watchWaiters()
    return promise
  }

  /** Takes an invocation back that has not begun; false where it has. */
  withdraw(requestId: string): boolean {
    const index = this.#waiters.findIndex((waiter) => waiter.invocation.requestId === requestId)
    if (index !== -1) this.#waiters.splice(index, 1)
    return index !== -1
  }

  /** The code has changed: new invocations go to fresh processes, the old ones finish what they do and end. */
  reload(): void {
    this.#generation += 1
    this.#prepared = undefined
    for (const process of this.#processes) process.stale = true
    for (const process of this.#idle.splice(0)) void process.end()
  }

  /** What a process was started with may end, such as credentials: then others take over in time. */
  #renew(): void {
    const ageMs = this.#options.clock.monotonicMs() - this.#preparedAtMs
    if (this.#prepared !== undefined && ageMs > this.#options.settings.launchAgeMsMax) this.reload()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#scaleTimer?.cancel()
    this.#idleTimer?.cancel()
    for (const waiter of this.#waiters.splice(0)) {
      waiter.resolve({ kind: 'throttled', reason: 'the function is being removed' })
    }
    await Promise.all([...this.#processes].map((process) => process.end()))
    this.#options.capacity.leave(this)
  }

  /** Ends when every invocation that has begun is over: the function was replaced or removed. */
  async drain(): Promise<void> {
    this.#draining = true
    this.reload()
    while (this.#processes.size > 0 || this.#waiters.length > 0 || this.#starting > 0) {
      this.#drained ??= Promise.withResolvers<void>()
      await this.#drained.promise
    }
    await this.close()
  }

  oldestIdleMs(): number | undefined {
    return this.#idle[0]?.idleSinceMs
  }

  endOldestIdle(): void {
    void this.#idle.shift()?.end()
  }

  /** A process runs, or is about to, that may take what waits. */
  #hasFresh(): boolean {
    if (this.#starting > 0) return true
    for (const process of this.#processes) if (!process.stale) return true
    return false
  }

  #start(): void {
    const { capacity, processesMax } = this.#options
    if (this.#closed || this.#processes.size + this.#starting >= processesMax) return
    if (!capacity.take()) return
    this.#starting += 1
    void this.#launch()
  }

  /** Never rejects: a failure goes to the invocation that has waited longest. */
  async #launch(): Promise<void> {
    const { document, settings, clock, onLog, prepare, nextLogStreamName } = this.#options
    const generation = this.#generation
    try {
      if (this.#prepared === undefined) this.#preparedAtMs = clock.monotonicMs()
      this.#prepared ??= prepare()
      const launch = await this.#prepared
      const process = await startFunctionProcess({
        document,
        launch,
        clock,
        logStreamName: nextLogStreamName(),
        initTimeoutMs: settings.initTimeoutMs,
        memoryCheckMs: settings.memoryCheckMs,
        onLog,
        onWaiting: (waiting) => this.#takes(waiting),
        onExit: (exited, failure) => this.#lost(exited, failure),
      })
      process.stale = generation !== this.#generation
      this.#starts.add(process)
      this.#processes.add(process)
      this.#starting -= 1
      if (this.#closed) void process.end()
    } catch (error) {
      this.#prepared = undefined // The next invocation tries again: the mend may be made by then.
      this.#starting -= 1
      this.#options.capacity.started()
      this.#options.capacity.release()
      this.#failFirst(() => launchFailure(error))
    }
  }

  #takes(process: FunctionProcess): void {
    if (this.#starts.delete(process)) this.#options.capacity.started()
    const waiter = process.stale || this.#closed ? undefined : this.#waiters.shift()
    if (process.stale || this.#closed || (this.#draining && waiter === undefined)) {
      void process.end()
      return
    }
    if (waiter === undefined) {
      this.#idle.push(process)
      this.#watchIdle()
      return
    }
    void process.invoke(waiter.invocation).then(waiter.resolve)
  }

  #lost(process: FunctionProcess, initFailure: InitFailure | undefined): void {
    const { capacity, onInitFailure } = this.#options
    if (this.#starts.delete(process)) capacity.started()
    this.#processes.delete(process)
    capacity.release()
    const index = this.#idle.indexOf(process)
    if (index !== -1) this.#idle.splice(index, 1)
    if (initFailure !== undefined && !process.stale && !this.#closed) {
      onInitFailure(initFailure(''))
      this.#failFirst(initFailure)
    }
    if (this.#waiters.length > 0 && !this.#hasFresh()) this.#start()
    this.#settleDrain()
  }

  #failFirst(failure: InitFailure): void {
    const waiter = this.#waiters.shift()
    waiter?.resolve({
      kind: 'payload',
      payload: failure(waiter.invocation.requestId),
      failed: true,
      logTail: '',
    })
    this.#settleDrain()
  }

  #settleDrain(): void {
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** While someone waits: looks whether another process is due, and whether a wait has become too long. */
  #watchWaiters(): void {
    if (this.#scaleTimer !== undefined || this.#closed) return
    const { settings, clock } = this.#options
    this.#scaleTimer = clock.setTimer(() => {
      this.#scaleTimer = undefined
      const nowMs = clock.monotonicMs()
      while ((this.#waiters[0]?.sinceMs ?? nowMs) <= nowMs - settings.queueWaitMs) {
        this.#waiters.shift()?.resolve({
          kind: 'throttled',
          reason: `no process was free within ${settings.queueWaitMs} ms`,
        })
      }
      const pending = this.#starting + this.#starts.size
      const due = this.#waiters.filter((w) => w.sinceMs <= nowMs - settings.scaleAfterMs).length
      for (let count = pending; count < due; count += 1) this.#start()
      if (this.#waiters.length > 0) this.#watchWaiters()
    }, settings.scaleAfterMs)
  }

  /** While a process is idle: ends those that have been for too long. */
  #watchIdle(): void {
    if (this.#idleTimer !== undefined || this.#closed) return
    const { settings, clock } = this.#options
    const oldestMs = this.oldestIdleMs() ?? clock.monotonicMs()
    const delayMs = Math.max(1, oldestMs + settings.idleMs - clock.monotonicMs())
    this.#idleTimer = clock.setTimer(() => {
      this.#idleTimer = undefined
      const limitMs = clock.monotonicMs() - settings.idleMs
      while ((this.oldestIdleMs() ?? Infinity) <= limitMs) this.endOldestIdle()
      if (this.#idle.length > 0) this.#watchIdle()
    }, delayMs)
  }
}

const launchFailure = (error: unknown): Uint8Array => {
  if (error instanceof LaunchError) return failurePayload(error.errorType, error.message)
  const message = error instanceof Error ? error.message : String(error)
  return failurePayload('Runtime.InitError', message)
}
