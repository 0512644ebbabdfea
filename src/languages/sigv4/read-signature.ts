// What a request says about its own signature, in the Authorization header or in the query string. Nothing of it is
// believed yet. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
import { queryPairs } from './canonical-request.ts'
import { formatAmzDate, parseAmzDate, parseHttpDate } from './dates.ts'
import { ALGORITHM, headerValues, type SignableRequest } from './message.ts'
import {
  incomplete,
  missingEqualSign,
  missingParts,
  missingToken,
  type Refusal,
  unsupportedAlgorithm,
} from './refusals.ts'

export interface ReadSignature {
  readonly kind: 'signature'
  readonly presigned: boolean
  readonly accessKeyId: string
  /** The four parts of the scope, as they are given. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
  /** In lower case and in order. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly signedAtMs: number
  readonly amzDate: string
  /** The header that the date is from; undefined for a presigned request. */
  readonly dateHeader?: 'x-amz-date' | 'date'
  /** Presigned requests that say so. */
  readonly expiresMs?: number
  readonly sessionToken?: string
}

export const readSignature = (request: SignableRequest): ReadSignature | Refusal => {
  const parameters = presignedParameters(request.target)
  const authorizations = headerValues(request.headers, 'authorization')
  const [authorization, ...more] = authorizations
  if (parameters === undefined) {
    if (authorization === undefined || authorization.trim() === '') return missingToken()
    if (more.length > 0) return ambiguous('There is more than one Authorization header.')
    return readHeader(request, authorization)
  }
  if (authorization !== undefined) {
    return ambiguous('There is an Authorization header and X-Amz-Signature in the query string.')
  }
  return readPresigned(parameters)
}

/** Far above what a signature over a hundred headers needs. */
const AUTHORIZATION_LENGTH_MAX = 16_384
const SIGNED_HEADERS_MAX = 256
/** AWS: a presigned request is good for a week at most. */
const EXPIRES_SECONDS_MAX = 604_800

const ambiguous = (hint: string): Refusal =>
  incomplete(
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    hint,
  )

