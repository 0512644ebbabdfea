// Asynchronous invocations of one function: accepted at once, run when there is room, tried again, and reported to
// where the function's owner wants to hear of them.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
import type { Clock, Timer } from '#shared/clock.ts'
import type { AsynchronousSettings } from '#model/function.ts'
import type { InvokeRequest } from '#model/ports.ts'
import type { Refusal } from './function-instances.ts'
import type { Outcome } from './function-process.ts'
import type { CompletePoolSettings } from './pool-settings.ts'

/** What became of an invocation, when nothing more is tried. */
export interface EventResult {
  readonly request: InvokeRequest
  readonly requestId: string
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded'
  readonly invokeCount: number
  /** Of the last attempt that ran. */
  readonly response?: Extract<Outcome, { kind: 'payload' }>
  /** Why, for the developer. */
  readonly reason: string
}

export interface EventInvocationsOptions {
  readonly settings: CompletePoolSettings
  readonly clock: Clock
  readonly run: (request: InvokeRequest, requestId: string) => Promise<Outcome | Refusal>
  /** How the invocations of an ARN are tried. */
  readonly settingsOf: (functionArn: string) => AsynchronousSettings
  readonly onResult: (result: EventResult) => void
  /** The function was removed, or this process ends. */
  readonly onDropped: (requestId: string, reason: string) => void
}

interface Pending {
  readonly request: InvokeRequest
  readonly requestId: string
  readonly acceptedMs: number
  readonly attempt: number
}

type Ended = Extract<Outcome, { kind: 'payload' }>

/** AWS: six hours. [API reference: PutFunctionEventInvokeConfig] */
const EVENT_AGE_SECONDS_MAX = 21_600

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
    const { settings, clock } = this.#options
    if (this.#queue.length + this.#retries.size >= settings.eventQueueMax) return false
    // The caller is answered and gone: its signal is not the function's any more.
    const { signal: _, ...kept } = request
    this.#queue.push({ request: kept, requestId, acceptedMs: clock.monotonicMs(), attempt: 0 })
    this.#work()
    return true
  }

  close(): void {
    for (const timer of this.#retries.values()) timer.cancel()
    const dropped = [...this.#queue.splice(0), ...this.#retries.keys()]
    this.#retries.clear()
    for (const { requestId } of dropped) {
      this.#options.onDropped(requestId, 'the function was removed or stopped')
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
        this.#settle(pending, outcome)
        this.#work()
      })
    }
  }

  #settle(pending: Pending, outcome: Outcome | Refusal): void {
    if (outcome.kind === 'throttled') {
      this.#retry(pending, outcome.reason, undefined)
    } else if (outcome.kind === 'payload') {
      if (outcome.failed) this.#retry(pending, textOf(outcome.payload), outcome)
      else this.#tell(pending, 'Success', '', outcome)
    }
  }

  #retry(pending: Pending, reason: string, response: Ended | undefined): void {
    const { settings, clock, settingsOf } = this.#options
    const wanted = settingsOf(pending.request.functionArn)
    const attemptsMax = wanted.MaximumRetryAttempts ?? settings.eventRetryDelaysMs.length
    const delayMs =
      pending.attempt < attemptsMax ? settings.eventRetryDelaysMs[pending.attempt] : undefined
    if (delayMs === undefined) {
      this.#tell(pending, 'RetriesExhausted', reason, response)
      return
    }
    const ageMs = clock.monotonicMs() + delayMs - pending.acceptedMs
    if (ageMs > (wanted.MaximumEventAgeInSeconds ?? EVENT_AGE_SECONDS_MAX) * 1000) {
      this.#tell(pending, 'EventAgeExceeded', reason, response)
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

  #tell(
    { request, requestId, attempt }: Pending,
    condition: EventResult['condition'],
    reason: string,
    response: Ended | undefined,
  ): void {
    this.#options.onResult({
      request,
      requestId,
      condition,
      invokeCount: attempt + 1,
      reason,
      ...(response !== undefined && { response }),
    })
  }
}

const REASON_CHARACTERS_MAX = 200

const textOf = (payload: Uint8Array): string =>
  Buffer.from(payload).toString().slice(0, REASON_CHARACTERS_MAX)
