// What quotas used, in a store of its own: a request that draws on a quota must not wait for a deployment that writes.
import type { UsageDay } from '#model/limits.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { isDiskFull } from '#shared/disk-full.ts'
import { collection, type Store } from './store.ts'

/** AWS: usage is kept for 90 days. [api: GetUsage] A few more, for the period that they begin in. */
const DAYS_MAX = 92

/** By the quota's name, in order of their days. */
const usageDays = collection<readonly UsageDay[]>('apigateway/usage')

export interface UsageLedger {
  read(name: string, firstDay: string, lastDay: string): Promise<readonly UsageDay[]>
  /** Adds to what is there; durable when the promise fulfils. */
  add(charges: readonly (UsageDay & { readonly name: string })[]): Promise<void>
  forget(prefix: string): Promise<void>
  close(): Promise<void>
}

/**
 * A full disk refuses nobody's requests: what cannot be written is counted here until it can be. Should the process die
 * before that, it is forgotten.
 */
export const createUsageLedger = (
  store: Store,
  onFull: (error: unknown) => void = () => undefined,
): UsageLedger => {
  /** By their names: one row for each quota and day. */
  let owed: ReadonlyMap<string, readonly UsageDay[]> = new Map()
  const write = (charges: ReadonlyMap<string, readonly UsageDay[]>): Promise<void> =>
    store.write(async (tx) => {
      for (const [name, its] of charges) {
        const days = (await tx.get(usageDays, GLOBAL_SCOPE, name)) ?? []
        await tx.put(usageDays, GLOBAL_SCOPE, name, its.reduce(added, days).slice(-DAYS_MAX))
      }
    })
  const add = async (charges: ReadonlyMap<string, readonly UsageDay[]>): Promise<void> => {
    const before = owed
    owed = new Map()
    try {
      await write(merged(before, charges))
    } catch (error) {
      owed = merged(before, owed)
      if (!isDiskFull(error)) throw error
      owed = merged(owed, charges)
      onFull(error)
    }
  }
  return {
    read: async (name, firstDay, lastDay) => {
      const days = await store.read((view) => view.get(usageDays, GLOBAL_SCOPE, name))
      const all = (owed.get(name) ?? []).reduce(added, days ?? [])
      return all.filter(({ day }) => day >= firstDay && day <= lastDay)
    },
    add: (charges) => add(Map.groupBy(charges, (charge) => charge.name)),
    forget: async (prefix) => {
      owed = new Map([...owed].filter(([name]) => !name.startsWith(prefix)))
      await store.write(async (tx) => {
        if (prefix === '') await tx.clear()
        else await tx.deletePrefix(usageDays, GLOBAL_SCOPE, prefix)
      })
    },
    close: async () => {
      if (owed.size > 0) await add(new Map())
      await store.close()
    },
  }
}

const merged = (
  left: ReadonlyMap<string, readonly UsageDay[]>,
  right: ReadonlyMap<string, readonly UsageDay[]>,
): ReadonlyMap<string, readonly UsageDay[]> => {
  const all = new Map(left)
  for (const [name, days] of right) all.set(name, days.reduce(added, all.get(name) ?? []))
  return all
}

const added = (days: readonly UsageDay[], charge: UsageDay): readonly UsageDay[] => {
  const { day } = charge
  const known = days.find((one) => one.day === day) ?? { day, used: 0, granted: 0 }
  const sum = { day, used: known.used + charge.used, granted: known.granted + charge.granted }
  const others = days.filter((one) => one !== known)
  return [...others, sum].sort((left, right) => (left.day < right.day ? -1 : 1))
}
