// Where Cognito Sync keeps its things: in the account and region of the pool, which its id names.
import type { SyncDataset, SyncPoolUsage, SyncRecord } from '#model/cognito-sync.ts'
import type { Scope } from '#model/scope.ts'
import { collection } from '#store/store.ts'
import type { WriteCall } from '#store/transactional.ts'

/** By `{poolId}/{identityId}/{DatasetName}`. */
export const datasets = collection<SyncDataset>('cognito-sync/datasets')
/** By `{poolId}/{identityId}/{DatasetName}/{Key}`. */
export const records = collection<SyncRecord>('cognito-sync/records')
/** By pool id. */
export const poolUsages = collection<SyncPoolUsage>('cognito-sync/poolUsages')

/** Deletes all data sets of an identity: `{poolId}/{identityId}/`. */
export const forgetDatasets = async (
  call: WriteCall,
  scope: Scope,
  prefix: string,
): Promise<void> => {
  await call.tx.deletePrefix(records, scope, prefix)
  await call.tx.deletePrefix(datasets, scope, prefix)
}
