import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type RuntimeEvents, startRuntimeApi } from '#lambda/runtime-api.ts'

const start = async (t: TestContext) => {
  const told: string[] = []
  const waits = Promise.withResolvers<void>()
  const text = (payload: Uint8Array): string => Buffer.from(payload).toString()
  const events: RuntimeEvents = {
    onNext: () => waits.resolve(),
    onResponse: (id, payload) => told.push(`response ${id} ${text(payload)}`),
    onError: (id, payload) => told.push(`error ${id} ${text(payload)}`),
    onStream: (id) => told.push(`stream ${id}`),
    onInitError: (payload) => told.push(`init ${text(payload)}`),
    onTooLarge: (id) => told.push(`too large ${id}`),
  }
  const api = await startRuntimeApi(events)
  t.after(() => api.close())
  const url = (path: string): string => `http://${api.endpoint}/2018-06-01/runtime/${path}`
  // Without the headers that a browser's fetch adds, and that Node's has too.
  const call = async (path: string, method: string, body?: string, headers = {}) => {
    const { request } = await import('undici')
    const answer = await request(url(path), { method, body: body ?? null, headers })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }
  return { api, told, waits: waits.promise, call, url }
}

const INVOCATION = {
  requestId: 'request-1',
  payload: Buffer.from('{"a":1}'),
  deadlineMs: 1234,
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:Hello',
  traceId: 'Root=1\r\nX: y',
  clientContext: '{"custom":{}}',
}

test('an invocation is given with the headers of the Runtime API and its answer is taken once', async (t) => {
  const { api, told, waits, call } = await start(t)
  const next = call('invocation/next', 'GET')
  await waits
  api.send(INVOCATION)
  const { status, headers, text } = await next
  assert.equal(status, 200)
  assert.equal(text, '{"a":1}')
  assert.equal(headers['lambda-runtime-aws-request-id'], 'request-1')
  assert.equal(headers['lambda-runtime-deadline-ms'], '1234')
  assert.equal(headers['lambda-runtime-invoked-function-arn'], INVOCATION.functionArn)
  assert.equal(headers['lambda-runtime-trace-id'], 'Root=1X: y;Sampled=0')
  assert.equal(headers['lambda-runtime-client-context'], '{"custom":{}}')
  assert.equal((await call('invocation/other/response', 'POST', 'x')).status, 400)
  const answer = await call('invocation/request-1/response', 'POST', 'done')
  assert.deepEqual([answer.status, answer.text], [202, '{"status":"OK"}\n'])
  assert.equal((await call('invocation/request-1/response', 'POST', 'again')).status, 400)
  assert.deepEqual(told, ['response request-1 done'])
})

test('errors of invocations and of the initialization are taken; what is not of the API is 404', async (t) => {
  const { api, told, waits, call } = await start(t)
  assert.equal((await call('init/error', 'POST', '{"errorType":"x"}')).status, 202)
  assert.equal((await call('nothing', 'GET')).status, 404)
  const next = call('invocation/next', 'GET')
  await waits
  api.send(INVOCATION)
  await next
  assert.equal((await call('invocation/request-1/error', 'POST', '{}')).status, 202)
  assert.deepEqual(told, ['init {"errorType":"x"}', 'error request-1 {}'])
})

test('a page in a browser, or a rebound name, cannot take invocations away', async (t) => {
  const { api, call, url } = await start(t)
  for (const headers of [
    { origin: 'http://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { host: 'evil.example' },
  ]) {
    assert.equal((await call('invocation/next', 'GET', undefined, headers)).status, 403)
  }
  assert.equal(api.isWaiting(), false)
  assert.ok(url('').startsWith('http://127.0.0.1:'))
})
