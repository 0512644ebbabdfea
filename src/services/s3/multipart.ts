// Multipart uploads: parts are blobs of their own, and a completed object is its parts one after the other. Nothing is
// copied. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import { createHash } from 'node:crypto'
import { isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import { malformedXml } from '#wire/rest-xml.ts'
import { bucketOf, type BucketRecord } from './buckets.ts'
import {
  algorithmMismatch,
  ALGORITHMS,
  type Checksum,
  isAlgorithm,
  promisedAlgorithm,
  startAlgorithm,
} from './checksums.ts'
import { checkWrite, readRange } from './conditions.ts'
import { badDigest, invalidArgument, invalidRequest, noSuchUpload, notBuilt } from './errors.ts'
import { encoder } from './list-objects.ts'
import { emit } from './object-events.ts'
import { markersOf, pageOfUploads, UPLOADS_READ_MAX } from './list-uploads.ts'
import { type ObjectRecord, PARTS_MAX, type PartRecord, type UploadRecord } from './object-index.ts'
import { type Input, type S3Call, type S3Parts, textOf } from './parts.ts'
import {
  checkKey,
  checksumMembers,
  copySourceOf,
  describedBy,
  refuseUnbuilt,
} from './put-object.ts'
import { receiveBody } from './receive.ts'

/** AWS: each part but the last. */
const PART_BYTES_MIN = 5 * 1024 * 1024
const LISTED_MAX = 1_000

export const createMultipartUpload = async (
  input: Input,
  call: S3Call,
  { index, newId }: S3Parts,
) => {
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const key = checkKey(input)
  refuseUnbuilt(input)
  const algorithm = textOf(input, 'ChecksumAlgorithm')
  if (algorithm !== undefined && !isAlgorithm(algorithm))
    throw notBuilt(`The checksum algorithm ${algorithm}`)
  const type = textOf(input, 'ChecksumType')
  const checksumType = typeOf(algorithm, type)
  const uploadId = newId()
  await index.putUpload(bucket.id, {
    uploadId,
    key,
    initiatedMs: call.nowMs,
    ...describedBy(input, call.request.headers),
    ...(algorithm !== undefined && { algorithm, checksumType }),
  })
  return {
    Bucket: bucket.name,
    Key: key,
    UploadId: uploadId,
    ServerSideEncryption: 'AES256',
    ...(algorithm !== undefined && { ChecksumAlgorithm: algorithm, ChecksumType: checksumType }),
  }
}

/** AWS: CRC-64 is of the whole, the hashes are of the parts' hashes; the others are what is asked for. */
const typeOf = (algorithm: string | undefined, asked: string | undefined): Checksum['type'] => {
  if (algorithm === 'CRC64NVME') return 'FULL_OBJECT'
  if (asked === 'FULL_OBJECT' && algorithm?.startsWith('SHA'))
    throw invalidRequest(
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    )
  return asked === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE'
}

const uploadOf = async (
  input: Input,
  call: S3Call,
  { index }: S3Parts,
): Promise<{ readonly bucket: BucketRecord; readonly upload: UploadRecord }> => {
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const uploadId = String(input['UploadId'])
  const upload = await index.getUpload(bucket.id, checkKey(input), uploadId)
  if (upload === undefined) throw noSuchUpload(uploadId.slice(0, 256))
  return { bucket, upload }
}

const numberOf = (input: Input): number => {
  const number = Number(input['PartNumber'])
  if (Number.isInteger(number) && number >= 1 && number <= PARTS_MAX) return number
  throw invalidArgument(
    'Part number must be an integer between 1 and 10000, inclusive',
    'partNumber',
  )
}

const addPart = async (
  bucket: BucketRecord,
  upload: UploadRecord,
  part: PartRecord,
  { index, blobs }: S3Parts,
): Promise<void> => {
  const put = await index.putPart(bucket.id, upload, part)
  if (put === undefined) {
    await blobs.remove([part.blob])
    throw noSuchUpload(upload.uploadId)
  }
  if (put.before !== undefined) await blobs.remove([put.before.blob])
}

export const uploadPart = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  const { bucket, upload } = await uploadOf(input, call, parts)
  const number = numberOf(input)
  const promised = promisedAlgorithm(call.request.headers)
  const { algorithm = promised } = upload
  if (promised !== undefined && promised !== algorithm) throw algorithmMismatch(algorithm, promised)
  const { blob, md5, checksum } = await receiveBody(call, parts, algorithm)
  const part = { number, blob, etag: md5, modifiedMs: call.nowMs, ...(checksum && { checksum }) }
  await addPart(bucket, upload, part, parts)
  const { ChecksumType: _type, ...members } = checksumMembers(checksum)
  return { ETag: `"${md5}"`, ServerSideEncryption: 'AES256', ...members }
}

