// Who signed a management call: the signature verified with the keys as the store has them at this moment.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
import { pathRulesOf } from '#languages/sigv4/message.ts'
import { readSignature } from '#languages/sigv4/read-signature.ts'
import type { Refusal, SigV4ErrorType } from '#languages/sigv4/refusals.ts'
import { createSigningKeys } from '#languages/sigv4/signing-key.ts'
import { verifySignature } from '#languages/sigv4/verify.ts'
import type { DirectoryEntry, FindEntry } from '#model/documents.ts'
import type { SigningIdentity, UnusableKey } from '#model/identity.ts'
import type { ResolveCredentials } from '#model/ports.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { Clock } from '#shared/clock.ts'
import { directory } from '#store/collections.ts'
import { createRemembered } from '#store/remembered.ts'
import type { Store } from '#store/store.ts'
import { ServiceError } from '#wire/errors.ts'
import type { WireRequest } from '#wire/message.ts'
import type { TableDocument } from '#wire/table.ts'
import { readS3FormSignature } from './s3-form-signature.ts'
import { readS3QuerySignature } from './s3-query-signature.ts'

/** A service as the one who signs and the one who reads an error know it. */
export type SignedService = Pick<TableDocument, 'signingName' | 'protocol'>

/** The signer, or the refusal in the words of the service's protocol. */
export type Authenticate = (
  request: WireRequest,
  service: SignedService,
) => Promise<SigningIdentity | ServiceError>

const SIGNING_KEYS_MAX = 1_000

export const createAuthenticate = (options: {
  readonly store: Store
  readonly resolve: ResolveCredentials
  readonly clock: Pick<Clock, 'nowMs'>
}): Authenticate => {
  const { store, resolve, clock } = options
  const keys = createSigningKeys(SIGNING_KEYS_MAX)
  const find = createFind(store, resolve)
  return async (request, service) => {
    const old =
      service.signingName === 's3'
        ? (readS3FormSignature(request) ?? readS3QuerySignature(request))
        : undefined
    if (old !== undefined) {
      const found = await find(old, clock.nowMs())
      if (typeof found !== 'string')
        return old.refuse(found.secretAccessKey, clock.nowMs()) ?? found
      const message = 'The AWS Access Key Id you provided does not exist in our records.'
      return new ServiceError('InvalidAccessKeyId', 403, message)
    }
    const signature = readSignature(request)
    if (signature.kind === 'refused') return refusalOf(signature, service)
    const nowMs = clock.nowMs()
    const { accessKeyId, sessionToken } = signature
    const found = await find({ accessKeyId, sessionToken }, nowMs)
    const outcome = verifySignature<SigningIdentity & { readonly sessionToken?: string }>(
      signature,
      request,
      {
        service: service.signingName,
        nowMs,
        keys,
        path: pathRulesOf(service.signingName),
        findCredentials: () =>
          typeof found === 'string' || sessionToken === undefined
            ? found
            : { ...found, sessionToken },
      },
    )
    return outcome.kind === 'refused' ? refusalOf(outcome, service) : outcome.credentials
  }
}

type Find = (
  key: Parameters<ResolveCredentials>[0],
  nowMs: number,
) => SigningIdentity | UnusableKey | Promise<SigningIdentity | UnusableKey>

/** Looks into what is known first; where that is not enough, asks for what was missed until nothing is. */
const createFind = (store: Store, resolve: ResolveCredentials): Find => {
  const known = createRemembered<DirectoryEntry | undefined>(store)
  return (key, nowMs) => {
    const missed: string[] = []
    const found = resolve(key, looking(known, missed), nowMs)
    if (missed.length === 0) return found
    const keep = known.reading()
    const held = new Map<string, DirectoryEntry | undefined>()
    return store.read(async (view) => {
      for (;;) {
        const missed: string[] = []
        const found = resolve(key, looking(held, missed), nowMs)
        if (missed.length === 0) {
          keep(held)
          return found
        }
        for (const place of missed) held.set(place, await view.get(directory, GLOBAL_SCOPE, place))
      }
    })
  }
}

/** The name begins with the kind, in the directory as here. */
const looking = (
  held: Pick<ReadonlyMap<string, DirectoryEntry | undefined>, 'has' | 'get'>,
  missed: string[],
): FindEntry => {
  const look = (kind: string, name: string): DirectoryEntry | undefined => {
    const place = `${kind}/${name}`
    if (!held.has(place)) missed.push(place)
    return held.get(place)
  }
  return look as FindEntry // An entry is of the kind that its name begins with.
}

/** And so has S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const S3_CODES: Readonly<Record<SigV4ErrorType, readonly [string, number]>> = {
  MissingAuthenticationTokenException: ['AccessDenied', 403],
  IncompleteSignatureException: ['AuthorizationHeaderMalformed', 400],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  UnrecognizedClientException: ['InvalidAccessKeyId', 403],
  ExpiredTokenException: ['ExpiredToken', 400],
}

/** awsQuery has names of its own for the same refusals. */
const QUERY_CODES: Readonly<Record<SigV4ErrorType, readonly [string, number]>> = {
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
  IncompleteSignatureException: ['IncompleteSignature', 400],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  UnrecognizedClientException: ['InvalidClientTokenId', 403],
  ExpiredTokenException: ['ExpiredToken', 403],
}

const refusalOf = (refusal: Refusal, { protocol }: SignedService): ServiceError => {
  const { errorType, message } = refusal
  if (protocol === 'awsQuery') {
    const [code, status] = QUERY_CODES[errorType]
    const isMissing = errorType === 'MissingAuthenticationTokenException'
    return new ServiceError(
      code,
      status,
      isMissing ? 'Request is missing Authentication Token' : message,
    )
  }
  if (protocol === 'restXml') {
    // AWS: a URL whose time is over is no longer a permission.
    if (message.startsWith('Signature expired'))
      return new ServiceError('AccessDenied', 403, 'Request has expired')
    const [code, status] = S3_CODES[errorType]
    return new ServiceError(code, status, message)
  }
  // AWS: the JSON protocols refuse with 400, REST with 403. [CommonErrors of DynamoDB and of API Gateway]
  return new ServiceError(errorType, protocol === 'restJson1' ? 403 : 400, message)
}
