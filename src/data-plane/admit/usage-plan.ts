// Which usage plan a key calls a stage with, and what the plan lets it do: the throttle of the method, of the plan,
// and the quota. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
import { quotaOf, rateOf } from '#model/apigateway/usage-limits.ts'
import type { ApiStage } from '#model/apigateway/usage-plan.ts'
import type { ApiKeyEntry, FindEntry, UsagePlanEntry } from '#model/documents.ts'
import type { Limit } from '#model/limits.ts'
import type { StageFacts } from '../compiling.ts'
import { methodKey } from './throttle.ts'

/** A key in the plan by which it may call a stage. */
export interface KeyInPlan {
  readonly plan: UsagePlanEntry
  /**
   * In the order in which a request passes them. `method` is `{resource path}/{verb}`, and `any` the method that
   * takes it, where that is one for all verbs.
   */
  limitsOf(method: string, any?: string): readonly Limit[]
}

/** Finds the plan of a key for one stage; undefined where it is in none that has the stage. */
export type FindKeyInPlan = (key: ApiKeyEntry, find: FindEntry) => KeyInPlan | undefined

interface Known {
  readonly inPlan: KeyInPlan
  /** The directory in which it was last found to hold. */
  generation: number
}

/** What is found is kept with the key's entry, for as long as neither it nor the plan changes. */
export const compileUsagePlans = (stage: StageFacts): FindKeyInPlan => {
  const { accountId, region } = stage.scope
  const known = new WeakMap<ApiKeyEntry, Known>()
  // Of the directory that was seen last: while it is that one, nothing has changed. Weak, so that a stage that nobody
  // calls holds no directory of the past.
  let seen: WeakRef<FindEntry> | undefined
  let generation = 0
  const planOf = (find: FindEntry, id: string) => find('usage-plan', `${accountId}/${region}/${id}`)
  return (key, find) => {
    if (seen?.deref() !== find) {
      seen = new WeakRef(find)
      generation++
    }
    const kept = known.get(key)
    if (kept?.generation === generation) return kept.inPlan
    if (kept !== undefined && planOf(find, kept.inPlan.plan.id) === kept.inPlan.plan) {
      kept.generation = generation
      return kept.inPlan
    }
    // AWS: a key may be in several plans, but in one for each stage. [guide: api-gateway-api-usage-plans]
    for (const id of key.usagePlans) {
      const plan = planOf(find, id)
      const apiStage = plan?.apiStages.find((each) => isThis(each, stage))
      if (plan === undefined || apiStage === undefined) continue
      const inPlan = keyInPlan(stage, plan, apiStage, key.id)
      known.set(key, { inPlan, generation })
      return inPlan
    }
    return undefined
  }
}

const isThis = (apiStage: ApiStage, { apiId, stageName }: StageFacts): boolean =>
  apiStage.apiId === apiId && apiStage.stage === stageName

const keyInPlan = (
  stage: StageFacts,
  plan: UsagePlanEntry,
  apiStage: ApiStage,
  keyId: string,
): KeyInPlan => {
  const { accountId, region } = stage.scope
  const name = `plan/${accountId}/${region}/${plan.id}/${keyId}`
  // AWS: the throttle of a plan is over all of its stages, that of a method is of one. [behaviour.md 9 "Usage plan"]
  const whole: Limit[] = []
  const rate = plan.throttle && rateOf(name, plan.throttle)
  if (rate !== undefined) whole.push(rate)
  const quota = quotaOf(stage.scope, plan, keyId)
  if (quota !== undefined) whole.push(quota)
  const byMethod = new Map<string, readonly Limit[]>()
  for (const [method, settings] of Object.entries(apiStage.throttle ?? {})) {
    const key = methodKey(method)
    const own = rateOf(`${name}/${stage.apiId}/${stage.stageName}/${key}`, settings)
    if (own !== undefined) byMethod.set(key, [own, ...whole])
  }
  return {
    plan,
    limitsOf: (method, any = method) => byMethod.get(method) ?? byMethod.get(any) ?? whole,
  }
}
