// Asynchronous invocations of one function: accepted at once, run when there is room, tried again twice.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
import type { Clock, Timer } from '#shared/clock.ts'
import type { InvokeRequest } from '#model/ports.ts'
import type { Refusal } from './function-instances.ts'
import type { Outcome } from './function-process.ts'
import type { CompletePoolSettings } from './pool-settings.ts'

export interface EventInvocationsOptions {
  readonly settings: CompletePoolSettings
  readonly clock: Clock
  readonly run: (request: InvokeRequest, requestId: string) => Promise<Outcome | Refusal>
  /** All attempts failed, or the function was removed before. */
  readonly onDropped: (requestId: string, reason: string) => void
}

interface Pending {
  readonly request: InvokeRequest
  readonly requestId: string
  readonly attempt: number
}

export class EventInvocations {
  readonly #options: EventInvocationsOptions
  readonly #queue: Pending[] = []
  readonly #retries = new Map<Pending, Timer>()
  #running = 0

  constructor(options: EventInvocationsOptions) {
    this.#options = options
  }

  /** False where the queue is full. */
  add(request: InvokeRequest, requestId: string): boolean {
    const { settings } = this.#options
    if (this.#queue.length + this.#retries.size >= settings.eventQueueMax) return false
    // The caller is answered and gone: its signal is not the function's any more.
    const { signal: _, ...kept } = request
    this.#queue.push({ request: kept, requestId, attempt: 0 })
    this.#work()
    return true
  }

  close(): void {
    for (const timer of this.#retries.values()) timer.cancel()
    const dropped = [...this.#queue.splice(0), ...this.#retries.keys()]
    this.#retries.clear()
    for (const { requestId } of dropped) {
      this.#options.onDropped(requestId, 'the function was replaced, removed or stopped')
    }
  }

  #work(): void {
    const { settings, run } = this.#options
    while (this.#running < settings.processesPerFunctionMax) {
      const pending = this.#queue.shift()
      if (pending === undefined) return
      this.#running += 1
      void run(pending.request, pending.requestId).then((outcome) => {
        this.#running -= 1
        if (outcome.kind === 'throttled') this.#retry(pending, outcome.reason)
        else if (outcome.kind === 'payload' && outcome.failed) {
          this.#retry(
            pending,
            Buffer.from(outcome.payload).toString().slice(0, REASON_CHARACTERS_MAX),
          )
        }
        this.#work()
      })
    }
  }

  #retry(pending: Pending, reason: string): void {
    const { settings, clock, onDropped } = this.#options
    const delayMs = settings.eventRetryDelaysMs[pending.attempt]
    if (delayMs === undefined) {
      onDropped(pending.requestId, reason)
      return
    }
    const next = { ...pending, attempt: pending.attempt + 1 }
    const timer = clock.setTimer(() => {
      this.#retries.delete(next)
      this.#queue.push(next)
      this.#work()
    }, delayMs)
    this.#retries.set(next, timer)
  }
}

const REASON_CHARACTERS_MAX = 200
