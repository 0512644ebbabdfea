// Waiting for what a killed predecessor still holds: its data directory, its port. The system lets go of them moments
// after a kill -9; whoever starts right after it should not fail for that.
import { setTimeout as wait } from 'node:timers/promises'

const PAUSE_MS = 50

/** Tries again while it throws, for `forMs` at most; then throws the last failure. */
export const withPatience = async <T>(attempt: () => T | Promise<T>, forMs: number): Promise<T> => {
  const untilMs = performance.now() + forMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() >= untilMs) throw error
      await wait(PAUSE_MS)
    }
  }
}
