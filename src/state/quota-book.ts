// The quotas that the holder keeps: what each plan and key used in the period that runs, written to a ledger before
// any of it is given out. https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
import type { OffsetMeaning, QuotaLimit, UsageCounters, UsageDay } from '#model/limits.ts'
import type { Clock } from '#shared/clock.ts'
import type { LeasePeer } from './limit-holder.ts'
import type { LeaseAnswer, LeaseAsk, LeaseReport } from './limits.ts'
import { dayOf, type QuotaWindow, windowAt } from './quota-window.ts'
import type { Recalls } from './recalls.ts'

/** Requests in one lease. */
const BLOCK_MAX = 1_000
/** A lease is at most this part of what remains for each process: the last ones shrink to single requests. */
const BLOCK_PART = 8
const IDLE_MS = 60_000
/** A refusal is remembered no longer than this: the plan may change meanwhile. */
const REFUSED_MS_MAX = 1_000
const EPOCH_DAY = '0000-01-01'

/** Where usage is written down. */
export interface QuotaLedger {
  read(name: string, firstDay: string, lastDay: string): Promise<readonly UsageDay[]>
  /** Adds to what is there; durable when the promise fulfils. */
  add(charges: readonly QuotaCharge[]): Promise<void>
  forget(prefix: string): Promise<void>
}

export interface QuotaCharge extends UsageDay {
  readonly name: string
}

export interface QuotaBook {
  ask(peer: LeasePeer, quota: QuotaLimit, ask: LeaseAsk): Promise<LeaseAnswer>
  report(peer: LeasePeer, report: LeaseReport): void
  leave(peer: LeasePeer): void
  sweep(): void
  readonly usage: UsageCounters
  close(): Promise<void>
}

export interface QuotaBookOptions {
  readonly clock: Clock
  readonly ledger: QuotaLedger
  readonly offsetMeans: OffsetMeaning
  readonly recalls: Recalls
  readonly peers: ReadonlyMap<number, LeasePeer>
  /** Numbers grants, those of buckets too. */
  readonly grants: { last: number }
  readonly onError: (error: unknown) => void
}

interface Account {
  readonly name: string
  /** The period that the counts are of; undefined until they were read. */
  window: QuotaWindow | undefined
  used: number
  granted: number
  /** What the first period has fewer. */
  less: number
  /** In hand of each process, and the day that it was charged to. */
  readonly leases: Map<number, { count: number; day: string; grant: number }>
  /** One thing at a time. */
  turn: Promise<unknown>
  usedAtMs: number
}

