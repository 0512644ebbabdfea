// S3 and what is thrown at it: keys that look like paths, bodies that are not what they say, a kill in the middle.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as s3 from '@aws-sdk/client-s3'
import { type Gateway, startGateway } from '../../support/gateway.ts'

const NAUGHTY = join(import.meta.dirname, '../../../../shared/data/vectors/naughty-strings.json')
const MB = 1024 * 1024
const Bucket = 'hostile'

/** Of the one letter `a`. */
const CHECKSUMS_OF_A = {
  CRC32: '6Le+Qw==',
  CRC32C: 'wdBDMA==',
  CRC64NVME: 'jC+ERbTL/Dw=',
  SHA1: createHash('sha1').update('a').digest('base64'),
  SHA256: createHash('sha256').update('a').digest('base64'),
}

const clientOf = (gateway: Gateway) =>
  new s3.S3Client({
    endpoint: gateway.endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: gateway.credentials,
    maxAttempts: 1,
  })

describe('S3 and bad input', () => {
  let folder: string
  let gateway: Gateway
  let client: s3.S3Client
  const start = async () => {
    gateway = await startGateway({ shape: 'start', dataDir: join(folder, 'data') })
    client = clientOf(gateway)
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-s3-'))
    await start()
    await client.send(new s3.CreateBucketCommand({ Bucket }))
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** A request as it is written, with a signature that `start` does not ask for; what came back until the end. */
  const raw = async (head: readonly string[], body: Uint8Array, thenEnd: boolean) => {
    const { port } = new URL(gateway.endpoint)
    const socket = connect(Number(port), '127.0.0.1')
    const parts: Buffer[] = []
    socket.on('data', (data: Buffer) => parts.push(data))
    socket.write(`${[...head, `Host: 127.0.0.1:${port}`, AUTHORIZATION].join('\r\n')}\r\n\r\n`)
    socket.write(body)
    if (thenEnd) socket.end()
    await once(socket, 'close')
    return Buffer.concat(parts).toString('latin1')
  }

  const everything = async (): Promise<readonly string[]> =>
    (await readdir(folder, { recursive: true })).filter((path) => !path.includes('.db'))

  it('keeps keys that look like paths as what they are, and no file has such a name', async (t) => {
    if (!existsSync(NAUGHTY)) return t.skip('the naughty strings of /work/shared are not here')
    const naughty = JSON.parse(readFileSync(NAUGHTY, 'utf8')) as readonly string[]
    const listedKeys = [
      '../../escaped',
      '..',
      '.',
      'a/../../../../tmp/x',
      'nul\u0000byte',
      '/leading//double/',
      'ü'.repeat(512),
      ...naughty.filter((text) => text !== '' && text.isWellFormed()),
    ].filter((key) => Buffer.byteLength(key) <= 1_024)
    // The same twice at once would say nothing of either.
    const keys = [...new Set(listedKeys)]
    const check = async (key: string, index: number): Promise<void> => {
      const path = encodeURIComponent(key).replaceAll(
        /[!'()*.]/g,
        (sign) => `%${sign.charCodeAt(0).toString(16)}`,
      )
      const url = `${gateway.endpoint}/${Bucket}/${path}`
      const headers = { authorization: AUTHORIZATION.slice('Authorization: '.length) }
      const put = await fetch(url, { method: 'PUT', headers, body: String(index) })
      // `%2e%2e` is a path to a client even so: what it leaves of it decides what is asked.
      if (/^\.{1,2}$|(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) return
      assert.equal(put.status, 200, `${JSON.stringify(key)}: ${await put.text()}`)
      assert.equal(await (await fetch(url, { headers })).text(), String(index))
    }
    for (let at = 0; at < keys.length; at += 25)
      await Promise.all(keys.slice(at, at + 25).map((key, index) => check(key, at + index)))
    const files = await everything()
    assert.ok(files.every((path) => !/escaped|tmp|nul/.test(path)))
    assert.ok(
      files
        .filter((path) => path.includes('blobs/'))
        .every((path) => /blobs\/[\da-f]{2}(?:\/[\da-f-]{36})?$/.test(path)),
    )
    const listed = new Set<string>()
    for await (const page of s3.paginateListObjectsV2({ client }, { Bucket, EncodingType: 'url' }))
      for (const { Key } of page.Contents ?? [])
        listed.add(decodeURIComponent((Key ?? '').replaceAll('+', ' ')))
    assert.ok(listed.has('nul\u0000byte'))
    assert.ok(listed.has('ü'.repeat(512)))
  })

  it('refuses keys of more than 1,024 bytes, and names that are no bucket', async () => {
    const long = client.send(new s3.PutObjectCommand({ Bucket, Key: 'ü'.repeat(513), Body: 'x' }))
    await assert.rejects(long, { name: 'KeyTooLongError' })
    for (const name of ['Upper', 'a', '..', '1.2.3.4', 'xn--x', 'has_underscore'])
      await assert.rejects(client.send(new s3.CreateBucketCommand({ Bucket: name })))
  })

  it('refuses a body of more than 5 GB before a byte of it', async () => {
    const { UploadId } = await client.send(
      new s3.CreateMultipartUploadCommand({ Bucket, Key: 'large' }),
    )
    for (const path of ['large', `large?partNumber=1&uploadId=${UploadId}`])
      for (const lengths of [
        [`Content-Length: ${5 * 1024 ** 3 + 1}`],
        [
          'Content-Length: 10',
          'X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          `X-Amz-Decoded-Content-Length: ${5 * 1024 ** 3 + 1}`,
        ],
      ]) {
        const head = [`PUT /${Bucket}/${path} HTTP/1.1`, ...lengths]
        assert.match(await raw(head, new Uint8Array(), true), /EntityTooLarge/)
      }
    await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key: 'large', UploadId }))
  })

  it('keeps keys apart that differ in case, in their normalisation or by a slash', async () => {
    const keys = [
      'Apart',
      'apart',
      '\u00e9',
      'e\u0301',
      'a',
      'a/',
      'a/b',
      'a//b',
      'a/b/',
      'ﬁ',
      'fi',
    ]
    const Prefixed = keys.map((key) => `apart/${key}`)
    for (const Key of Prefixed)
      await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: escape(Key) }))
    const read = async (Key: string) =>
      (await client.send(new s3.GetObjectCommand({ Bucket, Key }))).Body?.transformToString()
    for (const Key of Prefixed) assert.equal(await read(Key), escape(Key))
    const list = async (more: object) =>
      client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'apart/', ...more }))
    const sorted = Prefixed.toSorted((one, other) =>
      Buffer.compare(Buffer.from(one), Buffer.from(other)),
    )
    const { Contents = [] } = await list({})
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      sorted,
    )
    const folders = await list({ Prefix: 'apart/a', Delimiter: '/' })
    assert.deepEqual(folders.CommonPrefixes, [{ Prefix: 'apart/a/' }])
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'apart/a' }))
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'apart/A/B' }))
    assert.equal((await list({})).KeyCount, keys.length - 1)
    assert.equal(await read('apart/a/b'), 'apart/a/b')
  })

  it('leaves nothing of an upload that ends early', async () => {
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'whole', Body: 'old' }))
    const files = (await everything()).filter((path) => path.includes('incoming/'))
    const head = [`PUT /${Bucket}/whole HTTP/1.1`, `Content-Length: ${MB}`]
    await raw(head, randomBytes(1_000), true)
    const found = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'whole' }))
    assert.equal(await found.Body?.transformToString(), 'old')
    assert.deepEqual(
      (await everything()).filter((path) => path.includes('incoming/')),
      files,
    )
  })

  it('refuses chunks that are cut off, too many, or not what they say', async () => {
    const key = { Bucket, Key: 'chunks' }
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(key))
    const send = (body: string, decoded: number, query = '') =>
      raw(
        [
          `PUT /${Bucket}/chunks${query} HTTP/1.1`,
          'Connection: close',
          'X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'X-Amz-Trailer: x-amz-checksum-crc32',
          `X-Amz-Decoded-Content-Length: ${decoded}`,
          `Content-Length: ${body.length}`,
        ],
        Buffer.from(body),
        false,
      )
    const crc = 'x-amz-checksum-crc32:NSRBwg==\r\n'
    assert.match(await send(`3\r\nabc\r\n0\r\n${crc}\r\n`, 3), / 200 OK/)
    assert.match(await send(`3\r\nabd\r\n0\r\n${crc}\r\n`, 3), /<Code>BadDigest/)
    assert.match(await send(`3\r\nabc\r\n0\r\n${crc}\r\n`, 4), /<Code>IncompleteBody/)
    assert.match(await send(`3\r\nabc\r\n0\r\n${crc}\r\n`, 2), /<Code>IncompleteBody/)
    assert.match(await send('3\r\nabc\r\n', 3), /<Code>IncompleteBody/)
    assert.match(await send(`zz\r\nabc\r\n0\r\n\r\n`, 3), /<Code>InvalidRequest/)
    assert.match(await send('x'.repeat(5_000), 3), /<Code>InvalidRequest/)
    const part = `?partNumber=1&uploadId=${UploadId}`
    assert.match(await send(`3\r\nabd\r\n0\r\n${crc}\r\n`, 3, part), /<Code>BadDigest/)
    assert.match(await send('3\r\nabc\r\n', 3, part), /<Code>IncompleteBody/)
    const { Parts } = await client.send(new s3.ListPartsCommand({ ...key, UploadId }))
    assert.equal(Parts, undefined)
    const { Body } = await client.send(new s3.GetObjectCommand(key))
    assert.equal(await Body?.transformToString(), 'abc')
    await client.send(new s3.AbortMultipartUploadCommand({ ...key, UploadId }))
  })

  it('refuses a body whose Content-MD5 is another or none, an XML body too', async () => {
    const put = (ContentMD5: string) =>
      client.send(new s3.PutObjectCommand({ Bucket, Key: 'md5', Body: 'x', ContentMD5 }))
    await assert.rejects(put('AAAAAAAAAAAAAAAAAAAAAA=='), { name: 'BadDigest' })
    for (const none of ['AAAA', 'no digest', 'AAAAAAAAAAAAAAAAAAAAAA'])
      await assert.rejects(put(none), { name: 'InvalidDigest' })
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'stays', Body: 'x' }))
    const other = createHash('sha256').update('another body').digest('hex')
    const body = '<Delete><Object><Key>stays</Key></Object></Delete>'
    for (const [header, code] of [
      // Signed for another body: whoever carries the request must not be able to change it.
      [`X-Amz-Content-Sha256: ${other}`, 'XAmzContentSHA256Mismatch'],
      ['Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==', 'BadDigest'],
      ['X-Amz-Checksum-Crc32: AAAAAA==', 'BadDigest'],
    ] as const) {
      const head = [`POST /${Bucket}?delete HTTP/1.1`, `Content-Length: ${body.length}`]
      const answer = await raw([...head, 'Connection: close', header], Buffer.from(body), false)
      assert.match(answer, new RegExp(` 400 [^]*<Code>${code}</Code>`))
    }
    await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'stays' }))
  })

  for (const [algorithm, digest] of Object.entries(CHECKSUMS_OF_A)) {
    const name = `Checksum${algorithm}`
    const wrong = Buffer.alloc(Buffer.from(digest, 'base64').length).toString('base64')

    it(`refuses an object and a part whose ${algorithm} is another, and keeps what was there`, async () => {
      const object = { Bucket, Key: algorithm }
      const put = (checksum: string, Body = 'a') =>
        client.send(new s3.PutObjectCommand({ ...object, Body, [name]: checksum }))
      await put(digest)
      await assert.rejects(put(wrong), { name: 'BadDigest', message: new RegExp(algorithm) })
      await assert.rejects(put('AAA='), { name: 'InvalidRequest', message: /header is invalid/ })
      const head = await client.send(
        new s3.HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }),
      )
      assert.equal(Reflect.get(head, name), digest)

      const ChecksumAlgorithm = algorithm as s3.ChecksumAlgorithm // By the table.
      const upload = await client.send(
        new s3.CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm }),
      )
      const begun = { ...object, UploadId: upload.UploadId }
      const part = (more: object) =>
        client.send(new s3.UploadPartCommand({ ...begun, PartNumber: 1, Body: 'a', ...more }))
      await assert.rejects(part({ [name]: wrong }), { name: 'BadDigest' })
      const [other = ''] = Object.keys(CHECKSUMS_OF_A).filter((one) => one !== algorithm)
      await assert.rejects(part({ [`Checksum${other}`]: Reflect.get(CHECKSUMS_OF_A, other) }), {
        name: 'InvalidRequest',
        message: `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${other.toLowerCase()}`,
      })
      const { ETag } = await part({ [name]: digest })
      const complete = (checksum: string, more: object = {}) => {
        const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, [name]: checksum }] }
        const input = { ...begun, MultipartUpload, ...more }
        return client.send(new s3.CompleteMultipartUploadCommand(input))
      }
      await assert.rejects(complete(wrong), { name: 'InvalidPart' })
      await assert.rejects(complete(digest, { [name]: wrong }), { name: 'BadDigest' })
      await assert.rejects(complete(digest, { MpuObjectSize: 2 }), { name: 'InvalidRequest' })
      const done = await complete(digest, { MpuObjectSize: 1 })
      assert.match(String(Reflect.get(done, name)), algorithm === 'CRC64NVME' ? /=$/ : /-1$/)
    })
  }

  it('writes where the object is the one that was meant, and of many at once one', async () => {
    const put = (more: object, Key = 'meant') =>
      client.send(new s3.PutObjectCommand({ Bucket, Key, Body: randomBytes(8), ...more }))
    const refusal = { name: 'PreconditionFailed' }
    await assert.rejects(put({ IfMatch: '"0"' }), { name: 'NoSuchKey' })
    const { ETag } = await put({ IfNoneMatch: '*' })
    await assert.rejects(put({ IfNoneMatch: '*' }), refusal)
    await assert.rejects(put({ IfMatch: '"0"' }), refusal)
    await assert.rejects(put({ IfNoneMatch: ETag }), { name: 'NotImplemented' })
    const codes = async (more: object, key: string) => {
      const all = await Promise.allSettled(Array.from({ length: 8 }, () => put(more, key)))
      const failed = all.flatMap((one) => (one.status === 'rejected' ? [one.reason.name] : []))
      assert.deepEqual(failed, Array(7).fill('PreconditionFailed'))
    }
    await codes({ IfMatch: ETag }, 'meant')
    await codes({ IfNoneMatch: '*' }, 'once')
  })

  it('refuses XML that is none, or has entities of its own', async () => {
    const headers = { authorization: AUTHORIZATION.slice('Authorization: '.length) }
    for (const body of [
      '<Delete><Object><Key>a</Key></Object>',
      '<!DOCTYPE x [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
      '<Delete><Object><Key>&e;</Key></Object></Delete>',
      `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`,
      'null',
    ]) {
      const url = `${gateway.endpoint}/${Bucket}?delete`
      const answer = await fetch(url, { method: 'POST', headers, body })
      assert.equal(answer.status, 400, body.slice(0, 80))
      assert.match(await answer.text(), /<Code>MalformedXML<\/Code>/)
    }
  })

  it('has the old object or the new one after kill -9, never half, and nothing is left over', async () => {
    const old = randomBytes(2 * MB)
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'killed', Body: old }))
    const { port } = new URL(gateway.endpoint)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    const head = [`PUT /${Bucket}/killed HTTP/1.1`, `Host: 127.0.0.1:${port}`, AUTHORIZATION]
    socket.write(`${[...head, `Content-Length: ${8 * MB}`].join('\r\n')}\r\n\r\n`)
    await new Promise((resolve) => socket.write(randomBytes(4 * MB), resolve))
    await gateway.kill('SIGKILL')
    socket.destroy()
    client.destroy()
    await start()
    const found = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'killed' }))
    assert.ok(old.equals((await found.Body?.transformToByteArray()) ?? new Uint8Array()))
    assert.deepEqual(
      (await everything()).filter((path) => path.includes('incoming/')),
      [],
    )
  })
})

const AUTHORIZATION =
  'Authorization: AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
