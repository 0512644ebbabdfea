// URLs of S3 that are signed the old way (Signature Version 2), as the AWS CLI and boto3 still make them by default.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
import { createHmac } from 'node:crypto'
import { secretsEqual } from '#languages/sigv4/signing-key.ts'
import { ServiceError } from '#wire/errors.ts'
import { headerOf, parseTarget, type WireRequest } from '#wire/message.ts'

export interface S3QuerySignature {
  readonly accessKeyId: string
  readonly sessionToken: string | undefined
  /** The refusal, for whoever has this secret; undefined where all is well. */
  refuse(secretAccessKey: string, nowMs: number): ServiceError | undefined
}

/** Undefined where the URL is not signed so. The path must name the bucket. */
export const readS3QuerySignature = (request: WireRequest): S3QuerySignature | undefined => {
  const { path, query } = parseTarget(request.target)
  const members = new Map(query.map(([name, value]) => [name.toLowerCase(), value]))
  const accessKeyId = members.get('awsaccesskeyid')
  const signature = members.get('signature')
  const expires = members.get('expires') ?? ''
  if (accessKeyId === undefined || signature === undefined) return undefined
  const told = (name: string): string => members.get(name) ?? headerOf(request.headers, name) ?? ''
  const text = [
    request.method,
    told('content-md5'),
    told('content-type'),
    expires,
    `${amzHeaders(request, members)}${path}${subResources(query)}`,
  ].join('\n')
  return {
    accessKeyId,
    sessionToken: members.get('x-amz-security-token'),
    refuse: (secretAccessKey, nowMs) => {
      if (!/^\d{1,12}$/.test(expires) || Number(expires) * 1_000 < nowMs)
        return new ServiceError('AccessDenied', 403, 'Request has expired')
      const expected = createHmac('sha1', secretAccessKey).update(text, 'utf8').digest('base64')
      return secretsEqual(expected, signature) ? undefined : mismatch()
    },
  }
}

const mismatch = (): ServiceError =>
  new ServiceError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  )

/** Headers that came as such, and those that the signer put into the URL. */
const amzHeaders = (request: WireRequest, members: ReadonlyMap<string, string>): string => {
  const found = new Map([...members].filter(([name]) => name.startsWith('x-amz-')))
  for (let at = 0; at + 1 < request.headers.length; at += 2) {
    const name = request.headers[at]?.toLowerCase() ?? ''
    if (name.startsWith('x-amz-')) found.set(name, (request.headers[at + 1] ?? '').trim())
  }
  return [...found]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')
}

const SUB_RESOURCES =
  /^(?:acl|cors|delete|lifecycle|location|logging|notification|partNumber|policy|requestPayment|response-[a-z-]+|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website)$/

const subResources = (query: readonly (readonly [string, string])[]): string => {
  const signed = query
    .filter(([name]) => SUB_RESOURCES.test(name))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  return signed.length === 0 ? '' : `?${signed.join('&')}`
}
