import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Clock, systemClock } from '#shared/clock.ts'
import { openLocalCa } from '#transport/local-ca.ts'

const DAY_MS = 86_400_000

const folder = (test: TestContext): string => {
  const path = mkdtempSync(join(tmpdir(), 'daemun-ca-'))
  test.after(() => rmSync(path, { recursive: true }))
  return join(path, 'tls')
}

const daysFromNow = (days: number): Clock => ({
  ...systemClock,
  nowMs: () => Date.now() + days * DAY_MS,
})

describe('the local certificate authority', () => {
  it('is made once, its key for its owner alone, and found again', async (test) => {
    const directory = folder(test)
    const first = await openLocalCa({ directory })
    assert.equal(first.caPath, join(directory, 'ca.pem'))
    assert.equal(readFileSync(first.caPath, 'utf8'), first.caPem)
    assert.equal(statSync(join(directory, 'ca-key.pem')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(directory).sort(), ['ca-key.pem', 'ca.pem'])
    assert.equal((await openLocalCa({ directory })).caPem, first.caPem)
    const ca = new X509Certificate(first.caPem)
    assert.equal(ca.ca, true)
    assert.equal(ca.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  })

  it('is made anew before it expires, and where its files are damaged or do not belong together', async (test) => {
    const directory = folder(test)
    const first = await openLocalCa({ directory })
    assert.equal((await openLocalCa({ directory, clock: daysFromNow(3_600) })).caPem, first.caPem)
    const renewed = await openLocalCa({ directory, clock: daysFromNow(3_640) })
    assert.notEqual(renewed.caPem, first.caPem)
    writeFileSync(first.caPath, first.caPem)
    const mended = await openLocalCa({ directory })
    assert.notEqual(mended.caPem, first.caPem)
    writeFileSync(join(directory, 'ca-key.pem'), 'no key')
    const again = await openLocalCa({ directory })
    assert.notEqual(again.caPem, mended.caPem)
    assert.equal(
      new X509Certificate(again.caPem).verify(new X509Certificate(again.caPem).publicKey),
      true,
    )
  })

  it('issues certificates that clients accept: the name, a year and a month, signed by it', async (test) => {
    const local = await openLocalCa({ directory: folder(test) })
    const ca = new X509Certificate(local.caPem)
    const { certificatePem } = await local.certificateFor('Lambda.us-east-1.amazonaws.com')
    const leaf = new X509Certificate(certificatePem)
    assert.equal(leaf.checkHost('lambda.us-east-1.amazonaws.com'), 'lambda.us-east-1.amazonaws.com')
    assert.equal(leaf.checkHost('s3.us-east-1.amazonaws.com'), undefined)
    assert.equal(leaf.verify(ca.publicKey), true)
    assert.equal(leaf.checkIssued(ca), true)
    assert.equal(leaf.ca, false)
    const days = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / DAY_MS
    assert.ok(days <= 397, String(days))
    assert.ok(leaf.validFromDate.getTime() < Date.now())
  })

  it('issues for addresses, wildcards and long names', async (test) => {
    const local = await openLocalCa({ directory: folder(test) })
    const leaf = async (name: string): Promise<X509Certificate> =>
      new X509Certificate((await local.certificateFor(name)).certificatePem)
    assert.ok((await leaf('127.0.0.1')).checkIP('127.0.0.1'))
    assert.ok((await leaf('::1')).checkIP('::1'))
    assert.ok((await leaf('localhost')).checkIP('127.0.0.1'))
    assert.ok((await leaf('*.example.com')).checkHost('a.example.com'))
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.amazonaws.com`
    assert.ok((await leaf(long)).checkHost(long))
  })

  it('gives the same certificate for the same name until it is about to expire', async (test) => {
    const clock = { days: 0 }
    const local = await openLocalCa({
      directory: folder(test),
      clock: { ...systemClock, nowMs: () => Date.now() + clock.days * DAY_MS },
      namesMax: 2,
    })
    const first = await local.certificateFor('a.test')
    assert.equal(await local.certificateFor('A.test'), first)
    await local.certificateFor('b.test')
    await local.certificateFor('a.test')
    await local.certificateFor('c.test')
    // `b.test` was the one not used for longest.
    assert.equal(await local.certificateFor('a.test'), first)
    clock.days = 392
    assert.notEqual(await local.certificateFor('a.test'), first)
  })

  it('refuses what is no name', async (test) => {
    const local = await openLocalCa({ directory: folder(test) })
    for (const name of [
      '',
      'a b',
      'a,CN=b',
      'a..b',
      '-a',
      `${'a'.repeat(64)}.b`,
      'a'.repeat(254),
    ]) {
      await assert.rejects(local.certificateFor(name), /not a DNS name/)
    }
  })
})
