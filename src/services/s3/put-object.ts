// PutObject, CopyObject, and what they share with multipart uploads: what an object is given beside its bytes.
import { ServiceError } from '#wire/errors.ts'
import { decodePercent, headerOf, parseTarget } from '#wire/message.ts'
import { bucketOf, refuseAcl } from './buckets.ts'
import type { BucketRecord } from './buckets.ts'
import { type Checksum, isAlgorithm } from './checksums.ts'
import { checkRead, checkWrite } from './conditions.ts'
import { entityTooLarge, invalidArgument, invalidRequest, noSuchKey, notBuilt } from './errors.ts'
import type { ObjectHeaders, ObjectRecord } from './object-index.ts'
import { emit } from './object-events.ts'
import { type Input, type S3Call, type S3Parts, textOf } from './parts.ts'
import { BODY_BYTES_MAX, receiveBody } from './receive.ts'
import { parseTagging } from './tagging.ts'

/** AWS: 1,024 bytes of UTF-8. */
const KEY_BYTES_MAX = 1_024
const METADATA_BYTES_MAX = 2 * 1_024

export const checkKey = (input: Input): string => {
  const key = String(input['Key'])
  if (Buffer.byteLength(key) > KEY_BYTES_MAX)
    throw new ServiceError('KeyTooLongError', 400, 'Your key is too long', {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: KEY_BYTES_MAX,
    })
  return key
}

/** What there is in S3 and not here: no request that asks for it may seem to have got it. */
export const refuseUnbuilt = (input: Input): void => {
  refuseAcl(input['ACL'])
  const encryption = textOf(input, 'ServerSideEncryption')
  if (encryption !== undefined && encryption !== 'AES256')
    throw notBuilt(`Encryption with ${encryption.slice(0, 32)}`)
  if (input['SSECustomerAlgorithm'] !== undefined || input['SSECustomerKey'] !== undefined)
    throw notBuilt('Encryption with keys of the customer')
  if (input['ObjectLockMode'] !== undefined || input['ObjectLockLegalHoldStatus'] !== undefined)
    throw notBuilt('Object Lock')
  if (input['WriteOffsetBytes'] !== undefined) throw notBuilt('Appending to an object')
  const version = textOf(input, 'VersionId')
  if (version !== undefined && version !== 'null')
    throw new ServiceError('NoSuchVersion', 404, 'The specified version does not exist.', {
      VersionId: version.slice(0, 128),
    })
}

const KEPT_HEADERS = [
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Type',
  'Expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
]

export const describedBy = (
  input: Input,
  headers: readonly string[],
): Pick<ObjectRecord, 'headers' | 'metadata' | 'tags'> => {
  const kept: [string, string][] = []
  for (const name of KEPT_HEADERS) {
    const given = headerOf(headers, name.toLowerCase())
    // AWS: the chunks are how it travels, not what it is.
    const value = name === 'Content-Encoding' ? withoutChunks(given) : given
    if (value !== undefined && value !== '' && !(name.endsWith('class') && value === 'STANDARD'))
      kept.push([name, value])
  }
  const metadata = (input['Metadata'] ?? {}) as ObjectHeaders // A map of text, by the table.
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  )
  if (bytes > METADATA_BYTES_MAX)
    throw new ServiceError(
      'MetadataTooLarge',
      400,
      'Your metadata headers exceed the maximum allowed metadata size',
      { Size: bytes, MaxSizeAllowed: METADATA_BYTES_MAX },
    )
  const tagging = textOf(input, 'Tagging')
  const tags = tagging === undefined ? {} : parseTagging(tagging)
  return { headers: Object.fromEntries(kept), metadata: lowerKeys(metadata), tags }
}

const lowerKeys = (map: ObjectHeaders): ObjectHeaders =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name.toLowerCase(), value]))

const withoutChunks = (encoding: string | undefined): string | undefined =>
  encoding
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one.toLowerCase() !== 'aws-chunked')
    .join(',')

