import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { UpstreamErrorCode, UpstreamRequest } from '#transport/contract.ts'
import { type RawClient, type RawServer, startRawServer } from './raw-client.ts'
import { answering, client, fails, get, handClock, released, server, text } from './raw-upstream.ts'

describe('a connection that has gone stale', () => {
  const once200 = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'
  /** The first connection serves one request and is reset by the second; later ones serve. */
  const stale = (test: TestContext): Promise<RawServer> =>
    server(test, ({ socket }, index) => {
      let requests = 0
      socket.on('data', () => {
        requests += 1
        if (index === 0 && requests === 2) socket.resetAndDestroy()
        else socket.write(once200)
      })
    })

  it('costs an idempotent request one more try', async (test) => {
    const { origin, connections } = await stale(test)
    const upstream = client(test)
    await upstream.call(get(origin))
    await released()
    assert.equal(text((await upstream.call(get(origin, { method: 'PUT' }))).body), 'a')
    assert.equal(connections.length, 2)
  })

  it('is an error for a request that may have had an effect', async (test) => {
    const { origin, connections } = await stale(test)
    const upstream = client(test)
    await upstream.call(get(origin))
    await released()
    await fails(upstream.call(get(origin, { method: 'POST' })), 'protocol')
    assert.equal(connections.length, 1)
  })

  it('is tried again once only, and a fresh connection not at all', async (test) => {
    const { origin, connections } = await server(test, ({ socket }, index) => {
      let requests = 0
      socket.on('data', () => {
        requests += 1
        if (index === 0 && requests === 1) socket.write(once200)
        else socket.resetAndDestroy()
      })
    })
    const upstream = client(test)
    await upstream.call(get(origin))
    await released()
    await fails(upstream.call(get(origin)), 'protocol')
    assert.equal(connections.length, 2)
    await fails(upstream.call(get(origin)), 'protocol')
    assert.equal(connections.length, 3)
  })
})

