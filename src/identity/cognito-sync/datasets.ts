// Data sets of an identity, and how much pools and identities hold.
// https://docs.aws.amazon.com/cognitosync/latest/APIReference/API_ListDatasets.html
import type {
  DeleteDatasetRequest,
  DescribeDatasetRequest,
  DescribeIdentityPoolUsageRequest,
  DescribeIdentityUsageRequest,
  ListDatasetsRequest,
  ListIdentityPoolUsageRequest,
} from '@aws-sdk/client-cognito-sync'
import type { SyncDataset, SyncPoolUsage } from '#model/cognito-sync.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { identityPools, scopeOf } from '../cognito-identity/collections.ts'
import { poolOf } from '../cognito-identity/identity-pools.ts'
import { datasets, poolUsages, records } from './collections.ts'
import { notFound } from './errors.ts'
import { pageOf } from './pages.ts'
import { datasetPlace, identityPlace } from './place.ts'

/** AWS: 20 of an identity. [guide: limits] */
export const DATASETS_MAX = 20
/** With those that were deleted, whose counts are kept. */
const REMEMBERED_MAX = 200

export const listDatasets = async (input: Shape<ListDatasetsRequest>, call: ReadCall) => {
  const { scope, prefix } = await identityPlace(call, input)
  const held = await call.view.list(datasets, scope, { prefix, limit: REMEMBERED_MAX })
  const there = held.filter(({ value }) => value.deletedAt === undefined)
  const { items, next } = pageOf(there, input)
  return { Datasets: items.map(({ value }) => shapeOf(value)), Count: items.length, ...next }
}

export const describeDataset = async (input: Shape<DescribeDatasetRequest>, call: ReadCall) => {
  const { scope, key, name } = await datasetPlace(call, input)
  return { Dataset: shapeOf(present(await call.view.get(datasets, scope, key), name)) }
}

/** The count is kept: who comes back with an older one is told that the data set was deleted. */
export const deleteDataset = async (input: Shape<DeleteDatasetRequest>, call: WriteCall) => {
  const { scope, key, name, poolId } = await datasetPlace(call, input)
  const dataset = present(await call.view.get(datasets, scope, key), name)
  await call.tx.deletePrefix(records, scope, `${key}/`)
  const syncCount = dataset.syncCount + 1
  await call.tx.put(datasets, scope, key, {
    ...dataset,
    DataStorage: 0,
    NumRecords: 0,
    LastModifiedDate: call.nowMs,
    syncCount,
    deletedAt: syncCount,
  })
  await countUsage(call, poolId, -dataset.DataStorage)
  return { Dataset: shapeOf(dataset) }
}

export const describeIdentityUsage = async (
  input: Shape<DescribeIdentityUsageRequest>,
  call: ReadCall,
) => {
  const { scope, prefix, poolId, identityId } = await identityPlace(call, input)
  const held = await call.view.list(datasets, scope, { prefix, limit: REMEMBERED_MAX })
  const there = held.flatMap(({ value }) => (value.deletedAt === undefined ? [value] : []))
  const changed = held.map(({ value }) => value.LastModifiedDate)
  return {
    IdentityUsage: {
      IdentityId: identityId,
      IdentityPoolId: poolId,
      ...(changed.length > 0 && { LastModifiedDate: Math.max(...changed) }),
      DatasetCount: there.length,
      DataStorage: there.reduce((sum, { DataStorage }) => sum + DataStorage, 0),
    },
  }
}

export const describeIdentityPoolUsage = async (
  input: Shape<DescribeIdentityPoolUsageRequest>,
  call: ReadCall,
) => {
  const { IdentityPoolId } = await poolOf(call, input.IdentityPoolId)
  return { IdentityPoolUsage: await usageOf(call, IdentityPoolId) }
}

export const listIdentityPoolUsage = async (
  input: Shape<ListIdentityPoolUsageRequest>,
  call: ReadCall,
) => {
  const { accountId, region } = call
  const held = await call.view.list(identityPools, { accountId, region })
  const { items, next } = pageOf(held, input)
  const usages = []
  for (const { key } of items) usages.push(await usageOf(call, key))
  return { IdentityPoolUsages: usages, Count: usages.length, ...next }
}

/** Counts a change into what a pool holds. */
export const countUsage = async (
  call: WriteCall,
  poolId: string,
  bytes: number,
  sessions = 0,
): Promise<void> => {
  const scope = scopeOf(call, poolId, 'identityPoolId')
  const { DataStorage, SyncSessionsCount } =
    (await call.view.get(poolUsages, scope, poolId)) ?? UNUSED
  await call.tx.put(poolUsages, scope, poolId, {
    DataStorage: Math.max(0, DataStorage + bytes),
    SyncSessionsCount: SyncSessionsCount + sessions,
    LastModifiedDate: call.nowMs,
  })
}

const UNUSED: Pick<SyncPoolUsage, 'DataStorage' | 'SyncSessionsCount'> = {
  DataStorage: 0,
  SyncSessionsCount: 0,
}

const usageOf = async (call: ReadCall, IdentityPoolId: string) => {
  const scope = scopeOf(call, IdentityPoolId, 'identityPoolId')
  const held = await call.view.get(poolUsages, scope, IdentityPoolId)
  return { IdentityPoolId, ...(held ?? UNUSED) }
}

const present = (dataset: SyncDataset | undefined, name: string): SyncDataset => {
  if (dataset !== undefined && dataset.deletedAt === undefined) return dataset
  throw notFound(`Dataset '${name}' not found.`)
}

const shapeOf = ({ syncCount: _1, deletedAt: _2, ...shown }: SyncDataset) => shown
