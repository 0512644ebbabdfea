// SRP-6a as Amazon Cognito speaks it: the 3072-bit group of RFC 5054 with generator 2, SHA-256, numbers hashed as
// two's complement, and a session key of sixteen bytes that signs the answer. The server's half.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
import { createHash, createHmac, getDiffieHellman, timingSafeEqual } from 'node:crypto'

/** RFC 5054's group of 3072 bits is RFC 3526's group 15. */
const PRIME_HEX = getDiffieHellman('modp15').getPrime('hex')
const N = BigInt(`0x${PRIME_HEX}`)
const G = 2n
const INFO = Buffer.from('Caldera Derived Key\u0001', 'utf8')
const KEY_BYTES = 16
/** What a client may send as A: a number below N, and the zeroes before it. */
const PUBLIC_HEX_MAX = 2 * 384 + 2

export interface SrpUser {
  /** Of the pool's id what follows the underscore. */
  readonly poolName: string
  /** USER_ID_FOR_SRP. */
  readonly username: string
}

/** What is kept instead of the password. `salt` is hexadecimal. */
export const srpVerifier = (user: SrpUser, password: string, salt: string): string => {
  const inner = sha256(Buffer.from(`${user.poolName}${user.username}:${password}`, 'utf8'))
  const x = number(sha256(Buffer.from(padded(salt) + inner, 'hex')))
  return power(G, x).toString(16)
}

/** Undefined where A is no number that may be one: zero modulo N would make every password right. */
export const readPublicValue = (text: string): string | undefined => {
  if (text.length > PUBLIC_HEX_MAX || !/^[0-9a-f]+$/i.test(text)) return undefined
  return number(text) % N === 0n ? undefined : text
}

/** B, from the secret b. All hexadecimal. */
export const serverPublicValue = (verifier: string, secret: string): string =>
  ((MULTIPLIER * number(verifier) + power(G, number(secret))) % N).toString(16)

/** The key that both sides come to, if the client knew the password. */
export const sessionKey = (values: {
  readonly clientPublic: string
  readonly serverPublic: string
  readonly serverSecret: string
  readonly verifier: string
}): Uint8Array => {
  const { clientPublic, serverPublic, serverSecret, verifier } = values
  const scramble = sha256(Buffer.from(padded(clientPublic) + padded(serverPublic), 'hex'))
  const u = number(scramble)
  const base = (number(clientPublic) * power(number(verifier), u)) % N
  const shared = power(base, number(serverSecret))
  const salt = Buffer.from(padded(u.toString(16)), 'hex')
  const key = createHmac('sha256', salt).update(Buffer.from(padded(shared.toString(16)), 'hex'))
  return createHmac('sha256', key.digest()).update(INFO).digest().subarray(0, KEY_BYTES)
}

/** The claim of a client that it came to the same key: a signature over who it is, what it was given and the time. */
export const claimSignature = (
  key: Uint8Array,
  user: SrpUser,
  secretBlock: Uint8Array,
  timestamp: string,
): Buffer =>
  createHmac('sha256', key)
    .update(user.poolName, 'utf8')
    .update(user.username, 'utf8')
    .update(secretBlock)
    .update(timestamp, 'utf8')
    .digest()

export const isSameSignature = (expected: Buffer, given: string): boolean => {
  const bytes = Buffer.from(given, 'base64')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** Five milliseconds for an exponent of 256 bits, which all here have. */
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n
  let square = base % N
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % N
    square = (square * square) % N
  }
  return result
}

const number = (hex: string): bigint => BigInt(`0x${hex}`)

/** As a positive number in two's complement is written: whole bytes, the first bit clear. */
const padded = (hex: string): string => {
  const trimmed = hex.replace(/^0+(?=.)/, '').toLowerCase()
  const whole = trimmed.length % 2 === 1 ? `0${trimmed}` : trimmed
  return /^[89a-f]/.test(whole) ? `00${whole}` : whole
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const MULTIPLIER = number(sha256(Buffer.from(`${padded(PRIME_HEX)}02`, 'hex')))
