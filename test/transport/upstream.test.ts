import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startHttpListener } from '#transport/http-listener.ts'
import { createUpstreamClient } from '#transport/upstream.ts'
import { type RawClient } from './raw-client.ts'
import { answering, client, fails, get, handClock, released, server, text } from './raw-upstream.ts'

describe('a call', () => {
  it('sends path, headers and body as they are, framed anew', async (test) => {
    const { origin, connections } = await answering(test, 'HTTP/1.1 204 No Content\r\n\r\n')
    await client(test).call(
      get(origin, {
        method: 'POST',
        path: '/a%2Fb//c?x=%20',
        headers: [
          ['X-Two', '1', 'x-two', '\xe9', 'Host', 'first', 'hOST', 'example.com', 'X-Korean', '대'],
          [
            'Content-Length',
            '999',
            'Transfer-Encoding',
            'chunked',
            'Connection',
            'x-two',
            'TE',
            'x',
          ],
          ['Keep-Alive', '1', 'Upgrade', 'h2c', 'Trailer', 'a', 'Expect', '100-continue'],
          ['Proxy-Connection', 'close', 'HTTP2-Settings', 'x'],
        ].flat(),
        body: Buffer.from('body'),
      }),
    )
    assert.equal(
      await connections[0]?.until('body'),
      'POST /a%2Fb//c?x=%20 HTTP/1.1\r\nhost: example.com\r\nconnection: keep-alive\r\n' +
        `X-Two: 1\r\nx-two: \xe9\r\nX-Korean: ${Buffer.from('대').toString('latin1')}\r\n` +
        'content-length: 4\r\n\r\nbody',
    )
  })

  it('gives the answer’s headers in the order and case of the wire, and all of its body', async (test) => {
    const { origin } = await answering(
      test,
      'HTTP/1.1 299 Odd\r\nX-Two: 1\r\nx-two: \xe9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: t\r\n\r\n',
    )
    const answer = await client(test).call(get(origin))
    assert.equal(answer.statusCode, 299)
    assert.deepEqual(answer.headers, [
      'X-Two',
      '1',
      'x-two',
      '\xe9',
      'Transfer-Encoding',
      'chunked',
    ])
    assert.equal(text(answer.body), 'abc')
  })

  it('keeps its connection for the next', async (test) => {
    const { origin, connections } = await answering(
      test,
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
    )
    const upstream = client(test)
    for (let times = 0; times < 3; times += 1) {
      await upstream.call(get(origin))
      await released()
    }
    assert.equal(connections.length, 1)
  })

  it('understands HTTP/1.0 and a body that ends with the connection', async (test) => {
    const { origin } = await answering(test, 'HTTP/1.0 200 OK\r\nX: y\r\n\r\nuntil the end', true)
    assert.equal(text((await client(test).call(get(origin))).body), 'until the end')
  })

  it('has no body with HEAD, 204 and 304, whatever they declare', async (test) => {
    const upstream = client(test)
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ] as const) {
      const head = `HTTP/1.1 ${status} X\r\nContent-Length: 5000\r\n\r\n`
      const { origin } = await answering(test, head)
      assert.equal((await upstream.call(get(origin, { method }))).body.length, 0)
    }
  })

  it('passes over interim answers', async (test) => {
    const { origin } = await answering(
      test,
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
    )
    const answer = await client(test).call(get(origin))
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(answer.headers, ['Content-Length', '1'])
  })

  it('keeps one connection whatever Host headers it carries', async (test) => {
    const { origin, connections } = await answering(test, 'HTTP/1.1 204 X\r\n\r\n')
    const upstream = client(test)
    for (const host of ['a', 'b', 'c']) {
      await upstream.call(get(origin, { headers: ['Host', host] }))
      await released()
    }
    assert.equal(connections.length, 1)
  })

  it('goes where it is led, its Host and its path unchanged', async (test) => {
    const { port, connections } = await answering(test, 'HTTP/1.1 204 X\r\n\r\n')
    const asked: unknown[] = []
    const upstream = client(test, {
      connectTo: (hostname, from) => {
        asked.push([hostname, from])
        return { host: '127.0.0.1', port }
      },
    })
    await upstream.call(get('http://public.example'))
    assert.deepEqual(asked, [['public.example', 80]])
    assert.match((await connections[0]?.until('\r\n\r\n')) ?? '', /\r\nhost: public\.example\r\n/)
  })

  it('reads back byte for byte what our own listener is sent', async (test) => {
    const listener = await startHttpListener({
      host: '127.0.0.1',
      port: 0,
      onError: (error) => assert.fail(String(error)),
      handler: async ({ body }) => ({ statusCode: 200, headers: [], body: await body.read(1e6) }),
    })
    test.after(() => listener.close(0))
    const upstream = client(test)
    const calls = Array.from({ length: 50 }, async (_, index) => {
      const body = Buffer.alloc(index * 3_000, String(index))
      const request = get(`http://127.0.0.1:${listener.port}`, { method: 'POST', body })
      const answer = await upstream.call({ ...request, responseBytesMax: 1e6 })
      assert.deepEqual(Buffer.from(answer.body), body)
    })
    await Promise.all(calls)
  })
})

