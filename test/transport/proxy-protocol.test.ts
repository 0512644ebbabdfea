// Source: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, 2.2 and 2.2.7
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, it, type TestContext } from 'node:test'
import type { HttpListenerOptions, HttpRequest } from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { openRaw, rawClient, talk } from './raw-client.ts'

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n'
const GET = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

const header = (command: number, family: number, rest: string): string =>
  `${SIGNATURE}${bytes(0x20 | command, family, rest.length >> 8, rest.length & 0xff)}${rest}`

const bytes = (...values: readonly number[]): string => Buffer.from(values).toString('latin1')

const tlv = (type: number, value: string): string =>
  `${bytes(type, value.length >> 8, value.length & 0xff)}${value}`

const IPV4 = bytes(203, 0, 113, 7, 10, 0, 0, 1, 0x1f, 0x90, 0x01, 0xbb)
const IPV6 = `${bytes(0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 7)}${bytes(...Array<number>(16).fill(1))}${bytes(0x1f, 0x90, 0x01, 0xbb)}`
const ENDPOINT = tlv(0xea, `\x01vpce-0123456789abcdef0`)

const start = async (test: TestContext, options: Partial<HttpListenerOptions> = {}) => {
  const seen: HttpRequest[] = []
  const errors: unknown[] = []
  const listener = await startHttpListener({
    host: '127.0.0.1',
    port: 0,
    proxyProtocol: true,
    handler: (request) => {
      seen.push(request)
      return { statusCode: 200, headers: [], body: 'ok' }
    },
    onError: (error) => errors.push(error),
    ...options,
  })
  test.after(() => listener.close(0))
  return { port: listener.port, listener, seen, errors }
}

