// The rules that fire by the clock, of all accounts and regions that have some.
import { parseSchedule } from '#languages/schedule-expression/schedule-expression.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { collection, type Store, type Transaction } from '#store/store.ts'
import type { EventBuses } from './put-events.ts'
import { ruleKey, type RuleRecord, rules } from './records.ts'
import type { Scheduled } from './schedules.ts'

/** Global, by `{accountId}/{region}`: where rules with schedules are or were. */
const scheduleScopes = collection<Scope>('events/scheduleScopes')

/** Remembers that there is a schedule in a scope: with the rule, in its transaction. */
export const noteSchedule = async (
  tx: Transaction,
  { accountId, region }: Scope,
): Promise<void> => {
  const key = `${accountId}/${region}`
  if ((await tx.get(scheduleScopes, GLOBAL_SCOPE, key)) !== undefined) return
  await tx.put(scheduleScopes, GLOBAL_SCOPE, key, { accountId, region })
}

/** Whether there is a rule that fires by the clock, or was. */
export const hasScheduledRules = (store: Store): Promise<boolean> =>
  store.read(
    async (view) => (await view.list(scheduleScopes, GLOBAL_SCOPE, { limit: 1 })).length > 0,
  )

export const scheduledRules =
  (store: Store, buses: EventBuses) => (): Promise<readonly Scheduled[]> =>
    store.read(async (view) => {
      const found: Scheduled[] = []
      for (const { value: scope } of await view.list(scheduleScopes, GLOBAL_SCOPE)) {
        for (const { value } of await view.list(rules, scope)) {
          if (value.isEnabled && value.schedule !== undefined) {
            found.push(scheduledRule(value, value.schedule, scope, buses))
          }
        }
      }
      return found
    })

const scheduledRule = (
  rule: RuleRecord,
  expression: string,
  scope: Scope,
  buses: EventBuses,
): Scheduled => {
  const schedule = parseSchedule(expression) // It was parsed when it was put.
  const { accountId, region } = scope
  return {
    key: `${accountId}/${region}/${ruleKey(rule.bus, rule.name)}/${expression}/${rule.enabledMs}`,
    next: (afterMs) => schedule.next(afterMs, rule.enabledMs),
    fire: () => buses.fire(rule, scope),
  }
}
