// What there is in buckets: a store of its own in S3's folder, so that objects neither wait for deployments nor make
// anybody look for news. Keys of objects are kept in hexadecimal: whatever they hold is text, and their order is the
// order of their UTF-8, which is the order that S3 lists them in.
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { collection, type Store, type Transaction, type View } from '#store/store.ts'
import type { Blob } from './blobs.ts'
import type { Checksum } from './checksums.ts'

/** What a client gave with the object and gets back: `Content-Type`, `Cache-Control` … */
export type ObjectHeaders = Readonly<Record<string, string>>

export interface ObjectRecord {
  readonly key: string
  readonly blobs: readonly Blob[]
  readonly size: number
  /** Without its quotes. */
  readonly etag: string
  readonly modifiedMs: number
  readonly headers: ObjectHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly checksum?: Checksum
}

export interface UploadRecord {
  readonly uploadId: string
  readonly key: string
  readonly initiatedMs: number
  readonly headers: ObjectHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly algorithm?: Checksum['algorithm']
  readonly checksumType?: Checksum['type']
}

export interface PartRecord {
  readonly number: number
  readonly blob: Blob
  readonly etag: string
  readonly modifiedMs: number
  readonly checksum?: Checksum
}

/** By `{bucket id}/{key in hexadecimal}`. */
const objects = collection<ObjectRecord>('objects')
/** By `{bucket id}/{key in hexadecimal}/{upload id}`. */
const uploads = collection<UploadRecord>('uploads')
/** By `{upload id}/{number, five digits}`. */
const parts = collection<PartRecord>('parts')

const hexOf = (key: string): string => Buffer.from(key, 'utf8').toString('hex')
const objectKey = (bucketId: string, key: string): string => `${bucketId}/${hexOf(key)}`
const uploadKey = (bucketId: string, key: string, uploadId: string): string =>
  `${objectKey(bucketId, key)}/${uploadId}`
const partKey = (uploadId: string, number: number): string =>
  `${uploadId}/${String(number).padStart(5, '0')}`

export interface Page<T> {
  readonly prefix: string
  /** Only keys after this one; with `past`, after all that begin with it. */
  readonly after?: string
  readonly past?: boolean
  readonly limit: number
  readonly of?: T
}

export const objectIndex = (store: Store) => ({
  get: (bucketId: string, key: string) =>
    store.read((view) => view.get(objects, GLOBAL_SCOPE, objectKey(bucketId, key))),
  /** What is there now, and may refuse; then the new one takes its place. Answers what it was. */
  put: (
    bucketId: string,
    record: ObjectRecord,
    mayReplace: (before: ObjectRecord | undefined) => void = () => undefined,
    also: (tx: Transaction) => Promise<void> = async () => undefined,
  ) =>
    store.write(async (tx) => {
      const key = objectKey(bucketId, record.key)
      const before = await tx.get(objects, GLOBAL_SCOPE, key)
      mayReplace(before)
      await tx.put(objects, GLOBAL_SCOPE, key, record)
      await also(tx)
      return before
    }),
  delete: (bucketId: string, keys: readonly string[]) =>
    store.write(async (tx) => {
      const gone: ObjectRecord[] = []
      for (const key of keys) {
        const at = objectKey(bucketId, key)
        const before = await tx.get(objects, GLOBAL_SCOPE, at)
        if (before === undefined) continue
        gone.push(before)
        await tx.delete(objects, GLOBAL_SCOPE, at)
      }
      return gone
    }),
  list: (bucketId: string, page: Page<ObjectRecord>) =>
    store.read((view) => listKeys(view, objects, bucketId, page)),
  isEmpty: async (bucketId: string): Promise<boolean> =>
    (await store.read((view) => listKeys(view, objects, bucketId, { prefix: '', limit: 1 })))
      .length === 0,
  putUpload: (bucketId: string, record: UploadRecord) =>
    store.write((tx) =>
      tx.put(uploads, GLOBAL_SCOPE, uploadKey(bucketId, record.key, record.uploadId), record),
    ),
  getUpload: (bucketId: string, key: string, uploadId: string) =>
    store.read((view) => view.get(uploads, GLOBAL_SCOPE, uploadKey(bucketId, key, uploadId))),
  listUploads: (bucketId: string, prefix: string, limit: number) =>
    store.read((view) => listKeys(view, uploads, bucketId, { prefix, limit })),
  /** Undefined: the upload was ended meanwhile. */
  putPart: (bucketId: string, upload: UploadRecord, part: PartRecord) =>
    store.write(async (tx) => {
      const at = uploadKey(bucketId, upload.key, upload.uploadId)
      if ((await tx.get(uploads, GLOBAL_SCOPE, at)) === undefined) return undefined
      const key = partKey(upload.uploadId, part.number)
      const before = await tx.get(parts, GLOBAL_SCOPE, key)
      await tx.put(parts, GLOBAL_SCOPE, key, part)
      return { before }
    }),
  listParts: (uploadId: string, after = 0, limit = PARTS_MAX) =>
    store.read(async (view) =>
      (
        await view.list(parts, GLOBAL_SCOPE, {
          prefix: `${uploadId}/`,
          after: partKey(uploadId, after),
          limit,
        })
      ).map(({ value }) => value),
    ),
  /** Ends an upload within a transaction of `put`, or by itself. */
  endUpload: (bucketId: string, upload: UploadRecord) => async (tx: Transaction) => {
    await tx.delete(uploads, GLOBAL_SCOPE, uploadKey(bucketId, upload.key, upload.uploadId))
    await tx.deletePrefix(parts, GLOBAL_SCOPE, `${upload.uploadId}/`)
  },
  write: store.write,
  /** Forgets all of a bucket; answers the blobs that nothing refers to any more. */
  forgetBucket: (bucketId: string) => store.write((tx) => forgetBucket(tx, bucketId)),
  /** The ids of all blobs that something refers to, and of all buckets that have something. */
  referred: () => store.read(referred),
})

