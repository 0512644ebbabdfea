// S3 and what is thrown at it: keys that look like paths, bodies that are not what they say, a kill in the middle.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
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
    const head = [`PUT /${Bucket}/large HTTP/1.1`, `Content-Length: ${6 * 1024 ** 3}`]
    assert.match(await raw(head, new Uint8Array(), true), /EntityTooLarge/)
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
    const send = (body: string, decoded: number) =>
      raw(
        [
          `PUT /${Bucket}/chunks HTTP/1.1`,
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
  })

  it('refuses a body whose Content-MD5 is another', async () => {
    const put = new s3.PutObjectCommand({
      Bucket,
      Key: 'md5',
      Body: 'x',
      ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==',
    })
    await assert.rejects(client.send(put), { name: 'BadDigest' })
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
