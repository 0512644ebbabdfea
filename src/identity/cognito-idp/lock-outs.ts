// Passwords that were wrong too often: who goes on trying waits, twice as long each time. Kept alike for names that
// nobody has, so that the wait tells nothing; counted in the process, and forgotten with it.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior
import { LRUCache } from 'lru-cache'
import { counted } from '#shared/counted.ts'

export interface LockOuts {
  isLocked(name: string, nowMs: number): boolean
  failed(name: string, nowMs: number): void
  /** The password was right, or is a new one. */
  clear(name: string): void
}

interface Attempts {
  readonly failures: number
  readonly lastMs: number
  readonly lockedUntilMs: number
}

// AWS: after five failures one second, then twice as long each time, up to about 15 minutes; 15 minutes without a
// failure, and all is forgotten. [guide: Lockout behavior for failed sign-in attempts]
const FREE_FAILURES = 5
const LOCK_MS_MIN = 1_000
const LOCK_MS_MAX = 900_000
const FORGET_MS = 900_000
const NAMES_MAX = 100_000

export const createLockOuts = (): LockOuts => {
  const names = new LRUCache<string, Attempts>(counted(NAMES_MAX))
  return {
    isLocked: (name, nowMs) => (names.get(name)?.lockedUntilMs ?? 0) > nowMs,
    failed: (name, nowMs) => {
      const held = names.get(name)
      const before = held !== undefined && nowMs - held.lastMs < FORGET_MS ? held.failures : 0
      const failures = before + 1
      const over = failures - FREE_FAILURES
      const lockMs = over < 0 ? 0 : Math.min(LOCK_MS_MIN * 2 ** over, LOCK_MS_MAX)
      names.set(name, { failures, lastMs: nowMs, lockedUntilMs: nowMs + lockMs })
    },
    clear: (name) => {
      names.delete(name)
    },
  }
}
