// A token bucket that learns late what was taken: processes that draw on leases tell afterwards, in any order. What
// is told is put in its place in time and counted again from there, so that a bucket that seemed full while tokens
// were being taken gets the refill that it had room for.
import type { RateLimit } from '#model/limits.ts'
import type { Spent } from './limits.ts'

/** How far back something told is put in its place; what is older counts as taken then, which only costs the taker. */
const REMEMBERED_MS = 500

export interface SharedBucket {
  /** Takes over another rate or burst for what comes. */
  configure(limit: RateLimit, nowMs: number): void
  /** What there is now: less than 1 where nothing can be had. */
  tokens(nowMs: number): number
  take(spent: readonly Spent[], nowMs: number): void
  /** Until there is one more than `held`; Infinity where that never happens. */
  msUntilNext(held: number, nowMs: number): number
  isFull(nowMs: number): boolean
}

interface Moment {
  readonly atMs: number
  readonly count: number
}

/** Full at first. */
export const createSharedBucket = (first: RateLimit, startMs: number): SharedBucket => {
  let { ratePerSecond: rate, burst } = first
  // What is certain, what was told since then in order of time, and what both make of the latest moment seen.
  let base = { atMs: startMs, tokens: burst }
  let told: Moment[] = []
  let tip = base

  const after = (from: typeof base, atMs: number, taken: number): typeof base => {
    const refill = (Math.max(0, atMs - from.atMs) * rate) / 1000
    const filled = Math.min(burst, from.tokens + refill)
    return { atMs: Math.max(from.atMs, atMs), tokens: Math.min(burst, filled - taken) }
  }
  const moveTo = (nowMs: number): void => {
    if (nowMs > tip.atMs) tip = after(tip, nowMs, 0)
    let old = 0
    for (; old < told.length; old++) {
      const moment = told[old]
      if (moment === undefined || moment.atMs > tip.atMs - REMEMBERED_MS) break
      base = after(base, moment.atMs, moment.count)
    }
    if (old > 0) told = told.slice(old)
  }
  const countAgain = (): void => {
    const latestMs = tip.atMs
    tip = base
    for (const { atMs, count } of told) tip = after(tip, atMs, count)
    tip = after(tip, latestMs, 0)
  }

  return {
    configure: (limit, nowMs) => {
      if (limit.ratePerSecond === rate && limit.burst === burst) return
      moveTo(nowMs)
      rate = limit.ratePerSecond
      burst = limit.burst
      base = { atMs: tip.atMs, tokens: Math.min(burst, tip.tokens) }
      tip = base
      told = []
    },
    tokens: (nowMs) => {
      moveTo(nowMs)
      return tip.tokens + ROUNDING
    },
    take: (spent, nowMs) => {
      moveTo(nowMs)
      const news = spent.map(([ageMs, count]) => ({
        atMs: Math.max(base.atMs, tip.atMs - Math.max(0, ageMs)),
        count,
      }))
      told = merged(told, news)
      if (news.some(({ atMs }) => atMs < tip.atMs)) countAgain()
      else for (const { atMs, count } of news) tip = after(tip, atMs, count)
    },
    msUntilNext: (held, nowMs) => {
      moveTo(nowMs)
      const missing = held + 1 - tip.tokens
      if (missing <= ROUNDING) return 0
      return rate > 0 && burst >= held + 1 ? (missing / rate) * 1000 : Number.POSITIVE_INFINITY
    },
    isFull: (nowMs) => {
      moveTo(nowMs)
      return tip.tokens >= burst - ROUNDING
    },
  }
}

/** In order of time; what was there stays before what comes for the same moment. */
const merged = (there: Moment[], news: Moment[]): Moment[] => {
  news.sort((left, right) => left.atMs - right.atMs)
  const [first] = news
  if (first === undefined) return there
  let from = there.length
  while (from > 0 && (there[from - 1]?.atMs ?? 0) > first.atMs) from--
  const late = there.splice(from)
  let at = 0
  for (const one of news) {
    for (let next = late[at]; next !== undefined && next.atMs <= one.atMs; next = late[++at]) {
      there.push(next)
    }
    there.push(one)
  }
  for (const next of late.slice(at)) there.push(next)
  return there
}

/** A token that ten refills of a tenth make must count as one, whatever binary fractions make of tenths. */
const ROUNDING = 1e-9
