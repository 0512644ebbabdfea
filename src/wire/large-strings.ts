// The archives in a JSON body: base64 of tens of megabytes, which a JSON parser would keep the event loop with for half a
// second. They are taken out slice by slice, and what is left is an ordinary body. Only what is base64 through and
// through is taken; every other long text stays where it is and counts as part of what is left.
import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BODY_BYTES_MAX } from './body-limits.ts'
import { tooLarge } from './errors.ts'
import { type Reading, wireReading } from './read-value.ts'

export interface LiftedBody {
  /** The body with a short text in the place of each that was taken out. */
  readonly body: Uint8Array
  /** Reads that body as the whole would have been read. */
  readonly reading: Reading
}

/** Bodies below this are parsed as they are: it takes a few milliseconds. */
export const LARGE_BODY_BYTES = 1024 * 1024

const LARGE_STRING_BYTES = 64 * 1024
/** What is decoded, or looked through, in one turn of the event loop. */
const SLICE_BYTES = 1024 * 1024
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a

export const liftLargeStrings = async (bytes: Uint8Array): Promise<LiftedBody> => {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const nonce = randomUUID()
  const lifted = new Map<string, Buffer>()
  const left: Uint8Array[] = []
  let leftBytes = 0
  const keep = (part: Uint8Array): void => {
    left.push(part)
    leftBytes += part.length
    // It is parsed in one go, so it has no more room than any other body.
    if (leftBytes > BODY_BYTES_MAX) throw tooLarge()
  }
  let kept = 0
  let at = 0
  let turn = SLICE_BYTES
  for (let open = whole.indexOf(QUOTE); open !== -1; open = whole.indexOf(QUOTE, at)) {
    const close = whole.indexOf(QUOTE, open + 1)
    if (close === -1) break
    const isLong = close - open > LARGE_STRING_BYTES && !isName(whole, close)
    const decoded = isLong ? await decodeBase64(whole.subarray(open + 1, close)) : undefined
    at = decoded === undefined ? endOfString(whole, open) : close + 1
    if (decoded !== undefined) {
      const place = `${nonce} ${lifted.size}`
      lifted.set(place, decoded)
      keep(whole.subarray(kept, open))
      keep(Buffer.from(`"${place}"`))
      kept = at
    } else if (at - kept > BODY_BYTES_MAX) throw tooLarge()
    if (at > turn) {
      turn = at + SLICE_BYTES
      await nextTurn()
    }
  }
  keep(whole.subarray(kept))
  return { body: Buffer.concat(left), reading: readingOf(lifted) }
}

/** A member's name is followed by a colon: JSON lets only white space stand between. */
const isName = (bytes: Buffer, close: number): boolean => {
  let at = close + 1
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at++
  return bytes[at] === COLON
}

const endOfString = (bytes: Buffer, open: number): number => {
  const end = Math.min(bytes.length, open + 1 + BODY_BYTES_MAX)
  let at = open + 1
  for (; at < end && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++
  return at + 1
}

/** Undefined where it is anything but whole, canonical base64. Some clients escape the slash (`\/`). */
const decodeBase64 = async (text: Buffer): Promise<Buffer | undefined> => {
  const decoded = Buffer.allocUnsafe(Math.ceil((text.length * 3) / 4))
  let length = 0
  let rest = ''
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + SLICE_BYTES)
    if (text[end - 1] === BACKSLASH && end < text.length) end++
    const slice = text.toString('latin1', at, end)
    const characters = rest + (slice.includes('\\') ? slice.replaceAll('\\/', '/') : slice)
    const isLast = end === text.length
    const usable = isLast ? characters.length : characters.length - (characters.length % 4)
    const part = characters.slice(0, usable)
    const written = decoded.write(part, length, 'base64')
    // What the decoder skips or ends at is missing when it is written back.
    if (decoded.toString('base64', length, length + written) !== part) return undefined
    length += written
    rest = characters.slice(usable)
    at = end
    await nextTurn()
  }
  return decoded.subarray(0, length)
}

const readingOf = (lifted: ReadonlyMap<string, Buffer>): Reading => ({
  ...wireReading,
  scalar: (type, value, path) => {
    const bytes = typeof value === 'string' ? lifted.get(value) : undefined
    if (bytes === undefined) return wireReading.scalar(type, value, path)
    return type.kind === 'blob' ? bytes : wireReading.scalar(type, bytes.toString('base64'), path)
  },
})