export type ObjectIndex = ReturnType<typeof objectIndex>

export const PARTS_MAX = 10_000

const listKeys = async <T>(
  view: View,
  of: ReturnType<typeof collection<T>>,
  bucketId: string,
  { prefix, after, past = false, limit }: Page<T>,
): Promise<readonly T[]> => {
  const found = await view.list(of, GLOBAL_SCOPE, {
    prefix: objectKey(bucketId, prefix),
    // No digit of a key sorts after `g`.
    ...(after !== undefined && { after: `${objectKey(bucketId, after)}${past ? 'g' : ''}` }),
    limit,
  })
  return found.map(({ value }) => value)
}

const forgetBucket = async (tx: Transaction, bucketId: string): Promise<readonly Blob[]> => {
  const blobs: Blob[] = []
  const prefix = `${bucketId}/`
  for (const { value } of await tx.list(objects, GLOBAL_SCOPE, { prefix }))
    blobs.push(...value.blobs)
  for (const { value } of await tx.list(uploads, GLOBAL_SCOPE, { prefix })) {
    const ofUpload = await tx.list(parts, GLOBAL_SCOPE, { prefix: `${value.uploadId}/` })
    blobs.push(...ofUpload.map((part) => part.value.blob))
    await tx.deletePrefix(parts, GLOBAL_SCOPE, `${value.uploadId}/`)
  }
  await tx.deletePrefix(objects, GLOBAL_SCOPE, prefix)
  await tx.deletePrefix(uploads, GLOBAL_SCOPE, prefix)
  return blobs
}

const REFERRED_PAGE = 1_000

const referred = async (view: View) => {
  const blobs = new Set<string>()
  const buckets = new Set<string>()
  const pages = async <T>(
    of: ReturnType<typeof collection<T>>,
    take: (key: string, value: T) => void,
  ) => {
    for (let after: string | undefined; ; ) {
      const page = await view.list(of, GLOBAL_SCOPE, {
        limit: REFERRED_PAGE,
        ...(after !== undefined && { after }),
      })
      for (const { key, value } of page) take(key, value)
      after = page.at(-1)?.key
      if (after === undefined) return
    }
  }
  await pages(objects, (key, { blobs: own }) => {
    buckets.add(key.split('/')[0] ?? '')
    for (const { id } of own) blobs.add(id)
  })
  await pages(uploads, (key) => void buckets.add(key.split('/')[0] ?? ''))
  await pages(parts, (_key, { blob }) => void blobs.add(blob.id))
  return { blobs, buckets }
}
