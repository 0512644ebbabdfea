// Source of the hostile shapes: field notes 4.3, measured on node:http, and RFC 9112.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { HttpListener, HttpRequest } from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { guardRequest } from '#transport/request-guard.ts'
import { openRaw, statusesOf, talk } from './raw-client.ts'

const crlf = (...lines: string[]): string => lines.join('\r\n')

const REFUSED: Record<string, string> = {
  'HTTP/0.9 with headers and a body': 'GET /x\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/0.9': 'GET /x\r\n\r\n',
  'HTTP/0.9 by name': crlf('GET /x HTTP/0.9', 'Host: a', '', ''),
  'HTTP/2.0 on a line': crlf('GET /x HTTP/2.0', 'Host: a', '', ''),
  'the preface of HTTP/2': crlf('PRI * HTTP/2.0', '', 'SM', '', ''),
  'Transfer-Encoding with an empty member': post('Transfer-Encoding: ,chunked'),
  'Transfer-Encoding with another coding': post('Transfer-Encoding: gzip, chunked'),
  'Transfer-Encoding identity': post('Transfer-Encoding: identity'),
  'Transfer-Encoding twice': post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
  'Transfer-Encoding with a vertical tab': post('Transfer-Encoding: \x0bchunked'),
  'Transfer-Encoding with a space before the colon': post('Transfer-Encoding : chunked'),
  'Transfer-Encoding and Content-Length': post('Transfer-Encoding: chunked', 'Content-Length: 5'),
  'Content-Length and Transfer-Encoding': post('Content-Length: 5', 'Transfer-Encoding: chunked'),
  'Content-Length twice, equal': post('Content-Length: 5', 'Content-Length: 5'),
  'Content-Length twice, different': post('Content-Length: 5', 'Content-Length: 6'),
  'Content-Length as a list': post('Content-Length: 5, 5'),
  'Content-Length with a sign': post('Content-Length: +5'),
  'Content-Length in hexadecimal': post('Content-Length: 0x5'),
  'Content-Length beyond all numbers': post('Content-Length: 9999999999999999'),
  'Transfer-Encoding on HTTP/1.0': crlf(
    'POST /x HTTP/1.0',
    'Host: a',
    'Connection: keep-alive',
    'Transfer-Encoding: chunked',
    '',
    '0',
    '',
    '',
  ),
  'two Host headers': crlf('GET /x HTTP/1.1', 'Host: a', 'Host: b', '', ''),
  'two equal Host headers': crlf('GET /x HTTP/1.1', 'Host: a', 'host: a', '', ''),
  'two Host headers on HTTP/1.0': crlf('GET /x HTTP/1.0', 'Host: a', 'Host: b', '', ''),
  'no Host header': crlf('GET /x HTTP/1.1', '', ''),
  'an empty Host header': crlf('GET /x HTTP/1.1', 'Host:', '', ''),
  'a Host with a path': crlf('GET /x HTTP/1.1', 'Host: a/b', '', ''),
  'a Host with a user': crlf('GET /x HTTP/1.1', 'Host: u@a', '', ''),
  'a Host list': crlf('GET /x HTTP/1.1', 'Host: a, b', '', ''),
  'an absolute target of another host': crlf('GET http://evil/x HTTP/1.1', 'Host: a', '', ''),
  'an absolute target of another port': crlf('GET http://a:81/x HTTP/1.1', 'Host: a', '', ''),
  'an absolute target with a user': crlf('GET http://u@a/x HTTP/1.1', 'Host: a', '', ''),
  'an absolute target of another scheme': crlf('GET ftp://a/x HTTP/1.1', 'Host: a', '', ''),
  'a target that is a star': crlf('OPTIONS * HTTP/1.1', 'Host: a', '', ''),
  'a target that is a name': crlf('GET x HTTP/1.1', 'Host: a', '', ''),
  'a target with a fragment': crlf('GET /x#y HTTP/1.1', 'Host: a', '', ''),
  'a target beyond ASCII': crlf('GET /\xe9 HTTP/1.1', 'Host: a', '', ''),
  CONNECT: crlf('CONNECT a:80 HTTP/1.1', 'Host: a', '', ''),
  'an unknown method': crlf('BREW /x HTTP/1.1', 'Host: a', '', ''),
  'a NUL in the target': crlf('GET /x\0y HTTP/1.1', 'Host: a', '', ''),
  'a NUL in a header': crlf('GET /x HTTP/1.1', 'Host: a', 'X: a\0b', '', ''),
  'a bare CR in a header': crlf('GET /x HTTP/1.1', 'Host: a', 'X: a\rY: b', '', ''),
  'a bare LF in a header': crlf('GET /x HTTP/1.1', 'Host: a', 'X: a\nY: b', '', ''),
  'bare LF line ends': 'GET /x HTTP/1.1\nHost: a\n\n',
  'a folded header': crlf('GET /x HTTP/1.1', 'Host: a', 'X: a', ' b', '', ''),
  'a space before a colon': crlf('GET /x HTTP/1.1', 'Host : a', '', ''),
  'a header without a name': crlf('GET /x HTTP/1.1', 'Host: a', ': b', '', ''),
  'a control character in a header': crlf('GET /x HTTP/1.1', 'Host: a', 'X: \x01', '', ''),
}

function post(...headers: string[]): string {
  return crlf('POST /x HTTP/1.1', 'Host: a', ...headers, '', '0', '', '')
}

