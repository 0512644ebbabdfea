import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { gunzipSync, inflateSync } from 'node:zlib'
import { chooseCoding } from '#data-plane/respond/compression.ts'
import { answered, headersOf, type Sent, testServices } from '../../support/http-api.ts'
import { askRest, restMethod } from '../../support/rest-api.ts'

const ask = async (sent: Sent, minimumCompressionSize?: number, more: object = {}) => {
  const heard = testServices({
    invokeFunction: async () => answered({ statusCode: 200, body: 'x'.repeat(100), ...more }),
  })
  const api = minimumCompressionSize === undefined ? {} : { minimumCompressionSize }
  const response = await askRest({ api, methods: { 'GET /pets': restMethod() } }, heard, sent)
  const bytes = response.body
  assert.ok(typeof bytes === 'string' || bytes instanceof Uint8Array)
  return { bytes: Buffer.from(bytes), headers: headersOf(response.headers) }
}

const GZIP: Sent = { headers: ['Accept-Encoding', 'gzip, deflate, br'] }

describe('an answer is compressed', () => {
  it('as the client takes it', async () => {
    const gzipped = await ask(GZIP, 0)
    assert.deepEqual(gzipped.headers['content-encoding'], ['gzip'])
    assert.equal(gunzipSync(gzipped.bytes).toString(), 'x'.repeat(100))
    const deflated = await ask({ headers: ['Accept-Encoding', 'deflate'] }, 100)
    assert.deepEqual(deflated.headers['content-encoding'], ['deflate'])
    assert.equal(inflateSync(deflated.bytes).toString(), 'x'.repeat(100))
  })
  it('not below the minimum, not unasked, not where nothing is set, not twice', async () => {
    const encoded = { headers: { 'Content-Encoding': 'br' } }
    for (const plain of [
      await ask(GZIP, 101),
      await ask({}, 0),
      await ask({ headers: ['Accept-Encoding', 'br'] }, 0),
      await ask(GZIP),
      await ask(GZIP, 0, encoded),
      await ask(GZIP, 0, { body: '' }),
    ]) {
      assert.notDeepEqual(plain.headers['content-encoding'], ['gzip'])
      assert.ok(['', 'x'.repeat(100)].includes(plain.bytes.toString()))
    }
  })
})

test('the coding is the client’s favourite of the two', () => {
  for (const [accept, coding] of [
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate;q=1, gzip;q=0.5', 'deflate'],
    ['deflate, gzip', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0, *', 'deflate'],
    ['gzip;q=0', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.1, GZIP;q=0.5', 'gzip'],
    ['', undefined],
    [',;q=,', undefined],
    ['gzip;q=nonsense', 'gzip'],
  ] as const) {
    assert.equal(chooseCoding(accept), coding, accept)
  }
  assert.equal(chooseCoding(`${','.repeat(100_000)}gzip`), undefined)
})
