// A body on its way to the disk: taken out of AWS's chunks, measured, hashed and held against what was promised of it.
// It is never whole in memory, and nothing of it stays where it was not what it said.
import { ServiceError } from '#wire/errors.ts'
import { headerOf } from '#wire/message.ts'
import { decodeAwsChunked } from './aws-chunked.ts'
import type { Blob } from './blobs.ts'
import {
  type Checksum,
  promisedAlgorithm,
  type RunningChecks,
  signedHashOf,
  startChecks,
} from './checksums.ts'
import { fullDisk } from './disk-errors.ts'
import { entityTooLarge, entityTooSmall, incompleteBody } from './errors.ts'
import type { S3Call, S3Parts } from './parts.ts'

export interface Received {
  readonly blob: Blob
  readonly md5: string
  readonly checksum?: Checksum
}

/** AWS: of one PutObject and of one part. */
export const BODY_BYTES_MAX = 5 * 1024 ** 3

export const receiveBody = async (
  call: S3Call,
  { blobs, newId }: S3Parts,
  algorithm: Checksum['algorithm'] | undefined = promisedAlgorithm(call.request.headers),
): Promise<Received> => {
  const { headers, bodyToCome } = call.request
  const declared = headerOf(headers, 'x-amz-content-sha256') ?? ''
  const isChunked =
    declared.startsWith('STREAMING-') ||
    /\baws-chunked\b/i.test(headerOf(headers, 'content-encoding') ?? '')
  const expected = isChunked
    ? lengthOf(headerOf(headers, 'x-amz-decoded-content-length'))
    : bodyToCome?.declaredBytes
  const range = rangeOf(call, expected)
  const trailers = new Map<string, string>()
  const source = bodyToCome?.stream() ?? nothing()
  const data = isChunked
    ? decodeAwsChunked(source, { trailers, ...(call.chunkSigner && { signer: call.chunkSigner }) })
    : source
  const checks = startChecks(headers, signedHashOf(headers), algorithm)
  const result: { found?: ReturnType<RunningChecks['finish']> } = {}
  const checked = async function* (): AsyncGenerator<Uint8Array> {
    let bytes = 0
    for await (const piece of data) {
      bytes += piece.length
      if (bytes > range.max) throw range.tooLong()
      checks.update(piece)
      yield piece
    }
    if (bytes < range.min) throw range.tooShort()
    result.found = checks.finish(trailers)
  }
  try {
    const blob = await blobs.write(newId(), checked())
    return { blob, md5: '', ...result.found }
  } catch (error) {
    throw fullDisk(error) ?? error
  }
}

const rangeOf = ({ bodyRange }: S3Call, expected: number | undefined) => {
  if (bodyRange !== undefined) {
    const max = Math.min(bodyRange.max, BODY_BYTES_MAX)
    return { min: bodyRange.min, max, tooLong: () => entityTooLarge(max), tooShort: entityTooSmall }
  }
  if (expected === undefined) throw missingLength()
  if (expected > BODY_BYTES_MAX) throw entityTooLarge(BODY_BYTES_MAX)
  return { min: expected, max: expected, tooLong: incompleteBody, tooShort: incompleteBody }
}

const lengthOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined

async function* nothing(): AsyncGenerator<Uint8Array> {}

const missingLength = (): ServiceError =>
  new ServiceError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.')