export const putObject = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const key = checkKey(input)
  refuseUnbuilt(input)
  const described = describedBy(input, call.request.headers)
  const mayReplace = checkWrite(input)
  if (input['IfNoneMatch'] !== undefined || input['IfMatch'] !== undefined)
    mayReplace(await parts.index.get(bucket.id, key))
  const { blob, md5, checksum } = await receiveBody(call, parts)
  const record: ObjectRecord = {
    key,
    blobs: [blob],
    size: blob.size,
    etag: md5,
    modifiedMs: call.nowMs,
    ...described,
    ...(checksum !== undefined && { checksum }),
  }
  await keep(bucket, record, parts, mayReplace)
  emit('ObjectCreated:Put', bucket, record, call, parts)
  return { ETag: `"${md5}"`, ServerSideEncryption: 'AES256', ...checksumMembers(checksum) }
}

/** A record takes its place, or its bytes are gone again. */
export const keep = async (
  bucket: BucketRecord,
  record: ObjectRecord,
  { index, blobs }: S3Parts,
  mayReplace?: Parameters<S3Parts['index']['put']>[2],
  also?: Parameters<S3Parts['index']['put']>[3],
): Promise<void> => {
  let before: ObjectRecord | undefined
  try {
    before = await index.put(bucket.id, record, mayReplace, also)
  } catch (error) {
    await blobs.remove(record.blobs)
    throw error
  }
  const kept = new Set(record.blobs.map(({ id }) => id))
  await blobs.remove((before?.blobs ?? []).filter(({ id }) => !kept.has(id)))
}

export const checksumMembers = (checksum: Checksum | undefined): Input =>
  checksum === undefined
    ? {}
    : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }

export interface CopySource {
  readonly bucket: BucketRecord
  readonly record: ObjectRecord
}

/** What `x-amz-copy-source` names. */
export const copySourceOf = async (
  input: Input,
  call: S3Call,
  { index }: S3Parts,
): Promise<CopySource> => {
  const { path, query } = parseTarget(String(input['CopySource']))
  const [, name = '', rawKey = ''] = /^\/?([^/]+)\/(.+)$/s.exec(path) ?? []
  const key = decodePercent(rawKey)
  if (name === '' || key === undefined)
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
    )
  refuseUnbuilt({ VersionId: query.find(([member]) => member === 'versionId')?.[1] })
  const bucket = await call.store.read((view) => bucketOf(view, name))
  const record = await index.get(bucket.id, key)
  if (record === undefined) throw noSuchKey(key)
  checkRead(input, record, 'CopySource')
  return { bucket, record }
}

export const copyObject = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const key = checkKey(input)
  refuseUnbuilt(input)
  const { bucket: from, record: source } = await copySourceOf(input, call, parts)
  const replaces = input['MetadataDirective'] === 'REPLACE'
  const given = describedBy(input, call.request.headers)
  if (
    from.id === bucket.id &&
    source.key === key &&
    !replaces &&
    given.headers['x-amz-storage-class'] === undefined &&
    given.headers['x-amz-website-redirect-location'] === undefined
  )
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
  if (source.size > BODY_BYTES_MAX) throw entityTooLarge(BODY_BYTES_MAX)
  const asked = textOf(input, 'ChecksumAlgorithm')
  if (asked !== undefined && !isAlgorithm(asked)) throw notBuilt(`The checksum algorithm ${asked}`)
  const blob = await parts.blobs.write(
    parts.newId(),
    parts.blobs.read(source.blobs, 0, source.size),
  )
  // AWS: how it is kept and where its page leads are never copied.
  const {
    'x-amz-storage-class': _1,
    'x-amz-website-redirect-location': _2,
    ...kept
  } = source.headers
  const own = Object.entries(given.headers).filter(([name]) => name.startsWith('x-amz-'))
  const headers = replaces ? given.headers : { ...kept, ...Object.fromEntries(own) }
  const { metadata } = replaces ? given : source
  const record: ObjectRecord = {
    ...source,
    key,
    blobs: [blob],
    headers,
    metadata,
    tags: input['TaggingDirective'] === 'REPLACE' ? given.tags : source.tags,
    modifiedMs: call.nowMs,
  }
  await keep(bucket, record, parts, checkWrite(input))
  emit('ObjectCreated:Copy', bucket, record, call, parts)
  return {
    ServerSideEncryption: 'AES256',
    CopyObjectResult: {
      ETag: `"${record.etag}"`,
      LastModified: record.modifiedMs,
      ...checksumMembers(record.checksum),
    },
  }
}
