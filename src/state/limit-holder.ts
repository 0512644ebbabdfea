// The holder of the truth about limits, one per node: hands out leases of buckets and quotas, and refuses only after
// it has called back what others have in hand. Buckets live in memory; a quota's lease is written down as used before
// it is given, so that a crash may charge a lease that was not used up, and never gives one twice.
import type { OffsetMeaning, RateLimit, UsageCounters } from '#model/limits.ts'
import type { Clock } from '#shared/clock.ts'
import type { LeaseAnswer, LeaseAsk, LeaseReport, Recall, Spent } from './limits.ts'
import { createQuotaBook, type QuotaLedger } from './quota-book.ts'
import { createRecalls } from './recalls.ts'
import { createSharedBucket, type SharedBucket } from './shared-bucket.ts'

/** Buckets that are not full; the one longest known goes first. */
const BUCKETS_MAX = 1_000_000
const SWEEP_MS = 10_000
/** A refusal is remembered no longer than this: settings may change meanwhile. */
const REFUSED_MS_MAX = 1_000
/** The same while a lease may still come back. */
const REFUSED_WHILE_LEASED_MS = 20

/** A process that draws on leases. */
export interface LeasePeer {
  readonly id: number
  /** Asks for a report of these limits, with all that is in hand. */
  recall(recall: Recall): void
}

export interface LimitHolder {
  ask(peer: LeasePeer, asks: readonly LeaseAsk[]): readonly Promise<LeaseAnswer>[]
  /** The same for one rate, where nobody has to be waited for; else undefined, and it is to be asked. */
  askNow(peer: LeasePeer, ask: LeaseAsk): LeaseAnswer | undefined
  report(peer: LeasePeer, reports: readonly LeaseReport[], recall?: number): void
  /** A process is gone: what it had in hand counts as taken. */
  leave(peer: LeasePeer): void
  readonly usage: UsageCounters
  /** Fulfils when all that was counted is written down. */
  close(): Promise<void>
}

export interface LimitHolderOptions {
  readonly clock: Clock
  readonly ledger: QuotaLedger
  readonly offsetMeans: OffsetMeaning
  readonly onError: (error: unknown) => void
}

interface Bucket {
  readonly tokens: SharedBucket
  /** In hand of each process. */
  readonly leases: Map<number, Lease>
  /** Set while leases are being called back: whoever asks meanwhile waits. */
  recalling: Promise<void> | undefined
}

interface Lease {
  count: number
  /** The last grant that is part of it. */
  grant: number
}