const BROKEN_CHUNKS: Record<string, string> = {
  'a size in 0x form': '0x1\r\na\r\n0\r\n\r\n',
  'a size with a space': '1 \r\na\r\n0\r\n\r\n',
  'a size ended by a bare LF': '1\na\r\n0\r\n\r\n',
  'a bare LF in an extension': '1;a\nb\r\na\r\n0\r\n\r\n',
  'more data than its size': '1\r\nabc\r\n0\r\n\r\n',
  'a size beyond all numbers': 'fffffffffffffffff\r\na\r\n0\r\n\r\n',
}

describe('the request guard', () => {
  const seen: HttpRequest[] = []
  const bodies: string[] = []
  const errors: unknown[] = []
  let listener: HttpListener
  before(async () => {
    listener = await startHttpListener({
      host: '127.0.0.1',
      port: 0,
      onError: (error) => errors.push(error),
      handler: async (request) => {
        seen.push(request)
        bodies.push(Buffer.from(await request.body.read(100)).toString())
        return { statusCode: 200, headers: [], body: 'served' }
      },
    })
  })
  after(() => listener.close())

  const refused = async (bytes: string): Promise<void> => {
    seen.length = 0
    // What follows in the same packet must not be taken for a second request.
    const answer = await talk(listener.port, `${bytes}GET /second HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.deepEqual(statusesOf(answer), [400])
    assert.match(answer, /\r\nConnection: close\r\n/)
    assert.match(answer, /\r\n\r\n\{"message":"Bad Request"\}$/)
    assert.deepEqual(errors, [])
  }

  for (const [shape, bytes] of Object.entries(REFUSED)) {
    it(`answers 400 to ${shape}, runs no handler and closes`, async () => {
      await refused(bytes)
      assert.deepEqual(seen, [])
    })
  }

  for (const [shape, chunks] of Object.entries(BROKEN_CHUNKS)) {
    it(`answers 400 to a chunk with ${shape} and closes`, async () => {
      bodies.length = 0
      await refused(crlf('POST /x HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', '', chunks))
      assert.deepEqual(bodies, [])
    })
  }

  it('admits what is well formed, in whatever case and with an absolute target of its own host', async () => {
    for (const [target, bytes] of [
      ['/x?y=%2F', 'GET /x?y=%2F HTTP/1.1\r\nhOST: a\r\n'],
      ['//x/../y', 'GET //x/../y HTTP/1.1\r\nHost: a\r\n'],
      ['/x', 'GET http://A:80/x HTTP/1.1\r\nHost: a\r\n'],
      ['/?q', 'GET HTTP://a?q HTTP/1.1\r\nHost: a\r\n'],
      ['/', 'GET https://a:443 HTTP/1.1\r\nHost: a\r\n'],
      ['/x', 'GET /x HTTP/1.1\r\nHost: [::1]:4566\r\n'],
      ['/x', 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n'],
      ['/x', 'GET /x HTTP/1.0\r\n'],
    ] as const) {
      seen.length = 0
      const end = bytes.includes('CHUNKED') ? '0\r\n\r\n' : ''
      const answer = await talk(listener.port, `${bytes}Connection: close\r\n\r\n${end}`)
      assert.deepEqual(statusesOf(answer), [200], bytes)
      assert.deepEqual(
        seen.map((request) => request.target),
        [target],
      )
    }
  })

  it('answers 417 to an expectation it does not know', async () => {
    const answer = await talk(
      listener.port,
      'POST /x HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\nContent-Length: 1\r\n\r\n',
    )
    assert.deepEqual(statusesOf(answer), [417])
  })

  it('never takes one request for two, whatever is put into it', async () => {
    const junk = fc.stringMatching(/^[ -~\t\r\n\0\xe9]{0,12}$/)
    const line = fc.oneof(
      fc.constantFrom(
        'Host: a',
        'Host: b',
        'Content-Length: 4',
        'Content-Length: 0',
        'X: y',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: x',
        'Connection: keep-alive',
      ),
      fc.tuple(junk, junk).map(([name, value]) => `${name}:${value}`),
    )
    const request = fc.tuple(
      fc.constantFrom('GET', 'POST', 'get'),
      fc.oneof(fc.constantFrom('/x', 'http://a/x', '*'), junk),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', ''),
      fc.array(line, { maxLength: 5 }),
    )
    await fc.assert(
      fc.asyncProperty(request, async ([method, target, version, lines]) => {
        seen.length = 0
        bodies.length = 0
        const bytes = crlf(`${method} ${target} ${version}`, ...lines, 'Connection: close', '', '')
        const client = await talkBriefly(listener.port, bytes)
        assert.ok(seen.length <= 1, bytes)
        for (const { headers, target } of seen) {
          assert.doesNotMatch(headers.join(''), LINE_BREAKS)
          assert.ok(target.startsWith('/'))
        }
        assert.ok(statusesOf(client).length <= 1, bytes)
        assert.deepEqual(errors, [])
      }),
      { numRuns: 300, endOnFailure: true },
    )
  })

  it('decides by itself what no parser brings before it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 8 })), fc.string(), (rawHeaders, url) => {
        const headers = ['Host', 'a', ...rawHeaders, ...(rawHeaders.length % 2 === 0 ? [] : [''])]
        const admitted = guardRequest({ httpVersion: '1.1', url, rawHeaders: headers })
        if ('refusedWith' in admitted) return
        assert.match(admitted.target, /^\/[!-~]*$/)
        assert.equal(admitted.host, 'a')
      }),
    )
  })
})

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const LINE_BREAKS = /[\0\r\n]/

/** As `talk`, for a client that half-closes: whatever is incomplete ends then. */
const talkBriefly = async (port: number, bytes: string): Promise<string> => {
  const client = await openRaw(port)
  client.send(bytes)
  client.socket.end()
  return client.ended
}
