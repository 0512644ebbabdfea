// What of the body a signature covers: its hash, or a word in the hash's place.
import type { ReadSignature } from './read-signature.ts'
import { sha256Hex } from './canonical-request.ts'
import { headerValues, type SignableRequest, UNSIGNED_PAYLOAD } from './message.ts'
import { invalid, type Refusal } from './refusals.ts'

export interface Payload {
  readonly kind: 'payload'
  /** As it stands in the canonical request. */
  readonly hash: string
  /** Unsigned: whoever carries the request may change the body. */
  readonly coverage: 'signed' | 'unsigned' | 'unsigned-with-trailer'
}

/** S3's SDKs say so of a body in chunks with a checksum behind it. */
const UNSIGNED_WITH_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'

export const payloadOf = (
  request: SignableRequest,
  signature: ReadSignature,
  service: string,
): Payload | Refusal => {
  const [declared, ...more] = headerValues(request.headers, 'x-amz-content-sha256')
  if (more.length > 0) {
    return invalid(MISMATCH, 'The header X-Amz-Content-Sha256 is there more than once.')
  }
  if (
    declared === UNSIGNED_PAYLOAD ||
    (declared === undefined && mayBeUnsigned(signature, service))
  ) {
    return { kind: 'payload', hash: UNSIGNED_PAYLOAD, coverage: 'unsigned' }
  }
  if (service === 's3' && declared === UNSIGNED_WITH_TRAILER) {
    return { kind: 'payload', hash: UNSIGNED_WITH_TRAILER, coverage: 'unsigned-with-trailer' }
  }
  if (service === 's3' && request.bodyToCome !== undefined && declared !== undefined) {
    if (SIGNED_AHEAD.test(declared)) return { kind: 'payload', hash: declared, coverage: 'signed' }
  }
  if (declared?.startsWith('STREAMING-')) {
    return invalid(
      MISMATCH,
      `A body signed in chunks (${printable(declared)}) is not verified here.`,
    )
  }
  // The hash is of the body that came, whatever the header says: so a header that lies is a signature that fails.
  const hash = request.body === undefined ? EMPTY_HASH : sha256Hex(request.body)
  return { kind: 'payload', hash, coverage: 'signed' }
}

/** AWS: a presigned request to S3 never covers the body, unless it signs the header that says so. */
const mayBeUnsigned = (signature: ReadSignature, service: string): boolean =>
  signature.presigned && service === 's3'

/** A hash of the whole, or the promise of a signature in each chunk. */
const SIGNED_AHEAD = /^(?:[\da-f]{64}|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(?:-TRAILER)?)$/

const printable = (text: string): string => text.replaceAll(/[^A-Z0-9-]/g, '?').slice(0, 64)

const MISMATCH = "The provided 'x-amz-content-sha256' header does not match what was computed."

const EMPTY_HASH = sha256Hex(new Uint8Array())
