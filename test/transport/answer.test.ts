import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { HttpHandler, HttpResponse } from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { bodiesOf, openRaw, statusesOf, talk } from './raw-client.ts'

const start = async (
  test: TestContext,
  answer: HttpResponse | HttpHandler,
): Promise<{ port: number; errors: unknown[] }> => {
  const errors: unknown[] = []
  const listener = await startHttpListener({
    host: '127.0.0.1',
    port: 0,
    handler: typeof answer === 'function' ? answer : () => answer,
    onError: (error) => errors.push(error),
  })
  test.after(() => listener.close(0))
  return { port: listener.port, errors }
}

const request = (method = 'GET', version = '1.1'): string =>
  `${method} / HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

describe('an answer', () => {
  it('keeps headers in order and case, repeated ones too, and gets its framing here', async (test) => {
    const { port } = await start(test, {
      statusCode: 201,
      headers: [
        ['X-Two', '1', 'x-two', '2', 'Content-Length', '99', 'transfer-encoding', 'chunked'],
        ['Connection', 'keep-alive', 'Keep-Alive', 'timeout=1', 'Date', 'never', 'Upgrade', 'x'],
        ['Set-Cookie', 'a=\xe9'],
      ].flat(),
      body: 'häß',
    })
    const answer = (await talk(port, request())).replace(/Date: .*?\r\n/, '')
    assert.equal(
      answer,
      'HTTP/1.1 201 Created\r\nX-Two: 1\r\nx-two: 2\r\nSet-Cookie: a=\xe9\r\n' +
        `Content-Length: 5\r\nConnection: close\r\n\r\n${Buffer.from('häß').toString('latin1')}`,
    )
  })

  it('has the bytes of its body unchanged, in one piece with the head or after it', async (test) => {
    for (const length of [0, 1, 256, 8_192, 8_193, 300_000]) {
      const body = Uint8Array.from({ length }, (_, at) => at % 256)
      const { port } = await start(test, { statusCode: 200, headers: [], body })
      const answer = await talk(port, request())
      const [head = ''] = answer.split('\r\n\r\n', 1)
      assert.match(head, new RegExp(`Content-Length: ${length}(\r\n|$)`))
      assert.equal(answer.slice(head.length + 4), Buffer.from(body).toString('latin1'))
    }
  })

  it('sends header text beyond Latin-1 as UTF-8', async (test) => {
    const { port } = await start(test, { statusCode: 200, headers: ['X', '대문'] })
    const utf8 = Buffer.from('대문').toString('latin1')
    assert.ok((await talk(port, request())).includes(`\r\nX: ${utf8}\r\n`))
  })

  for (const statusCode of [204, 304]) {
    it(`with ${statusCode} has neither body nor length, and the connection goes on`, async (test) => {
      const { port } = await start(test, { statusCode, headers: [], body: 'ignored' })
      const answer = await talk(port, `GET / HTTP/1.1\r\nHost: a\r\n\r\n${request()}`)
      assert.deepEqual(statusesOf(answer), [statusCode, statusCode])
      assert.doesNotMatch(answer, /content-length|transfer-encoding|ignored/i)
    })
  }

  it('to HEAD tells the length of the body it leaves out', async (test) => {
    const { port } = await start(test, { statusCode: 200, headers: [], body: 'four' })
    const answer = await talk(port, `HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${request('HEAD')}`)
    assert.deepEqual(statusesOf(answer), [200, 200])
    assert.equal(answer.match(/Content-Length: 4\r\n/g)?.length, 2)
    assert.doesNotMatch(answer, /four/)
  })

  it('to HEAD ends a streamed body unread', async (test) => {
    let ended = false
    const body: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => assert.fail('read'),
        return: () => {
          ended = true
          return Promise.resolve({ done: true, value: undefined })
        },
      }),
    }
    const { port, errors } = await start(test, { statusCode: 200, headers: [], body })
    assert.match(await talk(port, request('HEAD')), /\r\n\r\n$/)
    assert.equal(ended, true)
    assert.deepEqual(errors, [])
  })

  it('in pieces is chunked, with its trailers', async (test) => {
    const { port } = await start(test, () => ({
      statusCode: 200,
      headers: [],
      body: pieces('one', '', 'two'),
      trailers: ['X-Sum', '6'],
    }))
    const answer = await talk(port, request())
    assert.match(answer, /\r\nTransfer-Encoding: chunked\r\n/)
    assert.match(answer, /\r\nTrailer: X-Sum\r\n/)
    // Pieces of one moment may travel in one chunk.
    assert.match(answer, /\r\n\r\n(3\r\none\r\n3\r\ntwo|6\r\nonetwo)\r\n0\r\nX-Sum: 6\r\n\r\n$/)
  })

  it('given whole is chunked for its trailers', async (test) => {
    const { port } = await start(test, {
      statusCode: 200,
      headers: [],
      body: 'one',
      trailers: ['X-Sum', '3'],
    })
    assert.ok((await talk(port, request())).endsWith('3\r\none\r\n0\r\nX-Sum: 3\r\n\r\n'))
  })

  it('in pieces to HTTP/1.0 ends with the connection', async (test) => {
    const { port } = await start(test, () => ({
      statusCode: 200,
      headers: [],
      body: pieces('one', 'two'),
      trailers: ['X', 'y'],
    }))
    const answer = await talk(port, 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
    assert.match(answer, /\r\n\r\nonetwo$/)
    assert.doesNotMatch(answer, /chunked|Trailer/)
  })

  it('in pieces sends its head before the first piece', async (test) => {
    const first = Promise.withResolvers<void>()
    const { port } = await start(test, () => ({
      statusCode: 200,
      headers: [],
      body: (async function* () {
        await first.promise
        yield Buffer.from('late')
      })(),
    }))
    const client = await openRaw(port)
    client.send(request())
    await client.until('\r\n\r\n')
    first.resolve()
    assert.match(await client.ended, /late/)
  })

  it('in pieces is taken no faster than the client reads', async (test) => {
    let given = 0
    const begun = Promise.withResolvers<void>()
    const total = 64
    const { port } = await start(test, () => ({
      statusCode: 200,
      headers: [],
      body: (async function* () {
        for (; given < total; given += 1) {
          begun.resolve()
          yield Buffer.alloc(1_000_000)
        }
      })(),
    }))
    const client = await openRaw(port)
    client.socket.pause()
    client.send(request())
    await begun.promise
    let last = -1
    // Two looks in a row without progress: the writer waits.
    while (given !== last) {
      last = given
      for (let turns = 0; turns < 200; turns += 1) await new Promise(setImmediate)
    }
    assert.ok(given < total, `${given} pieces taken`)
    client.socket.resume()
    assert.ok((await client.ended).length > total * 1_000_000)
  })

  it('in pieces is cut off, not ended, when its source fails', async (test) => {
    const { port, errors } = await start(test, () => ({
      statusCode: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from('one')
        throw new Error('source')
      })(),
    }))
    const answer = await talk(port, request())
    assert.ok(!answer.endsWith('0\r\n\r\n'))
    assert.deepEqual(errors, [new Error('source')])
  })

  it('in pieces tells its source when the client goes away', async (test) => {
    const ended = Promise.withResolvers<void>()
    const { port, errors } = await start(test, () => ({
      statusCode: 200,
      headers: [],
      body: {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => undefined),
          return: () => {
            ended.resolve()
            return Promise.resolve({ done: true, value: undefined })
          },
        }),
      },
    }))
    const client = await openRaw(port)
    client.send(request())
    await client.until('\r\n\r\n')
    client.socket.destroy()
    await ended.promise
    assert.deepEqual(errors, [])
  })
})

describe('an answer before the body was read', () => {
  const tooLarge: HttpHandler = async ({ body }) => {
    const read = await body.read(10)
    return { statusCode: 200, headers: [], body: read }
  }

  it('is 413 for a declared length, at once, and reaches a client that still sends', async (test) => {
    const { port, errors } = await start(test, tooLarge)
    const client = await openRaw(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n')
    await client.until('413')
    client.socket.write(Buffer.alloc(500_000))
    client.socket.end()
    const answer = await client.ended
    assert.deepEqual(statusesOf(answer), [413])
    assert.match(answer, /Connection: close/)
    assert.deepEqual(errors, [])
  })

  it('is 413 for a chunked body as soon as it is too large', async (test) => {
    const { port } = await start(test, tooLarge)
    const client = await openRaw(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    client.send(`b\r\n${'x'.repeat(11)}\r\n`)
    await client.until('413')
    client.send('0\r\n\r\n')
    assert.deepEqual(statusesOf(await client.ended), [413])
  })

  it('keeps the connection where little is left, and takes none of it for a request', async (test) => {
    const { port } = await start(test, ({ target }) => ({
      statusCode: 200,
      headers: [],
      body: target,
    }))
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
    const post = `POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n`
    const client = await openRaw(port)
    client.send(post)
    await client.until('/1')
    client.send(`${smuggled}GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    assert.deepEqual(bodiesOf(await client.ended), ['/1', '/2'])
  })

  it('closes the connection where it is not known how much is left, and never looks at it', async (test) => {
    const seen: string[] = []
    const { port } = await start(test, ({ target }) => {
      seen.push(target)
      return { statusCode: 200, headers: [] }
    })
    const client = await openRaw(port)
    client.send('POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    await client.until('\r\n\r\n')
    client.send('0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
    assert.match(await client.ended, /Connection: close/)
    assert.deepEqual(seen, ['/1'])
  })
})

