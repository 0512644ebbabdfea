import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { InvokeAnswer } from '#model/ports.ts'
import { answered, testServices } from '../support/http-api.ts'
import { frame, rawSocket } from '../support/raw-web-socket.ts'
import {
  type ServedSocketApi,
  serveSocketApi,
  type TestSocketApi,
} from '../support/websocket-api.ts'

const OPEN: TestSocketApi = { routes: { $default: {} } }
const ALL: TestSocketApi = { routes: { $connect: {}, $disconnect: {}, $default: {} } }
const TEXT = 1
const CLOSE = 8
const PING = 9

type Heard = ReturnType<typeof testServices>

const start = async (
  context: TestContext,
  api: TestSocketApi,
  overrides: Parameters<typeof testServices>[0] = {},
  options: Parameters<typeof serveSocketApi>[2] = {},
): Promise<{ heard: Heard; served: ServedSocketApi; open: () => ReturnType<typeof rawSocket> }> => {
  const heard = testServices(overrides)
  const served = await serveSocketApi(api, heard.services, options)
  context.after(() => served.close())
  return { heard, served, open: () => rawSocket(served.port, served.target) }
}

const closing = async (socket: Awaited<ReturnType<typeof rawSocket>>) => {
  let frame = await socket.next()
  while (frame !== undefined && frame.opcode !== CLOSE) frame = await socket.next()
  const payload = Buffer.from(frame?.payload ?? [])
  return { code: payload.readUInt16BE(), reason: payload.subarray(2).toString() }
}

/** Every event that the function got, in order. */
const eventsOf = (heard: Heard): readonly string[] =>
  heard.invoked.map(
    ({ payload }) => JSON.parse(Buffer.from(payload).toString()).requestContext.eventType,
  )

const MINUTE = 60_000

describe('a connection', () => {
  it('is closed with 1001 after ten minutes without a message', async (context) => {
    const { heard, open } = await start(context, OPEN)
    const socket = await open()
    heard.clock.advance(9 * MINUTE)
    socket.write(frame('still here'))
    assert.equal((await socket.next())?.opcode, TEXT)
    heard.clock.advance(9 * MINUTE)
    socket.write(frame('and here'))
    assert.equal((await socket.next())?.opcode, TEXT)
    heard.clock.advance(10 * MINUTE)
    assert.deepEqual(await closing(socket), { code: 1001, reason: 'Going away' })
  })

  it('is closed with 1001 after two hours, however busy', async (context) => {
    const { heard, open } = await start(context, OPEN)
    const socket = await open()
    for (let minutes = 0; minutes < 115; minutes += 5) {
      heard.clock.advance(5 * MINUTE)
      socket.write(frame('busy'))
      assert.equal((await socket.next())?.opcode, TEXT)
    }
    heard.clock.advance(5 * MINUTE)
    assert.equal((await closing(socket)).code, 1001)
  })

  it('is bounded in what waits for a client that does not read, and others are not disturbed', async (context) => {
    const { served, open } = await start(
      context,
      OPEN,
      {},
      { limits: { backlogBytesMax: 256 * 1024 } },
    )
    const slow = await open()
    const [held] = served.connections.held()
    assert.ok(held)
    slow.socket.pause()
    const other = await open()
    const data = Buffer.alloc(128 * 1024, 'x')
    let sent = 0
    while (held.send(data)) assert.ok(++sent < 1_000, 'the backlog has no bound')
    assert.equal(held.send(data), false)
    other.write(frame('hello'))
    assert.equal(Buffer.from((await other.next())?.payload ?? []).toString(), 'ok')
  })

  it('that floods pings and does not read is ended', async (context) => {
    const { heard, open } = await start(
      context,
      ALL,
      {},
      { limits: { backlogBytesMax: 64 * 1024 } },
    )
    const socket = await open()
    socket.socket.pause()
    const pings = Buffer.concat(
      Array.from({ length: 500 }, () => frame('x'.repeat(125), { opcode: PING })),
    )
    const ended = new Promise((resolve) => socket.socket.once('close', resolve))
    let isEnded = false
    void ended.then(() => (isEnded = true))
    // oxlint-disable-next-line no-unmodified-loop-condition -- the end of the socket sets it
    while (!isEnded) {
      if (socket.socket.write(pings)) continue
      await Promise.race([ended, new Promise((resolve) => socket.socket.once('drain', resolve))])
    }
    assert.equal(heard.bugs.length, 0)
  })

  it('is not read further while its messages are in work', async (context) => {
    const waiting: ((answer: InvokeAnswer) => void)[] = []
    const invokeFunction = () => new Promise<InvokeAnswer>((resolve) => waiting.push(resolve))
    const { heard, open } = await start(
      context,
      OPEN,
      { invokeFunction },
      { limits: { concurrencyMax: 4 } },
    )
    const socket = await open()
    socket.write(...Array.from({ length: 4 }, () => frame('one')))
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    while (heard.invoked.length < 4) await turn()
    socket.write(...Array.from({ length: 50 }, () => frame('more')))
    for (let turns = 0; turns < 20; turns++) await turn()
    // What one read of the socket brought along is told all the same: a few more, not all.
    assert.ok(heard.invoked.length < 54)
    for (let done = 0; done < 54; done++) {
      while (waiting.length === 0) await turn()
      waiting.shift()?.(answered({ statusCode: 200, body: 'ok' }))
      await socket.next()
    }
  })

  it('sees a deployment that comes after its handshake', async (context) => {
    const { served, open } = await start(context, { routes: { hello: {} } })
    const socket = await open()
    socket.write(frame('{"action":"other"}'))
    assert.match(Buffer.from((await socket.next())?.payload ?? []).toString(), /Forbidden/)
    served.deploy({ routes: { other: {} } })
    socket.write(frame('{"action":"other"}'))
    assert.equal(Buffer.from((await socket.next())?.payload ?? []).toString(), 'ok')
  })

  it('keeps the route throttle, and says so in a frame', async (context) => {
    const stage = { defaultRouteSettings: { throttlingRateLimit: 1, throttlingBurstLimit: 1 } }
    const { open } = await start(context, { ...OPEN, stage })
    const socket = await open()
    socket.write(frame('one'), frame('two'))
    const texts = [await socket.next(), await socket.next()].map((each) =>
      Buffer.from(each?.payload ?? []).toString(),
    )
    assert.ok(texts.includes('ok'))
    assert.ok(
      texts.some((text) => text.startsWith('{"message": "Too Many Requests", "connectionId":')),
    )
  })
})

