// Is this request signed by whom it says it is? One verifier stands before one service, and owns the signing keys
// that it has derived. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
import type { UnusableKey } from '#model/identity.ts'
import type { Clock } from '#shared/clock.ts'
import { canonicalRequest, type CanonicalOptions } from './canonical-request.ts'
import {
  headerValues,
  type PathRules,
  pathRulesOf,
  type SignableRequest,
  type SigV4Credentials,
  TERMINATOR,
} from './message.ts'
import { mismatchHint } from './mismatch.ts'
import { type Payload, payloadOf } from './payload.ts'
import { type ReadSignature, readSignature } from './read-signature.ts'
import {
  expired,
  expiredToken,
  notYetCurrent,
  type Refusal,
  incomplete,
  signatureMismatch,
  unrecognizedClient,
  wrongScope,
} from './refusals.ts'
import {
  createSigningKeys,
  secretsEqual,
  signatureOf,
  type SigningKeys,
  type SigningScope,
  stringToSign,
} from './signing-key.ts'

export interface StoredCredentials extends SigV4Credentials {
  /** Temporary credentials: when they end, in milliseconds since the epoch. */
  readonly expiresAtMs?: number
}

export interface SigV4VerifierOptions<Found extends StoredCredentials> {
  readonly clock: Pick<Clock, 'nowMs'>
  /** The signing name, for instance `execute-api`. */
  readonly service: string
  /** Undefined: any region will do. */
  readonly region?: string
  /** The token comes along for credentials that are sealed in it. What it returns is given back by `verify`. */
  readonly findCredentials: FindCredentials<Found>
  /** How far a client's clock may be off. Default five minutes. // AWS: 5 min */
  readonly skewMs?: number
  /** Derived keys that are remembered. Default 1000. */
  readonly signingKeysMax?: number
  readonly path?: PathRules
}

/** What signs with a key, or why it signs nothing. Undefined: nobody has it. */
export type FindCredentials<Found extends StoredCredentials> = (
  accessKeyId: string,
  sessionToken?: string,
) => Found | UnusableKey | undefined

/** What a signature is held against: all that a verifier has, and the moment. */
export interface SignatureCheckOptions<Found extends StoredCredentials>
  extends Pick<SigV4VerifierOptions<Found>, 'service' | 'region' | 'findCredentials' | 'skewMs'> {
  readonly nowMs: number
  readonly keys: SigningKeys
  readonly path: PathRules
}

export interface Verified<Found extends StoredCredentials> {
  readonly kind: 'verified'
  readonly accessKeyId: string
  readonly credentials: Found
  readonly scope: SigningScope
  readonly signedAtMs: number
  readonly signedHeaders: readonly string[]
  readonly presigned: boolean
  readonly payload: Payload['coverage']
}

export interface SigV4Verifier<Found extends StoredCredentials> {
  verify(request: SignableRequest): Verified<Found> | Refusal
}

export const createSigV4Verifier = <Found extends StoredCredentials>(
  options: SigV4VerifierOptions<Found>,
): SigV4Verifier<Found> => {
  const keys = createSigningKeys(options.signingKeysMax ?? SIGNING_KEYS_MAX)
  const path = options.path ?? pathRulesOf(options.service)
  return {
    verify: (request) => {
      const signature = readSignature(request)
      if (signature.kind === 'refused') return signature
      const nowMs = options.clock.nowMs()
      return verifySignature(signature, request, { ...options, nowMs, keys, path })
    },
  }
}

/** The same for a signature that was read before: a caller may want to know that there is one before it reads a body. */
export const verifySignature = <Found extends StoredCredentials>(
  signature: ReadSignature,
  request: SignableRequest,
  options: SignatureCheckOptions<Found>,
): Verified<Found> | Refusal => {
  const { nowMs, path, keys } = options
  const refusal =
    refuseScope(signature, options) ??
    refuseTime(signature, nowMs, options.skewMs ?? SKEW_MS) ??
    refuseUnsignedHeaders(signature, request)
  if (refusal) return refusal
  const payload = payloadOf(request, signature, options.service)
  if (payload.kind === 'refused') return payload
  const found = options.findCredentials(signature.accessKeyId, signature.sessionToken) ?? 'unknown'
  const isUsable = typeof found !== 'string'
  // An unknown key costs as much as a known one, so that time does not tell which ids exist.
  const mismatch = refuseSignature({
    request,
    signature,
    payload,
    path,
    keys,
    secretAccessKey: isUsable ? found.secretAccessKey : undefined,
  })
  if (!isUsable) return refuseKey(found)
  const refused = refuseToken(signature, found, nowMs) ?? mismatch
  return refused ?? verified(signature, found, payload)
}

/** AWS: one answer for every key that signs nothing, but for a token that has ended. */
const refuseKey = (why: UnusableKey): Refusal =>
  why === 'expired' ? expiredToken() : unrecognizedClient(UNUSABLE[why])

const UNUSABLE: Readonly<Record<Exclude<UnusableKey, 'expired'>, string>> = {
  unknown: 'There is no such access key here.',
  inactive: 'The access key is switched off (Status Inactive).',
  'bad-token': "The session token is not the access key's, or it was changed.",
}

const SKEW_MS = 5 * 60_000
const SIGNING_KEYS_MAX = 1000
const NOBODY = 'nobody has this secret access key'

const verified = <Found extends StoredCredentials>(
  signature: ReadSignature,
  credentials: Found,
  payload: Payload,
): Verified<Found> => ({
  kind: 'verified',
  accessKeyId: signature.accessKeyId,
  credentials,
  scope: { date: signature.date, region: signature.region, service: signature.service },
  signedAtMs: signature.signedAtMs,
  signedHeaders: signature.signedHeaders,
  presigned: signature.presigned,
  payload: payload.coverage,
})

