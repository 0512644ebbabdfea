// Calling leases back: asks every process that has some, and waits for all of their reports, a moment at most.
import type { Clock } from '#shared/clock.ts'
import type { LeasePeer } from './limit-holder.ts'

/** A process that is too busy to answer keeps its lease. */
const RECALL_MS = 250

export interface Recalls {
  /** Fulfils when all have reported, are gone, or took too long. `grantOf` is the last grant of a process. */
  recall(
    peers: readonly LeasePeer[],
    name: string,
    grantOf: (peer: LeasePeer) => number,
  ): Promise<void>
  answered(recall: number, peerId: number): void
  /** A process is gone: nobody waits for it. */
  left(peerId: number): void
}

export const createRecalls = (clock: Clock): Recalls => {
  const open = new Map<number, { readonly missing: Set<number>; readonly done: () => void }>()
  let last = 0
  const answered = (recall: number, peerId: number): void => {
    const one = open.get(recall)
    if (one === undefined) return
    one.missing.delete(peerId)
    if (one.missing.size === 0) one.done()
  }
  return {
    answered,
    left: (peerId) => {
      for (const recall of open.keys()) answered(recall, peerId)
    },
    recall: (peers, name, grantOf) => {
      if (peers.length === 0) return Promise.resolve()
      const recall = ++last
      return new Promise((resolve) => {
        const done = (): void => {
          timer.cancel()
          open.delete(recall)
          resolve()
        }
        const timer = clock.setTimer(done, RECALL_MS)
        open.set(recall, { missing: new Set(peers.map(({ id }) => id)), done })
        for (const peer of peers) peer.recall({ recall, name, grant: grantOf(peer) })
      })
    },
  }
}
