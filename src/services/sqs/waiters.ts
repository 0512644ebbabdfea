// Who waits for messages, by queue; nothing where nobody waits.
import type { Clock, Timer } from '#shared/clock.ts'

export interface Expectation {
  /** Fulfils when woken, aborted or after `delayMs`, whichever is first. */
  within(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void>
  cancel(): void
}

export const createWaiters = () => {
  const waiting = new Map<string, Set<() => void>>()
  let size = 0

  const expect = (queueId: string): Expectation => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const all = waiting.get(queueId) ?? new Set()
    waiting.set(queueId, all)
    let timer: Timer | undefined
    const done = (): void => {
      if (!all.delete(done)) return
      size--
      if (all.size === 0 && waiting.get(queueId) === all) waiting.delete(queueId)
      timer?.cancel()
      resolve()
    }
    all.add(done)
    size++
    return {
      cancel: done,
      within: async (clock, delayMs, signal) => {
        if (!all.has(done)) return // Somebody has sent meanwhile.
        timer = clock.setTimer(done, delayMs)
        signal?.addEventListener('abort', done, { once: true })
        await promise
        signal?.removeEventListener('abort', done)
      },
    }
  }

  const wake = (queueId: string): void => {
    for (const done of waiting.get(queueId) ?? []) done()
  }
  return {
    expect,
    wake,
    wakeAll: (): void => {
      for (const queueId of waiting.keys()) wake(queueId)
    },
    get size() {
      return size
    },
  }
}
