// GetObjectAttributes: what is known of an object, those parts of it that are asked for.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
import type { WireResponse } from '#wire/message.ts'
import { bucketOf } from './buckets.ts'
import { invalidArgument, noSuchKey } from './errors.ts'
import type { ObjectRecord } from './object-index.ts'
import type { Input, S3Call, S3Parts } from './parts.ts'
import { checksumMembers, refuseUnbuilt } from './put-object.ts'

const PARTS_SHOWN_MAX = 1_000

const ATTRIBUTES: Readonly<
  Record<string, (record: ObjectRecord, input: Input) => readonly [string, unknown] | undefined>
> = {
  // AWS: without its quotes, here alone.
  ETag: ({ etag }) => ['ETag', etag],
  Checksum: ({ checksum }) =>
    checksum === undefined ? undefined : ['Checksum', checksumMembers(checksum)],
  ObjectParts: (record, input) =>
    isMultipart(record) ? ['ObjectParts', partsOf(record, input)] : undefined,
  StorageClass: ({ headers }) => ['StorageClass', headers['x-amz-storage-class'] ?? 'STANDARD'],
  ObjectSize: ({ size }) => ['ObjectSize', size],
}

export const getObjectAttributes = async (
  input: Input,
  call: S3Call,
  { index }: S3Parts,
): Promise<Input | WireResponse> => {
  refuseUnbuilt(input)
  const { id } = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const wanted = [input['ObjectAttributes']].flat().map(String)
  if (wanted.length === 0 || wanted.some((name) => !Object.hasOwn(ATTRIBUTES, name)))
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes')
  const key = String(input['Key'])
  const record = await index.get(id, key)
  if (record === undefined) throw noSuchKey(key)
  const members = Object.entries(ATTRIBUTES).flatMap(([name, read]) => {
    const member = wanted.includes(name) ? read(record, input) : undefined
    return member === undefined ? [] : [member]
  })
  return { LastModified: record.modifiedMs, ...Object.fromEntries(members) }
}

const isMultipart = ({ etag }: ObjectRecord): boolean => etag.includes('-')

/** AWS: single parts are told where the upload had checksums. */
const partsOf = ({ blobs, checksum }: ObjectRecord, input: Input): Input => {
  const after = Number(input['PartNumberMarker'] ?? 0)
  const limit = Math.min(Number(input['MaxParts'] ?? PARTS_SHOWN_MAX), PARTS_SHOWN_MAX)
  const shown = blobs.slice(after, after + limit)
  const isTruncated = after + shown.length < blobs.length
  return {
    TotalPartsCount: blobs.length,
    ...(checksum !== undefined && {
      PartNumberMarker: String(after),
      NextPartNumberMarker: String(after + shown.length),
      MaxParts: limit,
      IsTruncated: isTruncated,
      Parts: shown.map(({ size }, at) => ({ PartNumber: after + at + 1, Size: size })),
    }),
  }
}
