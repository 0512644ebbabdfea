import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, it, type TestContext } from 'node:test'
import {
  BodyAborted,
  type HttpHandler,
  type HttpListener,
  type HttpListenerOptions,
  type HttpRequest,
} from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { bodiesOf, openRaw, statusesOf, talk } from './raw-client.ts'

interface Started {
  readonly port: number
  readonly listener: HttpListener
  readonly errors: unknown[]
}

const start = async (
  test: TestContext,
  handler: HttpHandler,
  options: Partial<HttpListenerOptions> = {},
): Promise<Started> => {
  const errors: unknown[] = []
  const listener = await startHttpListener({
    host: '127.0.0.1',
    port: 0,
    handler,
    onError: (error) => errors.push(error),
    ...options,
  })
  test.after(() => listener.close(0))
  return { port: listener.port, listener, errors }
}

const get = (path: string, ...headers: string[]): string =>
  ['GET ' + path + ' HTTP/1.1', 'Host: a', ...headers, '', ''].join('\r\n')
const LAST = 'Connection: close'

describe('a request', () => {
  it('reaches the handler with its headers in the order and case of the wire', async (test) => {
    const seen: HttpRequest[] = []
    const { port } = await start(test, (request) => {
      seen.push(request)
      return { statusCode: 200, headers: [] }
    })
    await talk(port, get('/p%2Fq?a=%20b', 'X-Two: 1', 'x-two: \xe9', LAST))
    const [request] = seen
    assert.equal(request?.method, 'GET')
    assert.equal(request?.target, '/p%2Fq?a=%20b')
    assert.equal(request?.httpVersion, '1.1')
    assert.equal(request?.host, 'a')
    assert.equal(request?.remoteAddress, '127.0.0.1')
    assert.ok((request?.remotePort ?? 0) > 0)
    assert.equal(request?.tls, undefined)
    assert.equal(request?.body.declaredBytes, 0)
    assert.deepEqual(request?.headers, [
      'Host',
      'a',
      'X-Two',
      '1',
      'x-two',
      '\xe9',
      'Connection',
      'close',
    ])
  })

  it('keeps every header, however many there are', async (test) => {
    const counts: number[] = []
    const { port } = await start(test, (request) => {
      counts.push(request.headers.length / 2)
      return { statusCode: 200, headers: [] }
    })
    await talk(port, get('/', ...Array.from({ length: 3_000 }, () => 'a: b'), LAST))
    assert.deepEqual(counts, [3_002])
  })

  it('is answered 431 when its head is larger than allowed', async (test) => {
    const { port } = await start(test, () => ({ statusCode: 200, headers: [] }), {
      headerBytesMax: 2_000,
    })
    const answer = await talk(port, get('/', `X: ${'x'.repeat(2_000)}`))
    assert.deepEqual(statusesOf(answer), [431])
  })

  it('is answered 408 when its head does not arrive in time', async (test) => {
    const { port } = await start(test, () => ({ statusCode: 200, headers: [] }), {
      headersTimeoutMs: 50,
      requestTimeoutMs: 100,
    })
    assert.deepEqual(statusesOf(await talk(port, 'GET / HTTP/1.1\r\nHost')), [408])
  })

  it('is answered 408 when its body does not arrive in time, and the handler is told', async (test) => {
    const failure = Promise.withResolvers<unknown>()
    const handler: HttpHandler = async (request) => {
      await request.body.read(10).catch(failure.resolve)
      return { statusCode: 200, headers: [] }
    }
    const limits = { headersTimeoutMs: 50, requestTimeoutMs: 100 }
    const { port } = await start(test, handler, limits)
    const answer = await talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab')
    assert.deepEqual(statusesOf(answer), [408])
    assert.ok((await failure.promise) instanceof BodyAborted)
  })

  it('beyond the connections at once is refused', async (test) => {
    const { port } = await start(test, () => ({ statusCode: 200, headers: [] }), {
      connectionsMax: 1,
    })
    const first = await openRaw(port)
    first.send(get('/'))
    await first.until('\r\n\r\n')
    assert.equal(await talk(port, get('/')), '')
    first.send(get('/', LAST))
    assert.deepEqual(statusesOf(await first.ended), [200, 200])
  })
})

