import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { type Sent, testServices, textOf } from '../../support/http-api.ts'
import { askRest, restMethod } from '../../support/rest-api.ts'

const BODY = '{"name":"Rex"}'

const ask = async (encoding: string, body: Sent['body'], api = { minimumCompressionSize: 0 }) => {
  const heard = testServices()
  const response = await askRest({ api, methods: { 'POST /pets': restMethod() } }, heard, {
    method: 'POST',
    headers: ['Content-Encoding', encoding, 'Content-Type', 'application/json'],
    ...(body !== undefined && { body }),
  })
  return { status: response.statusCode, text: textOf(response.body), heard }
}

describe('a compressed body', () => {
  for (const [encoding, body] of [
    ['gzip', gzipSync(BODY)],
    ['GZIP', gzipSync(BODY)],
    ['deflate', deflateSync(BODY)],
    ['identity', BODY],
  ] as const) {
    it(`in ${encoding} reaches the function decoded`, async () => {
      const { status, heard } = await ask(encoding, body)
      assert.equal(status, 200)
      assert.equal(heard.event().body, BODY)
    })
  }
  it('loses its Content-Encoding, which is true no more', async () => {
    const { headers } = (await ask('gzip', gzipSync(BODY))).heard.event() as {
      headers: Record<string, string>
    }
    assert.equal(headers['Content-Encoding'], undefined)
    assert.equal(headers['Content-Type'], 'application/json')
  })
  it('that becomes larger than 10 MB is a 413', async () => {
    const { status, heard } = await ask('gzip', gzipSync(Buffer.alloc(11 * 1024 * 1024)))
    assert.equal(status, 413)
    assert.equal(heard.invoked.length, 0)
  })
  it('that is none is a 400', async () => {
    assert.equal((await ask('gzip', BODY)).status, 400)
    assert.equal((await ask('deflate', gzipSync(BODY).subarray(0, 12))).status, 400)
  })
  it('in a coding that AWS does not know is a 415', async () => {
    const { status, text } = await ask('br', 'x')
    assert.deepEqual([status, text], [415, '{"message": "Unsupported Media Type"}'])
  })
  it('may be empty', async () => {
    assert.equal((await ask('gzip', '')).status, 200)
  })
})
