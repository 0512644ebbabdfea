// One process of a function: started, given one invocation at a time, watched for time and memory, ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Clock, Timer } from '#shared/clock.ts'
import type { FunctionDocument } from '#model/function.ts'
import {
  exitPayload,
  failurePayload,
  outOfMemoryPayload,
  timeoutLine,
  timeoutPayload,
  tooLargePayload,
} from './failures.ts'
import {
  endLine,
  initStartLine,
  lineSplitter,
  LogTail,
  type OnFunctionLog,
  reportLine,
  startLine,
} from './invocation-log.ts'
import { collectStream, openStream } from './response-stream.ts'
import {
  RESPONSE_BYTES_MAX,
  type RuntimeApi,
  type RuntimeStream,
  startRuntimeApi,
} from './runtime-api.ts'

/** What to run: made once per version of the code, used for every process. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  /** For the INIT_START line: `nodejs:26.10.0`. */
  readonly runtimeVersion: string
  /** A debugger may hold the process: nothing is ended for its slowness. */
  readonly debugged: boolean
}

export interface Invocation {
  readonly requestId: string
  readonly payload: Uint8Array
  readonly functionArn: string
  readonly traceId?: string
  readonly clientContext?: string
  /** The caller takes the answer as it is written. */
  readonly streaming: boolean
}

export type Outcome =
  | {
      readonly kind: 'stream'
      readonly contentType: string | undefined
      readonly payload: AsyncIterable<Uint8Array>
    }
  | {
      readonly kind: 'payload'
      readonly payload: Uint8Array
      readonly failed: boolean
      readonly logTail: string
    }

/** The payload for the invocation that was to be the first. */
export type InitFailure = (requestId: string) => Uint8Array

export interface FunctionProcessOptions {
  readonly document: FunctionDocument
  readonly launch: Launch
  readonly clock: Clock
  readonly logStreamName: string
  readonly initTimeoutMs: number
  readonly memoryCheckMs: number
  readonly onLog: OnFunctionLog
  /** It can take an invocation: after initialization, and after each one. */
  readonly onWaiting: (process: FunctionProcess) => void
  /** It is gone. `initFailure`: before it ever waited, and why. */
  readonly onExit: (process: FunctionProcess, initFailure: InitFailure | undefined) => void
}

interface Running {
  readonly invocation: Invocation
  readonly startedMs: number
  readonly tail: LogTail
  readonly resolve: (outcome: Outcome) => void
  timeout: Timer | undefined
  /** The caller has its answer, or the beginning of it. */
  answered: boolean
}

/** Starts a process; it tells `onWaiting` or `onExit`. */
export const startFunctionProcess = async (
  options: FunctionProcessOptions,
): Promise<FunctionProcess> => {
  // Its server stands before it does; nothing is told before it runs.
  let process: FunctionProcess | undefined
  const api = await startRuntimeApi({
    onNext: () => process?.waits(),
    onResponse: (_, payload) => process?.answers(payload, false),
    onError: (_, payload) => process?.answers(payload, true),
    onStream: (_, body) => process?.streams(body),
    onTooLarge: () => process?.answers(tooLargePayload(RESPONSE_BYTES_MAX), true),
    onInitError: (payload) => process?.failsToInitialize(() => payload),
  })
  process = new FunctionProcess(options, api)
  return process
}

export class FunctionProcess {
  /** Set by its owner when the code it runs is not the current one any more. */
  stale = false
  /** Monotonic time since which it has had nothing to do. */
  idleSinceMs = 0
  readonly logStreamName: string
  readonly #options: FunctionProcessOptions
  readonly #api: RuntimeApi
  readonly #child: ChildProcess
  readonly #exited = Promise.withResolvers<void>()
  readonly #spawnedMs: number
  #initTimer: Timer | undefined
  #memoryTimer: Timer | undefined
  #initFailure: InitFailure | undefined
  #running: Running | undefined
  #initialized = false
  #waiting = false
  #ended = false
  #outOfMemory = false
  #initDurationMs: number | undefined
  #memoryUsedBytes = 0