export const createLimitHolder = (options: LimitHolderOptions): LimitHolder => {
  const { clock } = options
  const buckets = new Map<string, Bucket>()
  const peers = new Map<number, LeasePeer>()
  const recalls = createRecalls(clock)
  const grants = { last: 0 }
  const book = createQuotaBook({ ...options, recalls, peers, grants })

  const bucketOf = (limit: RateLimit, nowMs: number): Bucket => {
    const known = buckets.get(limit.name)
    if (known !== undefined) {
      known.tokens.configure(limit, nowMs)
      return known
    }
    if (buckets.size >= BUCKETS_MAX) dropFirst(buckets)
    const tokens = createSharedBucket(limit, nowMs)
    const bucket: Bucket = { tokens, leases: new Map(), recalling: undefined }
    buckets.set(limit.name, bucket)
    return bucket
  }

  const askRate = async (
    peer: LeasePeer,
    limit: RateLimit,
    { waiting, spent }: LeaseAsk,
  ): Promise<LeaseAnswer> => {
    const bucket = bucketOf(limit, clock.monotonicMs())
    countSpent(bucket, peer, spent, clock.monotonicMs())
    while (bucket.recalling !== undefined) await bucket.recalling
    const draw = (count: number) =>
      draws(bucket, peer, count, peers.size, ++grants.last, clock.monotonicMs())
    const granted = draw(waiting)
    if (granted >= waiting) return { granted, grant: grants.last }
    const others = peersWith(bucket, peer, peers)
    if (others.length > 0) {
      const grantOf = ({ id }: LeasePeer) => bucket.leases.get(id)?.grant ?? 0
      bucket.recalling = recalls.recall(others, limit.name, grantOf).finally(() => {
        bucket.recalling = undefined
      })
      await bucket.recalling
    }
    const left = waiting - granted
    const more = draw(left)
    const answer = { granted: granted + more, grant: grants.last }
    if (more >= left) return answer
    return { ...answer, refusedForMs: refusalOf(bucket, clock.monotonicMs()) }
  }

  const askNow = (peer: LeasePeer, { limit, waiting, spent }: LeaseAsk) => {
    if (limit.kind !== 'rate') return undefined
    const nowMs = clock.monotonicMs()
    const bucket = bucketOf(limit, nowMs)
    countSpent(bucket, peer, spent, nowMs)
    if (bucket.recalling !== undefined) return undefined
    const granted = draws(bucket, peer, waiting, peers.size, ++grants.last, nowMs)
    const answer = { granted, grant: grants.last }
    if (granted >= waiting) return answer
    if (peersWith(bucket, peer, peers).length > 0) return granted === 0 ? undefined : answer
    return { ...answer, refusedForMs: refusalOf(bucket, nowMs) }
  }

  const ask = (peer: LeasePeer, one: LeaseAsk): Promise<LeaseAnswer> =>
    one.limit.kind === 'rate' ? askRate(peer, one.limit, one) : book.ask(peer, one.limit, one)

  const sweep = (): void => {
    const nowMs = clock.monotonicMs()
    for (const [name, { leases, tokens, recalling }] of buckets) {
      if (leases.size === 0 && recalling === undefined && tokens.isFull(nowMs)) buckets.delete(name)
    }
    book.sweep()
    timer = clock.setTimer(sweep, SWEEP_MS)
  }
  let timer = clock.setTimer(sweep, SWEEP_MS)

  return {
    ask: (peer, asks) => {
      peers.set(peer.id, peer)
      return asks.map((one) => ask(peer, one))
    },
    askNow: (peer, one) => {
      peers.set(peer.id, peer)
      return askNow(peer, one)
    },
    report: (peer, reports, recall) => {
      const nowMs = clock.monotonicMs()
      for (const report of reports) {
        const bucket = buckets.get(report.name)
        if (bucket === undefined) book.report(peer, report)
        else {
          countSpent(bucket, peer, report.spent, nowMs)
          countLease(bucket, peer, -report.unspent, 0)
        }
      }
      if (recall !== undefined) recalls.answered(recall, peer.id)
    },
    leave: (peer) => {
      peers.delete(peer.id)
      const nowMs = clock.monotonicMs()
      for (const bucket of buckets.values()) {
        const leased = bucket.leases.get(peer.id)
        if (leased !== undefined) countSpent(bucket, peer, [[0, leased.count]], nowMs)
      }
      book.leave(peer)
      recalls.left(peer.id)
    },
    usage: book.usage,
    close: async () => {
      timer.cancel()
      await book.close()
    },
  }
}

/** Gives what is asked for, and to those who come back often a part of what is free on top of it. */
const draws = (
  bucket: Bucket,
  peer: LeasePeer,
  waiting: number,
  peerCount: number,
  grant: number,
  nowMs: number,
): number => {
  const free = Math.floor(bucket.tokens.tokens(nowMs) - leasedOf(bucket))
  if (free < 1) return 0
  const part = peerCount === 1 ? free : Math.ceil(free / (2 * peerCount))
  const granted = Math.min(free, Math.max(waiting, part))
  const taken = Math.min(granted, waiting)
  bucket.tokens.take([[0, taken]], nowMs)
  countLease(bucket, peer, granted - taken, grant)
  return granted
}

const refusalOf = (bucket: Bucket, nowMs: number): number => {
  const leased = leasedOf(bucket)
  const untilNextMs = bucket.tokens.msUntilNext(leased, nowMs)
  return Math.min(untilNextMs, leased > 0 ? REFUSED_WHILE_LEASED_MS : REFUSED_MS_MAX)
}

const countSpent = (
  bucket: Bucket,
  peer: LeasePeer,
  spent: readonly Spent[],
  nowMs: number,
): void => {
  if (spent.length === 0) return
  bucket.tokens.take(spent, nowMs)
  for (const [, count] of spent) countLease(bucket, peer, -count, 0)
}

const countLease = ({ leases }: Bucket, { id }: LeasePeer, count: number, grant: number): void => {
  const lease = leases.get(id) ?? { count: 0, grant: 0 }
  lease.count += count
  lease.grant = Math.max(lease.grant, grant)
  if (lease.count <= 0) leases.delete(id)
  else leases.set(id, lease)
}

const leasedOf = ({ leases }: Bucket): number => {
  let sum = 0
  for (const { count } of leases.values()) sum += count
  return sum
}

const peersWith = (
  { leases }: Bucket,
  except: LeasePeer,
  peers: ReadonlyMap<number, LeasePeer>,
): readonly LeasePeer[] =>
  [...leases.keys()].flatMap((id) => (id === except.id ? [] : (peers.get(id) ?? [])))

const dropFirst = (buckets: Map<string, Bucket>): void => {
  const [name] = buckets.keys()
  if (name !== undefined) buckets.delete(name)
}
