// Uploads by forms of pages. The form's policy is signed by hand here, as a server of the page would, and by boto3.
// source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import * as s3 from '@aws-sdk/client-s3'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { python, sdkOptions } from '../../support/services.ts'

const Bucket = 'forms'
const DATE = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
const LATER = new Date(Date.now() + 600_000).toISOString()

describe('upload forms', () => {
  let gateway: Gateway
  let client: s3.S3Client
  before(async () => {
    // Held as strictly as a server's.
    gateway = await startGateway({ shape: 'serve' })
    client = new s3.S3Client({ ...sdkOptions(gateway), forcePathStyle: true })
    await client.send(new s3.CreateBucketCommand({ Bucket }))
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
  })

  const signed = (
    fields: Readonly<Record<string, string>>,
    conditions: readonly unknown[],
    expiration = LATER,
  ): Record<string, string> => {
    const { accessKeyId, secretAccessKey } = gateway.credentials
    const day = DATE.slice(0, 8)
    const all = {
      ...fields,
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': `${accessKeyId}/${day}/us-east-1/s3/aws4_request`,
      'x-amz-date': DATE,
    }
    const own = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date'] as const
    const document = {
      expiration,
      conditions: [...conditions, ...own.map((name) => ({ [name]: all[name] }))],
    }
    const policy = Buffer.from(JSON.stringify(document)).toString('base64')
    const key = [day, 'us-east-1', 's3', 'aws4_request'].reduce<Buffer | string>(
      (secret, text) => createHmac('sha256', secret).update(text).digest(),
      `AWS4${secretAccessKey}`,
    )
    const signature = createHmac('sha256', key).update(policy).digest('hex')
    return { ...all, policy, 'x-amz-signature': signature }
  }
  const post = async (
    fields: Readonly<Record<string, string>>,
    file: string | Uint8Array<ArrayBuffer> = 'hello',
    bucket = Bucket,
  ) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', new Blob([file]), 'C:\\photos\\cat one.png')
    form.append('after', 'is not looked at')
    const answer = await fetch(`${gateway.endpoint}/${bucket}`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const PREFIX = [{ bucket: Bucket }, ['starts-with', '$key', 'user/']]

  it('put a file under the name it had, with what the form says of it', async () => {
    const fields = {
      key: 'user/${filename}',
      'Content-Type': 'image/png',
      'x-amz-meta-by': 'ann',
      success_action_status: '201',
    }
    const more = [
      ['eq', '$Content-Type', 'image/png'],
      ['starts-with', '$x-amz-meta-by', ''],
      { success_action_status: '201' },
      ['content-length-range', 1, 1_000_000],
    ]
    const body = new Uint8Array(300_000).fill(13)
    const answer = await post(signed(fields, [...PREFIX, ...more]), body)
    assert.equal(answer.status, 201, answer.text)
    assert.match(answer.text, /<Key>user\/cat one.png<\/Key><ETag>"[\da-f]{32}"/)
    const found = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'user/cat one.png' }))
    assert.deepEqual([found.ContentType, found.Metadata], ['image/png', { by: 'ann' }])
    assert.deepEqual(await found.Body?.transformToByteArray(), body)
  })

  it('lead on to another page, or say nothing', async () => {
    const plain = await post(signed({ key: 'user/a' }, PREFIX))
    assert.deepEqual([plain.status, plain.text], [204, ''])
    const success_action_redirect = 'https://shop.example/done?x=1'
    const led = await post(
      signed({ key: 'user/b', success_action_redirect }, [...PREFIX, { success_action_redirect }]),
    )
    assert.equal(led.status, 303)
    assert.match(
      led.headers.get('location') ?? '',
      /^https:\/\/shop\.example\/done\?x=1&bucket=forms&key=user%2Fb&etag=%22/,
    )
  })

  it('are refused where the policy is another, broken or over', async () => {
    const good = signed({ key: 'user/a' }, PREFIX)
    const cases: readonly (readonly [Record<string, string>, number, RegExp])[] = [
      [
        { ...good, key: 'other/a' },
        403,
        /Policy Condition failed: \["starts-with", "\$key", "user\/"\]/,
      ],
      [{ ...good, 'x-amz-meta-x': '1' }, 403, /Extra input fields: x-amz-meta-x/],
      [{ ...good, 'x-amz-signature': '0'.repeat(64) }, 403, /SignatureDoesNotMatch/],
      [{ ...good, policy: Buffer.from('{}').toString('base64') }, 403, /SignatureDoesNotMatch/],
      [signed({ key: 'user/a' }, PREFIX, '2020-01-01T00:00:00Z'), 403, /Policy expired/],
      [signed({ key: 'user/a' }, [{ bucket: 'else' }, PREFIX[1]]), 403, /Policy Condition failed/],
      [
        signed({ key: 'user/a' }, [...PREFIX, ['content-length-range', 0, 4]]),
        400,
        /EntityTooLarge/,
      ],
      [
        signed({ key: 'user/a' }, [...PREFIX, ['content-length-range', 6, 9]]),
        400,
        /EntityTooSmall/,
      ],
      [signed({}, PREFIX), 400, /named &apos;key&apos;|named 'key'/],
      [{ key: 'user/a' }, 403, /AccessDenied/],
      [{ ...good, big: 'x'.repeat(21_000) }, 400, /MaxPostPreDataLengthExceeded/],
      [
        signed({ key: 'user/a', 'x-amz-meta-x': 'a\u{1f600}' }, [
          ...PREFIX,
          ['starts-with', '$x-amz-meta-x', ''],
        ]),
        400,
        /InvalidArgument/,
      ],
    ]
    for (const [fields, status, text] of cases) {
      const answer = await post(fields)
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.text, text)
    }
    assert.match((await post(good, 'x', 'nowhere')).text, /NoSuchBucket|AccessDenied/)
  })

  it('that are no forms are refused, and leave nothing', async () => {
    const type = 'multipart/form-data; boundary=B'
    for (const body of [
      '',
      'nothing',
      '--B\r\n\r\n',
      '--B--\r\n',
      '--B\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--B--\r\n',
      '--B\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nunfinished',
    ]) {
      const answer = await fetch(`${gateway.endpoint}/${Bucket}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      })
      assert.ok(answer.status === 400 || answer.status === 403, `${body}: ${answer.status}`)
    }
    const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }))
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      ['user/a', 'user/b', 'user/cat one.png'],
    )
  })

  it('of boto3 are taken, in the new way and the old', {
    skip: python() === undefined,
  }, async () => {
    assert.equal(await python()?.(gateway, BOTO3), 'done')
    const found = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'boto-s3v4' }))
    assert.equal(await found.Body?.transformToString(), 'by a form')
  })
})

const BOTO3 = `
import urllib.request
from botocore.config import Config
for version in ['s3', 's3v4']:
    config = Config(signature_version=version, s3={'addressing_style': 'path'})
    made = boto3.client('s3', config=config, **options).generate_presigned_post(
        'forms', 'boto-' + version, Conditions=[['content-length-range', 1, 100]])
    parts = ['--B\\r\\nContent-Disposition: form-data; name="%s"\\r\\n\\r\\n%s\\r\\n' % pair for pair in made['fields'].items()]
    body = ''.join(parts) + '--B\\r\\nContent-Disposition: form-data; name="file"; filename="f"\\r\\n\\r\\nby a form\\r\\n--B--\\r\\n'
    asked = urllib.request.Request(made['url'], body.encode(), {'content-type': 'multipart/form-data; boundary=B'})
    assert urllib.request.urlopen(asked).status == 204
print('done')
`