export const createQuotaBook = (options: QuotaBookOptions): QuotaBook => {
  const { clock, ledger, offsetMeans, recalls, peers, grants } = options
  const accounts = new Map<string, Account>()
  const journal = createJournal(ledger, options.onError)

  const inTurn = <T>(name: string, work: (account: Account) => Promise<T>): Promise<T> => {
    const account = accounts.get(name) ?? newAccount(name)
    accounts.set(name, account)
    account.usedAtMs = clock.monotonicMs()
    const turn = account.turn.then(() => work(account))
    account.turn = turn.catch(() => undefined) // Its caller is told; the next one has its turn.
    return turn
  }

  /** Reads the period that runs, where another one (or none) was known. */
  const openWindow = async (account: Account, quota: QuotaLimit): Promise<QuotaWindow> => {
    const window = windowAt(quota, offsetMeans, clock.nowMs())
    const known = account.window
    if (known?.startMs === window.startMs && known.endMs === window.endMs) return known
    await journal.settled()
    const days = await ledger.read(account.name, EPOCH_DAY, window.lastDay)
    const inWindow = days.filter(({ day }) => day >= window.firstDay)
    account.used = sum(inWindow, ({ used }) => used)
    account.granted = sum(inWindow, ({ granted }) => granted)
    const isFirst = offsetMeans === 'first-period' && inWindow.length === days.length
    account.less = isFirst ? quota.offset : 0
    account.leases.clear() // Leases of another period are spent or void.
    account.window = window
    return window
  }

  const ask = (peer: LeasePeer, quota: QuotaLimit, { waiting, spent }: LeaseAsk) =>
    inTurn(quota.name, async (account): Promise<LeaseAnswer> => {
      const window = await openWindow(account, quota)
      for (const [, count] of spent) countLease(account, peer, -count)
      if (remainingOf(account, quota) < waiting) await callBack(account, peer)
      const free = Math.max(0, remainingOf(account, quota))
      const block = Math.min(BLOCK_MAX, Math.floor(free / (BLOCK_PART * Math.max(1, peers.size))))
      const granted = Math.min(free, Math.max(waiting, block))
      const grant = ++grants.last
      if (granted > 0) {
        const day = dayOf(clock.nowMs())
        await journal.add({ name: quota.name, day, used: granted, granted: 0 })
        account.used += granted
        countLease(account, peer, Math.max(0, granted - waiting), { day, grant })
      }
      const { startMs, endMs } = window
      if (granted >= waiting) return { granted, grant, startMs, endMs }
      const untilEndMs = Math.max(0, endMs - clock.nowMs())
      const refusedForMs = Math.min(REFUSED_MS_MAX, untilEndMs)
      return { granted, grant, startMs, endMs, refusedForMs }
    })

  const callBack = async (account: Account, except?: LeasePeer): Promise<void> => {
    const holders = [...account.leases.keys()].flatMap((id) => peers.get(id) ?? [])
    const others = holders.filter(({ id }) => id !== except?.id)
    if (others.length > 0) await recalls.recall(others, account.name, grantIn(account))
  }

  const report = (peer: LeasePeer, { name, spent, unspent }: LeaseReport): void => {
    const account = accounts.get(name)
    if (account === undefined) return
    for (const [, count] of spent) countLease(account, peer, -count)
    const lease = account.leases.get(peer.id)
    const returned = Math.min(unspent, lease?.count ?? 0)
    if (lease === undefined || returned === 0) return
    countLease(account, peer, -returned)
    account.used -= returned
    journal.addSoon({ name, day: lease.day, used: -returned, granted: 0 })
  }

  const usage: UsageCounters = {
    offsetMeans,
    read: (name, firstDay, lastDay) =>
      inTurn(name, async (account) => {
        await callBack(account)
        await journal.settled()
        return ledger.read(name, firstDay, lastDay)
      }),
    setRemaining: (quota, remaining) =>
      inTurn(quota.name, async (account) => {
        await openWindow(account, quota)
        // All processes, also those that have nothing in hand: they may remember a refusal.
        await recalls.recall([...peers.values()], quota.name, grantIn(account))
        const granted = remaining - remainingOf(account, quota)
        await journal.add({ name: quota.name, day: dayOf(clock.nowMs()), used: 0, granted })
        account.granted += granted
      }),
    forget: async (prefix) => {
      await journal.settled()
      for (const name of accounts.keys()) if (name.startsWith(prefix)) accounts.delete(name)
      await ledger.forget(prefix)
    },
  }

  return {
    ask,
    report,
    leave: ({ id }) => {
      for (const { leases } of accounts.values()) leases.delete(id)
    },
    sweep: () => {
      const untilMs = clock.monotonicMs() - IDLE_MS
      for (const [name, account] of accounts) {
        if (account.leases.size === 0 && account.usedAtMs < untilMs) accounts.delete(name)
      }
    },
    usage,
    close: journal.settled,
  }
}

const newAccount = (name: string): Account => ({
  name,
  window: undefined,
  used: 0,
  granted: 0,
  less: 0,
  leases: new Map(),
  turn: Promise.resolve(),
  usedAtMs: 0,
})

const remainingOf = ({ granted, used, less }: Account, { limit }: QuotaLimit): number =>
  limit + granted - used - less

const countLease = (
  account: Account,
  { id }: LeasePeer,
  count: number,
  granted?: { readonly day: string; readonly grant: number },
): void => {
  const lease = account.leases.get(id) ?? { count: 0, day: '', grant: 0 }
  const next = { ...lease, ...granted, count: lease.count + count }
  if (next.count <= 0) account.leases.delete(id)
  else account.leases.set(id, next)
}

const grantIn =
  ({ leases }: Account) =>
  ({ id }: LeasePeer): number =>
    leases.get(id)?.grant ?? 0

const sum = (days: readonly UsageDay[], of: (day: UsageDay) => number): number =>
  days.reduce((total, day) => total + of(day), 0)

/** Writes charges in groups: whoever comes while one group is being written is in the next. */
const createJournal = (ledger: QuotaLedger, onError: (error: unknown) => void) => {
  let next: QuotaCharge[] = []
  let writing: Promise<void> = Promise.resolve()
  let isPlanned = false
  const write = async (): Promise<void> => {
    isPlanned = false
    const charges = next
    next = []
    if (charges.length > 0) await ledger.add(charges)
  }
  /** Fulfils when the charge is durable; rejects where its group could not be written. */
  const add = (charge: QuotaCharge): Promise<void> => {
    next.push(charge)
    if (!isPlanned) {
      isPlanned = true
      writing = writing.catch(() => undefined).then(write)
    }
    return writing
  }
  return {
    add,
    /** What is lost here was charged already: it only costs the caller. */
    addSoon: (charge: QuotaCharge): void => void add(charge).catch(onError),
    settled: (): Promise<void> => writing.catch(() => undefined),
  }
}
