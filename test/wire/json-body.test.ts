import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ServiceError } from '#wire/errors.ts'
import { JSON_DEPTH_MAX, parseJsonBody } from '#wire/json-body.ts'
import { headerOf } from '#wire/message.ts'
import { BODY_BYTES_MAX } from '#wire/body-limits.ts'
import { serverOf } from './served.ts'

const VECTORS = join(import.meta.dirname, '../../../shared/data/vectors/json-parsing')
const bytes = (text: string) => new TextEncoder().encode(text)
const refused = (error: unknown) =>
  error instanceof ServiceError && error.code === 'SerializationException'

const createRestApi = async (body: Uint8Array) => {
  const { server, inputs, bugs } = await serverOf('apigateway', { CreateRestApi: () => ({}) })
  const head = { method: 'POST', target: '/restapis', headers: [], host: 'localhost' }
  const answer = await server({ ...head, body, remoteAddress: '127.0.0.1' })
  assert.deepEqual(bugs, [])
  return { answer, input: inputs[0] }
}

describe('a JSON body', () => {
  it('is an object; anything else is refused', () => {
    assert.deepEqual(parseJsonBody(bytes('')), {})
    assert.deepEqual(parseJsonBody(bytes(' {"a":1} ')), { a: 1 })
    for (const text of ['[]', '1', '"a"', 'null', 'true', '{', '{"a":1}x', '\uFEFF{}'])
      assert.throws(() => parseJsonBody(bytes(text)), refused, text)
  })

  it('is refused before it is parsed where it is nested too deeply', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    assert.ok(parseJsonBody(bytes(nested(JSON_DEPTH_MAX - 1))))
    assert.throws(() => parseJsonBody(bytes(nested(JSON_DEPTH_MAX))), refused)
    assert.throws(() => parseJsonBody(bytes('['.repeat(5_000_000))), refused)
    assert.ok(parseJsonBody(bytes(`{"a":"${'['.repeat(500)}\\"${'{'.repeat(500)}"}`)))
  })

  it('is not quoted in the refusal, for it may hold a secret', () => {
    assert.throws(
      () => parseJsonBody(bytes('{"certificatePrivateKey": hunter2}')),
      (error) => error instanceof ServiceError && !error.message.includes('hunter2'),
    )
  })

  it('cannot give an input another prototype', async () => {
    const body =
      '{"name":"a","__proto__":{"policy":"x"},"tags":{"__proto__":"b","constructor":"c"}}'
    const { input } = await createRestApi(bytes(body))
    const { tags, ...rest } = input as { tags: object } // What the operation was given.
    assert.deepEqual(rest, { name: 'a' })
    assert.equal(Object.getPrototypeOf(input), Object.prototype)
    assert.equal(Object.getPrototypeOf(tags), Object.prototype)
    assert.deepEqual(Object.entries(tags), [
      ['__proto__', 'b'],
      ['constructor', 'c'],
    ])
  })

  it('larger than the bound is 413', async () => {
    const { answer } = await createRestApi(new Uint8Array(BODY_BYTES_MAX + 1))
    assert.equal(answer.statusCode, 413)
  })

  it('that is not JSON is 400, and one that is never crashes: JSONTestSuite', async (test) => {
    if (!existsSync(VECTORS)) {
      test.skip('the vectors of JSONTestSuite are not beside the repository')
      return
    }
    const files = readdirSync(VECTORS).filter((file) => file.endsWith('.json'))
    assert.ok(files.length > 300)
    for (const file of files) {
      const body = readFileSync(join(VECTORS, file))
      const { answer } = await createRestApi(body)
      assert.ok(answer.statusCode === 201 || answer.statusCode === 400, file)
      // An empty body is a request without a body.
      if (!file.startsWith('n_') || body.length === 0) continue
      assert.equal(answer.statusCode, 400, file)
      assert.equal(headerOf(answer.headers, 'x-amzn-errortype'), 'SerializationException', file)
    }
  })
})
