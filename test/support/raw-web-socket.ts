// The client's half of RFC 6455 by hand, for frames that no library would send.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface Frame {
  readonly opcode: number
  readonly payload: Uint8Array
}

export interface FrameOptions {
  readonly opcode?: number
  readonly fin?: boolean
  readonly masked?: boolean
  /** The three reserved bits. */
  readonly reserved?: number
  /** What the header says instead of the payload's length. */
  readonly declared?: number
}

export const frame = (payload: string | Uint8Array, options: FrameOptions = {}): Buffer => {
  const { opcode = 1, fin = true, masked = true, reserved = 0 } = options
  const bytes = Buffer.from(payload)
  const length = options.declared ?? bytes.length
  const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode]
  const maskBit = masked ? 0x80 : 0
  if (length < 126) head.push(maskBit | length)
  else if (length < 65_536) head.push(maskBit | 126, length >> 8, length & 0xff)
  else {
    const long = Buffer.alloc(8)
    long.writeBigUInt64BE(BigInt(length))
    head.push(maskBit | 127, ...long)
  }
  if (!masked) return Buffer.concat([Buffer.from(head), bytes])
  const mask = randomBytes(4)
  const hidden = bytes.map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return Buffer.concat([Buffer.from(head), mask, hidden])
}

export interface RawSocket {
  readonly socket: Socket
  write(...frames: readonly Buffer[]): void
  /** The next frame; undefined at the end of the connection. */
  next(): Promise<Frame | undefined>
  /** Status line of the handshake's answer. */
  readonly status: string
  destroy(): void
}

/** Shakes hands with a listener on loopback. `headers` replace those of the handshake. */
export const rawSocket = async (
  port: number,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawSocket> => {
  const socket = connect(port, '127.0.0.1')
  const reader = createReader(socket)
  const all = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const status = await reader.head()
  return {
    socket,
    status,
    write: (...frames) => {
      socket.write(Buffer.concat(frames))
    },
    next: reader.frame,
    destroy: () => socket.destroy(),
  }
}

const createReader = (socket: Socket) => {
  let held = Buffer.alloc(0)
  let ended = false
  let wake: () => void = () => undefined
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    wake()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    ended = true
    wake()
  })
  const more = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
    })
  const take = async (length: number): Promise<Buffer | undefined> => {
    while (held.length < length) {
      if (ended) return undefined
      await more()
    }
    const taken = held.subarray(0, length)
    held = held.subarray(length)
    return taken
  }
  return {
    head: async (): Promise<string> => {
      for (;;) {
        const end = held.indexOf('\r\n\r\n')
        if (end !== -1) {
          const text = held.subarray(0, end).toString('latin1')
          held = held.subarray(end + 4)
          return text.split('\r\n')[0] ?? ''
        }
        if (ended) return ''
        await more()
      }
    },
    frame: async (): Promise<Frame | undefined> => {
      const head = await take(2)
      if (head === undefined) return undefined
      let length = (head[1] ?? 0) & 0x7f
      if (length === 126) length = (await take(2))?.readUInt16BE() ?? 0
      else if (length === 127) length = Number((await take(8))?.readBigUInt64BE() ?? 0n)
      const payload = await take(length)
      return payload && { opcode: (head[0] ?? 0) & 0x0f, payload }
    },
  }
}
