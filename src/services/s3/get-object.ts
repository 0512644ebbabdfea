// GetObject and HeadObject: the same head; the body whole where it is small, piece by piece where it is not.
import type { WireResponse } from '#wire/message.ts'
import { bucketOf } from './buckets.ts'
import { headerNameOf } from './checksums.ts'
import { type ByteRange, checkRead, readRange } from './conditions.ts'
import { invalidArgument, invalidRequest, noSuchKey } from './errors.ts'
import type { ObjectRecord } from './object-index.ts'
import { type Input, type S3Call, type S3Parts, textOf } from './parts.ts'
import { refuseUnbuilt } from './put-object.ts'

/** Read at once: one turn through the thread pool, and no stream. */
const WHOLE_BYTES_MAX = 1024 * 1024

export const getObject = async (
  input: Input,
  call: S3Call,
  parts: S3Parts,
): Promise<WireResponse> => {
  refuseUnbuilt(input)
  const { id } = await call.store.read((view) => bucketOf(view, input['Bucket']))
  const key = String(input['Key'])
  const record = await parts.index.get(id, key)
  if (record === undefined) throw noSuchKey(key)
  return answerObject(input, record, call, parts)
}

export const answerObject = async (
  input: Input,
  record: ObjectRecord,
  call: S3Call,
  { blobs }: S3Parts,
): Promise<WireResponse> => {
  const base = ['x-amz-request-id', call.requestId, ...headOf(record)]
  if (checkRead(input, record) === 'not-modified') return { statusCode: 304, headers: base }
  const part = partOf(input, record)
  const range = part ?? readRange(input['Range'], record.size)
  const { start, length } = range ?? { start: 0, length: record.size }
  const headers = [...base, ...overridden(input, record, call), ...sizeHeaders(range, record)]
  if (input['ChecksumMode'] === 'ENABLED' && record.checksum !== undefined && range === undefined) {
    const { algorithm, value, type } = record.checksum
    headers.push(headerNameOf(algorithm), value, 'x-amz-checksum-type', type)
  }
  const statusCode = range === undefined ? 200 : 206
  const head = { statusCode, headers, bodyBytes: length }
  if (call.request.method === 'HEAD') return head
  if (length <= WHOLE_BYTES_MAX)
    return { statusCode, headers, body: await blobs.readWhole(record.blobs, start, length) }
  return { ...head, body: blobs.read(record.blobs, start, length) }
}

const headOf = ({ etag, modifiedMs, metadata, tags }: ObjectRecord): string[] => {
  const tagCount = Object.keys(tags).length
  return [
    'ETag',
    `"${etag}"`,
    'Last-Modified',
    new Date(modifiedMs).toUTCString(),
    'Accept-Ranges',
    'bytes',
    'x-amz-server-side-encryption',
    'AES256',
    ...Object.entries(metadata).flatMap(([name, value]) => [`x-amz-meta-${name}`, value]),
    ...(tagCount > 0 ? ['x-amz-tagging-count', String(tagCount)] : []),
  ]
}

const OVERRIDES: Readonly<Record<string, string>> = {
  ResponseCacheControl: 'Cache-Control',
  ResponseContentDisposition: 'Content-Disposition',
  ResponseContentEncoding: 'Content-Encoding',
  ResponseContentLanguage: 'Content-Language',
  ResponseContentType: 'Content-Type',
  ResponseExpires: 'Expires',
}

const overridden = (input: Input, { headers }: ObjectRecord, call: S3Call): string[] => {
  const shown = new Map(Object.entries({ 'Content-Type': 'binary/octet-stream', ...headers }))
  for (const [member, name] of Object.entries(OVERRIDES)) {
    const value = input[member]
    if (value === undefined) continue
    if (call.isAnonymous)
      throw invalidRequest(
        'Request specific response headers cannot be used for anonymous GET requests.',
      )
    const text = typeof value === 'number' ? new Date(value).toUTCString() : String(value)
    // What a header cannot hold would be a bug of ours when it is written.
    if (!/^[\t\x20-\x7e\x80-\uffff]*$/.test(text))
      throw invalidArgument('Header value cannot be represented', name)
    shown.set(name, text)
  }
  return [...shown].flat()
}

const sizeHeaders = (range: ByteRange | undefined, { size, blobs }: ObjectRecord): string[] => [
  ...(range === undefined
    ? []
    : ['Content-Range', `bytes ${range.start}-${range.start + range.length - 1}/${size}`]),
  ...(blobs.length > 1 && range !== undefined
    ? ['x-amz-mp-parts-count', String(blobs.length)]
    : []),
]

/** `partNumber=1`: the bytes of one part of a multipart object. */
const partOf = (input: Input, { blobs }: ObjectRecord): ByteRange | undefined => {
  const text = textOf(input, 'PartNumber')
  if (text === undefined) return undefined
  const number = Number(text)
  const blob = blobs[number - 1]
  if (blob === undefined)
    throw invalidArgument('The requested partnumber is not satisfiable', 'partNumber')
  if (blobs.length === 1) return undefined
  const start = blobs.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0)
  return { start, length: blob.size }
}