describe('an answer that is none', () => {
  const broken: [string, string, UpstreamErrorCode][] = [
    [
      'a truncated chunked body',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
      'protocol',
    ],
    [
      'a chunked body without its end',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n',
      'protocol',
    ],
    [
      'a truncated chunked body on a closing connection',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
      'protocol',
    ],
    [
      'a body shorter than its length',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab',
      'protocol',
    ],
    [
      'a body shorter than its length on HTTP/1.0',
      'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nab',
      'protocol',
    ],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'protocol',
    ],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'protocol',
    ],
    [
      'a chunk size that is none',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n',
      'protocol',
    ],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n', 'protocol'],
    [
      'a bare CR in a header',
      'HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 0\r\n\r\n',
      'protocol',
    ],
    [
      'a bare LF in a header',
      'HTTP/1.1 200 OK\r\nX: a\nY: b\r\nContent-Length: 0\r\n\r\n',
      'protocol',
    ],
    ['a space before a colon', 'HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n', 'protocol'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'protocol'],
    ['nothing', '', 'protocol'],
    [
      'an upgrade that was not asked for',
      'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'protocol',
    ],
    ['a bare 101', 'HTTP/1.1 101 Switching\r\n\r\n', 'protocol'],
    ['a flood of interim answers', 'HTTP/1.1 103 Hints\r\n\r\n'.repeat(50), 'protocol'],
    ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 'protocol'],
    [
      'a declared length beyond the bound',
      'HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n',
      'too-large',
    ],
    ['a body beyond the bound', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_001)}`, 'too-large'],
  ]
  for (const [what, bytes, code] of broken) {
    it(`as ${what} is an error of kind ${code}`, async (test) => {
      const { origin } = await answering(test, bytes, true)
      await fails(client(test).call(get(origin)), code)
    })
  }

  it('is never taken for the answer to the next request', async (test) => {
    const two =
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb'
    const { origin } = await answering(test, two)
    const upstream = client(test)
    for (let times = 0; times < 3; times += 1) {
      assert.equal(text((await upstream.call(get(origin))).body), 'a')
    }
  })
})

describe('a time limit', () => {
  it('covers an upstream that never answers', async (test) => {
    const { clock, fire } = handClock()
    const arrived = Promise.withResolvers<RawClient>()
    const { origin } = await server(test, (connection) =>
      connection.socket.once('data', () => arrived.resolve(connection)),
    )
    const call = client(test, { clock }).call(get(origin, { timeoutMs: 77 }))
    const connection = await arrived.promise
    fire(77)
    await fails(call, 'timeout', /77 ms/)
    await connection.ended
  })

  it('covers a body that never ends, however fast it comes', async (test) => {
    const { clock, fire } = handClock()
    const arrived = Promise.withResolvers<RawClient>()
    const { origin } = await server(test, (connection) =>
      connection.socket.once('data', () => {
        connection.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
        arrived.resolve(connection)
      }),
    )
    const call = client(test, { clock }).call(get(origin, { timeoutMs: 77 }))
    const connection = await arrived.promise
    connection.send('1\r\nb\r\n')
    fire(77)
    await fails(call, 'timeout')
    await connection.ended
  })

  it('covers a call that waits for a connection, and costs that connection nothing', async (test) => {
    const { clock, fire } = handClock()
    const arrived = Promise.withResolvers<RawClient>()
    const { origin, connections } = await server(test, (connection) =>
      connection.socket.on('data', () => arrived.resolve(connection)),
    )
    const upstream = client(test, { clock, connectionsPerOriginMax: 1 })
    const first = upstream.call(get(origin))
    const connection = await arrived.promise
    const waiting = upstream.call(get(origin, { timeoutMs: 77 }))
    fire(77)
    await fails(waiting, 'timeout')
    const last = upstream.call(get(origin, { path: '/last' }))
    connection.send('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na')
    assert.equal(text((await first).body), 'a')
    await connection.until('/last')
    connection.send('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb')
    assert.equal(text((await last).body), 'b')
    assert.equal(connections.length, 1)
  })
})

describe('a call that cannot be made', () => {
  it('is an error of kind connect where nobody listens', async (test) => {
    const { origin, close } = await startRawServer(() => undefined)
    await close()
    await fails(client(test).call(get(origin)), 'connect', /ECONNREFUSED/)
  })

  it('is an error of kind dns where the name cannot be resolved', async (test) => {
    await fails(client(test).call(get(`http://${'a'.repeat(64)}.invalid`)), 'dns')
  })

  it('is refused at once where too many wait for the origin', async (test) => {
    const { origin } = await server(test, () => undefined)
    const upstream = client(test, { connectionsPerOriginMax: 1, waitingPerOriginMax: 1 })
    const abort = new AbortController()
    const calls = [1, 2].map(() => upstream.call(get(origin, { signal: abort.signal })))
    await fails(upstream.call(get(origin)), 'connect', /2 requests wait/)
    abort.abort()
    for (const call of calls) await fails(call, 'aborted')
  })

  const unsendable: [string, Partial<UpstreamRequest>][] = [
    ['a header that would split it', { headers: ['X', 'a\r\nY: b'] }],
    ['a header name that is none', { headers: ['a b', 'c'] }],
    ['a path that would split it', { path: '/ HTTP/1.1\r\nX: y' }],
    ['a method that would split it', { method: 'GET / HTTP/1.1\r\nX: y' }],
    ['CONNECT', { method: 'CONNECT' }],
  ]
  for (const [what, request] of unsendable) {
    it(`as it has ${what} sends nothing`, async (test) => {
      const { origin, connections } = await server(test, () => undefined)
      await fails(client(test).call(get(origin, request)), 'protocol')
      assert.equal(connections.length, 0)
    })
  }

  it('as its origin is none sends nothing', async (test) => {
    const upstream = client(test)
    for (const origin of ['', 'ftp://a', 'http://a/b', 'http://u@a', 'file:///etc/passwd']) {
      await fails(upstream.call(get(origin)), 'connect')
    }
  })

  it('is aborted by its signal, before and while it runs', async (test) => {
    const arrived = Promise.withResolvers<RawClient>()
    const { origin } = await server(test, (connection) =>
      connection.socket.once('data', () => arrived.resolve(connection)),
    )
    const upstream = client(test)
    await fails(upstream.call(get(origin, { signal: AbortSignal.abort() })), 'aborted')
    const abort = new AbortController()
    const call = upstream.call(get(origin, { signal: abort.signal }))
    const connection = await arrived.promise
    abort.abort()
    await fails(call, 'aborted')
    await connection.ended
  })
})
