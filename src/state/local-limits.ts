// Limits and their holder in one process: `daemun start`, and tests.
import type { Clock } from '#shared/clock.ts'
import { createLeasedLimits, type LeasedLimits } from './leased-limits.ts'
import type { LeasePeer, LimitHolder } from './limit-holder.ts'

export const createLocalLimits = (options: {
  readonly holder: LimitHolder
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): LeasedLimits => {
  const { holder, clock, onError } = options
  const peer: LeasePeer = { id: 0, recall: (recall) => limits.recall(recall) }
  const limits = createLeasedLimits({
    source: {
      ask: (asks) => holder.ask(peer, asks),
      askNow: (ask) => holder.askNow(peer, ask),
      report: (reports, recall) => holder.report(peer, reports, recall),
    },
    clock,
    share: 1,
    onAway: onError,
  })
  return limits
}
