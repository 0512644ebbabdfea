// Publishes API keys and usage plans: the directory entries by which the data plane knows who may call how much. Each
// runs inside the transaction of the operation that makes it necessary.
import { apiKeyHash } from '#model/apigateway/api-key-hash.ts'
import type { ApiKey, UsagePlan } from '#model/apigateway/usage-plan.ts'
import type { ApiKeyEntry, UsagePlanEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { apiKeys, directory } from '#store/collections.ts'
import type { Transaction, View } from '#store/store.ts'

/** Writes the entry of a key as it is now; the plans that it is in stay as they are. */
export const publishApiKey = async (
  tx: Transaction,
  scope: Scope,
  { id, value, enabled }: ApiKey,
): Promise<void> => {
  const before = await findApiKeyEntry(tx, scope, value)
  const usagePlans = before?.usagePlans ?? []
  await putKey(tx, scope, value, { kind: 'api-key', id, enabled, usagePlans })
}

export const unpublishApiKey = async (
  tx: Transaction,
  scope: Scope,
  { value }: ApiKey,
): Promise<void> => {
  await tx.delete(directory, GLOBAL_SCOPE, keyOfApiKey(scope, value))
}

/** Puts a key into a plan, or takes it out. */
export const publishMembership = async (
  tx: Transaction,
  scope: Scope,
  member: { readonly keyId: string; readonly planId: string; readonly isIn: boolean },
): Promise<void> => {
  const { keyId, planId, isIn } = member
  const apiKey = await tx.get(apiKeys, scope, keyId)
  const entry = apiKey && (await findApiKeyEntry(tx, scope, apiKey.value))
  if (apiKey === undefined || entry === undefined) return
  const others = entry.usagePlans.filter((id) => id !== planId)
  const usagePlans = isIn ? [...others, planId] : others
  await putKey(tx, scope, apiKey.value, { ...entry, usagePlans })
}

export const findApiKeyEntry = async (
  view: View,
  scope: Scope,
  value: string,
): Promise<ApiKeyEntry | undefined> => {
  const entry = await view.get(directory, GLOBAL_SCOPE, keyOfApiKey(scope, value))
  return entry?.kind === 'api-key' ? entry : undefined
}

export const publishUsagePlan = async (
  tx: Transaction,
  scope: Scope,
  { id, apiStages, throttle, quota }: UsagePlan,
): Promise<void> => {
  const entry: UsagePlanEntry = {
    kind: 'usage-plan',
    id,
    apiStages,
    ...(throttle !== undefined && { throttle }),
    ...(quota !== undefined && { quota }),
  }
  await tx.put(directory, GLOBAL_SCOPE, keyOfPlan(scope, id), entry)
}

export const unpublishUsagePlan = async (
  tx: Transaction,
  scope: Scope,
  planId: string,
): Promise<void> => {
  await tx.delete(directory, GLOBAL_SCOPE, keyOfPlan(scope, planId))
}

const putKey = (tx: Transaction, scope: Scope, value: string, entry: ApiKeyEntry): Promise<void> =>
  tx.put(directory, GLOBAL_SCOPE, keyOfApiKey(scope, value), entry)

const keyOfApiKey = ({ accountId, region }: Scope, value: string): string =>
  `api-key/${accountId}/${region}/${apiKeyHash(value)}`

const keyOfPlan = ({ accountId, region }: Scope, planId: string): string =>
  `usage-plan/${accountId}/${region}/${planId}`
