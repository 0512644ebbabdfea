// Tells whom a bucket's configuration names of what happened to an object, in S3's own record.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
import type { BucketRecord } from './buckets.ts'
import { concerns, rulesOf } from './notification-rules.ts'
import type { ObjectRecord } from './object-index.ts'
import type { S3Call, S3Parts } from './parts.ts'

/** Who did it, and when. */
type EventOrigin = Pick<S3Call, 'nowMs' | 'requestId' | 'caller' | 'accountId'> & {
  readonly request: Pick<S3Call['request'], 'remoteAddress'>
}

export const emit = (
  eventName: string,
  bucket: BucketRecord,
  object: Pick<ObjectRecord, 'key'> & Partial<Pick<ObjectRecord, 'size' | 'etag'>>,
  call: EventOrigin,
  { events }: Pick<S3Parts, 'events'>,
): void => {
  if (bucket.notification === undefined) return
  for (const rule of rulesOf(bucket.notification)) {
    if (!concerns(rule, eventName, object.key)) continue
    const { name, accountId, region } = bucket
    const message = JSON.stringify({
      Records: [recordOf(eventName, rule.id, bucket, object, call)],
    })
    events({ bucket: name, accountId, region, targetArn: rule.targetArn, message })
  }
}

const recordOf = (
  eventName: string,
  configurationId: string,
  bucket: BucketRecord,
  { key, size, etag }: Pick<ObjectRecord, 'key'> & Partial<Pick<ObjectRecord, 'size' | 'etag'>>,
  { nowMs, requestId, request, caller, accountId }: EventOrigin,
) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: bucket.region,
  eventTime: new Date(nowMs).toISOString(),
  eventName,
  userIdentity: { principalId: `AWS:${caller?.userId ?? accountId}` },
  requestParameters: { sourceIPAddress: request.remoteAddress },
  responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId,
    bucket: {
      name: bucket.name,
      ownerIdentity: { principalId: bucket.accountId },
      arn: `arn:aws:s3:::${bucket.name}`,
    },
    object: {
      // AWS: encoded as in a form, a space as a plus sign.
      key: encodeURIComponent(key.toWellFormed()).replaceAll('%20', '+').replaceAll('%2F', '/'),
      ...(size !== undefined && { size }),
      ...(etag !== undefined && { eTag: etag }),
      sequencer: nowMs.toString(16).toUpperCase().padStart(18, '0'),
    },
  },
})
