// What a request tells of itself while it runs: collected here, made into one RequestRecord at its end.
import type { Clock } from '#shared/clock.ts'
import type { ExecutionNotes } from '#model/execution-event.ts'
import type { Observe } from '#model/ports.ts'
import type { Caller } from '#model/caller.ts'
import type {
  AuthorizerOutcome,
  IntegrationOutcome,
  RecordStep,
  RequestRecord,
} from '#model/request-record.ts'

/** Mutable by design: the one thing that grows along a request. Steps append; only the ★ files read. */
export interface RequestTrace {
  readonly steps: readonly RecordStep[]
  integration: IntegrationOutcome | undefined
  /** Set once the admit steps know. */
  caller: Caller | undefined
  authorizer: AuthorizerOutcome | undefined
  cache: RequestRecord['cache']
  /** Where the steps tell what an execution log says; undefined where nobody keeps one, and then nothing is told. */
  readonly execution: ExecutionNotes | undefined
  /** Milliseconds since the request arrived. */
  elapsedMs(): number
  /** Ends the step that is open and begins the next one. */
  enter(name: string): void
  /** Ends the step that is open, with what it decided; harmless where none is. */
  leave(outcome?: string): void
}

/** Where nobody observes, nothing is timed and nothing is kept. */
export const startTrace = (
  clock: Clock,
  observe: Observe | undefined,
  execution?: ExecutionNotes,
): RequestTrace =>
  observe === undefined && execution === undefined
    ? UNOBSERVED
    : new ObservedTrace(clock, execution)

/** What a proxied function's code returned, beside what Lambda said of its run. */
export const traceFunctionStatus = (trace: RequestTrace, functionStatus: number): void => {
  if (trace.integration !== undefined) trace.integration = { ...trace.integration, functionStatus }
}

class ObservedTrace implements RequestTrace {
  readonly steps: RecordStep[] = []
  integration: IntegrationOutcome | undefined = undefined
  caller: Caller | undefined = undefined
  authorizer: AuthorizerOutcome | undefined = undefined
  cache: RequestRecord['cache'] = undefined
  readonly execution: ExecutionNotes | undefined
  readonly #clock: Clock
  readonly #startMs: number
  #open: string | undefined
  #openedMs = 0

  constructor(clock: Clock, execution: ExecutionNotes | undefined) {
    this.#clock = clock
    this.execution = execution
    this.#startMs = clock.monotonicMs()
  }

  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startMs
  }

  enter(name: string): void {
    const nowMs = this.elapsedMs()
    this.#close(nowMs)
    this.#open = name
    this.#openedMs = nowMs
  }

  leave(outcome?: string): void {
    this.#close(this.elapsedMs(), outcome)
  }

  #close(nowMs: number, outcome?: string): void {
    if (this.#open === undefined) return
    const step = { name: this.#open, startMs: this.#openedMs, durationMs: nowMs - this.#openedMs }
    this.steps.push(outcome === undefined ? step : { ...step, outcome })
    this.#open = undefined
  }
}

class UnobservedTrace implements RequestTrace {
  readonly steps: readonly RecordStep[] = []

  get integration(): undefined {
    return undefined
  }

  set integration(_: IntegrationOutcome | undefined) {}

  get caller(): undefined {
    return undefined
  }

  set caller(_: Caller | undefined) {}

  get authorizer(): undefined {
    return undefined
  }

  set authorizer(_: AuthorizerOutcome | undefined) {}

  get cache(): undefined {
    return undefined
  }

  set cache(_: RequestRecord['cache']) {}

  get execution(): undefined {
    return undefined
  }

  elapsedMs(): number {
    return 0
  }

  enter(): void {}

  leave(): void {}
}

const UNOBSERVED: RequestTrace = Object.freeze(new UnobservedTrace())
