// Watches the frames of a WebSocket for their lengths: `ws` bounds whole messages only, and AWS bounds frames too.
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2

/** Reads headers alone: what a frame carries is skipped, whatever it is. One per connection, so it holds little. */
export class FrameGuard {
  readonly #bytesMax: number
  /** Of the payload that is passing by. */
  #skip = 0
  /** A header that came in pieces. */
  #held: Uint8Array | undefined

  constructor(frameBytesMax: number) {
    this.#bytesMax = frameBytesMax
  }

  /** Takes the next bytes of the connection; false once a frame announced more than it may. */
  admit(chunk: Uint8Array): boolean {
    let at = 0
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at)
        this.#skip -= step
        at += step
        continue
      }
      const header = this.#held === undefined ? chunk.subarray(at) : join(this.#held, chunk, at)
      const held = this.#held?.length ?? 0
      const wanted = header.length < 2 ? 2 : headerLength(header[1] ?? 0)
      if (header.length < wanted) {
        this.#held = header.slice()
        return true
      }
      const length = payloadLength(header)
      if (length > this.#bytesMax) return false
      this.#held = undefined
      this.#skip = length
      at += wanted - held
    }
    return true
  }
}

/** Two bytes, up to eight of length, four of the mask. */
const HEADER_BYTES_MAX = 14

const join = (held: Uint8Array, chunk: Uint8Array, at: number): Uint8Array =>
  Buffer.concat([held, chunk.subarray(at, at + HEADER_BYTES_MAX - held.length)])

const headerLength = (second: number): number => {
  const length = second & 0x7f
  const extended = length === 126 ? 2 : length === 127 ? 8 : 0
  return 2 + extended + ((second & 0x80) === 0 ? 0 : 4)
}

const payloadLength = (header: Uint8Array): number => {
  const length = (header[1] ?? 0) & 0x7f
  if (length < 126) return length
  const view = new DataView(header.buffer, header.byteOffset)
  return length === 126 ? view.getUint16(2) : Number(view.getBigUint64(2))
}
