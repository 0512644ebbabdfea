// Why a signature does not fit: the mistakes that clients make, tried one after the other, so that a developer reads
// the reason and not two canonical requests.
import { canonicalRequest, type CanonicalOptions, sha256Hex } from './canonical-request.ts'
import { type SignableRequest, UNSIGNED_PAYLOAD } from './message.ts'

/** Is this the canonical request that was signed? */
export type WasSigned = (canonical: string) => boolean

/** At most as many signatures as there are mistakes in the list: a bad request stays a cheap one. */
export const mismatchHint = (
  request: SignableRequest,
  options: CanonicalOptions,
  wasSigned: WasSigned,
): string => {
  for (const { hint, change } of MISTAKES) {
    const changed = change(request, options)
    if (changed && wasSigned(canonicalRequest(changed.request, changed.options))) return hint
  }
  return `The secret access key is another one, or the request was changed after it was signed: compare path, query, body and the headers ${options.signedHeaders.join(', ')} with what the client signed.`
}

interface Signed {
  readonly request: SignableRequest
  readonly options: CanonicalOptions
}

interface Mistake {
  readonly hint: string
  /** The request as such a client would have signed it; undefined where that is the same. */
  readonly change: (request: SignableRequest, options: CanonicalOptions) => Signed | undefined
}

const EMPTY_HASH = sha256Hex(new Uint8Array())

const MISTAKES: readonly Mistake[] = [
  {
    hint: 'The client signed the path as it is; it has to take out "//", "." and ".." first (every service but S3 does).',
    change: (request, options) =>
      options.path.normalized
        ? { request, options: { ...options, path: { ...options.path, normalized: false } } }
        : undefined,
  },
  {
    hint: 'The client escaped the path once; it has to escape the escaped path once more (every service but S3 does).',
    change: (request, options) =>
      options.path.doubleEncoded && /%/.test(request.target)
        ? { request, options: { ...options, path: { ...options.path, doubleEncoded: false } } }
        : undefined,
  },
  {
    hint: 'The client signed an empty body: the body was added after the request was signed.',
    change: (request, options) =>
      options.payloadHash === EMPTY_HASH
        ? undefined
        : { request, options: { ...options, payloadHash: EMPTY_HASH } },
  },
  {
    hint: 'The client signed UNSIGNED-PAYLOAD and did not send it as X-Amz-Content-Sha256.',
    change: (request, options) =>
      options.payloadHash === UNSIGNED_PAYLOAD
        ? undefined
        : { request, options: { ...options, payloadHash: UNSIGNED_PAYLOAD } },
  },
  {
    hint: 'The client signed the host without its port.',
    change: (request, options) => {
      const headers = request.headers.map((text, index) =>
        index % 2 === 1 && request.headers[index - 1]?.toLowerCase() === 'host'
          ? text.replace(/:\d+$/, '')
          : text,
      )
      const same = headers.every((text, index) => text === request.headers[index])
      return same ? undefined : { request: { ...request, headers }, options }
    },
  },
]
