// Signatures of the chunks of a body, each over the one before it; the first stands on the request's own.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { hash } from 'node:crypto'
import { readSignature } from '#languages/sigv4/read-signature.ts'
import {
  deriveSigningKey,
  scopeText,
  secretsEqual,
  signatureOf,
} from '#languages/sigv4/signing-key.ts'
import { ServiceError } from '#wire/errors.ts'
import type { WireRequest } from '#wire/message.ts'
import type { ChunkSigner } from './aws-chunked.ts'

const EMPTY = hash('sha256', '')

/** For a request whose own signature was found good. */
export const chunkSignerOf = (
  request: WireRequest,
  secretAccessKey: string,
): ChunkSigner | undefined => {
  const read = readSignature(request)
  if (read.kind === 'refused') return undefined
  const scope = { date: read.date, region: read.region, service: read.service }
  const key = deriveSigningKey(secretAccessKey, scope)
  let before = read.signature
  return {
    check: (signature, sha256) => {
      const lines = [
        'AWS4-HMAC-SHA256-PAYLOAD',
        read.amzDate,
        scopeText(scope),
        before,
        EMPTY,
        sha256,
      ]
      const expected = signatureOf(key, lines.join('\n'))
      if (signature === undefined || !secretsEqual(signature, expected)) throw mismatch()
      before = expected
    },
  }
}

const mismatch = (): ServiceError =>
  new ServiceError(
    'SignatureDoesNotMatch',
    403,
    'The signature of a chunk of the body does not match what was computed.',
  )
