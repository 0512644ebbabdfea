// What a request tells of itself while it runs: collected here, made into one RequestRecord at its end.
import type { Clock } from '#shared/clock.ts'
import type { RecordStep } from '#model/request-record.ts'

export interface IntegrationTrace {
  readonly latencyMs: number
  readonly status?: number
  readonly error?: string
  readonly requestId?: string
}

/** Mutable by design: the one thing that grows along a request. Steps append; only the ★ files read. */
export class RequestTrace {
  readonly steps: RecordStep[] = []
  integration: IntegrationTrace | undefined
  readonly #clock: Clock
  readonly #startMs: number
  #open: string | undefined
  #openedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startMs = clock.monotonicMs()
  }

  /** Milliseconds since the request arrived. */
  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startMs
  }

  /** Ends the step that is open and begins the next one. */
  enter(name: string): void {
    this.leave()
    this.#open = name
    this.#openedMs = this.elapsedMs()
  }

  /** Ends the step that is open, with what it decided; harmless where none is. */
  leave(outcome?: string): void {
    if (this.#open === undefined) return
    this.step(this.#open, this.#openedMs, outcome)
    this.#open = undefined
  }

  /** Appends a step that began at `startMs` (of `elapsedMs`) and ends now. */
  step(name: string, startMs: number, outcome?: string): void {
    const durationMs = this.elapsedMs() - startMs
    this.steps.push(
      outcome === undefined
        ? { name, startMs, durationMs }
        : { name, startMs, durationMs, outcome },
    )
  }
}
