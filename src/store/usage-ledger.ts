// What quotas used, in a store of its own: a request that draws on a quota must not wait for a deployment that writes.
import type { UsageDay } from '#model/limits.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
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

export const createUsageLedger = (store: Store): UsageLedger => ({
  read: async (name, firstDay, lastDay) => {
    const days = await store.read((view) => view.get(usageDays, GLOBAL_SCOPE, name))
    return (days ?? []).filter(({ day }) => day >= firstDay && day <= lastDay)
  },
  add: (charges) =>
    store.write(async (tx) => {
      for (const [name, its] of Map.groupBy(charges, (charge) => charge.name)) {
        const days = (await tx.get(usageDays, GLOBAL_SCOPE, name)) ?? []
        await tx.put(usageDays, GLOBAL_SCOPE, name, its.reduce(added, days).slice(-DAYS_MAX))
      }
    }),
  forget: (prefix) =>
    store.write(async (tx) => {
      if (prefix === '') await tx.clear()
      else await tx.deletePrefix(usageDays, GLOBAL_SCOPE, prefix)
    }),
  close: () => store.close(),
})

const added = (days: readonly UsageDay[], charge: UsageDay): readonly UsageDay[] => {
  const { day } = charge
  const known = days.find((one) => one.day === day) ?? { day, used: 0, granted: 0 }
  const sum = { day, used: known.used + charge.used, granted: known.granted + charge.granted }
  const others = days.filter((one) => one !== known)
  return [...others, sum].sort((left, right) => (left.day < right.day ? -1 : 1))
}