export const uploadPartCopy = async (
  input: Input,
  call: S3Call,
  parts: S3Parts,
): Promise<Input> => {
  const { bucket, upload } = await uploadOf(input, call, parts)
  const number = numberOf(input)
  const { record } = await copySourceOf(input, call, parts)
  const range = readRange(input['CopySourceRange'], record.size)
  const { start, length } = range ?? { start: 0, length: record.size }
  const md5 = createHash('md5')
  const source = parts.blobs.read(record.blobs, start, length)
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      md5.update(piece)
      yield piece
    }
  }
  const blob = await parts.blobs.write(parts.newId(), hashed())
  const etag = md5.digest('hex')
  await addPart(bucket, upload, { number, blob, etag, modifiedMs: call.nowMs }, parts)
  return { CopyPartResult: { ETag: `"${etag}"`, LastModified: call.nowMs } }
}

export const completeMultipartUpload = async (
  input: Input,
  call: S3Call,
  parts: S3Parts,
): Promise<Input> => {
  const { bucket, upload } = await uploadOf(input, call, parts)
  const stored = await parts.index.listParts(upload.uploadId)
  const chosen = choose(input['MultipartUpload'], stored)
  const etags = Buffer.concat(chosen.map(({ etag }) => Buffer.from(etag, 'hex')))
  const checksum = await checksumOf(upload, chosen, parts)
  const size = chosen.reduce((sum, { blob }) => sum + blob.size, 0)
  checkWhole(input, upload, size, checksum)
  const record: ObjectRecord = {
    key: upload.key,
    blobs: chosen.map(({ blob }) => blob),
    size,
    etag: `${createHash('md5').update(etags).digest('hex')}-${chosen.length}`,
    modifiedMs: call.nowMs,
    headers: upload.headers,
    metadata: upload.metadata,
    tags: upload.tags,
    ...(checksum !== undefined && { checksum }),
  }
  // Parts stay where the caller's conditions do not hold: they may be completed otherwise.
  const before = await parts.index.put(
    bucket.id,
    record,
    checkWrite(input),
    parts.index.endUpload(bucket.id, upload),
  )
  const kept = new Set(record.blobs.map(({ id }) => id))
  const leftOver = stored.map(({ blob }) => blob).filter(({ id }) => !kept.has(id))
  await parts.blobs.remove([...leftOver, ...(before?.blobs ?? [])])
  emit('ObjectCreated:CompleteMultipartUpload', bucket, record, call, parts)
  return {
    Location: `http://${call.request.host}/${bucket.name}/${encodeURIComponent(upload.key.toWellFormed())}`,
    Bucket: bucket.name,
    Key: upload.key,
    ETag: `"${record.etag}"`,
    ServerSideEncryption: 'AES256',
    ...checksumMembers(checksum),
  }
}

