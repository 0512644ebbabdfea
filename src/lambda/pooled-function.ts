// One version of a function of the pool: its processes, and the watch of its code.
import { join } from 'node:path'
import type { Clock } from '#shared/clock.ts'
import type { Random } from '#shared/random.ts'
import type { FunctionDocument } from '#model/function.ts'
import type { InvokeRequest } from '#model/ports.ts'
import type { Capacity } from './capacity.ts'
import { clientContextOf } from './client-context.ts'
import { dependencyNotice, installDependencies } from './dependencies.ts'
import type { InvocationJournal } from './event-invocations.ts'
import { FunctionInstances, type Refusal } from './function-instances.ts'
import type { Launch, Outcome } from './function-process.ts'
import { logStreamName, type OnFunctionLog } from './invocation-log.ts'
import type { CompletePoolSettings } from './pool-settings.ts'
import type { Python } from './python.ts'
import { type LaunchContext, prepareLaunch } from './runtimes.ts'
import type { CodeWatches } from './watch.ts'

/** What all functions of a pool share. */
export interface PoolParts {
  readonly clock: Clock
  readonly random: Random
  readonly settings: CompletePoolSettings
  readonly capacity: Capacity
  readonly watches: CodeWatches
  readonly findPython: (runtime: string) => Promise<Python | undefined>
  readonly trust: LaunchContext['trust']
  readonly journal: InvocationJournal | undefined
  readonly onLog: OnFunctionLog
  readonly onNotice: (functionName: string, text: string) => void
  readonly onReload: (functionName: string, file: string) => void
}

/** Invocations of all versions together that are running or waiting, and how many there may be. */
export interface Concurrency {
  limit: number | undefined
  active: number
}

/** AWS: a function that is invoked without a payload sees an empty object. */
const EMPTY_EVENT = Buffer.from('{}')

export class PooledFunction {
  readonly document: FunctionDocument
  readonly #parts: PoolParts
  readonly #inspectPort: number | undefined
  readonly #instances: FunctionInstances
  readonly #concurrency: Concurrency
  readonly #stopWatching: () => void

  /** `before`: the same function until now, whose debugger has the port until it is gone. */
  constructor(
    document: FunctionDocument,
    parts: PoolParts,
    concurrency: Concurrency,
    inspectPort: number | undefined,
    before: Promise<void> | undefined,
  ) {
    const { settings, clock, random, capacity, onLog } = parts
    this.document = document
    this.#parts = parts
    this.#concurrency = concurrency
    this.#inspectPort = inspectPort
    this.#instances = new FunctionInstances({
      document,
      settings,
      clock,
      capacity,
      processesMax: inspectPort === undefined ? settings.processesPerFunctionMax : 1,
      onLog,
      prepare: async () => {
        if (inspectPort !== undefined) await before
        return this.#prepare()
      },
      nextLogStreamName: () =>
        logStreamName(clock.nowMs(), random.uuid().replaceAll('-', ''), document.Version),
      onInitFailure: (payload) => this.#notice(dependencyNotice(document, payload)),
    })
    this.#stopWatching = this.#watch()
  }

  async run(
    request: InvokeRequest,
    requestId: string,
    streaming: boolean,
  ): Promise<Outcome | Refusal> {
    const concurrency = this.#concurrency
    if (concurrency.limit !== undefined && concurrency.active >= concurrency.limit) {
      return { kind: 'throttled', reason: 'reserved concurrency' }
    }
    const { payload, functionArn, traceId, signal } = request
    const clientContext =
      request.clientContext === undefined ? undefined : clientContextOf(request.clientContext)
    concurrency.active += 1
    const running = this.#instances.invoke({
      requestId,
      payload: payload.byteLength === 0 ? EMPTY_EVENT : payload,
      functionArn,
      ...(traceId !== undefined && { traceId }),
      ...(clientContext !== undefined && { clientContext }),
      streaming,
    })
    const outcome = running.finally(() => {
      concurrency.active -= 1
    })
    if (signal === undefined) return outcome
    return untilAborted(outcome, signal, () => {
      if (this.#instances.withdraw(requestId)) concurrency.active -= 1
    })
  }

  reload(): void {
    this.#instances.reload()
  }

  /** Takes nothing new, finishes what runs. */
  async retire(): Promise<void> {
    this.#stopWatching()
    await this.#instances.drain()
  }

  /** Ends at once. */
  async close(): Promise<void> {
    this.#stopWatching()
    await this.#instances.close()
  }

  async #prepare(): Promise<Launch> {
    const { settings, findPython, trust } = this.#parts
    const onNotice = (text: string): void => this.#notice(text)
    if (settings.build) await installDependencies(this.document, settings, onNotice)
    return prepareLaunch(this.document, {
      settings,
      findPython,
      trust,
      ...(this.#inspectPort !== undefined && { inspectPort: this.#inspectPort }),
      onNotice,
    })
  }

  #watch(): () => void {
    const { code, FunctionName } = this.document
    const { settings, watches, onReload } = this.#parts
    if (!settings.watch || code.kind !== 'directory') return () => undefined
    return watches.watch(code.path, {
      onChange: (file) => {
        this.#instances.reload()
        onReload(FunctionName, join(code.path, file))
      },
      onError: (error) => this.#notice(`its code is not watched for changes: ${error.message}`),
    })
  }

  #notice(text: string | undefined): void {
    if (text !== undefined) this.#parts.onNotice(this.document.FunctionName, text)
  }
}

/** The outcome, or a rejection with the signal's reason; an invocation that has not begun is taken back. */
const untilAborted = (
  outcome: Promise<Outcome | Refusal>,
  signal: AbortSignal,
  withdraw: () => void,
): Promise<Outcome | Refusal> => {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome | Refusal>()
  const abort = (): void => {
    withdraw()
    reject(signal.reason)
  }
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  void outcome.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return promise
}
