// Work of this process that goes on every second: message move tasks with a rate.
import type { Clock, Timer } from '#shared/clock.ts'

/** Tasks of this process that move so many messages a second, by their keys. */
export interface Movers {
  isRunning(key: string): boolean
  readonly size: number
  start(key: string, step: () => Promise<boolean>): void
  /** Fulfils when its last step is done; false where there is none. */
  stop(key: string): Promise<boolean>
  /** No further step is taken. */
  close(): void
}

const EVERY_MS = 1_000

export const createMovers = (clock: Clock): Movers => {
  const running = new Map<string, { timer: Timer | undefined; last: Promise<void> }>()
  const stop = async (key: string): Promise<boolean> => {
    const one = running.get(key)
    running.delete(key)
    one?.timer?.cancel()
    await one?.last
    return one !== undefined
  }
  return {
    isRunning: (key) => running.has(key),
    get size() {
      return running.size
    },
    start: (key, step) => {
      const one = { timer: undefined as Timer | undefined, last: Promise.resolve() }
      running.set(key, one)
      const turn = (): void => {
        one.last = step().then((isMore) => {
          if (!running.has(key)) return
          if (isMore) one.timer = clock.setTimer(turn, EVERY_MS)
          else running.delete(key)
        })
      }
      turn()
    },
    stop,
    close: () => {
      for (const { timer } of running.values()) timer?.cancel()
      running.clear()
    },
  }
}
