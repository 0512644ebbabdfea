// Static websites: `http://{bucket}.s3-website.localhost:{port}/` serves a bucket's pages to everybody whom its policy
// lets read. https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
import { isObject } from '#shared/json.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { ServiceError } from '#wire/errors.ts'
import { decodePercent, parseTarget, type WireResponse } from '#wire/message.ts'
import { escapeXml } from '#wire/xml-value.ts'
import { bucketOfWebsite } from './address.ts'
import { type BucketRecord, buckets } from './buckets.ts'
import { accessDenied, noSuchBucket, noSuchKey } from './errors.ts'
import { answerObject } from './get-object.ts'
import type { S3Call, S3Parts } from './parts.ts'
import type { PublicAccess } from './public-access.ts'
import { redirectOf } from './routing-rules.ts'

export const answerWebsite = async (
  call: S3Call,
  parts: S3Parts,
  access: PublicAccess,
): Promise<WireResponse> => {
  const { request, store } = call
  const name = bucketOfWebsite(request.host) ?? ''
  const bucket = await store.read((view) => view.get(buckets, GLOBAL_SCOPE, name))
  try {
    if (bucket === undefined) throw noSuchBucket(name)
    if (bucket.website === undefined)
      throw new ServiceError(
        'NoSuchWebsiteConfiguration',
        404,
        'The specified bucket does not have a website configuration',
        { BucketName: name },
      )
    return await page(bucket, bucket.website, call, parts, access)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const elsewhere = bucket?.website && routed(bucket.website, call, error.statusCode)
    return (
      elsewhere ??
      (bucket && (await errorDocument(bucket, error, call, parts, access))) ??
      errorPage(error, call.requestId)
    )
  }
}

type Website = NonNullable<BucketRecord['website']>

const page = async (
  bucket: BucketRecord,
  website: Website,
  call: S3Call,
  parts: S3Parts,
  access: PublicAccess,
): Promise<WireResponse> => {
  const { request } = call
  const path = keyOf(call)
  const redirect = website['RedirectAllRequestsTo']
  if (isObject(redirect)) {
    const scheme = redirect['Protocol'] === 'https' ? 'https' : 'http'
    return movedTo(301, `${scheme}://${String(redirect['HostName'])}${request.target}`, call)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new ServiceError(
      'MethodNotAllowed',
      405,
      'The specified method is not allowed against this resource.',
    )
  const elsewhere = routed(website, call, undefined)
  if (elsewhere !== undefined) return elsewhere
  const index = isObject(website['IndexDocument']) ? String(website['IndexDocument']['Suffix']) : ''
  const key = path === '' || path.endsWith('/') ? `${path}${index}` : path
  // AWS: a folder without its slash leads to the folder, where that has an index document.
  const isFolder =
    key === path &&
    (await parts.index.get(bucket.id, key)) === undefined &&
    (await parts.index.get(bucket.id, `${path}/${index}`)) !== undefined
  if (isFolder) return movedTo(302, `/${encodeURI(path.toWellFormed())}/`, call)
  const record = await readable(bucket, key, call, parts, access)
  if (record !== undefined) {
    const moved = record.headers['x-amz-website-redirect-location']
    if (moved !== undefined) return movedTo(301, moved, call)
    const conditions = { IfNoneMatch: conditionOf(call) }
    return answerObject(conditions, record, call, parts)
  }
  throw noSuchKey(key)
}

const keyOf = ({ request }: S3Call): string =>
  decodePercent(parseTarget(request.target).path.slice(1)) ?? ''

const routed = (
  website: Website,
  call: S3Call,
  errorCode: number | undefined,
): WireResponse | undefined => {
  const found = redirectOf(website, keyOf(call), call.request.host, errorCode)
  return found && movedTo(found.statusCode, found.location, call)
}

const conditionOf = ({ request }: S3Call): string | undefined => {
  const at = request.headers.findIndex(
    (name, index) => index % 2 === 0 && /^if-none-match$/i.test(name),
  )
  return at === -1 ? undefined : request.headers[at + 1]
}

/** AWS: whoever may not list a bucket is not told what it has not. */
const readable = async (
  bucket: BucketRecord,
  key: string,
  call: S3Call,
  { index }: S3Parts,
  access: PublicAccess,
) => {
  const record = await index.get(bucket.id, key)
  const isKnown = record !== undefined || access.isAllowed(bucket, 's3:ListBucket', undefined, call)
  if (!isKnown || !access.isAllowed(bucket, 's3:GetObject', key, call)) throw accessDenied()
  return record
}

const errorDocument = async (
  bucket: BucketRecord,
  error: ServiceError,
  call: S3Call,
  parts: S3Parts,
  access: PublicAccess,
): Promise<WireResponse | undefined> => {
  const configured = bucket.website?.['ErrorDocument']
  if (!isObject(configured) || error.statusCode >= 500) return undefined
  try {
    const record = await readable(bucket, String(configured['Key']), call, parts, access)
    if (record === undefined) return undefined
    return { ...(await answerObject({}, record, call, parts)), statusCode: error.statusCode }
  } catch (nested) {
    if (nested instanceof ServiceError) return undefined
    throw nested
  }
}

const movedTo = (statusCode: number, location: string, { requestId }: S3Call): WireResponse => ({
  statusCode,
  headers: ['Location', location.replaceAll(/[\r\n]/g, ''), 'x-amz-request-id', requestId],
})

const errorPage = (
  { code, message, statusCode }: ServiceError,
  requestId: string,
): WireResponse => ({
  statusCode,
  headers: ['Content-Type', 'text/html; charset=utf-8', 'x-amz-request-id', requestId],
  body: `<html><head><title>${statusCode} ${code}</title></head><body><h1>${statusCode} ${code}</h1><ul><li>Code: ${code}</li><li>Message: ${escapeXml(message)}</li><li>RequestId: ${requestId}</li></ul></body></html>\n`,
})
