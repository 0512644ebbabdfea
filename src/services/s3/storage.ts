// S3's folder in the data directory, opened by one process: the index, the blobs, and what was left of an earlier life.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { ObjectEvents, ReadObject, WriteObject } from '#model/ports.ts'
import { systemRandom } from '#shared/random.ts'
import { openSqliteStore } from '#store/sqlite.ts'
import type { Store } from '#store/store.ts'
import { ServiceError } from '#wire/errors.ts'
import { openBlobs } from './blobs.ts'
import { bucketOf, buckets } from './buckets.ts'
import { noSuchKey } from './errors.ts'
import { objectIndex } from './object-index.ts'
import type { S3Parts } from './parts.ts'
import { writeObject } from './write-object.ts'

export interface Storage {
  parts(): S3Parts
  readonly readObject: ReadObject
  readonly writeObject: WriteObject
  isEmpty(bucketId: string): Promise<boolean>
  /** Deletes all objects. The store has forgotten the buckets already. */
  clear(): Promise<void>
  close(): Promise<void>
}

export const openStorage = async (options: {
  readonly folder: string
  readonly store: Store
  readonly events: ObjectEvents
  readonly onError: (error: unknown) => void
}): Promise<Storage> => {
  const { folder, store, events, onError } = options
  const open = async () => {
    await mkdir(folder, { recursive: true })
    const index = openSqliteStore(join(folder, 'index.db'))
    const parts: S3Parts = {
      index: objectIndex(index),
      blobs: await openBlobs(folder),
      newId: () => systemRandom.uuid(),
      events,
    }
    const swept = sweep(parts, store).catch(onError)
    return { index, parts, swept }
  }
  let opened = await open()
  const close = async (): Promise<void> => {
    await opened.swept
    await opened.index.close()
  }
  return {
    parts: () => opened.parts,
    isEmpty: (bucketId) => opened.parts.index.isEmpty(bucketId),
    readObject: async ({ bucket, key, versionId, bytesMax }) => {
      const { index, blobs } = opened.parts
      if (versionId !== undefined && versionId !== 'null')
        throw new ServiceError('NoSuchVersion', 404, 'The specified version does not exist.')
      const { id } = await store.read((view) => bucketOf(view, bucket))
      const record = await index.get(id, key)
      if (record === undefined) throw noSuchKey(key)
      if (record.size > bytesMax) throw new Error(`${key} is larger than ${bytesMax} bytes`)
      return blobs.readWhole(record.blobs, 0, record.size)
    },
    writeObject: writeObject(() => opened.parts, store),
    clear: async () => {
      await close()
      await rm(folder, { recursive: true, force: true })
      opened = await open()
    },
    close,
  }
}

/** Objects of buckets that are gone, and bytes of no object: what a process that was killed left behind. */
const sweep = async ({ index, blobs }: S3Parts, store: Store): Promise<void> => {
  // In this order: a bucket is there before its objects are.
  const { buckets: filled } = await index.referred()
  const living = new Set(
    (await store.read((view) => view.list(buckets, GLOBAL_SCOPE))).map(({ value }) => value.id),
  )
  for (const bucketId of filled) {
    if (!living.has(bucketId)) await blobs.remove(await index.forgetBucket(bucketId))
  }
  const { blobs: referred } = await index.referred()
  await blobs.sweep((id) => referred.has(id))
}
