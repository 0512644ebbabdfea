// The real SDK clients against S3 of a running gateway: every operation that is there, streamed uploads, presigned URLs.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import * as s3 from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'

const MB = 1024 * 1024

for (const shape of SHAPES) {
  describe(`S3 (${shape})`, () => {
    let gateway: Gateway
    let client: s3.S3Client
    const Bucket = 'conformance'
    before(async () => {
      gateway = await startGateway({ shape })
      client = new s3.S3Client({
        endpoint: gateway.endpoint,
        forcePathStyle: true,
        region: 'us-east-1',
        credentials: gateway.credentials,
        maxAttempts: 1,
      })
      await client.send(new s3.CreateBucketCommand({ Bucket }))
    })
    after(async () => {
      client?.destroy()
      await gateway?.stop()
    })
    const put = (Key: string, Body: string | Uint8Array = 'x', more: object = {}) =>
      client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }))
    const get = async (Key: string, more: object = {}) => {
      const found = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }))
      return { ...found, text: (await found.Body?.transformToString()) ?? '' }
    }

    it('lists, finds and deletes buckets, and one with objects stays', async () => {
      const { Buckets = [] } = await client.send(new s3.ListBucketsCommand({}))
      assert.deepEqual(
        Buckets.map(({ Name }) => Name),
        [Bucket],
      )
      await client.send(new s3.HeadBucketCommand({ Bucket }))
      const missing = client.send(new s3.HeadBucketCommand({ Bucket: 'nobodys' }))
      await assert.rejects(missing, { name: 'NotFound' })
      await client.send(new s3.CreateBucketCommand({ Bucket: 'short-lived' }))
      const { LocationConstraint } = await client.send(
        new s3.GetBucketLocationCommand({ Bucket: 'short-lived' }),
      )
      assert.equal(LocationConstraint ?? '', '')
      await client.send(new s3.PutObjectCommand({ Bucket: 'short-lived', Key: 'k', Body: 'x' }))
      const refused = client.send(new s3.DeleteBucketCommand({ Bucket: 'short-lived' }))
      await assert.rejects(refused, { name: 'BucketNotEmpty' })
      await client.send(new s3.DeleteObjectCommand({ Bucket: 'short-lived', Key: 'k' }))
      await client.send(new s3.DeleteBucketCommand({ Bucket: 'short-lived' }))
    })

    it('gives back what was put, with its headers, metadata, tags and checksum', async () => {
      const body = randomBytes(3 * MB)
      const { ETag, ChecksumCRC32 } = await put('folder/report 1.txt', body, {
        ContentType: 'text/x-report',
        CacheControl: 'no-cache',
        Metadata: { Author: 'ann' },
        Tagging: 'a=1&b=two',
      })
      assert.equal(ETag, `"${createHash('md5').update(body).digest('hex')}"`)
      assert.notEqual(ChecksumCRC32, undefined)
      const head = await client.send(
        new s3.HeadObjectCommand({ Bucket, Key: 'folder/report 1.txt', ChecksumMode: 'ENABLED' }),
      )
      assert.equal(head.ContentLength, body.length)
      assert.equal(head.ContentType, 'text/x-report')
      assert.equal(head.CacheControl, 'no-cache')
      assert.deepEqual(head.Metadata, { author: 'ann' })
      assert.equal(head.ChecksumCRC32, ChecksumCRC32)
      const found = await client.send(
        new s3.GetObjectCommand({ Bucket, Key: 'folder/report 1.txt', ChecksumMode: 'ENABLED' }),
      )
      assert.ok(body.equals((await found.Body?.transformToByteArray()) ?? new Uint8Array()))
      const { TagSet } = await client.send(
        new s3.GetObjectTaggingCommand({ Bucket, Key: 'folder/report 1.txt' }),
      )
      assert.deepEqual(TagSet, [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: 'two' },
      ])
    })

    it('answers ranges and conditions', async () => {
      const { ETag } = await put('ranged', '0123456789', { IfNoneMatch: '*' })
      await assert.rejects(put('ranged', 'again', { IfNoneMatch: '*' }), {
        name: 'PreconditionFailed',
      })
      const part = await get('ranged', { Range: 'bytes=2-4' })
      assert.deepEqual([part.text, part.ContentRange], ['234', 'bytes 2-4/10'])
      assert.equal((await get('ranged', { Range: 'bytes=-3' })).text, '789')
      assert.equal((await get('ranged', { Range: 'bytes=8-' })).text, '89')
      await assert.rejects(get('ranged', { Range: 'bytes=10-' }), { name: 'InvalidRange' })
      await assert.rejects(get('ranged', { IfMatch: '"other"' }), { name: 'PreconditionFailed' })
      await assert.rejects(get('ranged', { IfNoneMatch: ETag }), (error: s3.S3ServiceException) => {
        return error.$metadata.httpStatusCode === 304
      })
      const shown = await get('ranged', { ResponseContentType: 'text/csv' })
      assert.equal(shown.ContentType, 'text/csv')
      await assert.rejects(get('nothing'), { name: 'NoSuchKey' })
    })

    it('lists in pages, with prefixes rolled up, in the order of UTF-8', async () => {
      const keys = ['l/a', 'l/b/1', 'l/b/2', 'l/c d+e', 'l/é', 'l/\u{1f600}', 'l/\uffee']
      for (const key of keys) await put(key)
      const list = (more: object) =>
        client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'l/', ...more }))
      const all = await list({})
      assert.deepEqual(
        all.Contents?.map(({ Key }) => Key),
        ['l/a', 'l/b/1', 'l/b/2', 'l/c d+e', 'l/é', 'l/\uffee', 'l/\u{1f600}'],
      )
      const rolled: string[] = []
      let ContinuationToken: string | undefined
      do {
        const page = await list({
          Delimiter: '/',
          MaxKeys: 1,
          ...(ContinuationToken !== undefined && { ContinuationToken }),
        })
        assert.equal(page.KeyCount, 1)
        rolled.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
        rolled.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix))
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
      assert.deepEqual(rolled, ['l/a', 'l/b/', 'l/c d+e', 'l/é', 'l/\uffee', 'l/\u{1f600}'])
      const v1 = await client.send(
        new s3.ListObjectsCommand({ Bucket, Prefix: 'l/', Delimiter: '/', MaxKeys: 2 }),
      )
      assert.deepEqual([v1.IsTruncated, v1.NextMarker], [true, 'l/b/'])
      const rest = await client.send(
        new s3.ListObjectsCommand({ Bucket, Prefix: 'l/', Delimiter: '/', Marker: 'l/b/' }),
      )
      assert.equal(rest.Contents?.[0]?.Key, 'l/c d+e')
    })

    it('copies, and deletes one and many', async () => {
      await put('from here', 'copied', { Metadata: { a: 'b' } })
      const CopySource = `${Bucket}/${encodeURIComponent('from here')}`
      await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'to', CopySource }))
      const copy = await get('to')
      assert.deepEqual([copy.text, copy.Metadata], ['copied', { a: 'b' }])
      const itself = new s3.CopyObjectCommand({ Bucket, Key: 'from here', CopySource })
      await assert.rejects(client.send(itself), { name: 'InvalidRequest' })
      const Objects = [{ Key: 'to' }, { Key: 'from here' }, { Key: 'never <&> was' }]
      const { Deleted } = await client.send(
        new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
      )
      assert.deepEqual(Deleted, Objects)
      await assert.rejects(get('to'), { name: 'NoSuchKey' })
    })

    it('puts a stream whose length nobody knows, in parts (lib-storage)', async () => {
      const pieces = Array.from({ length: 11 }, () => randomBytes(MB))
      const upload = new Upload({
        client,
        params: { Bucket, Key: 'streamed', Body: Readable.from(pieces), ContentType: 'a/b' },
      })
      const { ETag } = await upload.done()
      assert.match(ETag ?? '', /-3"$/)
      const found = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'streamed' }))
      assert.equal(found.ContentType, 'a/b')
      const whole = (await found.Body?.transformToByteArray()) ?? new Uint8Array()
      assert.ok(Buffer.concat(pieces).equals(whole))
      const second = await client.send(
        new s3.GetObjectCommand({ Bucket, Key: 'streamed', PartNumber: 3 }),
      )
      assert.equal(second.ContentLength, MB)
    })

    it('puts a stream of known length in chunks with a checksum behind it', async () => {
      const pieces = [randomBytes(MB), randomBytes(100)]
      await client.send(
        new s3.PutObjectCommand({
          Bucket,
          Key: 'chunked',
          Body: Readable.from(pieces),
          ContentLength: MB + 100,
        }),
      )
      const found = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'chunked' }))
      const whole = (await found.Body?.transformToByteArray()) ?? new Uint8Array()
      assert.ok(Buffer.concat(pieces).equals(whole))
      assert.equal(found.ContentEncoding, undefined)
    })

    it('uploads by hand: parts are listed, copied, chosen and given up', async () => {
      const Key = 'by-hand'
      const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }))
      const upload = { Bucket, Key, UploadId }
      const part = async (PartNumber: number, Body: Uint8Array) => {
        const { ETag } = await client.send(
          new s3.UploadPartCommand({ ...upload, PartNumber, Body }),
        )
        return { PartNumber, ETag }
      }
      const first = await part(1, Buffer.alloc(5 * MB, 'a'))
      const small = await part(2, Buffer.from('tail'))
      await put('source', 'copied part')
      const { CopyPartResult } = await client.send(
        new s3.UploadPartCopyCommand({
          ...upload,
          PartNumber: 3,
          CopySource: `${Bucket}/source`,
          CopySourceRange: 'bytes=0-5',
        }),
      )
      const third = { PartNumber: 3, ETag: CopyPartResult?.ETag }
      const { Parts } = await client.send(new s3.ListPartsCommand(upload))
      assert.deepEqual(
        Parts?.map(({ Size }) => Size),
        [5 * MB, 4, 6],
      )
      const { Uploads } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }))
      assert.equal(Uploads?.[0]?.UploadId, UploadId)
      const complete = (Parts: readonly s3.CompletedPart[]) =>
        client.send(
          new s3.CompleteMultipartUploadCommand({
            ...upload,
            MultipartUpload: { Parts: [...Parts] },
          }),
        )
      await assert.rejects(complete([small, first]), { name: 'InvalidPartOrder' })
      await assert.rejects(complete([first, { ...small, ETag: '"0"' }]), { name: 'InvalidPart' })
      await assert.rejects(complete([first, small, third]), { name: 'EntityTooSmall' })
      await complete([first, third])
      const { ContentLength } = await client.send(new s3.HeadObjectCommand({ Bucket, Key }))
      assert.equal(ContentLength, 5 * MB + 6)
      await assert.rejects(part(1, Buffer.from('late')), { name: 'NoSuchUpload' })
      const again = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }))
      const abandoned = { Bucket, Key, UploadId: again.UploadId }
      await client.send(new s3.AbortMultipartUploadCommand(abandoned))
      await assert.rejects(client.send(new s3.ListPartsCommand(abandoned)), {
        name: 'NoSuchUpload',
      })
    })

    it('takes presigned URLs for what they are, and none that was changed', async () => {
      const upload = await getSignedUrl(
        client,
        new s3.PutObjectCommand({ Bucket, Key: 'signed' }),
        { expiresIn: 60 },
      )
      const answer = await fetch(upload, { method: 'PUT', body: 'by a URL' })
      assert.equal(answer.status, 200, await answer.text())
      const download = await getSignedUrl(
        client,
        new s3.GetObjectCommand({ Bucket, Key: 'signed' }),
      )
      assert.equal(await (await fetch(download)).text(), 'by a URL')
      const changed = await fetch(download.replace('/signed?', '/ranged?'))
      assert.equal(changed.status, 403)
      assert.match(await changed.text(), /<Code>SignatureDoesNotMatch<\/Code>/)
      const old = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: 'signed' }), {
        expiresIn: 1,
        signingDate: new Date(Date.now() - 60_000),
      })
      const expired = await fetch(old)
      assert.match(await expired.text(), /<Code>AccessDenied<\/Code><Message>Request has expired/)
    })

    it('keeps what is configured of a bucket', async () => {
      const CORSConfiguration = {
        CORSRules: [
          {
            AllowedMethods: ['GET', 'PUT'],
            AllowedOrigins: ['https://*.example.com'],
            AllowedHeaders: ['*'],
            ExposeHeaders: ['ETag'],
            MaxAgeSeconds: 30,
          },
        ],
      }
      await client.send(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration }))
      const { CORSRules } = await client.send(new s3.GetBucketCorsCommand({ Bucket }))
      assert.deepEqual(CORSRules, CORSConfiguration.CORSRules)
      await client.send(new s3.DeleteBucketCorsCommand({ Bucket }))
      await assert.rejects(client.send(new s3.GetBucketCorsCommand({ Bucket })), {
        name: 'NoSuchCORSConfiguration',
      })
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::x/*' },
        ],
      })
      await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }))
      const stored = await client.send(new s3.GetBucketPolicyCommand({ Bucket }))
      assert.equal(stored.Policy, Policy)
      const bad = client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: '{' }))
      await assert.rejects(bad, { name: 'MalformedPolicy' })
      const NotificationConfiguration = {
        LambdaFunctionConfigurations: [
          {
            Id: 'created',
            LambdaFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f',
            Events: ['s3:ObjectCreated:*' as const],
            Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'in/' }] } },
          },
        ],
      }
      await client.send(
        new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
      )
      const { LambdaFunctionConfigurations } = await client.send(
        new s3.GetBucketNotificationConfigurationCommand({ Bucket }),
      )
      assert.deepEqual(
        LambdaFunctionConfigurations,
        NotificationConfiguration.LambdaFunctionConfigurations,
      )
      const Tagging = { TagSet: [{ Key: 'team', Value: 'shop' }] }
      await client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging }))
      const { TagSet } = await client.send(new s3.GetBucketTaggingCommand({ Bucket }))
      assert.deepEqual(TagSet, Tagging.TagSet)
      await client.send(
        new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }),
      )
    })

    it('names what it does not do', async () => {
      const versions = client.send(
        new s3.PutBucketVersioningCommand({
          Bucket,
          VersioningConfiguration: { Status: 'Enabled' },
        }),
      )
      await assert.rejects(versions, /Versioning of buckets is not implemented here/)
      const analytics = client.send(new s3.ListBucketAnalyticsConfigurationsCommand({ Bucket }))
      await assert.rejects(analytics, /ListBucketAnalyticsConfigurations of s3 is not implemented/)
      await assert.rejects(put('acl', 'x', { ACL: 'public-read' }), {
        name: 'AccessControlListNotSupported',
      })
      await assert.rejects(put('kms', 'x', { ServerSideEncryption: 'aws:kms' }), {
        name: 'NotImplemented',
      })
    })
  })
}
