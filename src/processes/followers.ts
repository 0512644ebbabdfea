// The processes that serve from the host's directory, and how far each has come.
import type { Clock } from '#shared/clock.ts'

export interface Followers {
  took(peer: number, revision: number): void
  gone(peer: number): void
  /** Fulfils when each has taken in so much; one that takes longer than `waitMs` is not waited for until it has. */
  reached(revision: number): Promise<void>
}

export const createFollowers = (clock: Clock, waitMs: number): Followers => {
  const taken = new Map<number, number>()
  const late = new Set<number>()
  const waiting = new Set<() => void>()
  const behind = (revision: number): readonly number[] =>
    [...taken].flatMap(([peer, has]) => (has < revision && !late.has(peer) ? [peer] : []))
  const look = (): void => {
    for (const again of waiting) again()
  }
  return {
    took: (peer, revision) => {
      taken.set(peer, revision)
      late.delete(peer)
      look()
    },
    gone: (peer) => {
      taken.delete(peer)
      late.delete(peer)
      look()
    },
    reached: async (revision) => {
      if (behind(revision).length === 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const again = (): void => {
        if (behind(revision).length === 0) resolve()
      }
      waiting.add(again)
      const timer = clock.setTimer(() => {
        for (const peer of behind(revision)) late.add(peer)
        look()
      }, waitMs)
      await promise
      timer.cancel()
      waiting.delete(again)
    },
  }
}