  constructor(options: FunctionProcessOptions, api: RuntimeApi) {
    const { launch, clock } = options
    this.#options = options
    this.#api = api
    this.logStreamName = options.logStreamName
    this.#spawnedMs = clock.monotonicMs()
    this.#log(initStartLine(launch.runtimeVersion))
    this.#child = spawn(launch.command, launch.args, {
      cwd: launch.cwd,
      env: {
        ...launch.environment,
        AWS_LAMBDA_RUNTIME_API: api.endpoint,
        AWS_LAMBDA_LOG_STREAM_NAME: options.logStreamName,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // A group of its own: Ctrl-C is for us, and ending it ends its children too.
      windowsHide: true,
    })
    const onLine = (line: string): void => this.#log(line)
    this.#child.stdout?.on('data', lineSplitter(onLine))
    this.#child.stderr?.on('data', lineSplitter(onLine))
    this.#child.on('error', (error) => {
      this.#initFailure ??= () =>
        failurePayload('Runtime.InvalidEntrypoint', `Error: ${error.message}`)
      if (this.#child.pid === undefined) this.#exits(null, null)
    })
    this.#child.on('close', (code, signal) => this.#exits(code, signal))
    if (!launch.debugged) {
      this.#initTimer = clock.setTimer(() => {
        this.failsToInitialize((requestId) => timeoutPayload(requestId, options.initTimeoutMs))
      }, options.initTimeoutMs)
    }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** False for a process that went away unasked, a moment before that is noticed. */
  get isWaiting(): boolean {
    const { exitCode, signalCode } = this.#child
    const isRunning = exitCode === null && signalCode === null
    return isRunning && this.#waiting && !this.#ended && this.#api.isWaiting()
  }

  /** Runs one invocation. Only where `onWaiting` was told last. */
  invoke(invocation: Invocation): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const { document, clock, launch } = this.#options
    const timeoutMs = document.Timeout * 1000
    this.#running = {
      invocation,
      startedMs: clock.monotonicMs(),
      tail: new LogTail(),
      resolve,
      timeout: launch.debugged ? undefined : clock.setTimer(() => this.#timesOut(), timeoutMs),
      answered: false,
    }
    this.#waiting = false
    this.#log(startLine(invocation.requestId, document.Version))
    this.#watchMemory()
    this.#api.send({ ...invocation, deadlineMs: clock.nowMs() + timeoutMs })
    return promise
  }

  /** Ends the process at once, whatever it is doing, and waits until it is gone. */
  end(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true
      this.#kill()
    }
    return this.#exited.promise
  }

  waits(): void {
    if (this.#ended) return
    if (!this.#initialized) {
      const { clock } = this.#options
      this.#initialized = true
      this.#initTimer?.cancel()
      this.#initDurationMs = clock.monotonicMs() - this.#spawnedMs
      this.#memoryUsedBytes = this.#readMemory()
    }
    this.#waiting = true
    if (this.#running === undefined) this.#options.onWaiting(this)
  }

  answers(payload: Uint8Array, failed: boolean): void {
    const running = this.#running
    if (running === undefined) return
    // What the function wrote before it answered lies in its pipes: it is read in this turn of the event loop,
    // and the lines after it, and the tail that the answer carries, are made at the end of the turn.
    setImmediate(() => this.#finish(running, failed ? 'error' : undefined, payload))
  }

  streams(body: RuntimeStream): void {
    const running = this.#running
    if (running === undefined) return
    const over = (failed: boolean): void => {
      setImmediate(() => this.#finish(running, failed ? 'error' : undefined, undefined))
    }
    if (running.invocation.streaming) {
      running.answered = true
      const { contentType } = body
      running.resolve({ kind: 'stream', contentType, payload: openStream(body, over) })
      return
    }
    collectStream(body, RESPONSE_BYTES_MAX, (payload, failed) => this.answers(payload, failed))
  }

  failsToInitialize(failure: InitFailure): void {
    if (this.#initialized) return
    this.#initFailure ??= failure
    // The process says what it has to say and ends by itself; one that does not is ended.
    const { clock } = this.#options
    this.#initTimer?.cancel()
    this.#initTimer = clock.setTimer(() => this.#kill(), INIT_ERROR_GRACE_MS)
  }

  #timesOut(): void {
    const running = this.#running
    if (running === undefined) return
    const { clock, document } = this.#options
    const { requestId } = running.invocation
    const timeoutMs = document.Timeout * 1000
    this.#log(timeoutLine(requestId, clock.nowMs(), timeoutMs))
    this.#ended = true
    this.#kill()
    this.#finish(running, 'timeout', timeoutPayload(requestId, timeoutMs))
  }

  #finish(
    running: Running,
    status: 'timeout' | 'error' | undefined,
    payload: Uint8Array | undefined,
  ): void {
    if (this.#running !== running) return
    const { clock, document } = this.#options
    const { requestId } = running.invocation
    running.timeout?.cancel()
    this.#memoryTimer?.cancel()
    this.#log(endLine(requestId))
    const report = {
      requestId,
      durationMs: clock.monotonicMs() - running.startedMs,
      memorySize: document.MemorySize,
      maxMemoryUsedBytes: this.#memoryUsedBytes,
      ...(this.#initDurationMs !== undefined && { initDurationMs: this.#initDurationMs }),
      ...(status !== undefined && { status }),
    }
    this.#initDurationMs = undefined
    this.#log(reportLine(report))
    this.#running = undefined
    this.idleSinceMs = clock.monotonicMs()
    if (!running.answered && payload !== undefined) {
      const failed = status !== undefined
      running.resolve({ kind: 'payload', payload, failed, logTail: running.tail.text() })
    }
    if (this.#waiting && !this.#ended) this.#options.onWaiting(this)
  }

  #exits(code: number | null, signal: NodeJS.Signals | null): void {
    this.#ended = true
    this.#initTimer?.cancel()
    this.#memoryTimer?.cancel()
    this.#api.close()
    const running = this.#running
    if (running !== undefined) {
      const { requestId } = running.invocation
      const payload = this.#outOfMemory
        ? outOfMemoryPayload(requestId)
        : exitPayload(requestId, code, signal)
      const { errorMessage, errorType } = JSON.parse(Buffer.from(payload).toString())
      this.#log(`${errorMessage}`)
      this.#log(`${errorType}`)
      this.#finish(running, 'error', payload)
    }
    const failure = this.#initFailure ?? ((requestId) => exitPayload(requestId, code, signal))
    this.#exited.resolve()
    this.#options.onExit(this, this.#initialized ? undefined : failure)
  }

  #kill(): void {
    const { pid } = this.#child
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null)
      return
    try {
      process.kill(-pid, 'SIGKILL') // The whole group.
    } catch {
      this.#child.kill('SIGKILL') // No groups here (Windows), or the group is gone already.
    }
  }

  #watchMemory(): void {
    const { clock, memoryCheckMs, document, launch } = this.#options
    this.#memoryTimer = clock.setTimer(() => {
      const bytes = this.#readMemory()
      this.#memoryUsedBytes = Math.max(this.#memoryUsedBytes, bytes)
      if (bytes > document.MemorySize * 1_048_576 && !launch.debugged) {
        this.#outOfMemory = true
        this.#kill()
      } else {
        this.#watchMemory()
      }
    }, memoryCheckMs)
  }

  /** Memory of its own, without shared pages of files: Linux alone tells it; elsewhere the limit is the engine's. */
  #readMemory(): number {
    if (process.platform !== 'linux' || this.#child.pid === undefined) return 0
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1')
      return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
    } catch {
      return 0 // It has just ended.
    }
  }

  #log(line: string): void {
    const { document, onLog } = this.#options
    const running = this.#running
    running?.tail.add(line)
    onLog({
      functionArn: document.FunctionArn,
      functionName: document.FunctionName,
      logStreamName: this.logStreamName,
      ...(running !== undefined && { requestId: running.invocation.requestId }),
      line,
    })
  }
}

/** Milliseconds between an init error and the end of the process that told it. */
const INIT_ERROR_GRACE_MS = 500
