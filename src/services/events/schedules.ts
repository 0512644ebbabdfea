// What fires by the clock: one timer for whichever schedule is next, and none where there is no schedule. A time that
// the clock was set past fires once; so does one that passed while nobody was there, where it is known how far a
// schedule had come.
import type { Clock, Timer } from '#shared/clock.ts'

export interface Scheduled {
  readonly key: string
  next(afterMs: number): number | undefined
  /** How far it had come before this process. Absent: what has passed is not made up for. */
  readonly afterMs?: number
  /** A time may fire up to so much later, each by an amount of its own. Absent: it does not. */
  readonly windowMs?: number
  readonly delayMs?: (atMs: number) => number
  fire(atMs: number): Promise<void>
  /** There is no further time, and the last one has been fired. */
  readonly ended?: () => Promise<void>
}

export interface Schedules {
  /** Something may have changed: looks again at all of them. */
  refresh(): Promise<void>
  /** The clock was set. */
  wake(): void
  close(): void
}

interface Due {
  /** Its time, and when that is fired. */
  readonly atMs: number
  readonly dueMs: number
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
  let due = new Map<string, Due>()
  /** What has been fired last, which may not be written down yet. */
  let reached = new Map<string, number>()
  let timer: Timer | undefined
  let closed = false
  let refreshing: Promise<void> | undefined
  let isStale = false

  const arm = (): void => {
    timer?.cancel()
    timer = undefined
    if (closed || due.size === 0) return
    let first = Number.POSITIVE_INFINITY
    for (const { dueMs } of due.values()) first = Math.min(first, dueMs)
    timer = clock.setTimer(look, Math.max(1, Math.min(first - clock.nowMs(), TIMER_MS_MAX)))
  }

  const look = (): void => {
    const nowMs = clock.nowMs()
    for (const one of scheduled) {
      const at = due.get(one.key)
      if (at === undefined || at.dueMs > nowMs) continue
      reached.set(one.key, at.atMs)
      // What has passed meanwhile is one with it, but for what may still come late.
      const next = dueAfter(one, Math.max(at.atMs, nowMs - (one.windowMs ?? 0)))
      if (next === undefined) due.delete(one.key)
      else due.set(one.key, next)
      const fired = one.fire(at.atMs)
      void (next === undefined ? fired.then(one.ended) : fired).catch(onError)
    }
    arm()
  }

  const refresh = async (): Promise<void> => {
    const loaded = await load()
    if (closed || loaded === scheduled) return
    const nowMs = clock.nowMs()
    const before = { due, reached }
    due = new Map()
    reached = new Map()
    scheduled = loaded
    for (const one of scheduled) {
      const fired = before.reached.get(one.key)
      if (fired !== undefined) reached.set(one.key, fired)
      const next = before.due.get(one.key) ?? dueAfter(one, fired ?? one.afterMs ?? nowMs)
      if (next !== undefined) due.set(one.key, next)
      // A node before this one did not come to it.
      else if (fired === undefined) void one.ended?.().catch(onError)
    }
    arm()
  }

  return {
    /** One at a time: whoever asks meanwhile is told of the one after. */
    refresh: () => {
      isStale = true
      refreshing ??= (async () => {
        while (isStale) {
          isStale = false
          await refresh()
        }
      })().finally(() => {
        refreshing = undefined
      })
      return refreshing
    },
    wake: look,
    close: () => {
      closed = true
      timer?.cancel()
    },
  }
}

const dueAfter = (one: Scheduled, afterMs: number): Due | undefined => {
  const atMs = one.next(afterMs)
  return atMs === undefined ? undefined : { atMs, dueMs: atMs + (one.delayMs?.(atMs) ?? 0) }
}