describe('Expect: 100-continue', () => {
  const expecting = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n'

  it('is answered when the body is read', async (test) => {
    const { port } = await start(test, async ({ body }) => ({
      statusCode: 200,
      headers: [],
      body: await body.read(3),
    }))
    const client = await openRaw(port)
    client.send(`${expecting}Connection: close\r\n\r\n`)
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('abc')
    assert.match(await client.ended, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 (.|\r\n)*abc$/)
  })

  it('is not answered where the body is not read, and the connection is closed', async (test) => {
    const { port } = await start(test, { statusCode: 403, headers: [] })
    const answer = await talk(port, `${expecting}\r\n`)
    assert.deepEqual(statusesOf(answer), [403])
    assert.match(answer, /Connection: close/)
  })
})

describe('a request body in pieces', () => {
  it('is read as it comes', async (test) => {
    const { port } = await start(test, async ({ body }) => {
      let text = ''
      for await (const piece of body.stream()) text += `<${Buffer.from(piece)}>`
      return { statusCode: 200, headers: [], body: text }
    })
    const chunked =
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
    assert.match(await talk(port, `${chunked}1\r\na\r\n2\r\nbc\r\n0\r\n\r\n`), /<a><bc>$/)
  })

  it('throws where the client goes away in the middle', async (test) => {
    const failed = Promise.withResolvers<unknown>()
    const { port, errors } = await start(test, async ({ body }) => {
      try {
        for await (const _ of body.stream()) client.socket.destroy()
      } catch (error) {
        failed.resolve(error)
        throw error
      }
      return { statusCode: 200, headers: [] }
    })
    const client = await openRaw(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc')
    assert.equal(Object(await failed.promise).name, 'BodyAborted')
    assert.deepEqual(errors, [])
  })

  it('is read once', async (test) => {
    const { port, errors } = await start(test, async ({ body }) => {
      await body.read(10)
      await body.read(10)
      return { statusCode: 200, headers: [] }
    })
    await talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na')
    assert.match(String(errors[0]), /read once/)
  })
})
