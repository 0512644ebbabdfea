import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Fixture, startFixture } from './fixture.ts'

const stream = async (fixture: Fixture, functionArn: string, event: unknown = {}) => {
  const payload = Buffer.from(JSON.stringify(event))
  const answer = await fixture.pool.invokeStream({
    functionArn,
    payload,
    invocationType: 'RequestResponse',
  })
  if (answer.kind !== 'streaming') throw new Error(`the answer is ${answer.kind}`)
  return answer.payload[Symbol.asyncIterator]()
}

const text = (chunk: IteratorResult<Uint8Array>): string =>
  chunk.done === true ? 'END' : Buffer.from(chunk.value).toString()

test('a streamed answer arrives piece by piece, with the head that HttpResponseStream writes', async (t) => {
  const fixture = startFixture(t)
  const arn = fixture.add({
    'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, responseStream) => {
      const out = awslambda.HttpResponseStream.from(responseStream, { statusCode: 201, headers: { a: 'b' } })
      out.write('first')
      const alive = setInterval(() => {}, 1000)
      await new Promise((resolve) => { process.once('SIGUSR2', resolve); out.write(' ' + process.pid) })
      clearInterval(alive)
      out.write('second')
      out.end()
    })`,
  })
  const bytes = await stream(fixture, arn)
  let received = ''
  while (!/ \d+$/.test(received)) received += text(await bytes.next())
  const [head, body] = received.split('\0'.repeat(8))
  assert.deepEqual(JSON.parse(head ?? ''), { statusCode: 201, headers: { a: 'b' } })
  assert.match(body ?? '', /^first \d+$/)
  process.kill(Number(body?.split(' ')[1]), 'SIGUSR2')
  assert.equal(text(await bytes.next()), 'second')
  assert.equal(text(await bytes.next()), 'END')
})

test('a streamed answer is whole for a caller that does not stream, and its process is used again', async (t) => {
  const fixture = startFixture(t)
  const arn = fixture.add({
    'index.js': `exports.handler = awslambda.streamifyResponse(async (event, out) => {
      if (event.early) throw new TypeError('before')
      out.write('"' + process.pid)
      out.write('"')
      if (event.late) throw new TypeError('after')
    })`,
  })
  const first = await fixture.invoke(arn)
  assert.equal((await fixture.invoke(arn)).body, first.body)
  assert.equal((await fixture.invoke(arn, { early: true })).body['errorMessage'], 'before')
  const late = await fixture.invoke(arn, { late: true })
  assert.equal(late.answer.functionError, 'Unhandled')
  assert.equal(late.body['errorMessage'], 'after')
  assert.equal((await fixture.invoke(arn)).body, first.body)
})

test('a function that fails after its answer had begun breaks the stream', async (t) => {
  const fixture = startFixture(t)
  const arn = fixture.add(
    {
      'index.js': `exports.handler = awslambda.streamifyResponse(async (event, out) => {
      out.write('begun')
      if (event.hang) await new Promise((r) => setTimeout(r, 60000))
      throw new TypeError('late')
    })`,
    },
    { Timeout: 0.3 },
  )
  const failing = await stream(fixture, arn)
  assert.equal(text(await failing.next()), 'begun')
  await assert.rejects(failing.next(), /the function failed after its answer had begun: TypeError/)
  const hanging = await stream(fixture, arn, { hang: true })
  assert.equal(text(await hanging.next()), 'begun')
  await assert.rejects(hanging.next())
})

test('a reader that goes away does not end the function', async (t) => {
  const fixture = startFixture(t)
  const arn = fixture.add({
    'index.js': `exports.handler = awslambda.streamifyResponse(async (event, out) => {
      for (let i = 0; i < 100; i++) if (!out.write(Buffer.alloc(65536))) await new Promise((r) => out.once('drain', r))
      console.log('written all')
    })`,
  })
  const bytes = await stream(fixture, arn)
  await bytes.next()
  await bytes.return?.()
  await fixture.until(() => fixture.logs.some(({ line }) => line.endsWith('written all')))
})
