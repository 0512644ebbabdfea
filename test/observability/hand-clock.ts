// A clock that a test turns by hand: timers fire in their order, and what they started runs on before the next.
import type { Clock } from '#shared/clock.ts'

export interface HandClock extends Clock {
  advance(ms: number): Promise<void>
}

export const createHandClock = (startMs = 0): HandClock => {
  let nowMs = startMs
  let timers: { atMs: number; callback: () => void }[] = []
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    setTimer: (callback, delayMs) => {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.push(timer)
      return {
        cancel: () => {
          timers = timers.filter((one) => one !== timer)
        },
      }
    },
    advance: async (ms) => {
      const endMs = nowMs + ms
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (due === undefined) break
        timers = timers.filter((one) => one !== due)
        nowMs = Math.max(nowMs, due.atMs)
        due.callback()
        await settled()
      }
      nowMs = endMs
      await settled()
    },
  }
}

/** Promises that were fulfilled have run on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
