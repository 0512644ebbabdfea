import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { BODY_BYTES_MAX } from '#wire/body-limits.ts'
import { ServiceError } from '#wire/errors.ts'
import { parseJsonBody } from '#wire/json-body.ts'
import { LARGE_BODY_BYTES, liftLargeStrings } from '#wire/large-strings.ts'
import { serverOf } from './served.ts'

const ARCHIVE = randomBytes(8 * 1024 * 1024)
const BASE64 = ARCHIVE.toString('base64')
const tooLarge = (error: unknown) => error instanceof ServiceError && error.statusCode === 413

const create = async (body: string) => {
  const { server, inputs, bugs } = await serverOf('lambda', { CreateFunction: () => ({}) })
  const head = { method: 'POST', target: '/2015-03-31/functions', headers: [], host: 'localhost' }
  const answer = await server({ ...head, body: Buffer.from(body), remoteAddress: '127.0.0.1' })
  assert.deepEqual(bugs, [])
  return { answer, input: inputs[0] as Record<string, { ZipFile?: Uint8Array }> | undefined }
}
const bodyWith = (zip: string, rest: object = {}) =>
  JSON.stringify({
    FunctionName: 'f',
    Role: 'arn:aws:iam::1:role/r',
    Code: { ZipFile: 0 },
    ...rest,
  }).replace('"ZipFile":0', () => `"ZipFile" : "${zip}"`)

describe('an archive in a JSON body', () => {
  it('arrives as it was sent, with the slash escaped or not', async () => {
    for (const zip of [BASE64, BASE64.replaceAll('/', '\\/')]) {
      const { input, answer } = await create(bodyWith(zip, { Description: 'a "b" \\ c' }))
      assert.equal(answer.statusCode, 201, String(answer.body))
      assert.deepEqual(Buffer.from(input?.['Code']?.ZipFile ?? []), ARCHIVE)
      assert.equal(input?.['Description'], 'a "b" \\ c')
    }
  })

  it('lets other work have its turn every megabyte', async () => {
    let turns = 0
    let isOver = false
    const count = (): void => {
      turns += 1
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    await liftLargeStrings(Buffer.from(bodyWith(BASE64)))
    isOver = true
    assert.ok(turns >= BASE64.length / LARGE_BODY_BYTES - 1, `${turns} turns`)
  })

  it('leaves nothing large to be parsed in one go', async () => {
    const { body, reading } = await liftLargeStrings(Buffer.from(bodyWith(BASE64)))
    assert.ok(body.length < 300)
    const { Code } = parseJsonBody(body) as { Code: { ZipFile: string } }
    assert.deepEqual(reading.scalar({ kind: 'blob' }, Code.ZipFile, 'Code.ZipFile'), ARCHIVE)
    assert.equal(reading.scalar({ kind: 'string' }, Code.ZipFile, 'Code.ZipFile'), BASE64)
  })

  it('is read as any other text where it is no base64, and refused where that is too long', async () => {
    const short = 'é'.repeat(LARGE_BODY_BYTES)
    const { body } = await liftLargeStrings(Buffer.from(bodyWith(short)))
    assert.deepEqual(body, Buffer.from(bodyWith(short)))
    for (const long of ['-', '"'.replace('"', '\\"'), 'a\\n', '\\u0041'])
      await assert.rejects(
        liftLargeStrings(Buffer.from(bodyWith(long.repeat(BODY_BYTES_MAX)))),
        tooLarge,
      )
  })

  it('does not make room for other large members', async () => {
    const lists = `{"Code":{"ZipFile":"${BASE64}"},"Layers":[${'"",'.repeat(BODY_BYTES_MAX / 3)}""]}`
    await assert.rejects(liftLargeStrings(Buffer.from(lists)), tooLarge)
    const numbers = `{"Layers":[${'1,'.repeat(BODY_BYTES_MAX)}1]}`
    await assert.rejects(liftLargeStrings(Buffer.from(numbers)), tooLarge)
    const names = `{${Array.from({ length: 9 }, (_, at) => `"${BASE64.slice(0, LARGE_BODY_BYTES)}${at}":1`).join()}}`
    await assert.rejects(liftLargeStrings(Buffer.from(names)), tooLarge)
  })

  it('is refused where the body is no JSON', async () => {
    for (const body of [`{"Code":"${BASE64}`, `"${BASE64}"`, `{"Code":"${BASE64}"]`]) {
      const { answer } = await create(body)
      assert.ok(answer.statusCode === 400 || answer.statusCode === 413, String(answer.statusCode))
    }
  })
})
