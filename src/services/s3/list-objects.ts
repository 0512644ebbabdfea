// ListObjects and ListObjectsV2: keys in the order of their UTF-8, those with a delimiter after the prefix rolled up.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import { bucketOf } from './buckets.ts'
import { invalidArgument } from './errors.ts'
import type { ObjectRecord } from './object-index.ts'
import { type Input, type S3Call, type S3Parts, textOf } from './parts.ts'

const KEYS_MAX = 1_000

interface Listing {
  readonly objects: readonly ObjectRecord[]
  readonly prefixes: readonly string[]
  /** Where to go on: the last key, or common prefix, that was told. Undefined: that was all. */
  readonly last?: string
}

export const listObjectsV2 = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  const token = textOf(input, 'ContinuationToken')
  const after = token === undefined ? textOf(input, 'StartAfter') : readToken(token)
  const { shared, found, encode } = await list(input, after, call, parts)
  const { StartAfter, ContinuationToken } = input
  return {
    ...shared,
    ...(StartAfter !== undefined && { StartAfter: encode(String(StartAfter)) }),
    ...(ContinuationToken !== undefined && { ContinuationToken }),
    KeyCount: found.objects.length + found.prefixes.length,
    ...(found.last !== undefined && { NextContinuationToken: writeToken(found.last) }),
  }
}

export const listObjects = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  const marker = textOf(input, 'Marker')
  const { shared, found, encode } = await list(input, marker, call, parts)
  return {
    ...shared,
    Marker: encode(marker ?? ''),
    // AWS: without a delimiter the last key is known well enough.
    ...(found.last !== undefined &&
      input['Delimiter'] !== undefined && { NextMarker: encode(found.last) }),
  }
}

const list = async (input: Input, after: string | undefined, call: S3Call, parts: S3Parts) => {
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const prefix = textOf(input, 'Prefix') ?? ''
  const delimiter = textOf(input, 'Delimiter') ?? ''
  const asked = Number(input['MaxKeys'] ?? KEYS_MAX)
  if (!Number.isInteger(asked) || asked < 0)
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647', 'maxKeys')
  const limit = Math.min(asked, KEYS_MAX)
  const found = await walk(bucket.id, { prefix, delimiter, after, limit }, parts)
  const encode = encoder(input)
  const owner = input['FetchOwner'] === true || textOf(input, 'Marker') !== undefined
  const shared = {
    Name: bucket.name,
    Prefix: encode(prefix),
    ...(delimiter !== '' && { Delimiter: encode(delimiter) }),
    MaxKeys: asked > KEYS_MAX ? KEYS_MAX : asked,
    IsTruncated: found.last !== undefined,
    ...(input['EncodingType'] !== undefined && { EncodingType: 'url' }),
    Contents: found.objects.map((record) => ({
      Key: encode(record.key),
      LastModified: record.modifiedMs,
      ETag: `"${record.etag}"`,
      Size: record.size,
      StorageClass: record.headers['x-amz-storage-class'] ?? 'STANDARD',
      ...(record.checksum !== undefined && {
        ChecksumAlgorithm: [record.checksum.algorithm],
        ChecksumType: record.checksum.type,
      }),
      ...(owner && { Owner: { ID: bucket.accountId } }),
    })),
    CommonPrefixes: found.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
  }
  return { shared, found, encode }
}

const walk = async (
  bucketId: string,
  asked: { prefix: string; delimiter: string; after: string | undefined; limit: number },
  { index }: S3Parts,
): Promise<Listing> => {
  const { prefix, delimiter, limit } = asked
  const objects: ObjectRecord[] = []
  const prefixes: string[] = []
  if (limit === 0) return { objects, prefixes }
  let { after } = asked
  // Going on after a common prefix means after all that begins with it.
  let past =
    delimiter !== '' &&
    after !== undefined &&
    after.endsWith(delimiter) &&
    after.length > prefix.length
  let last: string | undefined
  for (;;) {
    const wanted = limit - objects.length - prefixes.length
    const page = await index.list(bucketId, {
      prefix,
      ...(after !== undefined && { after, past }),
      limit: wanted + 1,
    })
    let jumped = false
    for (const record of page) {
      if (objects.length + prefixes.length === limit)
        return { objects, prefixes, ...(last !== undefined && { last }) }
      const end = delimiter === '' ? -1 : record.key.indexOf(delimiter, prefix.length)
      if (end === -1) {
        objects.push(record)
        last = record.key
        after = record.key
        past = false
        continue
      }
      const common = record.key.slice(0, end + delimiter.length)
      prefixes.push(common)
      last = common
      after = common
      past = true
      jumped = true
      break
    }
    if (!jumped && page.length <= wanted) return { objects, prefixes }
  }
}

/** AWS: XML cannot hold every key; who asks gets them as in a URL. */
export const encoder = (input: Input): ((text: string) => string) => {
  const type = input['EncodingType']
  if (type === undefined) return (text) => text
  if (type !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type')
  return (text) =>
    encodeURIComponent(text.toWellFormed())
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replaceAll(/[!'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

const writeToken = (key: string): string => Buffer.from(key, 'utf8').toString('base64url')

const readToken = (token: string): string => {
  if (!/^[\w-]{1,4096}$/.test(token))
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token')
  return Buffer.from(token, 'base64url').toString('utf8')
}
