// The limits of one process that serves requests. While a lease is in hand a request is counted at once; without one
// the process asks the holder, once for all who wait, and remembers a refusal until the next token is due. Where the
// holder cannot be reached, rates fall back to this process's share; quotas wait a moment and then refuse, because
// nobody may give away what nobody counts.
import type { Limit, RateLimit } from '#model/limits.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import { canonicalJson } from '#shared/json.ts'
import type {
  LeaseAnswer,
  LeaseAsk,
  LeaseReport,
  LeaseSource,
  Limits,
  Recall,
  Spent,
} from './limits.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/** Limits that this process has met of late; the one longest known goes first. */
const LEASES_MAX = 100_000
/** Requests that wait for tokens, all limits together; further ones are refused. */
const WAITING_MAX = 10_000
/** What was taken of a rate is told this much later at the latest. */
const REPORT_MS = 50
/** Tokens taken within so many milliseconds are told as one moment. */
const MOMENT_MS = 1
const IDLE_MS = 10_000
/** A holder that takes longer is away. */
const ANSWER_MS = 1_000
/** How long a process goes by its own share before it asks again. */
const ALONE_MS = 1_000
/** How long requests of a quota wait for a holder that is away, and how often it is asked meanwhile. */
const QUOTA_WAIT_MS = 5_000
const QUOTA_RETRY_MS = 100

export interface LeasedLimits extends Limits {
  /** Gives back what is in hand of a limit, and forgets that it was refused. */
  recall(recall: Recall): void
  /** The holder is a new one, or there again: what the former one leased is void. */
  rejoin(): void
  /** Gives everything back. */
  close(): void
}

export interface LeasedLimitsOptions {
  readonly source: LeaseSource
  readonly clock: Clock
  /** The part of a rate that this process may let through by itself: 1 ÷ processes. */
  readonly share: number
  /** Told once each time that the holder is found to be away. */
  readonly onAway: (error: unknown) => void
}

export const createLeasedLimits = (options: LeasedLimitsOptions): LeasedLimits =>
  new Leases(options)

interface Lease {
  limit: Limit
  tokens: number
  /** Taken and not told yet. */
  spent: { readonly atMs: number; count: number }[]
  refusedUntilMs: number
  usedAtMs: number
  /** The period of a quota's lease, milliseconds since the epoch. */
  startMs: number
  endMs: number
  waiting: ((isGranted: boolean) => void)[]
  isAsking: boolean
  /** The last grant that arrived, and the recalls that wait for the next one. */
  grant: number
  recalls: number[]
  /** Of those who wait, so many were told of when the holder was asked. */
  askedFor: number
  /** Since when the holder has not answered for this one. */
  awaySinceMs: number | undefined
  alone: TokenBucket | undefined
  aloneUntilMs: number
}

class Leases implements LeasedLimits {
  readonly #options: LeasedLimitsOptions
  readonly #leases = new Map<string, Lease>()
  readonly #toTell = new Set<Lease>()
  #toAsk = new Set<Lease>()
  #waiting = 0
  #reportTimer: Timer | undefined
  #sweepTimer: Timer
  #isAway = false

  constructor(options: LeasedLimitsOptions) {
    this.#options = options
    this.#sweepTimer = this.#sweepLater()
  }

  take(limit: Limit): boolean | Promise<boolean> {
    const lease = this.#leases.get(limit.name) ?? this.#open(limit)
    if (lease.limit !== limit) this.#change(lease, limit)
    const nowMs = this.#options.clock.monotonicMs()
    lease.usedAtMs = nowMs
    if (limit.kind === 'quota') this.#endPeriod(lease)
    if (lease.tokens >= 1) {
      lease.tokens--
      this.#note(lease, nowMs, 1)
      return true
    }
    if (nowMs < lease.refusedUntilMs) return false
    if (lease.alone !== undefined && nowMs < lease.aloneUntilMs) return lease.alone.take()
    return this.#ask(lease)
  }

  refund(limit: Limit): void {
    const lease = this.#leases.get(limit.name)
    if (lease === undefined) return
    if (lease.alone !== undefined) return lease.alone.refund()
    lease.tokens++
    this.#note(lease, this.#options.clock.monotonicMs(), -1)
  }

  recall({ recall, name, grant }: Recall): void {
    const lease = this.#leases.get(name)
    if (lease !== undefined && lease.isAsking && lease.grant < grant) {
      lease.recalls.push(recall)
      return
    }
    if (lease !== undefined) lease.refusedUntilMs = Number.NEGATIVE_INFINITY
    this.#options.source.report(lease === undefined ? [] : [this.#giveBack(lease)], recall)
  }

  rejoin(): void {
    this.#isAway = false
    for (const lease of this.#leases.values()) {
      // A quota's lease was counted as used before it was given: it stays good.
      if (lease.limit.kind === 'rate') lease.tokens = 0
      lease.spent = []
      lease.refusedUntilMs = Number.NEGATIVE_INFINITY
      lease.alone = undefined
    }
    this.#toTell.clear()
  }