const refuseScope = (
  signature: ReadSignature,
  { region, service }: { readonly region?: string; readonly service: string },
): Refusal | undefined => {
  const sentences: string[] = []
  if (signature.region === '' || (region !== undefined && signature.region !== region)) {
    sentences.push(`Credential should be scoped to a valid region, not '${signature.region}'.`)
  }
  if (signature.service !== service) {
    sentences.push(`Credential should be scoped to correct service: '${service}'.`)
  }
  if (signature.terminator !== TERMINATOR) {
    sentences.push(
      `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${signature.terminator}'.`,
    )
  }
  const day = signature.amzDate.slice(0, 8)
  if (signature.date !== day) {
    sentences.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${signature.date}' != '${day}', from '${signature.amzDate}'.`,
    )
  }
  return sentences.length > 0 ? wrongScope(sentences) : undefined
}

const refuseTime = (
  { signedAtMs, expiresMs }: ReadSignature,
  nowMs: number,
  skewMs: number,
): Refusal | undefined => {
  const validMs = expiresMs ?? skewMs
  if (signedAtMs < nowMs - validMs) return expired(signedAtMs, nowMs, validMs)
  if (signedAtMs > nowMs + skewMs) return notYetCurrent(signedAtMs, nowMs, skewMs)
  return undefined
}

/** What decides where a request goes and what it does must be signed. */
const refuseUnsignedHeaders = (
  { signedHeaders, dateHeader }: ReadSignature,
  { headers }: SignableRequest,
): Refusal | undefined => {
  const signed = new Set(signedHeaders)
  if (!signed.has('host')) return mustBeSigned("'Host' or ':authority'")
  if (dateHeader !== undefined && !signed.has(dateHeader)) return mustBeSigned(`'${dateHeader}'`)
  if (headerValues(headers, 'x-amz-target').length > 0 && !signed.has('x-amz-target')) {
    return mustBeSigned("'x-amz-target'")
  }
  const present = new Set<string>()
  for (let index = 0; index < headers.length; index += 2) {
    present.add(headers[index]?.toLowerCase() ?? '')
  }
  const lost = signedHeaders.find((name) => !present.has(name))
  if (lost === undefined) return undefined
  return incomplete(
    `The signed header '${lost}' is not in the request.`,
    'A header that the client signed was taken out, or it was never sent.',
  )
}

const mustBeSigned = (header: string): Refusal =>
  incomplete(
    `${header} must be a 'SignedHeader' in the AWS Authorization.`,
    `The client must sign the header ${header}.`,
  )

interface SignatureCheck {
  readonly request: SignableRequest
  readonly signature: ReadSignature
  readonly payload: Payload
  readonly path: PathRules
  readonly keys: SigningKeys
  /** Undefined for an access key that nobody has. */
  readonly secretAccessKey: string | undefined
}

const refuseSignature = (check: SignatureCheck): Refusal | undefined => {
  const { request, signature, payload, path, keys } = check
  const { accessKeyId, amzDate, signedHeaders } = signature
  const secretAccessKey = check.secretAccessKey ?? NOBODY
  const scope = { date: signature.date, region: signature.region, service: signature.service }
  const signingKey = keys.of(accessKeyId, secretAccessKey, scope)
  const isSigned = (toSign: string): boolean =>
    secretsEqual(signatureOf(signingKey, toSign), signature.signature)
  const wasSigned = (canonical: string): boolean =>
    isSigned(stringToSign(amzDate, scope, canonical))
  const options: CanonicalOptions = {
    path,
    signedHeaders,
    payloadHash: payload.hash,
    unsignedQuery: signature.presigned ? SIGNATURE_ONLY : NOTHING,
  }
  const canonical = canonicalRequest(request, options)
  const toSign = stringToSign(amzDate, scope, canonical)
  // AWS: some clients add the token after they have signed. It cannot be exchanged: it is tied to the key.
  const addedLater = signature.presigned && signature.sessionToken !== undefined
  const withoutToken = { ...options, unsignedQuery: SIGNATURE_AND_TOKEN }
  if (isSigned(toSign) || (addedLater && wasSigned(canonicalRequest(request, withoutToken)))) {
    // A stranger who guesses what stands in for a secret must not push real keys out of memory.
    if (check.secretAccessKey !== undefined)
      keys.keep(accessKeyId, secretAccessKey, scope, signingKey)
    return undefined
  }
  return signatureMismatch(canonical, toSign, mismatchHint(request, options, wasSigned))
}

const NOTHING: ReadonlySet<string> = new Set()
const SIGNATURE_ONLY: ReadonlySet<string> = new Set(['x-amz-signature'])
const SIGNATURE_AND_TOKEN: ReadonlySet<string> = new Set([
  'x-amz-signature',
  'x-amz-security-token',
])

/** A token must be there exactly where the key is a temporary one, and be the key's own. */
const refuseToken = (
  { sessionToken }: ReadSignature,
  found: StoredCredentials,
  nowMs: number,
): Refusal | undefined => {
  if (sessionToken === undefined && found.sessionToken !== undefined) {
    return unrecognizedClient('The access key is a temporary one: its session token must be sent.')
  }
  if (sessionToken !== undefined && !secretsEqual(sessionToken, found.sessionToken ?? '')) {
    return unrecognizedClient("The session token is not the access key's.")
  }
  if (found.expiresAtMs !== undefined && found.expiresAtMs <= nowMs) return expiredToken()
  return undefined
}
