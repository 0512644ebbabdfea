// The ways in which AWS refuses a signature, in AWS's words.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
import { hash } from 'node:crypto'
import { formatAmzDate } from './dates.ts'

export type SigV4ErrorType =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'

export interface Refusal {
  readonly kind: 'refused'
  readonly errorType: SigV4ErrorType
  /** For the caller alone: it may repeat the caller's own headers, so no log may have it. */
  readonly message: string
  /** For a developer: the reason and its mend, with nothing in it that is secret. Not for the caller. */
  readonly hint: string
}

const refuse = (errorType: SigV4ErrorType, message: string, hint: string): Refusal => ({
  kind: 'refused',
  errorType,
  message,
  hint,
})

export const missingToken = (): Refusal =>
  refuse(
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
    'The request is not signed: it has neither an AWS4-HMAC-SHA256 Authorization header nor X-Amz-Signature in its query string.',
  )

export const incomplete = (message: string, hint: string): Refusal =>
  refuse('IncompleteSignatureException', message, hint)

/**
 * AWS: until about 2022 this repeated the header: `'X' not a valid key=value pair (missing equal-sign) in
 * Authorization header: 'Bearer X'.`; since then it is hashed, so that no bearer token comes back in an error.
 * [awslabs/time-addressable-media-store#8, 2025-01]
 */
export const missingEqualSign = (authorization: string): Refusal =>
  incomplete(
    `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hashed(authorization)}'.`,
    'The Authorization header is no AWS signature: perhaps a bearer token, sent to a method that wants AWS_IAM, or to a path or method that does not exist.',
  )

/** AWS: one sentence for each part that is missing. [aws/chalice#828; hashed as above] */
export const missingParts = (parts: readonly string[], authorization: string): Refusal =>
  incomplete(
    `${parts.join(' ')} (Hashed with SHA-256 and encoded with Base64) Authorization=${hashed(authorization)}`,
    'The Authorization header is no whole AWS signature: it needs Credential, SignedHeaders and Signature, and the request X-Amz-Date.',
  )

export const unsupportedAlgorithm = (algorithm: string): Refusal =>
  incomplete(
    `Unsupported AWS 'algorithm': '${algorithm}'.`,
    'Only AWS4-HMAC-SHA256 is verified here; SigV4a (AWS4-ECDSA-P256-SHA256) is not.',
  )

/** AWS: `Credential should be scoped to a valid region, not 'us-east-1'. ` with its last space. [Kong/insomnia#713] */
export const wrongScope = (sentences: readonly string[]): Refusal =>
  refuse(
    'InvalidSignatureException',
    sentences.map((sentence) => `${sentence} `).join(''),
    `The signature is for another place or day. ${sentences.join(' ')}`,
  )

export const expired = (signedAtMs: number, nowMs: number, validMs: number): Refusal =>
  refuse(
    'InvalidSignatureException',
    `Signature expired: ${formatAmzDate(signedAtMs)} is now earlier than ${formatAmzDate(nowMs - validMs)} (${formatAmzDate(nowMs)} - ${duration(validMs)})`,
    "The request was signed too long ago: the client's clock is slow, or the request was stored or delayed.",
  )

export const notYetCurrent = (signedAtMs: number, nowMs: number, skewMs: number): Refusal =>
  refuse(
    'InvalidSignatureException',
    `Signature not yet current: ${formatAmzDate(signedAtMs)} is still later than ${formatAmzDate(nowMs + skewMs)} (${formatAmzDate(nowMs)} + ${duration(skewMs)})`,
    "The client's clock is fast.",
  )

/** AWS: the same answer for a key that is unknown and for a token that is not the key's. */
export const unrecognizedClient = (hint: string): Refusal =>
  refuse(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
    hint,
  )

export const expiredToken = (): Refusal =>
  refuse(
    'ExpiredTokenException',
    'The security token included in the request is expired',
    'The temporary credentials are past their expiration: ask STS for new ones.',
  )

/** AWS: the gateway says what it would have signed. [KC] */
export const signatureMismatch = (canonical: string, toSign: string, hint: string): Refusal =>
  refuse(
    'InvalidSignatureException',
    `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${toSign}'\n`,
    hint,
  )

/** Something about the signature that AWS would not let pass either, in AWS's manner. */
export const invalid = (message: string, hint: string): Refusal =>
  refuse('InvalidSignatureException', message, hint)

const hashed = (text: string): string => hash('sha256', text, 'base64')

const duration = (timeMs: number): string =>
  timeMs % 60_000 === 0 ? `${timeMs / 60_000} min.` : `${timeMs / 1000} sec.`
