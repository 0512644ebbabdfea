// The limits that a usage plan sets for a key, under the names by which they are counted.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
import type { QuotaLimit, RateLimit } from '../limits.ts'
import { ACCOUNT_BURST, ACCOUNT_RATE } from '../quotas.ts'
import type { Scope } from '../scope.ts'
import type { QuotaSettings, ThrottleSettings } from './usage-plan.ts'

/** Of a plan and a key; without a key, what the names of all of a plan's quotas begin with. */
export const quotaName = ({ accountId, region }: Scope, planId: string, keyId: string): string =>
  `${accountId}/${region}/${planId}/${keyId === '' ? '' : `${keyId}/`}`

export const quotaOf = (
  scope: Scope,
  plan: { readonly id: string; readonly quota?: QuotaSettings },
  keyId: string,
): QuotaLimit | undefined => {
  const { quota } = plan
  if (quota?.limit === undefined) return undefined
  const { limit, period = 'DAY', offset = 0 } = quota
  return { kind: 'quota', name: quotaName(scope, plan.id, keyId), limit, period, offset }
}

/** AWS: -1 switches a limit off, and what is not set is the account's. [guide: set-up-stages, limits] */
export const rateOf = (name: string, settings: ThrottleSettings): RateLimit | undefined => {
  const { rateLimit, burstLimit } = settings
  if (!isSet(rateLimit) && !isSet(burstLimit)) return undefined
  return {
    kind: 'rate',
    name,
    ratePerSecond: isSet(rateLimit) ? rateLimit : ACCOUNT_RATE,
    burst: isSet(burstLimit) ? burstLimit : ACCOUNT_BURST,
  }
}

const isSet = (limit: number | undefined): limit is number => limit !== undefined && limit >= 0

/** What all APIs of an account in a region share: one object for each, however many methods ask for it. */
export const accountLimits = (
  ratePerSecond = ACCOUNT_RATE,
  burst = ACCOUNT_BURST,
): ((scope: Scope) => RateLimit) => {
  const known = new Map<string, RateLimit>()
  return ({ accountId, region }) => {
    const name = `account/${accountId}/${region}`
    const limit = known.get(name) ?? { kind: 'rate', name, ratePerSecond, burst }
    if (known.size < ACCOUNTS_MAX) known.set(name, limit)
    return limit
  }
}

/** More have an object for each method that asks, which costs a comparison a request. */
const ACCOUNTS_MAX = 1_000
