// The cases of the Autobahn fuzzing client, a written-out equivalent of each class that text-only endpoints without
// compression have: framing, pings, reserved bits, opcodes, fragmentation, UTF-8, closing, limits.
// https://github.com/crossbario/autobahn-testsuite (sections 1 to 7 and 9)
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answered, testServices } from '../support/http-api.ts'
import { frame, type FrameOptions, type RawSocket, rawSocket } from '../support/raw-web-socket.ts'
import { type ServedSocketApi, serveSocketApi } from '../support/websocket-api.ts'

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10] as const

describe('a WebSocket on the wire', () => {
  let served: ServedSocketApi
  before(async () => {
    const echo = testServices({
      invokeFunction: async ({ payload }) => {
        const { body } = JSON.parse(Buffer.from(payload).toString('utf8'))
        return answered({ statusCode: 200, body })
      },
    })
    served = await serveSocketApi({ routes: { $default: {} } }, echo.services, {
      connectsPerSecond: 10_000,
    })
  })
  after(() => served.close())

  const withSocket = async (run: (socket: RawSocket) => Promise<void>): Promise<void> => {
    const socket = await rawSocket(served.port, served.target)
    assert.match(socket.status, /^HTTP\/1\.1 101 /)
    try {
      await run(socket)
    } finally {
      socket.destroy()
    }
  }
  const echoes = (name: string, text: string, frames: readonly Buffer[]) =>
    it(name, () =>
      withSocket(async (socket) => {
        socket.write(...frames)
        const back = await socket.next()
        assert.equal(back?.opcode, TEXT)
        assert.equal(Buffer.from(back?.payload ?? []).toString('utf8'), text)
      }),
    )
  const closes = (name: string, code: number | undefined, frames: readonly Buffer[]) =>
    it(name, () =>
      withSocket(async (socket) => {
        socket.write(...frames)
        let back = await socket.next()
        while (back !== undefined && back.opcode !== CLOSE) back = await socket.next()
        if (code === undefined) assert.equal(back?.payload.length, 0)
        else assert.equal(Buffer.from(back?.payload ?? []).readUInt16BE(), code)
      }),
    )
  const parts = (texts: readonly (string | Uint8Array)[], more: FrameOptions = {}) =>
    texts.map((text, at) =>
      frame(text, {
        opcode: at === 0 ? TEXT : CONTINUATION,
        fin: at === texts.length - 1,
        ...more,
      }),
    )

  describe('1: framing', () => {
    for (const length of [1, 125, 126, 127, 128, 65_535 / 3, 32_768]) {
      const text = 'x'.repeat(Math.floor(length))
      echoes(`a text of ${text.length} bytes comes back`, text, [frame(text)])
    }
    it('a text in single bytes of TCP comes back', () =>
      withSocket(async (socket) => {
        socket.socket.setNoDelay(true)
        for (const byte of frame('one by one')) socket.socket.write(Buffer.from([byte]))
        assert.equal(Buffer.from((await socket.next())?.payload ?? []).toString(), 'one by one')
      }))
    closes('an unmasked frame is 1002', 1002, [frame('bare', { masked: false })])
    closes('a binary message is 1003', 1003, [frame('x', { opcode: BINARY })])
  })

  describe('2: pings and pongs [behaviour.md 14: Ping/pong]', () => {
    for (const payload of ['', 'hello', 'x'.repeat(125)]) {
      it(`a ping of ${payload.length} bytes is answered with its payload`, () =>
        withSocket(async (socket) => {
          socket.write(frame(payload, { opcode: PING }))
          const back = await socket.next()
          assert.equal(back?.opcode, PONG)
          assert.equal(Buffer.from(back?.payload ?? []).toString(), payload)
        }))
    }
    closes('a ping of more than 125 bytes is 1002', 1002, [
      frame('x'.repeat(126), { opcode: PING }),
    ])
    closes('a ping in fragments is 1002', 1002, [frame('x', { opcode: PING, fin: false })])
    echoes('pongs that nobody asked for change nothing', 'after', [
      frame('alone', { opcode: PONG }),
      frame('after'),
    ])
    it('ten pings come back in order', () =>
      withSocket(async (socket) => {
        socket.write(...Array.from({ length: 10 }, (_, at) => frame(`${at}`, { opcode: PING })))
        for (let at = 0; at < 10; at++) {
          assert.equal(Buffer.from((await socket.next())?.payload ?? []).toString(), `${at}`)
        }
      }))
  })

  describe('3: reserved bits', () => {
    for (const reserved of [1, 2, 3, 4, 5, 6, 7]) {
      closes(`${reserved} is 1002`, 1002, [frame('x', { reserved })])
      closes(`${reserved} on a ping is 1002`, 1002, [frame('x', { reserved, opcode: PING })])
    }
  })

  describe('4: opcodes', () => {
    for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
      closes(`${opcode} is 1002`, 1002, [frame('x', { opcode })])
    }
  })

  describe('5: fragmentation', () => {
    echoes('two fragments are one message', 'hello', parts(['hel', 'lo']))
    echoes('many empty ones too', 'x', parts(['', '', 'x', '', '']))
    echoes('a ping between them is no part of it', 'hello', [
      frame('hel', { fin: false }),
      frame('', { opcode: PONG }),
      frame('lo', { opcode: CONTINUATION }),
    ])
    closes('a continuation of nothing is 1002', 1002, [frame('x', { opcode: CONTINUATION })])
    closes('a new text amid another is 1002', 1002, [frame('a', { fin: false }), frame('b')])
  })

  describe('6: UTF-8', () => {
    for (const text of ['κόσμε', '\u{10ffff}', '\u0000\u007f', '￿', 'Hellö ẞ 😀', 'ÿ߿ࠀ']) {
      echoes(`${JSON.stringify(text)} comes back`, text, [frame(text)])
      const bytes = Buffer.from(text)
      const cut = [...bytes].map((byte) => Buffer.from([byte]))
      echoes(`${JSON.stringify(text)} in single bytes comes back`, text, parts(cut))
    }
    const invalid: readonly (readonly number[])[] = [
      [0x80],
      [0xbf],
      [0xc0, 0xaf],
      [0xc1, 0xbf],
      [0xe0, 0x80, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xed, 0xbf, 0xbf],
      [0xf0, 0x80, 0x80, 0xaf],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
      [0xfe],
      [0xff],
      [0xce, 0xba, 0xe1],
      [0x48, 0xc3],
    ]
    for (const bytes of invalid) {
      const name = bytes.map((byte) => byte.toString(16)).join(' ')
      closes(`${name} is 1007`, 1007, [frame(Uint8Array.from(bytes))])
      const cut = bytes.map((byte) => Uint8Array.of(byte))
      closes(`${name} in fragments is 1007`, 1007, parts(cut))
    }
  })

  describe('7: closing', () => {
    const closing = (code: number, reason: string | Uint8Array = '') =>
      frame(Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]), {
        opcode: CLOSE,
      })
    for (const code of [
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ]) {
      closes(`${code} is answered with itself`, code, [closing(code, 'bye')])
    }
    for (const code of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535]) {
      closes(`${code} is no code: 1002`, 1002, [closing(code)])
    }
    closes('without a code it is answered without one', undefined, [frame('', { opcode: CLOSE })])
    closes('a code of one byte is 1002', 1002, [frame('x', { opcode: CLOSE })])
    closes('a reason that is no UTF-8 is 1007', 1007, [closing(1000, Uint8Array.of(0xc3))])
    closes('a close of more than 125 bytes is 1002', 1002, [closing(1000, 'x'.repeat(124))])
    closes('what follows a close is not looked at', 1000, [closing(1000), frame('late')])
  })

  describe('9: limits', () => {
    // AWS: 32 KB a frame, 128 KB a message. [behaviour.md 14]
    const full = 'x'.repeat(32 * 1024)
    echoes(
      'a message of 128 KB in four frames comes back',
      full.repeat(4),
      parts([full, full, full, full]),
    )
    closes('a byte more is 1009', 1009, parts([full, full, full, full, 'x']))
    closes('a frame of a byte more than 32 KB is 1009', 1009, [frame(`${full}x`)])
    closes('a frame that only announces more is 1009', 1009, [
      frame('', { declared: 32 * 1024 + 1 }),
    ])
    closes('a frame that announces 2^62 bytes is 1009', 1009, [frame('', { declared: 2 ** 62 })])
  })

  it('nothing of all this was a fault of the gateway', () => assert.deepEqual(served.errors, []))
})
