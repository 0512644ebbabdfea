// Records of a data set: a device reads what changed after the count that it knows, and writes with the counts that it
// has seen; a stale one is a conflict.
// https://docs.aws.amazon.com/cognitosync/latest/APIReference/API_UpdateRecords.html
import { hash } from 'node:crypto'
import type {
  ListRecordsRequest,
  RecordPatch,
  UpdateRecordsRequest,
} from '@aws-sdk/client-cognito-sync'
import type { SyncDataset, SyncRecord } from '#model/cognito-sync.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { datasets, records } from './collections.ts'
import { countUsage, DATASETS_MAX } from './datasets.ts'
import { conflict, invalidParameter, limitExceeded } from './errors.ts'
import { pageOf } from './pages.ts'
import { type DatasetPlace, datasetPlace } from './place.ts'

/** AWS: 1024 records and 1 MB of a data set. [guide: limits] */
const RECORDS_MAX = 1_024
const DATASET_BYTES_MAX = 1024 * 1024
const KEY_LENGTH_MAX = 1_024
/** With those that were removed, which are remembered for other devices. */
const REMEMBERED_MAX = 4_096
const REMEMBERED_DATASETS_MAX = 200

export const listRecords = async (input: Shape<ListRecordsRequest>, call: ReadCall) => {
  const place = await datasetPlace(call, input)
  const dataset = await call.view.get(datasets, place.scope, place.key)
  const known = input.LastSyncCount ?? 0
  const held = await call.view.list(records, place.scope, {
    prefix: `${place.key}/`,
    limit: REMEMBERED_MAX,
  })
  const changed = held.filter(({ value }) => value.SyncCount > known)
  const { items, next } = pageOf(changed, input)
  const count = dataset?.syncCount ?? 0
  const exists = dataset !== undefined && dataset.deletedAt === undefined
  return {
    Records: items.map(({ value }) => value),
    ...next,
    Count: items.length,
    DatasetSyncCount: count,
    ...(dataset !== undefined && { LastModifiedBy: dataset.LastModifiedBy }),
    MergedDatasetNames: [],
    DatasetExists: exists,
    DatasetDeletedAfterRequestedSyncCount: (dataset?.deletedAt ?? 0) > known && known > 0,
    SyncSessionToken: sessionToken(place, count),
  }
}

export const updateRecords = async (input: Shape<UpdateRecordsRequest>, call: WriteCall) => {
  const place = await datasetPlace(call, input)
  checkSession(place, input.SyncSessionToken)
  const dataset = await openDataset(call, place, input.DeviceId)
  const patches = input.RecordPatches ?? []
  if (new Set(patches.map(({ Key }) => Key)).size !== patches.length)
    throw invalidParameter('A record can be patched once in a call.')
  const syncCount = dataset.syncCount + (patches.length > 0 ? 1 : 0)
  let { DataStorage, NumRecords } = dataset
  const made: SyncRecord[] = []
  for (const patch of patches) {
    const { record, before } = await apply(call, place, patch, syncCount, dataset.LastModifiedBy)
    DataStorage += sizeOf(record) - sizeOf(before)
    NumRecords += Number(record.Value !== undefined) - Number(before?.Value !== undefined)
    made.push(record)
  }
  if (NumRecords > RECORDS_MAX || DataStorage > DATASET_BYTES_MAX)
    throw limitExceeded(`A dataset has at most ${RECORDS_MAX} records and 1 MB.`)
  await call.tx.put(datasets, place.scope, place.key, {
    ...dataset,
    DataStorage,
    NumRecords,
    syncCount,
    LastModifiedDate: call.nowMs,
  })
  await countUsage(call, place.poolId, DataStorage - dataset.DataStorage, 1)
  return { Records: made }
}

/** The data set, made where there is none. */
const openDataset = async (
  call: WriteCall,
  { scope, key, prefix, name, identityId }: DatasetPlace,
  deviceId: string | undefined,
): Promise<SyncDataset> => {
  const LastModifiedBy = deviceId ?? call.caller?.userId ?? identityId
  const held = await call.view.get(datasets, scope, key)
  if (held !== undefined && held.deletedAt === undefined) return { ...held, LastModifiedBy }
  const all = await call.view.list(datasets, scope, { prefix, limit: REMEMBERED_DATASETS_MAX })
  const there = all.filter(({ value }) => value.deletedAt === undefined)
  if (there.length >= DATASETS_MAX || all.length >= REMEMBERED_DATASETS_MAX)
    throw limitExceeded(`An identity has at most ${DATASETS_MAX} datasets.`)
  return {
    IdentityId: identityId,
    DatasetName: name,
    CreationDate: call.nowMs,
    LastModifiedDate: call.nowMs,
    LastModifiedBy,
    DataStorage: 0,
    NumRecords: 0,
    syncCount: held?.syncCount ?? 0,
  }
}

const apply = async (
  call: WriteCall,
  { scope, key }: DatasetPlace,
  patch: Shape<RecordPatch>,
  syncCount: number,
  by: string,
): Promise<{ readonly record: SyncRecord; readonly before: SyncRecord | undefined }> => {
  const { Op, Key = '', Value, SyncCount, DeviceLastModifiedDate } = patch
  if (Key.length < 1 || Key.length > KEY_LENGTH_MAX)
    throw invalidParameter(`A record's key has 1 to ${KEY_LENGTH_MAX} characters.`)
  if (Op === 'replace' && Value === undefined)
    throw invalidParameter('A record that is replaced needs a Value.')
  const at = `${key}/${Key}`
  const before = await call.view.get(records, scope, at)
  if (SyncCount !== (before?.SyncCount ?? 0))
    throw conflict(`The record '${Key.slice(0, 200)}' was changed since: read it again.`)
  const record: SyncRecord = {
    Key,
    ...(Op === 'replace' && Value !== undefined && { Value }),
    SyncCount: syncCount,
    LastModifiedDate: call.nowMs,
    LastModifiedBy: by,
    DeviceLastModifiedDate: DeviceLastModifiedDate ?? call.nowMs,
  }
  await call.tx.put(records, scope, at, record)
  return { record, before }
}

const sizeOf = (record: SyncRecord | undefined): number =>
  record?.Value === undefined
    ? 0
    : Buffer.byteLength(record.Key, 'utf8') + Buffer.byteLength(record.Value, 'utf8')

/** Names the data set that it was given for: nothing hangs on its secrecy. */
const sessionToken = ({ key }: DatasetPlace, count: number): string =>
  Buffer.from(`${count}.${hash('sha256', key, 'base64url')}`, 'utf8').toString('base64url')

const checkSession = (place: DatasetPlace, token: string | undefined): void => {
  const text = Buffer.from(token ?? '', 'base64url').toString('utf8')
  const [count = ''] = text.split('.')
  if (/^\d{1,15}$/.test(count) && sessionToken(place, Number(count)) === token) return
  throw invalidParameter('The SyncSessionToken is not one of this dataset: call ListRecords first.')
}