describe('requests on one connection', () => {
  it('are answered in order, one handler at a time, when they are sent all at once', async (test) => {
    let running = 0
    let most = 0
    const { port } = await start(test, async ({ target }) => {
      running += 1
      most = Math.max(most, running)
      for (let turns = Number(target.slice(1)); turns > 0; turns -= 1) await turn()
      running -= 1
      return { statusCode: 200, headers: [], body: target }
    })
    const paths = ['/5', '/0', '/3', '/1', '/0']
    const answer = await talk(port, [...paths.map((path) => get(path)), get('/2', LAST)].join(''))
    assert.deepEqual(bodiesOf(answer), [...paths, '/2'])
    assert.equal(most, 1)
  })

  it('keep their bodies apart', async (test) => {
    const { port } = await start(test, async ({ body }) => ({
      statusCode: 200,
      headers: [],
      body: await body.read(100),
    }))
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    const answer = await talk(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none${chunked}2;x=y\r\ntw\r\n1\r\no\r\n0\r\nT: t\r\n\r\n` +
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n${LAST}\r\n\r\nthree`,
    )
    assert.deepEqual(bodiesOf(answer), ['one', 'two', 'three'])
  })

  it('are not looked at after one that closes it', async (test) => {
    const seen: string[] = []
    const { port } = await start(test, async ({ target }) => {
      seen.push(target)
      await turn()
      return { statusCode: 200, headers: [], close: target === '/2' }
    })
    const answer = await talk(port, get('/1') + get('/2') + get('/3'))
    assert.deepEqual(statusesOf(answer), [200, 200])
    assert.deepEqual(seen, ['/1', '/2'])
  })

  it('before a malformed one are answered, and the connection closed', async (test) => {
    const { port } = await start(test, async ({ target }) => {
      await turn()
      return { statusCode: 200, headers: [], body: target }
    })
    const answer = await talk(port, `${get('/1')}BAD / HTTP/1.1\r\n\r\n`)
    assert.deepEqual(statusesOf(answer), [200])
    assert.match(answer, /Connection: close/)
  })

  it('answered at once before a malformed one come before its 400', async (test) => {
    const { port } = await start(test, () => ({ statusCode: 200, headers: [] }))
    assert.deepEqual(statusesOf(await talk(port, `${get('/1')}BAD\r\n\r\n`)), [200, 400])
  })

  it('beyond a bound are not queued', async (test) => {
    let count = 0
    const { port } = await start(test, async () => {
      count += 1
      await turn()
      return { statusCode: 204, headers: [] }
    })
    await talk(port, get('/').repeat(1_000))
    assert.equal(count, 1)
  })

  it('go on over HTTP/1.0 only where the client asks for it', async (test) => {
    const { port } = await start(test, () => ({ statusCode: 200, headers: [], body: 'x' }))
    const plain = await talk(port, 'GET / HTTP/1.0\r\n\r\n')
    assert.match(plain, /Connection: close/)
    const kept = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
    const answer = await talk(port, `${kept}GET / HTTP/1.0\r\n\r\n`)
    assert.deepEqual(bodiesOf(answer), ['x', 'x'])
  })
})

describe('a handler that fails', () => {
  const failures: [string, HttpHandler][] = [
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'gives a header that would split the answer',
      () => ({ statusCode: 200, headers: ['X', 'a\r\nSet-Cookie: b'] }),
    ],
    [
      'gives such a header with an answer without body',
      () => ({ statusCode: 204, headers: ['X', 'a\nb'] }),
    ],
    ['gives a header name that is none', () => ({ statusCode: 200, headers: ['a b', 'c'] })],
    ['gives a status that is none', () => ({ statusCode: 100, headers: [] })],
  ]
  for (const [how, handler] of failures) {
    it(`as it ${how} is answered 500 without details, reported, and the connection closed`, async (test) => {
      const { port, errors } = await start(test, handler)
      const answer = await talk(port, get('/') + get('/'))
      assert.deepEqual(statusesOf(answer), [500])
      assert.deepEqual(bodiesOf(answer), ['{"message":"Internal Server Error"}'])
      assert.match(answer, /\r\nConnection: close\r\n/)
      assert.doesNotMatch(answer, /secret|Set-Cookie/)
      assert.equal(errors.length, 1)
    })
  }
})

