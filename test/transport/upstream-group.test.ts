import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UpstreamError, type UpstreamErrorCode, type UpstreamRequest } from '#transport/contract.ts'
import { createUpstreamGroup } from '#transport/upstream-group.ts'

const ORIGINS = ['http://a:1', 'http://b:2', 'http://c:3']

const REQUEST: UpstreamRequest = {
  method: 'POST',
  origin: 'http://name.example',
  path: '/',
  headers: [],
  timeoutMs: 1_000,
  responseBytesMax: 10,
}

const failing = (code: UpstreamErrorCode, cause?: unknown) => () => {
  throw new UpstreamError(code, code, { cause })
}

/** A group whose addresses answer as told, and whose clock is moved by hand. */
const group = (answers: Readonly<Record<string, () => void>> = {}, origins = ORIGINS) => {
  const asked: UpstreamRequest[] = []
  const behaviour = new Map(Object.entries(answers))
  const time = { ms: 0 }
  const send = async (request: UpstreamRequest) => {
    asked.push(request)
    behaviour.get(request.origin)?.()
    return { statusCode: 200, headers: [], body: new Uint8Array() }
  }
  const clock = {
    nowMs: () => time.ms,
    monotonicMs: () => time.ms,
    setTimer: () => ({ cancel: () => undefined }),
  }
  const stream = async () => {
    throw new Error('not streamed')
  }
  const made = createUpstreamGroup({ origins, clock, upstream: { call: send, stream } })
  return { asked, behaviour, time, call: () => made.call(REQUEST) }
}

const refused = new Error('ECONNREFUSED')

describe('addresses of one backend', () => {
  it('take turns', async () => {
    const { asked, call } = group()
    for (let at = 0; at < 4; at++) await call()
    assert.deepEqual(
      asked.map(({ origin }) => origin),
      ['http://a:1', 'http://b:2', 'http://c:3', 'http://a:1'],
    )
  })

  for (const code of ['connect', 'dns'] as const) {
    it(`an address with the error ${code} is put aside, and the call goes to the next`, async () => {
      const { asked, behaviour, time, call } = group({ 'http://a:1': failing(code, refused) })
      for (let at = 0; at < 4; at++) await call()
      assert.equal(asked.filter(({ origin }) => origin === 'http://a:1').length, 1)
      behaviour.clear()
      time.ms = 5_001
      for (let at = 0; at < 3; at++) await call()
      assert.equal(asked.filter(({ origin }) => origin === 'http://a:1').length, 2)
    })
  }

  it('a connection that is not made in time counts as refused', async () => {
    const cause = Object.assign(new Error('late'), { code: 'UND_ERR_CONNECT_TIMEOUT' })
    const { asked, call } = group({ 'http://a:1': failing('timeout', cause) })
    await call()
    assert.equal(asked.length, 2)
  })

  for (const code of ['timeout', 'protocol', 'tls', 'aborted', 'too-large'] as const) {
    it(`a call that ended with ${code} is never sent again`, async () => {
      const { asked, call } = group({ 'http://a:1': failing(code, refused) })
      await assert.rejects(call(), { code })
      assert.equal(asked.length, 1)
    })
  }

  it('where all refuse, each is asked once and the last error told; all aside, they are asked all the same', async () => {
    const down = Object.fromEntries(ORIGINS.map((origin) => [origin, failing('connect', refused)]))
    const { asked, behaviour, call } = group(down)
    await assert.rejects(call(), { code: 'connect' })
    assert.equal(asked.length, 3)
    behaviour.delete('http://c:3')
    await call()
    assert.equal(asked.at(-1)?.origin, 'http://c:3')
  })

  it('a call keeps its time limit over all addresses', async () => {
    const { asked, time, call } = group({
      'http://a:1': () => {
        time.ms += 400
        failing('connect', refused)()
      },
      'http://b:2': () => {
        time.ms += 700
        failing('connect', refused)()
      },
    })
    await assert.rejects(call(), { code: 'timeout' })
    assert.deepEqual(
      asked.map(({ timeoutMs }) => timeoutMs),
      [1_000, 600],
    )
  })

  it('a full queue of ours puts no address aside', async () => {
    const { asked, behaviour, call } = group({ 'http://a:1': failing('connect') })
    await call()
    behaviour.clear()
    for (let at = 0; at < 3; at++) await call()
    assert.equal(asked.filter(({ origin }) => origin === 'http://a:1').length, 2)
  })
})
