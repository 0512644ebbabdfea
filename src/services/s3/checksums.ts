// What a body must hash to: Content-MD5, `x-amz-checksum-*` (in headers or trailers) and the hash that was signed.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { headerOf } from '#wire/message.ts'
import { startCrc32c, startCrc64Nvme, type RunningCrc } from './crc.ts'
import { ServiceError } from '#wire/errors.ts'
import { badDigest, invalidDigest, invalidRequest, notBuilt } from './errors.ts'

export type Algorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256'

export const ALGORITHMS: readonly Algorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']

/** As an object keeps it: of a multipart object perhaps one of the parts' checksums, `…-3`. */
export interface Checksum {
  readonly algorithm: Algorithm
  /** Base64. */
  readonly value: string
  readonly type: 'FULL_OBJECT' | 'COMPOSITE'
}

type Headers = readonly string[]

export const headerNameOf = (algorithm: Algorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`

/** Which checksum a request promises, in a header or in a trailer. */
export const promisedAlgorithm = (headers: Headers): Algorithm | undefined => {
  const inTrailer = headerOf(headers, 'x-amz-trailer')?.trim().toLowerCase()
  const found = ALGORITHMS.filter((algorithm) => {
    const name = headerNameOf(algorithm)
    return inTrailer === name || headerOf(headers, name) !== undefined
  })
  if (found.length > 1) throw invalidRequest('Expecting a single x-amz-checksum- header.')
  const [known] = found
  if (known !== undefined) return known
  const asked = headerOf(headers, 'x-amz-sdk-checksum-algorithm')?.toUpperCase()
  const isOther = headers.some((name, at) => at % 2 === 0 && OTHERS.test(name))
  if (isOther || (asked !== undefined && !isAlgorithm(asked)) || OTHERS.test(inTrailer ?? ''))
    throw notBuilt(`The checksum algorithm ${asked ?? 'of this request'}`)
  return asked
}

/** AWS: parts are of the upload's algorithm. */
export const algorithmMismatch = (
  expected: Algorithm | undefined,
  actual: Algorithm,
): ServiceError =>
  invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected?.toLowerCase() ?? 'null'}, actual checksum Type: ${actual.toLowerCase()}`,
  )

const OTHERS = /^x-amz-checksum-(?:sha512|md5|xxhash\w*)$/i

export const isAlgorithm = (text: string): text is Algorithm =>
  (ALGORITHMS as readonly string[]).includes(text)

/** The SHA-256 that a request's signature stands for, unless it promises none of the whole. */
export const signedHashOf = (headers: Headers): string | undefined => {
  const declared = headerOf(headers, 'x-amz-content-sha256') ?? ''
  return /^[\da-f]{64}$/.test(declared) ? declared : undefined
}

/** Hashes a body as it passes by. */
export interface RunningChecks {
  update(data: Uint8Array): void
  /** MD5 in hexadecimal, and the promised checksum. Throws where the body is not what was promised. */
  finish(trailers: ReadonlyMap<string, string>): {
    readonly md5: string
    readonly checksum?: Checksum
  }
}

/** `signedHash`: the SHA-256 that the request's signature stands for. */
export const startChecks = (
  headers: Headers,
  signedHash: string | undefined,
  algorithm: Algorithm | undefined,
): RunningChecks => {
  const md5 = createHash('md5')
  const wanted = headerOf(headers, 'content-md5')
  if (wanted !== undefined && !isDigest(wanted, 16)) throw invalidDigest()
  const inHeader = algorithm && headerOf(headers, headerNameOf(algorithm))
  if (algorithm !== undefined && inHeader !== undefined && !isDigest(inHeader, BYTES[algorithm]))
    throw invalidRequest(`Value for ${headerNameOf(algorithm)} header is invalid.`)
  const signed = signedHash === undefined ? undefined : createHash('sha256')
  const promised = algorithm && startAlgorithm(algorithm)
  return {
    update: (data) => {
      md5.update(data)
      signed?.update(data)
      promised?.update(data)
    },
    finish: (trailers) => {
      const digest = md5.digest()
      if (wanted !== undefined && wanted !== digest.toString('base64'))
        throw badDigest('Content-MD5')
      if (signed !== undefined && signed.digest('hex') !== signedHash) throw hashMismatch()
      const hex = digest.toString('hex')
      if (algorithm === undefined || promised === undefined) return { md5: hex }
      const value = promised.digest().toString('base64')
      const told = trailers.get(headerNameOf(algorithm)) ?? inHeader
      if (told !== undefined && told !== value) throw badDigest(algorithm)
      return { md5: hex, checksum: { algorithm, value, type: 'FULL_OBJECT' } }
    },
  }
}

const hashMismatch = (): ServiceError =>
  new ServiceError(
    'XAmzContentSHA256Mismatch',
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  )

/** What an algorithm answers. */
const BYTES: Readonly<Record<Algorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
}

const isDigest = (text: string, bytes: number): boolean => {
  const read = Buffer.from(text, 'base64')
  return read.length === bytes && read.toString('base64') === text
}

export const startAlgorithm = (algorithm: Algorithm): RunningCrc => {
  switch (algorithm) {
    case 'CRC32C':
      return startCrc32c()
    case 'CRC64NVME':
      return startCrc64Nvme()
    case 'CRC32':
      return startCrc32()
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase())
      return { update: (data) => void hash.update(data), digest: () => hash.digest() }
    }
  }
}

const startCrc32 = (): RunningCrc => {
  let value = 0
  return {
    update: (data) => {
      value = crc32(data, value)
    },
    digest: () => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}