describe('a listener that opts in to the PROXY protocol', () => {
  it('takes the address of an IPv4 and of an IPv6 client from the header', async (test) => {
    const { port, seen } = await start(test)
    assert.match(await talk(port, header(1, 0x11, IPV4) + GET), /^HTTP\/1\.1 200/)
    assert.match(await talk(port, header(1, 0x21, IPV6) + GET), /^HTTP\/1\.1 200/)
    assert.deepEqual(
      seen.map(({ remoteAddress, remotePort }) => [remoteAddress, remotePort]),
      [
        ['203.0.113.7', 8080],
        ['2001:db8::7', 8080],
      ],
    )
  })

  it('gives the TLVs to the handler as they are', async (test) => {
    const { port, seen } = await start(test)
    await talk(port, header(1, 0x11, `${IPV4}${tlv(4, '')}${ENDPOINT}`) + GET)
    const tlvs = seen[0]?.proxied?.tlvs.map(({ type, value }) => [
      type,
      Buffer.from(value).toString('latin1'),
    ])
    assert.deepEqual(tlvs, [
      [4, ''],
      [0xea, '\x01vpce-0123456789abcdef0'],
    ])
  })

  it('keeps the own address for a health check and for a family without addresses', async (test) => {
    const { port, seen } = await start(test)
    await talk(port, header(0, 0, '') + GET)
    await talk(port, header(0, 0x11, 'cut short') + GET)
    await talk(port, header(1, 0, ENDPOINT) + GET)
    await talk(port, header(1, 0x31, `${'\0'.repeat(216)}${ENDPOINT}`) + GET)
    assert.deepEqual(
      seen.map(({ remoteAddress, proxied }) => [remoteAddress, proxied?.tlvs.length]),
      [
        ['127.0.0.1', 0],
        ['127.0.0.1', 0],
        ['127.0.0.1', 1],
        ['127.0.0.1', 1],
      ],
    )
  })

  it('reads a header that comes byte by byte, and several requests behind it', async (test) => {
    const { port, seen } = await start(test)
    const client = await openRaw(port)
    client.socket.setNoDelay(true)
    for (const byte of header(1, 0x11, `${IPV4}${ENDPOINT}`) + GET.slice(0, 20)) {
      client.send(byte)
      await turn()
    }
    client.send(`${GET.slice(20).replace('Connection: close\r\n', '')}${GET}`)
    await client.ended
    assert.deepEqual(
      seen.map(({ target, remoteAddress }) => [target, remoteAddress]),
      [
        ['/x', '203.0.113.7'],
        ['/x', '203.0.113.7'],
      ],
    )
  })

  it('reads a large body behind the header', async (test) => {
    const body = 'x'.repeat(300_000)
    const { port } = await start(test, {
      handler: async (request) => {
        const read = await request.body.read(1_000_000)
        return { statusCode: 200, headers: [], body: String(read.length) }
      },
    })
    const post = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    assert.match(await talk(port, header(1, 0x11, IPV4) + post), /\r\n\r\n300000$/)
  })

  const refused: readonly (readonly [string, string])[] = [
    ['no header at all', GET],
    ['version 1', `PROXY TCP4 203.0.113.7 10.0.0.1 8080 443\r\n${GET}`],
    ['another version', `${SIGNATURE}${bytes(0x31, 0x11, 0, 12)}${IPV4}${GET}`],
    ['an unknown command', header(2, 0x11, IPV4) + GET],
    ['an unknown family', header(1, 0x41, IPV4) + GET],
    ['addresses that are cut short', header(1, 0x21, IPV4) + GET],
    ['a TLV that is longer than the header', header(1, 0x11, `${IPV4}${bytes(0xea, 0, 9)}x`) + GET],
    ['half a TLV', header(1, 0x11, `${IPV4}${bytes(0xea)}`) + GET],
    ['more than 4096 bytes', header(1, 0x11, IPV4 + tlv(0xea, 'x'.repeat(4_100))) + GET],
    ['one wrong byte in the signature', header(1, 0x11, IPV4).replace('QUIT', 'QUIX') + GET],
  ]
  for (const [what, sent] of refused) {
    it(`closes a connection with ${what}, without a word`, async (test) => {
      const { port, seen, errors } = await start(test)
      assert.equal(await talk(port, sent), '')
      assert.equal(seen.length, 0)
      assert.deepEqual(errors, [])
    })
  }

  it('survives headers in which bytes were changed, cut or added at random', async (test) => {
    const { port, errors } = await start(test, { headersTimeoutMs: 1_000 })
    const good = header(1, 0x11, `${IPV4}${ENDPOINT}`)
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % below
    }
    for (let round = 0; round < 200; round += 1) {
      const at = random(good.length)
      const kind = random(3)
      const middle = kind === 0 ? '' : bytes(random(256))
      const sent = good.slice(0, at) + middle + good.slice(kind === 2 ? at : at + 1)
      const client = await openRaw(port)
      client.socket.end(sent + GET, 'latin1')
      assert.match(await client.ended, /^(?:HTTP\/1\.1 (?:200|400) |$)/)
    }
    assert.deepEqual(errors, [])
    assert.match(await talk(port, good + GET), /^HTTP\/1\.1 200/)
  })

  it('closes a connection whose header does not come in time, or ends in the middle', async (test) => {
    const { port, seen } = await start(test, { headersTimeoutMs: 50 })
    const slow = await openRaw(port)
    slow.send(SIGNATURE)
    assert.equal(await slow.ended, '')
    const half = connect({ port, host: '127.0.0.1' })
    await once(half, 'connect')
    const client = rawClient(half)
    half.end(SIGNATURE, 'latin1')
    assert.equal(await client.ended, '')
    assert.equal(seen.length, 0)
  })

  it('closes with connections that wait for their header', async (test) => {
    const { port, listener } = await start(test)
    const client = await openRaw(port)
    client.send(SIGNATURE.slice(0, 3))
    await talk(port, header(0, 0, '') + GET)
    await listener.close(0)
    assert.equal(await client.ended, '')
  })
})

it('a listener that does not opt in refuses the header as no HTTP', async (test) => {
  const { port, seen } = await start(test, { proxyProtocol: false })
  assert.match(await talk(port, header(1, 0x11, IPV4) + GET), /^HTTP\/1\.1 400/)
  assert.equal(seen.length, 0)
})