describe('a streamed answer', () => {
  const head = 'HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n'

  it('comes with its head, before its body', async (test) => {
    const { origin, connections } = await answering(test, head)
    const answer = await client(test).stream(get(origin))
    assert.deepEqual(answer.headers, ['X', 'y', 'Transfer-Encoding', 'chunked'])
    connections[0]?.send('1\r\na\r\n')
    const body = answer.body[Symbol.asyncIterator]()
    assert.equal(text((await body.next()).value ?? Buffer.alloc(0)), 'a')
    connections[0]?.send('2\r\nbc\r\n0\r\n\r\n')
    assert.equal(text((await body.next()).value ?? Buffer.alloc(0)), 'bc')
    assert.equal((await body.next()).done, true)
  })

  it('is not bound by the time limit once its head is there, but by how long it may be idle', async (test) => {
    const { clock, fire } = handClock()
    const { origin, connections } = await answering(test, `${head}1\r\na\r\n`)
    const upstream = client(test, { clock, streamIdleTimeoutMs: 99 })
    const { body } = await upstream.stream(get(origin, { timeoutMs: 77 }))
    fire(77)
    const iterator = body[Symbol.asyncIterator]()
    assert.equal(text((await iterator.next()).value ?? Buffer.alloc(0)), 'a')
    // The first look finds that something came, the second that nothing did.
    fire(99)
    fire(99)
    await fails(iterator.next(), 'timeout', /99 ms/)
    await connections[0]?.ended
  })

  it('is read no faster than its reader takes it', async (test) => {
    const total = 64
    const piece = `${(1_000_000).toString(16)}\r\n${'x'.repeat(1_000_000)}\r\n`
    let sent = 0
    const { origin } = await server(test, ({ socket }) => {
      const send = (): void => {
        while (sent < total) {
          sent += 1
          if (!socket.write(piece)) return
        }
        socket.end('0\r\n\r\n')
      }
      socket.on('drain', send)
      socket.once('data', () => {
        socket.write(head)
        send()
      })
    })
    const request = get(origin, { responseBytesMax: total * 1_000_000 })
    const { body } = await client(test).stream(request)
    let last = -1
    // Two looks in a row without progress: the sender waits.
    while (sent !== last) {
      last = sent
      for (let turns = 0; turns < 200; turns += 1) await new Promise(setImmediate)
    }
    assert.ok(sent < total, `${sent} pieces sent`)
    let bytes = 0
    for await (const chunk of body) bytes += chunk.byteLength
    assert.equal(bytes, total * 1_000_000)
  })

  it('throws where it is truncated, after what came', async (test) => {
    const { origin } = await answering(test, `${head}1\r\na\r\n`, true)
    const { body } = await client(test).stream(get(origin))
    let received = ''
    const read = async (): Promise<void> => {
      for await (const chunk of body) received += text(chunk)
    }
    await fails(read(), 'protocol')
    assert.equal(received, 'a')
  })

  it('throws past its bound', async (test) => {
    const { origin } = await answering(test, `${head}3e9\r\n${'x'.repeat(1_001)}\r\n`)
    const { body } = await client(test).stream(get(origin))
    await fails(body[Symbol.asyncIterator]().next(), 'too-large')
  })

  it('ends its connection when the reader wants no more', async (test) => {
    const { origin, connections } = await answering(test, `${head}1\r\na\r\n`)
    const { body } = await client(test).stream(get(origin))
    for await (const chunk of body) {
      assert.equal(text(chunk), 'a')
      break
    }
    await connections[0]?.ended
  })

  it('fails as a whole where there is no head', async (test) => {
    const { origin } = await answering(test, 'no HTTP\r\n\r\n', true)
    await fails(client(test).stream(get(origin)), 'protocol')
  })
})

describe('the client', () => {
  it('closes the connections of the origin used longest ago beyond its bound', async (test) => {
    const upstream = client(test, { originsMax: 1 })
    const [one, two] = [
      await answering(test, 'HTTP/1.1 204 X\r\n\r\n'),
      await answering(test, 'HTTP/1.1 204 X\r\n\r\n'),
    ]
    await upstream.call(get(one.origin))
    await upstream.call(get(two.origin))
    await one.connections[0]?.ended
    await upstream.call(get(one.origin))
    assert.equal(one.connections.length, 2)
  })

  it('closed, lets calls end, closes its connections and takes no more', async (test) => {
    const arrived = Promise.withResolvers<RawClient>()
    const { origin } = await server(test, (connection) =>
      connection.socket.once('data', () => arrived.resolve(connection)),
    )
    const upstream = createUpstreamClient()
    const call = upstream.call(get(origin))
    const connection = await arrived.promise
    const closed = upstream.close()
    await fails(upstream.call(get(origin)), 'aborted')
    connection.send('HTTP/1.1 204 X\r\n\r\n')
    assert.equal((await call).statusCode, 204)
    await closed
    await connection.ended
  })
})
