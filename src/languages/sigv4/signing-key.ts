// The key that signs one day's requests to one service in one region, and the string that it signs.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { ALGORITHM, TERMINATOR } from './message.ts'
import { canonicalBytes, sha256Hex } from './canonical-request.ts'

export interface SigningScope {
  /** `YYYYMMDD` */
  readonly date: string
  readonly region: string
  readonly service: string
}

export const scopeText = ({ date, region, service }: SigningScope): string =>
  `${date}/${region}/${service}/${TERMINATOR}`

export const stringToSign = (amzDate: string, scope: SigningScope, canonical: string): string =>
  `${ALGORITHM}\n${amzDate}\n${scopeText(scope)}\n${sha256Hex(canonicalBytes(canonical))}`

export const deriveSigningKey = (
  secretAccessKey: string,
  { date, region, service }: SigningScope,
): Buffer => {
  const dateKey = hmac(Buffer.from(`AWS4${secretAccessKey}`, 'utf8'), date)
  return hmac(hmac(hmac(dateKey, region), service), TERMINATOR)
}

/** In hexadecimal. */
export const signatureOf = (signingKey: Uint8Array, text: string): string =>
  hmac(signingKey, text).toString('hex')

/** In a time that does not tell how much of it is right. */
export const secretsEqual = (left: string, right: string): boolean => {
  const leftBytes = Buffer.from(left)
  const rightBytes = Buffer.from(right)
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes)
}

const hmac = (key: Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text, 'latin1').digest()

interface Held {
  readonly secretAccessKey: string
  readonly signingKey: Buffer
}

/** Derived keys, at most `keysMax` of them; the one that was not used for longest goes first. */
export interface SigningKeys {
  /** The key, from memory where it is there. */
  of(accessKeyId: string, secretAccessKey: string, scope: SigningScope): Buffer
  /** Remembers a key that has verified something: what only guesses ask for is not kept. */
  keep(accessKeyId: string, secretAccessKey: string, scope: SigningScope, signingKey: Buffer): void
  readonly size: number
}

export const createSigningKeys = (keysMax: number): SigningKeys => {
  const held = new Map<string, Held>()
  const nameOf = (accessKeyId: string, scope: SigningScope): string =>
    `${accessKeyId}/${scopeText(scope)}`
  return {
    of: (accessKeyId, secretAccessKey, scope) => {
      const known = held.get(nameOf(accessKeyId, scope))
      // A key id whose secret has changed must not be verified with the old one.
      if (known && secretsEqual(known.secretAccessKey, secretAccessKey)) return known.signingKey
      return deriveSigningKey(secretAccessKey, scope)
    },
    keep: (accessKeyId, secretAccessKey, scope, signingKey) => {
      const name = nameOf(accessKeyId, scope)
      held.delete(name)
      held.set(name, { secretAccessKey, signingKey })
      if (held.size <= keysMax) return
      const oldest = held.keys().next().value
      if (oldest !== undefined) held.delete(oldest)
    },
    get size() {
      return held.size
    },
  }
}
