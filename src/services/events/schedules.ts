// What fires by the clock: one timer for whichever schedule is next, and none where there is no schedule. A time that
// passed while nobody was there is not made up for; one that the clock was set past fires once.
import type { Clock, Timer } from '#shared/clock.ts'

export interface Scheduled {
  readonly key: string
  next(afterMs: number): number | undefined
  fire(atMs: number): Promise<void>
}

export interface Schedules {
  /** Something may have changed: looks again at all of them. */
  refresh(): Promise<void>
  /** The clock was set. */
  wake(): void
  close(): void
}

const TIMER_MS_MAX = 60_000

export const createSchedules = (options: {
  readonly clock: Clock
  readonly load: () => Promise<readonly Scheduled[]>
  readonly onError: (error: unknown) => void
}): Schedules => {
  const { clock, load, onError } = options
  let scheduled: readonly Scheduled[] = []
  /** When each is due; kept while it stays the same schedule. */
  let due = new Map<string, number>()
  let timer: Timer | undefined
  let closed = false

  const arm = (): void => {
    timer?.cancel()
    timer = undefined
    if (closed || due.size === 0) return
    const first = Math.min(...due.values())
    timer = clock.setTimer(look, Math.max(1, Math.min(first - clock.nowMs(), TIMER_MS_MAX)))
  }

  const look = (): void => {
    const nowMs = clock.nowMs()
    for (const one of scheduled) {
      const atMs = due.get(one.key)
      if (atMs === undefined || atMs > nowMs) continue
      void one.fire(atMs).catch(onError)
      const next = one.next(nowMs)
      if (next === undefined) due.delete(one.key)
      else due.set(one.key, next)
    }
    arm()
  }

  return {
    refresh: async () => {
      const before = due
      scheduled = await load()
      const nowMs = clock.nowMs()
      due = new Map()
      for (const one of scheduled) {
        const next = before.get(one.key) ?? one.next(nowMs)
        if (next !== undefined) due.set(one.key, next)
      }
      arm()
    },
    wake: look,
    close: () => {
      closed = true
      timer?.cancel()
    },
  }
}
