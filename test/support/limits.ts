// Limits for tests: a clock that is turned by hand, a ledger in memory, and processes that draw on one holder.
import type { OffsetMeaning, UsageDay } from '#model/limits.ts'
import type { Clock } from '#shared/clock.ts'
import { createLeasedLimits, type LeasedLimits } from '#state/leased-limits.ts'
import { createLimitHolder, type LeasePeer, type LimitHolder } from '#state/limit-holder.ts'
import type { LeaseAsk } from '#state/limits.ts'
import { createLocalLimits } from '#state/local-limits.ts'
import { createMemoryStore } from '#store/memory.ts'
import { createUsageLedger, type UsageLedger } from '#store/usage-ledger.ts'

export interface HandClock extends Clock {
  advance(byMs: number): void
  /** Sets the time of day; what only runs forward stays or goes forward. */
  set(ms: number): void
}

export const handClock = (startMs = Date.UTC(2026, 10, 21, 12)): HandClock => {
  let nowMs = startMs
  let elapsedMs = 0
  let timers: { readonly dueMs: number; readonly callback: () => void }[] = []
  const move = (byMs: number): void => {
    elapsedMs += byMs
    const due = timers.filter((timer) => timer.dueMs <= elapsedMs)
    timers = timers.filter((timer) => timer.dueMs > elapsedMs)
    for (const timer of due) timer.callback()
  }
  return {
    nowMs: () => nowMs,
    monotonicMs: () => elapsedMs,
    setTimer: (callback, delayMs) => {
      const timer = { dueMs: elapsedMs + delayMs, callback }
      timers.push(timer)
      return { cancel: () => void (timers = timers.filter((each) => each !== timer)) }
    },
    advance: (byMs) => {
      nowMs += byMs
      move(byMs)
    },
    set: (ms) => {
      const byMs = ms - nowMs
      nowMs = ms
      if (byMs > 0) move(byMs)
    },
  }
}

export const memoryLedger = (): UsageLedger => createUsageLedger(createMemoryStore())

/** Limits of a process alone. */
export const limitsFor = (clock: Clock) => {
  const onError = (error: unknown): never => {
    throw error
  }
  const ledger = memoryLedger()
  const holder = createLimitHolder({ clock, ledger, offsetMeans: 'start-day', onError })
  return { holder, limits: createLocalLimits({ holder, clock, onError }) }
}

export interface TestNode {
  readonly holder: LimitHolder
  readonly workers: readonly LeasedLimits[]
  readonly errors: unknown[]
  used(name: string): Promise<readonly UsageDay[]>
}

/** So many processes and their holder, which hear each other at once. */
export const testNode = (
  clock: Clock,
  workers: number,
  ledger = memoryLedger(),
  offsetMeans: OffsetMeaning = 'start-day',
  atOnce = false,
): TestNode => {
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const holder = createLimitHolder({ clock, ledger, offsetMeans, onError })
  const join = (id: number): LeasedLimits => {
    const peer: LeasePeer = { id, recall: (recall) => limits.recall(recall) }
    const limits = createLeasedLimits({
      source: {
        ask: (asks) => holder.ask(peer, asks),
        ...(atOnce && { askNow: (ask: LeaseAsk) => holder.askNow(peer, ask) }),
        report: (reports, recall) => holder.report(peer, reports, recall),
      },
      clock,
      share: 1 / workers,
      onAway: onError,
    })
    return limits
  }
  return {
    holder,
    workers: Array.from({ length: workers }, (_, id) => join(id + 1)),
    errors,
    used: (name) => holder.usage.read(name, '0000-01-01', '9999-12-31'),
  }
}
