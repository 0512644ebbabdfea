// Signing a request, as its client: what the gateway does when it calls an AWS service with a role's credentials.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { canonicalRequest, sha256Hex } from './canonical-request.ts'
import { formatAmzDate } from './dates.ts'
import {
  ALGORITHM,
  type FlatHeaders,
  pathRulesOf,
  type SignableRequest,
  type SigV4Credentials,
  UNSIGNED_PAYLOAD,
} from './message.ts'
import { encodeComponent } from './percent.ts'
import { deriveSigningKey, scopeText, signatureOf, stringToSign } from './signing-key.ts'

export interface SigningCredentials extends SigV4Credentials {
  readonly accessKeyId: string
}

export interface SigningOptions {
  readonly region: string
  readonly service: string
  readonly nowMs: number
  /** The body is not covered. */
  readonly unsignedPayload?: boolean
}

/** The request's headers and those that sign it. A signature that is there already is replaced. */
export const signRequest = (
  request: SignableRequest,
  credentials: SigningCredentials,
  options: SigningOptions,
): FlatHeaders => {
  const amzDate = formatAmzDate(options.nowMs)
  const payloadHash = options.unsignedPayload
    ? UNSIGNED_PAYLOAD
    : sha256Hex(request.body ?? new Uint8Array())
  const headers: string[] = []
  for (let index = 0; index + 1 < request.headers.length; index += 2) {
    const name = request.headers[index] ?? ''
    if (!REPLACED.has(name.toLowerCase())) headers.push(name, request.headers[index + 1] ?? '')
  }
  headers.push('X-Amz-Date', amzDate)
  if (credentials.sessionToken !== undefined) {
    headers.push('X-Amz-Security-Token', credentials.sessionToken)
  }
  if (options.service === 's3' || options.unsignedPayload) {
    headers.push('X-Amz-Content-Sha256', payloadHash)
  }
  const signedHeaders = signable(headers)
  const signature = sign({ ...request, headers }, credentials, options, {
    amzDate,
    payloadHash,
    signedHeaders,
  })
  const credential = `${credentials.accessKeyId}/${scopeText(scopeOf(amzDate, options))}`
  const names = signedHeaders.join(';')
  headers.push(
    'Authorization',
    `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  )
  return headers
}

/** The request's target with a signature in its query string. Only Host is signed of the headers. */
export const presignRequest = (
  request: SignableRequest,
  credentials: SigningCredentials,
  options: Omit<SigningOptions, 'unsignedPayload'> & { readonly expiresSeconds: number },
): string => {
  const amzDate = formatAmzDate(options.nowMs)
  const parameters = [
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${scopeText(scopeOf(amzDate, options))}`],
    ['X-Amz-Date', amzDate],
    ['X-Amz-Expires', `${options.expiresSeconds}`],
    ['X-Amz-SignedHeaders', 'host'],
    ...(credentials.sessionToken === undefined
      ? []
      : [['X-Amz-Security-Token', credentials.sessionToken]]),
  ]
  const query = parameters.map(([name, value]) => `${name}=${encodeComponent(value ?? '')}`)
  const target = `${request.target}${request.target.includes('?') ? '&' : '?'}${query.join('&')}`
  const signature = sign({ ...request, target }, credentials, options, {
    amzDate,
    // AWS: a presigned request to S3 does not cover the body. [AmazonS3 sigv4-query-string-auth]
    payloadHash:
      options.service === 's3' ? UNSIGNED_PAYLOAD : sha256Hex(request.body ?? new Uint8Array()),
    signedHeaders: ['host'],
  })
  return `${target}&X-Amz-Signature=${signature}`
}

const sign = (
  request: SignableRequest,
  credentials: SigningCredentials,
  options: SigningOptions,
  parts: {
    readonly amzDate: string
    readonly payloadHash: string
    readonly signedHeaders: readonly string[]
  },
): string => {
  const scope = scopeOf(parts.amzDate, options)
  const canonical = canonicalRequest(request, {
    path: pathRulesOf(options.service),
    signedHeaders: parts.signedHeaders,
    payloadHash: parts.payloadHash,
    unsignedQuery: new Set(),
  })
  const toSign = stringToSign(parts.amzDate, scope, canonical)
  return signatureOf(deriveSigningKey(credentials.secretAccessKey, scope), toSign)
}

const scopeOf = (amzDate: string, { region, service }: SigningOptions) => ({
  date: amzDate.slice(0, 8),
  region,
  service,
})

const REPLACED: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
])

/** What proxies change on the way is left out, as the SDKs leave it out. */
const UNSIGNABLE: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'connection',
  'content-length',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'proxy-authorization',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
])

const signable = (headers: FlatHeaders): readonly string[] => {
  const names = new Set<string>()
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? ''
    if (!UNSIGNABLE.has(name)) names.add(name)
  }
  return [...names].sort()
}
