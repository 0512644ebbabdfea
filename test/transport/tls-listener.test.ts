import 'reflect-metadata'
import assert from 'node:assert/strict'
import { webcrypto, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { connect, type ConnectionOptions } from 'node:tls'
import type { HttpListener, TlsFacts, UpstreamErrorCode } from '#transport/contract.ts'
import { createAuthority } from '#transport/certificates.ts'
import { type LocalCa, openLocalCa } from '#transport/local-ca.ts'
import { startTlsListener, type TlsOptions } from '#transport/tls-listener.ts'
import { createUpstreamClient, type UpstreamClientOptions } from '#transport/upstream.ts'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { rawClient, statusesOf } from './raw-client.ts'

const NAME = 'lambda.us-east-1.amazonaws.com'
const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

describe('a TLS listener with the local authority', () => {
  let directory: string
  let local: LocalCa
  let listener: HttpListener
  const facts: (TlsFacts | undefined)[] = []
  const errors: unknown[] = []

  const start = (more: Partial<TlsOptions> = {}): Promise<HttpListener> =>
    startTlsListener({
      host: '127.0.0.1',
      port: 0,
      certificateFor: (name) => local.certificateFor(name ?? 'localhost'),
      onError: (error) => errors.push(error),
      handler: ({ tls, host }) => {
        facts.push(tls)
        return { statusCode: 200, headers: [], body: host }
      },
      ...more,
    })
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'daemun-tls-'))
    local = await openLocalCa({ directory })
    listener = await start()
  })
  after(async () => {
    await listener.close(0)
    rmSync(directory, { recursive: true })
  })

  const talkTls = async (port: number, options: ConnectionOptions): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', ca: local.caPem, ...options })
    const client = rawClient(socket)
    client.send(GET)
    return client.ended
  }

  const call = (
    test: TestContext,
    options: UpstreamClientOptions,
    more: { insecureSkipVerification?: boolean; serverName?: string; origin?: string } = {},
  ): Promise<{ statusCode: number; body: Uint8Array }> => {
    const upstream = createUpstreamClient({
      connectTo: () => ({ host: '127.0.0.1', port: listener.port }),
      ...options,
    })
    test.after(() => upstream.close())
    return upstream.call({
      method: 'GET',
      origin: `https://${NAME}`,
      path: '/',
      headers: [],
      timeoutMs: 10_000,
      responseBytesMax: 1_000,
      ...more,
    })
  }

  it('answers for a public name that leads here, to those who trust the authority', async (test) => {
    facts.length = 0
    const answer = await call(test, { extraCaPem: local.caPem })
    assert.equal(Buffer.from(answer.body).toString(), NAME)
    assert.deepEqual(facts, [
      { serverName: NAME, protocol: 'TLSv1.3', cipherSuite: facts[0]?.cipherSuite },
    ])
    assert.match(facts[0]?.cipherSuite ?? '', /^TLS_AES_/)
  })

  const refusal = (call: Promise<unknown>): Promise<UpstreamErrorCode | undefined> =>
    call.then(
      () => undefined,
      (error: { code: UpstreamErrorCode }) => error.code,
    )

  it('is not trusted by others', async (test) => {
    assert.equal(await refusal(call(test, {})), 'tls')
    const other = await call(test, {}, { insecureSkipVerification: true })
    assert.equal(other.statusCode, 200)
  })

  it('is verified by the name that is asked for, which may be told', async (test) => {
    const trusting = { extraCaPem: local.caPem }
    facts.length = 0
    await call(test, trusting, { serverName: 'other.example.com' })
    assert.equal(facts[0]?.serverName, 'other.example.com')
    const fixed = await start({ certificateFor: () => local.certificateFor('fixed.example.com') })
    test.after(() => fixed.close(0))
    const connectTo = () => ({ host: '127.0.0.1', port: fixed.port })
    assert.equal(await refusal(call(test, { ...trusting, connectTo })), 'tls')
    const named = { serverName: 'fixed.example.com' }
    assert.equal((await call(test, { ...trusting, connectTo }, named)).statusCode, 200)
  })

  it('answers an address without a name by its standard certificate', async (test) => {
    facts.length = 0
    const options = { origin: `https://127.0.0.1:${listener.port}` }
    await call(test, { extraCaPem: local.caPem }, options)
    assert.equal(facts[0]?.serverName, undefined)
  })

  it('passes over a name that is none', async () => {
    const answer = await talkTls(listener.port, { servername: 'a..b', rejectUnauthorized: false })
    assert.deepEqual(statusesOf(answer), [200])
  })

  it('ends the handshake and reports where no certificate can be had', async (test) => {
    const failing = await start({
      certificateFor: (name) =>
        name === undefined ? local.certificateFor('localhost') : Promise.reject(new Error('disk')),
    })
    test.after(() => failing.close(0))
    assert.equal(await talkTls(failing.port, { servername: NAME }), '')
    assert.deepEqual(errors.splice(0), [new Error('disk')])
  })

  it('refuses what is older than TLS 1.2, and plain HTTP', async () => {
    const old = { servername: NAME, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as const
    assert.equal(await talkTls(listener.port, { ...old, ciphers: 'DEFAULT@SECLEVEL=0' }), '')
    const plain = rawClient(connectTcp(listener.port, '127.0.0.1'))
    plain.send(GET)
    assert.doesNotMatch(await plain.ended, /HTTP/)
    assert.deepEqual(errors, [])
  })

  it('answers 400 to what is malformed, as in plain', async () => {
    const socket = connect({ port: listener.port, host: '127.0.0.1', rejectUnauthorized: false })
    const client = rawClient(socket)
    client.send('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
    assert.deepEqual(statusesOf(await client.ended), [400])
  })

  it('verifies a client’s certificate where it asks for one, and tells whose it was', async (test) => {
    const mine = await clientCertificate()
    const foreign = await clientCertificate()
    const { caPem } = mine
    const asking = await start({ clientCertificates: { caPem, isRequired: false } })
    const requiring = await start({ clientCertificates: { caPem, isRequired: true } })
    test.after(() => Promise.all([asking.close(0), requiring.close(0)]))
    facts.length = 0
    for (const [port, pem, statuses] of [
      [asking.port, mine, [200]],
      [asking.port, foreign, [200]],
      [asking.port, undefined, [200]],
      [requiring.port, mine, [200]],
      [requiring.port, foreign, []],
      [requiring.port, undefined, []],
    ] as const) {
      const own = pem === undefined ? {} : { cert: pem.certificatePem, key: pem.keyPem }
      const answer = await talkTls(port, { servername: NAME, ...own })
      assert.deepEqual(statusesOf(answer), statuses)
    }
    const der = new X509Certificate(mine.certificatePem).raw
    assert.deepEqual(
      facts.map((fact) => fact?.peerCertificate),
      [der, undefined, undefined, der],
    )
  })

  it('closes connections that never began a handshake', async () => {
    const idle = await start()
    const client = rawClient(connectTcp(idle.port, '127.0.0.1'))
    await once(client.socket, 'connect')
    await idle.close(1)
    assert.equal(await client.ended, '')
  })
})

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A client's certificate and its own authority. */
const clientCertificate = async (): Promise<{
  caPem: string
  certificatePem: string
  keyPem: string
}> => {
  const { subtle } = webcrypto
  const validity = {
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
  }
  const ca = await createAuthority('Client CA', validity)
  const caKey = PemConverter.decodeFirst(ca.keyPem)
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=client',
    issuer: 'CN=Client CA',
    ...validity,
    publicKey: keys.publicKey,
    signingKey: await subtle.importKey('pkcs8', caKey, ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
  })
  const key = await subtle.exportKey('pkcs8', keys.privateKey)
  return {
    caPem: ca.certificatePem,
    certificatePem: certificate.toString('pem'),
    keyPem: PemConverter.encode(key, 'PRIVATE KEY'),
  }
}
