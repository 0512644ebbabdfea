// Watches the frames of a WebSocket for their lengths: `ws` bounds whole messages only, and AWS bounds frames too.
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2

export interface FrameGuard {
  /** Takes the next bytes of the connection; false once a frame announced more than it may. */
  admit(chunk: Uint8Array): boolean
}

/** Reads headers alone: what a frame carries is skipped, whatever it is. */
export const createFrameGuard = (frameBytesMax: number): FrameGuard => {
  const header = new Uint8Array(HEADER_BYTES_MAX)
  let held = 0
  let wanted = 2
  let skipped = 0
  return {
    admit: (chunk) => {
      let at = 0
      while (at < chunk.length) {
        if (skipped > 0) {
          const step = Math.min(skipped, chunk.length - at)
          skipped -= step
          at += step
          continue
        }
        header[held++] = chunk[at++] ?? 0
        if (held === 2) wanted = headerLength(header[1] ?? 0)
        if (held < wanted) continue
        const length = payloadLength(header)
        if (length > frameBytesMax) return false
        held = 0
        wanted = 2
        skipped = length
      }
      return true
    },
  }
}

/** Two bytes, up to eight of length, four of the mask. */
const HEADER_BYTES_MAX = 14

const headerLength = (second: number): number => {
  const length = second & 0x7f
  const extended = length === 126 ? 2 : length === 127 ? 8 : 0
  return 2 + extended + ((second & 0x80) === 0 ? 0 : 4)
}

const payloadLength = (header: Uint8Array): number => {
  const view = new DataView(header.buffer)
  const length = view.getUint8(1) & 0x7f
  if (length === 126) return view.getUint16(2)
  if (length === 127) return Number(view.getBigUint64(2))
  return length
}
