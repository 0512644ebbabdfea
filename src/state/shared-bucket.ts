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
      let isLate = false
      for (const [ageMs, count] of spent) {
        const atMs = Math.max(base.atMs, tip.atMs - Math.max(0, ageMs))
        const last = told.at(-1)
        if (last === undefined || last.atMs <= atMs) told.push({ atMs, count })
        else told.splice(placeOf(told, atMs), 0, { atMs, count })
        if (atMs < tip.atMs) isLate = true
        else tip = after(tip, atMs, count)
      }
      if (isLate) countAgain()
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

const placeOf = (told: readonly Moment[], atMs: number): number => {
  let place = told.length
  while (place > 0 && (told[place - 1]?.atMs ?? 0) > atMs) place--
  return place
}

/** A token that ten refills of a tenth make must count as one, whatever binary fractions make of tenths. */
const ROUNDING = 1e-9