describe('a client that goes away', () => {
  it('aborts the signal, and what the handler does then is nobody’s fault', async (test) => {
    const aborted = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const { port, errors, listener } = await start(test, async ({ signal }) => {
      arrived.resolve()
      await once(signal, 'abort')
      aborted.resolve()
      throw new Error('aborted')
    })
    const client = await openRaw(port)
    client.send(get('/'))
    await arrived.promise
    client.socket.destroy()
    await aborted.promise
    await listener.close()
    assert.deepEqual(errors, [])
  })

  it('has its signal aborted already where it is first asked for later', async (test) => {
    const arrived = Promise.withResolvers<HttpRequest>()
    const { port } = await start(test, (request) => {
      arrived.resolve(request)
      return new Promise(() => undefined)
    })
    const client = await openRaw(port)
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n`)
    const request = await arrived.promise
    const body = request.body.read(10)
    client.socket.destroy()
    await assert.rejects(body, BodyAborted)
    await turn()
    assert.equal(request.signal.aborted, true)
  })

  it('leaves the signal of an answered request alone', async (test) => {
    const seen: AbortSignal[] = []
    const { port, listener } = await start(test, ({ signal }) => {
      seen.push(signal)
      return { statusCode: 200, headers: [] }
    })
    await talk(port, get('/', LAST))
    await listener.close()
    assert.equal(seen[0]?.aborted, false)
  })
})

describe('closing', () => {
  it('answers what is in flight with Connection: close, ends idle connections and refuses new ones', async (test) => {
    const answerable = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const { port, listener } = await start(test, async ({ target }) => {
      if (target === '/wait') {
        arrived.resolve()
        await answerable.promise
      }
      return { statusCode: 200, headers: [], body: target }
    })
    const idle = await openRaw(port)
    idle.send(get('/idle'))
    await idle.until('/idle')
    const busy = await openRaw(port)
    busy.send(get('/wait'))
    await arrived.promise
    const closed = listener.close()
    assert.match(await idle.ended, /Connection: keep-alive/)
    await assert.rejects(openRaw(port), { code: 'ECONNREFUSED' })
    answerable.resolve()
    assert.match(await busy.ended, /Connection: close(.|\r\n)*\/wait$/)
    await closed
  })

  it('lets an answer that is still being read go out whole', async (test) => {
    const answered = Promise.withResolvers<void>()
    const { port, listener } = await start(test, () => {
      answered.resolve()
      return { statusCode: 200, headers: [], body: Buffer.alloc(8_000_000, 'x') }
    })
    const client = await openRaw(port)
    client.socket.pause()
    client.send(get('/'))
    await answered.promise
    await turn()
    const closed = listener.close()
    client.socket.resume()
    const answer = await client.ended
    assert.equal(answer.length - answer.indexOf('\r\n\r\n') - 4, 8_000_000)
    await closed
  })

  it('ends everything after the time of grace', async (test) => {
    const arrived = Promise.withResolvers<void>()
    const { port, listener } = await start(test, () => {
      arrived.resolve()
      return new Promise(() => undefined)
    })
    const client = await openRaw(port)
    client.send(get('/'))
    await arrived.promise
    await listener.close(1)
    assert.equal(await client.ended, '')
  })

  it('may be asked for twice', async (test) => {
    const { listener } = await start(test, () => ({ statusCode: 200, headers: [] }))
    await Promise.all([listener.close(), listener.close()])
    await listener.close()
  })
})

describe('an upgrade', () => {
  const upgrade = (...headers: string[]): string =>
    get('/chat', 'Connection: upgrade', 'Upgrade: websocket', ...headers)

  it('is handed over with what came after it, and its socket is the taker’s', async (test) => {
    const { port } = await start(test, () => ({ statusCode: 200, headers: [] }), {
      onUpgrade: (request, socket, head) => {
        socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${request.target} ${Buffer.from(head)}`)
      },
    })
    assert.match(await talk(port, `${upgrade()}frames`), /101(.|\r\n)*\/chat frames$/)
  })

  it('passes the same guard', async (test) => {
    const { port } = await start(test, () => ({ statusCode: 200, headers: [] }), {
      onUpgrade: (_request, socket) => socket.destroy(),
    })
    assert.deepEqual(statusesOf(await talk(port, upgrade('Host: b'))), [400])
  })

  it('is an ordinary request where nobody takes it, and the last one', async (test) => {
    const seen: string[] = []
    const handler: HttpHandler = async ({ target, body }) => {
      seen.push(target)
      return { statusCode: 200, headers: [], body: await body.read(10) }
    }
    const none = await start(test, handler)
    const taken = await start(test, handler, { onUpgrade: (_request, socket) => socket.destroy() })
    const h2c = ['POST /h2c HTTP/1.1', 'Host: a', 'Connection: upgrade', 'Upgrade: h2c']
    const withBody = [...h2c, 'Content-Length: 2', '', 'ab'].join('\r\n')
    for (const [port, bytes] of [
      [none.port, upgrade()],
      [none.port, withBody],
      [taken.port, withBody],
    ] as const) {
      const answer = await talk(port, bytes + get('/lost'))
      assert.deepEqual(bodiesOf(answer), [bytes === withBody ? 'ab' : ''])
      assert.match(answer, /\r\nConnection: close\r\n/)
    }
    assert.deepEqual(seen, ['/chat', '/h2c', '/h2c'])
  })
})