describe('a handshake', () => {
  it('that is none is 400, and past the rate 429', async (context) => {
    const { served } = await start(context, OPEN, {}, { connectsPerSecond: 1 })
    const { port, target } = served
    const old = await rawSocket(port, target, { 'Sec-WebSocket-Version': '8' })
    assert.match(old.status, / 400 /)
    const keyless = await rawSocket(port, target, { 'Sec-WebSocket-Key': 'short' })
    assert.match(keyless.status, / 400 /)
    assert.match((await rawSocket(port, target)).status, / 101 /)
    assert.match((await rawSocket(port, target)).status, / 429 /)
  })

  it('on another kind of address is answered as a plain request', async (context) => {
    const { served } = await start(context, OPEN)
    assert.match((await rawSocket(served.port, '/_aws/execute-api/none/prod')).status, / 403 /)
    assert.match((await rawSocket(served.port, '/_aws/execute-api/ws1/prod/below')).status, / 403 /)
  })

  it('whose function hangs is a 504 after 29 seconds', async (context) => {
    const invokeFunction = () => new Promise<InvokeAnswer>(() => undefined)
    const { heard, served } = await start(context, ALL, { invokeFunction })
    const answering = rawSocket(served.port, served.target)
    while (heard.invoked.length === 0) await new Promise((resolve) => setImmediate(resolve))
    heard.clock.advance(29_000)
    assert.match((await answering).status, / 504 /)
    assert.deepEqual(eventsOf(heard), ['CONNECT'])
  })

  it('whose client goes away meanwhile is disconnected once it is connected', async (context) => {
    const waiting: ((answer: InvokeAnswer) => void)[] = []
    const invokeFunction = () => new Promise<InvokeAnswer>((resolve) => waiting.push(resolve))
    const { heard, served } = await start(context, ALL, { invokeFunction })
    const socket = connect(served.port, '127.0.0.1')
    socket.write(
      `GET ${served.target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    while (waiting.length === 0) await turn()
    socket.resetAndDestroy()
    for (let turns = 0; turns < 20; turns++) await turn()
    waiting.shift()?.(answered({ statusCode: 200 }))
    while (heard.invoked.length < 2) await turn()
    assert.deepEqual(eventsOf(heard), ['CONNECT', 'DISCONNECT'])
    assert.equal(served.connections.size, 0)
  })
})

describe('$disconnect', () => {
  it('comes once, with 1005 for a close without a code and 1006 for none at all', async (context) => {
    const { heard, open } = await start(context, ALL)
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const facts = () => {
      const { disconnectStatusCode, disconnectReason } = heard.event().requestContext as Record<
        string,
        unknown
      >
      return [disconnectStatusCode, disconnectReason]
    }
    const polite = await open()
    polite.write(frame('', { opcode: CLOSE }))
    await closing(polite).catch(() => undefined)
    while (heard.invoked.length < 2) await turn()
    assert.deepEqual(facts(), [1005, 'Client-side close frame status not set'])
    const rude = await open()
    rude.socket.resetAndDestroy()
    while (heard.invoked.length < 4) await turn()
    assert.deepEqual(facts(), [1006, 'Connection Closed Abnormally'])
    assert.deepEqual(eventsOf(heard), ['CONNECT', 'DISCONNECT', 'CONNECT', 'DISCONNECT'])
  })
})
