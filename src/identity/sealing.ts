// Secrets that have to be used again (to verify a signature) are sealed: encrypted and authenticated under the key of
// the data directory, each purpose with a key of its own, each bound to what it belongs to.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { SealSecret } from '#model/ports.ts'
import { present } from '#shared/assert.ts'
import type { Random } from '#shared/random.ts'

const PURPOSES = [
  'access-key',
  'session-token',
  'key-check',
  'identity-token-key',
  // Of user pools: private keys, SRP verifiers, secrets of clients and of authenticator applications, what is handed
  // to clients to be shown again.
  'pool-key',
  'srp-verifier',
  'client-secret',
  'totp-secret',
  'refresh-token',
  'auth-session',
  'user-code',
  // Of topics: the private half of what messages are signed with.
  'topic-signing-key',
  // Of client certificates: the private key that proves to backends who calls.
  'client-certificate-key',
] as const

export type Purpose = (typeof PURPOSES)[number]

export interface Sealing {
  /** `about` (an access key id) has to be given again to open: a sealed text fits no other place. */
  seal(purpose: Purpose, text: Uint8Array, about: string): string
  /** Undefined where it was not sealed with this key, for this purpose, about this, or was changed since. */
  open(purpose: Purpose, sealed: string, about: string): Uint8Array | undefined
}

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Begins every sealed text, so that the form can change. */
const VERSION = 'd1.'

export const createSealing = (key: Uint8Array, random: Random): Sealing => {
  const keys = new Map(PURPOSES.map((purpose) => [purpose, derive(key, purpose)]))
  const keyOf = (purpose: Purpose) => present(keys.get(purpose), purpose)
  return {
    seal: (purpose, text, about) => {
      const nonce = random.bytes(NONCE_BYTES)
      const cipher = createCipheriv(ALGORITHM, keyOf(purpose), nonce)
      cipher.setAAD(Buffer.from(about, 'utf8'))
      const sealed = Buffer.concat([
        nonce,
        cipher.update(text),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      return `${VERSION}${sealed.toString('base64url')}`
    },
    open: (purpose, sealed, about) => {
      if (!sealed.startsWith(VERSION)) return undefined
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
      // The decoder passes over what is no base64: one sealed text has one spelling.
      if (bytes.toString('base64url') !== sealed.slice(VERSION.length)) return undefined
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv(ALGORITHM, keyOf(purpose), nonce, {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(about, 'utf8'))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
        return Buffer.concat([text, decipher.final()])
      } catch {
        return undefined // The one thing it throws is that the seal is broken, which is the answer.
      }
    },
  }
}

/** Of one purpose alone. */
export const sealingOf = (sealing: Sealing, purpose: Purpose): SealSecret => ({
  seal: (secret, about) => sealing.seal(purpose, secret, about),
  open: (sealed, about) => sealing.open(purpose, sealed, about),
})

const derive = (key: Uint8Array, purpose: Purpose): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, '', `daemun ${purpose}`, 32))