  close(): void {
    this.#sweepTimer.cancel()
    this.#reportTimer?.cancel()
    this.#options.source.report([...this.#leases.values()].map((lease) => this.#giveBack(lease)))
    this.#leases.clear()
  }

  #open(limit: Limit): Lease {
    if (this.#leases.size >= LEASES_MAX) this.#evictOldest()
    const lease: Lease = {
      limit,
      tokens: 0,
      spent: [],
      refusedUntilMs: Number.NEGATIVE_INFINITY,
      usedAtMs: 0,
      startMs: Number.NEGATIVE_INFINITY,
      endMs: Number.POSITIVE_INFINITY,
      waiting: [],
      isAsking: false,
      grant: 0,
      recalls: [],
      askedFor: 0,
      awaySinceMs: undefined,
      alone: undefined,
      aloneUntilMs: 0,
    }
    this.#leases.set(limit.name, lease)
    return lease
  }

  /** The same bucket by another setting: what was leased and refused by the former one counts no more. */
  #change(lease: Lease, limit: Limit): void {
    const isSame = canonicalJson(lease.limit) === canonicalJson(limit)
    lease.limit = limit
    if (isSame) return
    lease.refusedUntilMs = Number.NEGATIVE_INFINITY
    lease.alone = undefined
    if (lease.tokens > 0) this.#options.source.report([this.#giveBack(lease)])
  }

  #endPeriod(lease: Lease): void {
    const nowMs = this.#options.clock.nowMs()
    if (nowMs >= lease.startMs && nowMs < lease.endMs) return
    if (lease.tokens > 0) this.#options.source.report([this.#giveBack(lease)])
    lease.refusedUntilMs = Number.NEGATIVE_INFINITY
    lease.startMs = Number.NEGATIVE_INFINITY
    lease.endMs = Number.POSITIVE_INFINITY
  }

  #note(lease: Lease, nowMs: number, count: number): void {
    const last = lease.spent.at(-1)
    // Only for rates does it matter when: of a quota it is told with what is asked for or comes back.
    const isQuota = lease.limit.kind === 'quota'
    if (last !== undefined && (isQuota || nowMs - last.atMs < MOMENT_MS)) last.count += count
    else lease.spent.push({ atMs: nowMs, count })
    if (isQuota) return
    this.#toTell.add(lease)
    this.#reportTimer ??= this.#options.clock.setTimer(() => this.#report(), REPORT_MS)
  }

  #report(): void {
    this.#reportTimer = undefined
    const reports: LeaseReport[] = []
    for (const lease of this.#toTell) {
      reports.push({ name: lease.limit.name, spent: this.#drain(lease), unspent: 0 })
    }
    if (reports.length > 0) this.#options.source.report(reports)
  }

  #drain(lease: Lease): readonly Spent[] {
    this.#toTell.delete(lease)
    if (lease.spent.length === 0) return []
    const nowMs = this.#options.clock.monotonicMs()
    const spent = lease.spent.map(({ atMs, count }): Spent => [ageOf(atMs, nowMs), count])
    lease.spent = []
    return spent
  }

  #giveBack(lease: Lease): LeaseReport {
    const unspent = lease.tokens
    lease.tokens = 0
    return { name: lease.limit.name, spent: this.#drain(lease), unspent }
  }

  #ask(lease: Lease): boolean | Promise<boolean> {
    if (!lease.isAsking && this.#options.source.askNow !== undefined) {
      const ask = { limit: lease.limit, waiting: 1, spent: this.#drain(lease) }
      const answer = this.#options.source.askNow(ask)
      if (answer !== undefined) return this.#settleNow(lease, answer)
    }
    if (this.#waiting >= WAITING_MAX) return false
    this.#waiting++
    return new Promise((resolve) => {
      lease.waiting.push(resolve)
      this.#askSoon(lease)
    })
  }

  #askSoon(lease: Lease): void {
    if (lease.isAsking) return
    lease.isAsking = true
    if (this.#toAsk.size === 0) queueMicrotask(() => this.#askAll())
    this.#toAsk.add(lease)
  }

  #askAll(): void {
    const leases = [...this.#toAsk]
    this.#toAsk = new Set()
    const asks = leases.map((lease): LeaseAsk => {
      lease.askedFor = lease.waiting.length
      return { limit: lease.limit, waiting: lease.askedFor, spent: this.#drain(lease) }
    })
    const answers = this.#options.source.ask(asks)
    for (const [index, lease] of leases.entries()) {
      const [ask, answer] = [asks[index], answers[index]]
      if (ask !== undefined && answer !== undefined) this.#await(lease, ask, answer)
    }
  }

  /** A holder that takes too long is away; what it grants after all goes back to it. */
  #await(lease: Lease, ask: LeaseAsk, answer: Promise<LeaseAnswer>): void {
    const { source, clock, onAway } = this.#options
    let isLate = false
    const away = (error: unknown): void => {
      if (!this.#isAway) onAway(error)
      this.#isAway = true
      this.#goAlone(lease)
    }
    const timer = clock.setTimer(() => {
      isLate = true
      away(new Error(`the holder of the limits did not answer within ${ANSWER_MS} ms`))
    }, ANSWER_MS)
    answer.then(
      (granted) => {
        timer.cancel()
        if (isLate) return source.report([undone(ask, granted)])
        this.#isAway = false
        this.#settle(lease, granted)
      },
      (error: unknown) => {
        timer.cancel()
        if (!isLate) away(error)
      },
    )
  }

  #settle(lease: Lease, answer: LeaseAnswer): void {
    const { granted, refusedForMs } = answer
    const nowMs = this.#options.clock.monotonicMs()
    lease.isAsking = false
    lease.grant = answer.grant
    lease.awaySinceMs = undefined
    lease.alone = undefined
    lease.startMs = answer.startMs ?? Number.NEGATIVE_INFINITY
    lease.endMs = answer.endMs ?? Number.POSITIVE_INFINITY
    const served = Math.min(granted, lease.waiting.length)
    const unknown = served - Math.min(granted, lease.askedFor)
    if (unknown > 0) this.#note(lease, nowMs, unknown)
    lease.tokens += granted - served
    this.#release(lease, served, true)
    if (refusedForMs !== undefined) {
      lease.refusedUntilMs = nowMs + refusedForMs
      this.#release(lease, lease.waiting.length, false)
    } else if (lease.waiting.length > 0) this.#askSoon(lease)
    this.#answerRecalls(lease)
  }

  #answerRecalls(lease: Lease): void {
    const { recalls } = lease
    lease.recalls = []
    for (const recall of recalls) this.#options.source.report([this.#giveBack(lease)], recall)
  }

  #settleNow(lease: Lease, answer: LeaseAnswer): boolean {
    this.#settle(lease, { ...answer, granted: 0 })
    if (answer.granted === 0) return false
    lease.tokens += answer.granted - 1
    return true
  }

  #release(lease: Lease, count: number, isGranted: boolean): void {
    this.#waiting -= count
    for (const resolve of lease.waiting.splice(0, count)) resolve(isGranted)
  }

  #goAlone(lease: Lease): void {
    const { clock, share } = this.#options
    const nowMs = clock.monotonicMs()
    lease.isAsking = false
    this.#answerRecalls(lease)
    if (lease.limit.kind === 'rate') {
      lease.alone ??= shareOf(lease.limit, share, clock)
      lease.aloneUntilMs = nowMs + ALONE_MS
      this.#waiting -= lease.waiting.length
      for (const resolve of lease.waiting.splice(0)) resolve(lease.alone.take())
      return
    }
    // Waits by real time, however a test turns the clock: it is a process that is waited for.
    lease.awaySinceMs ??= performance.now()
    if (performance.now() - lease.awaySinceMs < QUOTA_WAIT_MS) {
      clock.setTimer(() => {
        if (lease.waiting.length > 0) this.#askSoon(lease)
      }, QUOTA_RETRY_MS)
      return
    }
    this.#release(lease, lease.waiting.length, false)
  }

  #sweepLater(): Timer {
    return this.#options.clock.setTimer(() => {
      const untilMs = this.#options.clock.monotonicMs() - IDLE_MS
      const reports: LeaseReport[] = []
      for (const [name, lease] of this.#leases) {
        if (lease.usedAtMs > untilMs || lease.isAsking || lease.waiting.length > 0) continue
        if (lease.tokens > 0 || lease.spent.length > 0) reports.push(this.#giveBack(lease))
        this.#leases.delete(name)
      }
      if (reports.length > 0) this.#options.source.report(reports)
      this.#sweepTimer = this.#sweepLater()
    }, IDLE_MS)
  }

  #evictOldest(): void {
    for (const [name, lease] of this.#leases) {
      if (lease.isAsking || lease.waiting.length > 0) continue
      this.#options.source.report([this.#giveBack(lease)])
      this.#leases.delete(name)
      return
    }
  }
}

/** In hundredths, younger rather than older: seventeen digits cost more to write than all the rest. */
const ageOf = (atMs: number, nowMs: number): number => Math.floor((nowMs - atMs) * 100) / 100

const undone = (ask: LeaseAsk, { granted }: LeaseAnswer): LeaseReport => {
  const counted = Math.min(granted, ask.waiting)
  return { name: ask.limit.name, spent: [[0, -counted]], unspent: granted }
}

/** A burst that is shared out keeps at least one token, but for a burst of 0. */
const shareOf = (limit: RateLimit, share: number, clock: Clock): TokenBucket => {
  const tokens = limit.burst === 0 ? 0 : Math.max(1, limit.burst * share)
  return createTokenBucket(limit.ratePerSecond * share, tokens, clock)
}
