// Frames of `application/vnd.amazon.eventstream`: how an operation answers a stream of events, for instance Lambda's
// InvokeWithResponseStream. https://smithy.io/2.0/aws/amazon-eventstream.html
import { crc32 } from 'node:zlib'
import { assert } from '#shared/assert.ts'

/** Lengths and checksum before the headers, and the checksum after the payload. */
const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4
const STRING_HEADER = 7

/** One event: `type` is its member of the union, for instance `PayloadChunk`. */
export const eventFrame = (
  type: string,
  payload: Uint8Array,
  contentType = 'application/octet-stream',
): Uint8Array => {
  const headers = Buffer.concat([
    stringHeader(':event-type', type),
    stringHeader(':content-type', contentType),
    stringHeader(':message-type', 'event'),
  ])
  const total = PRELUDE_BYTES + headers.length + payload.length + CHECKSUM_BYTES
  const frame = Buffer.alloc(total)
  frame.writeUInt32BE(total, 0)
  frame.writeUInt32BE(headers.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  frame.set(headers, PRELUDE_BYTES)
  frame.set(payload, PRELUDE_BYTES + headers.length)
  frame.writeUInt32BE(crc32(frame.subarray(0, total - CHECKSUM_BYTES)), total - CHECKSUM_BYTES)
  return frame
}

const stringHeader = (name: string, value: string): Buffer => {
  const nameBytes = Buffer.from(name, 'utf8')
  const valueBytes = Buffer.from(value, 'utf8')
  assert(nameBytes.length <= 0xff && valueBytes.length <= 0xffff, `the header ${name} is too long`)
  const lengths = Buffer.from([STRING_HEADER, valueBytes.length >> 8, valueBytes.length & 0xff])
  return Buffer.concat([Buffer.from([nameBytes.length]), nameBytes, lengths, valueBytes])
}
