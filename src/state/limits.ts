// What a request asks before it may pass, and how a process that serves requests draws on the holder of the truth:
// blocks of tokens (leases), so that a request waits for nobody while a lease is in hand.
//
// Leased tokens are part of the holder's count until they are taken: together the leases are never more than what
// there is, so nothing is ever given twice. Processes tell what they took, and how long ago, soon after.
import type { Limit } from '#model/limits.ts'

/** The one interface of the data plane to throttles and quotas. */
export interface Limits {
  /** Takes one; false where there is none. A promise only where this process has to ask. */
  take(limit: Limit): boolean | Promise<boolean>
  /** Gives back what was taken just now and came to nothing: another limit of the same group refused. */
  refund(limit: Limit): void
}

/** So many were taken (below 0: given back), so many milliseconds before the message was sent. */
export type Spent = readonly [ageMs: number, count: number]

export interface LeaseAsk {
  readonly limit: Limit
  /** Requests that wait for the answer: as many of what is granted count as taken at once. */
  readonly waiting: number
  readonly spent: readonly Spent[]
}

export interface LeaseAnswer {
  readonly granted: number
  /** Numbers the grants of a process: a recall names the last one that it is about. */
  readonly grant: number
  /** Set where not all who wait were granted one: the time until there is another. */
  readonly refusedForMs?: number
  /** Quotas only: the period that the lease is of, milliseconds since the epoch. */
  readonly startMs?: number
  readonly endMs?: number
}

export interface LeaseReport {
  readonly name: string
  readonly spent: readonly Spent[]
  /** Leased tokens that come back. */
  readonly unspent: number
}

/** The way to the holder: a call in the same process, the node's channel, or a server that several nodes share. */
export interface LeaseSource {
  /**
   * An answer to each, every one as soon as it is known: one may wait for a lease that another one was granted. They
   * reject where the holder cannot be reached.
   */
  ask(asks: readonly LeaseAsk[]): readonly Promise<LeaseAnswer>[]
  /** Answers at once, where the holder is in this process and nobody has to be waited for. */
  askNow?(ask: LeaseAsk): LeaseAnswer | undefined
  /** Tells what was taken and what comes back. `recall` is the number of the recall that it answers. */
  report(reports: readonly LeaseReport[], recall?: number): void
}

/** Calls leases of one limit back. */
export interface Recall {
  readonly recall: number
  readonly name: string
  /** The last grant that is meant: where it has not arrived yet, the report waits for it. */
  readonly grant: number
}