const readHeader = (request: SignableRequest, authorization: string): ReadSignature | Refusal => {
  if (authorization.length > AUTHORIZATION_LENGTH_MAX) return missingEqualSign(authorization)
  const [algorithm = '', ...pairs] = authorization.split(/[\s,]+/).filter((part) => part !== '')
  if (algorithm.includes('=')) {
    return incomplete(
      'Authorization header must begin with the algorithm name, which cannot include an equal-sign.',
      'The Authorization header does not begin with AWS4-HMAC-SHA256.',
    )
  }
  const parts = new Map<string, string>()
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals === -1) return missingEqualSign(authorization)
    const name = pair.slice(0, equals)
    if (parts.has(name)) return ambiguous(`The Authorization header has ${name} twice.`)
    parts.set(name, pair.slice(equals + 1))
  }
  const dateHeader = headerValues(request.headers, 'x-amz-date').length > 0 ? 'x-amz-date' : 'date'
  const [date, ...moreDates] = headerValues(request.headers, dateHeader)
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !parts.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`)
  if (date === undefined) {
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )
  }
  if (missing.length > 0 || date === undefined) return missingParts(missing, authorization)
  if (algorithm !== ALGORITHM) return unsupportedAlgorithm(algorithm)
  const tokens = headerValues(request.headers, 'x-amz-security-token')
  if (moreDates.length > 0 || tokens.length > 1) {
    return ambiguous(
      `The header ${tokens.length > 1 ? 'X-Amz-Security-Token' : 'of the date'} is there twice.`,
    )
  }
  return readParts((name) => parts.get(name) ?? '', date.trim(), {
    dateHeader,
    ...(tokens[0] !== undefined && { sessionToken: tokens[0].trim() }),
  })
}

/** The X-Amz-… parameters by their names in lower case, all values; undefined where there is no signature among them. */
const presignedParameters = (
  target: string,
): ReadonlyMap<string, readonly string[]> | undefined => {
  const mark = target.indexOf('?')
  if (mark === -1 || !/x-amz-(?:algorithm|signature|credential)/i.test(target)) return undefined
  const parameters = new Map<string, string[]>()
  for (const [name, value] of queryPairs(target.slice(mark + 1))) {
    const key = name.toLowerCase()
    if (!key.startsWith('x-amz-')) continue
    const values = parameters.get(key)
    if (values) values.push(value)
    else parameters.set(key, [value])
  }
  return parameters.has('x-amz-algorithm') || parameters.has('x-amz-signature')
    ? parameters
    : undefined
}

const readPresigned = (
  parameters: ReadonlyMap<string, readonly string[]>,
): ReadSignature | Refusal => {
  for (const [name, values] of parameters) {
    if (values.length > 1 && PRESIGNED.has(name))
      return ambiguous(`${name} is in the query string twice.`)
  }
  const valueOf = (name: string): string => parameters.get(`x-amz-${name.toLowerCase()}`)?.[0] ?? ''
  const missing = ['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date']
    .filter((name) => valueOf(name) === '')
    .map((name) => `AWS query-string parameters must include 'X-Amz-${name}'.`)
  if (missing.length > 0) {
    return incomplete(
      `${missing.join(' ')} Re-examine the query-string parameters.`,
      'The query string holds a part of a signature only.',
    )
  }
  if (valueOf('Algorithm') !== ALGORITHM) return unsupportedAlgorithm(valueOf('Algorithm'))
  const expires = parameters.get('x-amz-expires')?.[0]
  if (expires !== undefined && !/^\d{1,9}$/.test(expires)) {
    return incomplete('X-Amz-Expires should be a number', 'X-Amz-Expires is a number of seconds.')
  }
  if (Number(expires ?? 0) > EXPIRES_SECONDS_MAX) {
    return incomplete(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${EXPIRES_SECONDS_MAX} seconds`,
      'A presigned request is good for a week at most.',
    )
  }
  const token = parameters.get('x-amz-security-token')?.[0]
  return readParts(valueOf, valueOf('Date'), {
    ...(expires !== undefined && { expiresMs: Number(expires) * 1000 }),
    ...(token !== undefined && { sessionToken: token }),
  })
}

const PRESIGNED: ReadonlySet<string> = new Set(
  [
    'algorithm',
    'credential',
    'signature',
    'signedheaders',
    'date',
    'expires',
    'security-token',
  ].map((name) => `x-amz-${name}`),
)

const readParts = (
  valueOf: (name: string) => string,
  date: string,
  rest: Pick<ReadSignature, 'dateHeader' | 'expiresMs' | 'sessionToken'>,
): ReadSignature | Refusal => {
  const credential = valueOf('Credential').split('/')
  const [accessKeyId = '', day = '', region = '', service = '', terminator = ''] = credential
  if (credential.length !== 5) {
    return incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${valueOf('Credential')}'`,
      'The credential is AKID/YYYYMMDD/region/service/aws4_request.',
    )
  }
  const signedAtMs = rest.dateHeader === 'date' ? parseHttpDate(date) : parseAmzDate(date)
  if (signedAtMs === undefined) {
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      'The date of the signature is written YYYYMMDDTHHMMSSZ.',
    )
  }
  const signedHeaders = valueOf('SignedHeaders').toLowerCase().split(';').sort()
  if (signedHeaders.length > SIGNED_HEADERS_MAX) {
    return incomplete(
      `Too many 'SignedHeaders': ${signedHeaders.length}`,
      `At most ${SIGNED_HEADERS_MAX} headers can be signed.`,
    )
  }
  return {
    kind: 'signature',
    presigned: rest.dateHeader === undefined,
    accessKeyId,
    date: day,
    region,
    service,
    terminator,
    signedHeaders,
    signature: valueOf('Signature'),
    signedAtMs,
    amzDate: formatAmzDate(signedAtMs),
    ...rest,
  }
}
