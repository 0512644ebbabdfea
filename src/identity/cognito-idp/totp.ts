// Time-based one-time passwords of authenticator applications. https://www.rfc-editor.org/rfc/rfc6238
import { createHmac, timingSafeEqual } from 'node:crypto'

const STEP_MS = 30_000
const DIGITS = 6
/** A step before and a step after now: clocks differ. */
const WINDOW = 1
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The secret as people type it into an application. */
export const base32 = (bytes: Uint8Array): string => {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31]
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text
}

/**
 * The step whose code this is; undefined: it is none of these minutes, or one of a step that was used already, for a
 * code is good once.
 */
export const stepOfCode = (
  secret: Uint8Array,
  code: string,
  nowMs: number,
  lastStep: number,
): number | undefined => {
  const now = Math.floor(nowMs / STEP_MS)
  let found: number | undefined
  for (let step = now - WINDOW; step <= now + WINDOW; step++)
    if (step > lastStep && isSame(codeOf(secret, step), code)) found = step
  return found
}

export const codeOf = (secret: Uint8Array, step: number): string => {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 0x0f
  const number = digest.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

const isSame = (expected: string, given: string): boolean => {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)]
  return left.length === right.length && timingSafeEqual(left, right)
}
