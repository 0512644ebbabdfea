// Asynchronous invocations of one function: accepted at once, run when there is room, tried again, and reported to
// where the function's owner wants to hear of them.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
import { errorMessage } from '#shared/assert.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import type { AsynchronousSettings } from '#model/function.ts'
import type { InvokeRequest } from '#model/ports.ts'
import type { Refusal } from './function-instances.ts'
import type { Outcome } from './function-process.ts'
import type { CompletePoolSettings } from './pool-settings.ts'

/** An accepted invocation that outlives this process. */
export interface KeptInvocation {
  readonly requestId: string
  readonly request: InvokeRequest
  /** Time of day. */
  readonly acceptedMs: number
}

/** Where accepted invocations are until they are done, whatever happens to this process. */
export interface InvocationJournal {
  /** Fulfils when it is kept. */
  keep(invocation: KeptInvocation): Promise<void>
  forget(requestId: string): Promise<void>
  /** What a process before this one has accepted and not done, the oldest first. */
  left(): readonly KeptInvocation[]
}

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
  /** Fulfils when everyone is told. */
  readonly onResult: (result: EventResult) => Promise<void>
  /** Absent: what is accepted ends with this process. */
  readonly journal: InvocationJournal | undefined
  /** The function was removed, or this process ends. */
  readonly onDropped: (requestId: string, reason: string) => void
  readonly onNotice: (text: string) => void
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
  /** Accepted as soon as they are kept. */
  #keeping = 0
  #end: 'removed' | 'closed' | undefined

  constructor(options: EventInvocationsOptions) {
    this.#options = options
  }

  /** False where the queue is full. */
  async add(request: InvokeRequest, requestId: string): Promise<boolean> {
    const { settings, clock, journal } = this.#options
    const waiting = this.#queue.length + this.#retries.size + this.#keeping
    if (waiting >= settings.eventQueueMax) return false
    // The caller is answered and gone: its signal is not the function's any more.
    const { signal: _, ...kept } = request
    const pending = { request: kept, requestId, acceptedMs: clock.monotonicMs(), attempt: 0 }
    if (journal !== undefined) {
      this.#keeping += 1
      try {
        await journal.keep({ request: kept, requestId, acceptedMs: clock.nowMs() })
      } finally {
        this.#keeping -= 1
      }
    }
    this.#enqueue(pending)
    return true
  }

  /** Takes what a process before this one has accepted: its attempts begin anew, its age does not. */
  resume({ request, requestId, acceptedMs }: KeptInvocation): void {
    const { clock } = this.#options
    const ageMs = Math.max(0, clock.nowMs() - acceptedMs)
    this.#enqueue({ request, requestId, acceptedMs: clock.monotonicMs() - ageMs, attempt: 0 })
  }

  /** The function is no more. */
  remove(): void {
    this.#end = 'removed'
    for (const pending of this.#takeAll()) this.#drop(pending)
  }

  /** This process ends: what is kept is for the next one. */
  close(): void {
    this.#end = 'closed'
    const waiting = this.#takeAll()
    if (this.#options.journal === undefined) for (const pending of waiting) this.#drop(pending)
  }

  #takeAll(): readonly Pending[] {
    for (const timer of this.#retries.values()) timer.cancel()
    const all = [...this.#queue.splice(0), ...this.#retries.keys()]
    this.#retries.clear()
    return all
  }

  #drop({ requestId }: Pending): void {
    this.#options.onDropped(requestId, 'the function was removed or stopped')
    void this.#forget(requestId)
  }

  async #forget(requestId: string): Promise<void> {
    const { journal, onNotice } = this.#options
    try {
      await journal?.forget(requestId)
    } catch (error) {
      onNotice(`the invocation ${requestId} is done and may run again: ${errorMessage(error)}`)
    }
  }

  #enqueue(pending: Pending): void {
    if (this.#end === 'removed') this.#drop(pending)
    if (this.#end !== undefined) return
    this.#queue.push(pending)
    this.#work()
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
    // It may have failed because its process was ended: the next one runs it again.
    const isDone = outcome.kind === 'payload' && !outcome.failed
    if (this.#end === 'closed' && !isDone && this.#options.journal !== undefined) return
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
      this.#enqueue(next)
    }, delayMs)
    this.#retries.set(next, timer)
  }

  #tell(
    { request, requestId, attempt }: Pending,
    condition: EventResult['condition'],
    reason: string,
    response: Ended | undefined,
  ): void {
    const result: EventResult = {
      request,
      requestId,
      condition,
      invokeCount: attempt + 1,
      reason,
      ...(response !== undefined && { response }),
    }
    void this.#options.onResult(result).then(() => this.#forget(requestId))
  }
}

const REASON_CHARACTERS_MAX = 200

const textOf = (payload: Uint8Array): string =>
  Buffer.from(payload).toString().slice(0, REASON_CHARACTERS_MAX)