/** What the caller says of the object that is to be. */
const checkWhole = (
  input: Input,
  { algorithm }: UploadRecord,
  size: number,
  checksum: Checksum | undefined,
): void => {
  const told = ALGORITHMS.find((one) => input[`Checksum${one}`] !== undefined)
  if (told !== undefined) {
    if (told !== algorithm) throw algorithmMismatch(algorithm, told)
    const value = String(input[`Checksum${told}`]).replace(/-\d+$/, '')
    if (value !== checksum?.value.replace(/-\d+$/, '')) throw badDigest(told)
  }
  const sizeTold = input['MpuObjectSize']
  if (typeof sizeTold === 'number' && sizeTold !== size)
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${sizeTold} does not match what was computed: ${size}`,
    )
}

/** The parts that the caller lists, in order; each with the ETag and the checksum that it was given. */
const choose = (given: unknown, stored: readonly PartRecord[]): readonly PartRecord[] => {
  const listed = isObject(given) && Array.isArray(given['Parts']) ? given['Parts'] : []
  if (listed.length === 0) throw malformedXml()
  const known = new Map(stored.map((part) => [part.number, part]))
  let before = 0
  const chosen = listed.filter(isObject).map((one): PartRecord => {
    const number = Number(one['PartNumber'])
    if (number <= before) throw invalidPartOrder()
    before = number
    const part = known.get(number)
    const etag = String(one['ETag'] ?? '').replace(/^"(.*)"$/, '$1')
    if (part === undefined || (etag !== '' && etag !== part.etag)) throw invalidPart()
    const { checksum } = part
    const told = checksum && one[`Checksum${checksum.algorithm}`]
    if (told !== undefined && told !== checksum?.value) throw invalidPart()
    return part
  })
  const small = chosen.slice(0, -1).find(({ blob }) => blob.size < PART_BYTES_MIN)
  if (small !== undefined)
    throw new ServiceError(
      'EntityTooSmall',
      400,
      'Your proposed upload is smaller than the minimum allowed size',
      { ProposedSize: small.blob.size, MinSizeAllowed: PART_BYTES_MIN, PartNumber: small.number },
    )
  return chosen
}

const invalidPart = (): ServiceError =>
  new ServiceError(
    'InvalidPart',
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  )

const invalidPartOrder = (): ServiceError =>
  new ServiceError(
    'InvalidPartOrder',
    400,
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
  )

const checksumOf = async (
  { algorithm, checksumType }: UploadRecord,
  chosen: readonly PartRecord[],
  { blobs }: S3Parts,
): Promise<Checksum | undefined> => {
  if (algorithm === undefined) return undefined
  const running = startAlgorithm(algorithm)
  if (checksumType === 'FULL_OBJECT') {
    const all = chosen.map(({ blob }) => blob)
    const size = all.reduce((sum, blob) => sum + blob.size, 0)
    for await (const piece of blobs.read(all, 0, size)) running.update(piece)
    return { algorithm, value: running.digest().toString('base64'), type: 'FULL_OBJECT' }
  }
  for (const { checksum } of chosen) {
    if (checksum === undefined) return undefined
    running.update(Buffer.from(checksum.value, 'base64'))
  }
  const value = `${running.digest().toString('base64')}-${chosen.length}`
  return { algorithm, value, type: 'COMPOSITE' }
}

export const abortMultipartUpload = async (input: Input, call: S3Call, parts: S3Parts) => {
  const { bucket, upload } = await uploadOf(input, call, parts)
  const stored = await parts.index.listParts(upload.uploadId)
  await parts.index.write(parts.index.endUpload(bucket.id, upload))
  await parts.blobs.remove(stored.map(({ blob }) => blob))
  return {}
}

export const listParts = async (input: Input, call: S3Call, parts: S3Parts): Promise<Input> => {
  const { bucket, upload } = await uploadOf(input, call, parts)
  const limit = Math.min(Number(input['MaxParts'] ?? LISTED_MAX), LISTED_MAX)
  const after = Number(input['PartNumberMarker'] ?? 0)
  const found = await parts.index.listParts(upload.uploadId, after, limit + 1)
  const shown = found.slice(0, limit)
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.uploadId,
    PartNumberMarker: String(after),
    ...(found.length > limit && { NextPartNumberMarker: String(shown.at(-1)?.number ?? after) }),
    MaxParts: limit,
    IsTruncated: found.length > limit,
    StorageClass: 'STANDARD',
    Owner: { ID: bucket.accountId },
    Initiator: { ID: bucket.accountId },
    Parts: shown.map(({ number, blob, etag, modifiedMs, checksum }) => ({
      PartNumber: number,
      LastModified: modifiedMs,
      ETag: `"${etag}"`,
      Size: blob.size,
      ...checksumMembers(checksum),
    })),
  }
}

export const listMultipartUploads = async (input: Input, call: S3Call, { index }: S3Parts) => {
  const bucket = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const prefix = textOf(input, 'Prefix') ?? ''
  const delimiter = textOf(input, 'Delimiter') ?? ''
  const limit = Math.min(Number(input['MaxUploads'] ?? LISTED_MAX), LISTED_MAX)
  const all = await index.listUploads(bucket.id, prefix, UPLOADS_READ_MAX)
  const found = pageOfUploads(all, { prefix, delimiter, limit, ...markersOf(input) })
  const encode = encoder(input)
  const { Delimiter, KeyMarker, UploadIdMarker, EncodingType } = input
  return {
    Bucket: bucket.name,
    Prefix: encode(prefix),
    ...(Delimiter !== undefined && { Delimiter: encode(delimiter) }),
    ...(KeyMarker !== undefined && { KeyMarker: encode(String(KeyMarker)) }),
    ...(UploadIdMarker !== undefined && { UploadIdMarker }),
    ...(EncodingType !== undefined && { EncodingType: 'url' }),
    MaxUploads: limit,
    IsTruncated: found.next !== undefined,
    ...(found.next !== undefined && {
      NextKeyMarker: encode(found.next.key),
      NextUploadIdMarker: found.next.uploadId,
    }),
    CommonPrefixes: found.prefixes.map((one) => ({ Prefix: encode(one) })),
    Uploads: found.uploads.map(({ key, uploadId, initiatedMs }) => ({
      Key: encode(key),
      UploadId: uploadId,
      Initiated: initiatedMs,
      StorageClass: 'STANDARD',
      Owner: { ID: bucket.accountId },
      Initiator: { ID: bucket.accountId },
    })),
  }
}
