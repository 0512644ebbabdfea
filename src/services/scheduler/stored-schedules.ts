// How schedules come into the store and out of it: counted, for there is a quota.
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import type { Store, Transaction } from '#store/store.ts'
import {
  overQuota,
  scheduleCounts,
  scheduleKey,
  type ScheduleRecord,
  schedules,
  scopeKey,
} from './records.ts'

/** AWS: a million per region; here as many as one timer looks through in a moment. */
const SCHEDULES_MAX = 100_000

export const removeSchedule = async (
  { scope, group, name }: ScheduleRecord,
  tx: Transaction,
): Promise<void> => {
  await tx.delete(schedules, GLOBAL_SCOPE, scheduleKey(scope, group, name))
  await countSchedules(tx, scope, -1)
}

export const countSchedules = async (
  tx: Transaction,
  scope: Scope,
  change: number,
): Promise<void> => {
  const key = scopeKey(scope)
  const before = (await tx.get(scheduleCounts, GLOBAL_SCOPE, key))?.count ?? 0
  if (before + change > SCHEDULES_MAX) {
    throw overQuota(`There are ${SCHEDULES_MAX} schedules in this region already.`)
  }
  await tx.put(scheduleCounts, GLOBAL_SCOPE, key, { count: Math.max(0, before + change) })
}

/** Whether there is any: what runs them has something to do. */
export const hasSchedules = (store: Store): Promise<boolean> =>
  store.read(async (view) => {
    const counts = await view.list(scheduleCounts, GLOBAL_SCOPE)
    return counts.some(({ value }) => value.count > 0)
  })
