// A JSON Web Key Set, read once: the public keys that signatures can be verified with, by their ids.
// https://www.rfc-editor.org/rfc/rfc7517
import { createPublicKey, type KeyObject } from 'node:crypto'
import { canonicalJson, isObject } from '#shared/json.ts'
import { ALGORITHMS, type Algorithm, isAlgorithm } from './algorithms.ts'
import { isWeakModulus } from './weak-modulus.ts'

export interface VerificationKey {
  readonly key: KeyObject
  /** The one that the key is for, where it says so. */
  readonly algorithm: Algorithm | undefined
  /** The JWK: two of the same text are one key. */
  readonly text: string
  fits(algorithm: Algorithm): boolean
}

export interface KeySet {
  find(keyId: string): VerificationKey | undefined
  readonly size: number
}

/** More keys than any issuer has; the rest is not read. */
const KEYS_MAX = 200
const RSA_BITS_MIN = 2048
const RSA_BITS_MAX = 8192

/**
 * Undefined where it is no key set. Keys that are of no use here (for encryption, symmetric, too short) are left out;
 * two with one id leave neither, for nobody can say which is meant. Keys of `before` that are still there stay the same objects.
 */
export const readKeySet = (value: unknown, before?: KeySet): KeySet | undefined => {
  if (!isObject(value) || !Array.isArray(value.keys)) return undefined
  const keys = new Map<string, VerificationKey | undefined>()
  for (const jwk of value.keys.slice(0, KEYS_MAX)) {
    if (!isObject(jwk) || typeof jwk.kid !== 'string') continue
    const isDouble = keys.has(jwk.kid)
    keys.set(jwk.kid, isDouble ? undefined : readKey(jwk, before?.find(jwk.kid)))
  }
  return { find: (keyId) => keys.get(keyId), size: keys.size }
}

/** Undefined where the key cannot verify a signature, or should not. */
export const readKey = (
  jwk: Readonly<Record<string, unknown>>,
  before?: VerificationKey,
): VerificationKey | undefined => {
  const text = canonicalJson(jwk)
  if (before?.text === text) return before
  const { use, key_ops: operations, alg, kty } = jwk
  if (use !== undefined && use !== 'sig') return undefined
  if (operations !== undefined && !isVerifyOperation(operations)) return undefined
  // Who publishes a private key has lost it.
  if (PRIVATE_MEMBERS.some((name) => name in jwk)) return undefined
  if (alg !== undefined && !isAlgorithm(alg)) return undefined
  const key = importKey(jwk)
  if (key === undefined) return undefined
  const { asymmetricKeyDetails: details } = key
  if (kty === 'RSA') {
    const bits = details?.modulusLength ?? 0
    if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX || isWeakModulus(`${jwk.n}`)) return undefined
    // With an exponent of 1 everything is its own signature.
    if ((details?.publicExponent ?? 0n) < 3n) return undefined
  }
  const fits = (algorithm: Algorithm) => {
    const wanted = ALGORITHMS[algorithm]
    return wanted.kty === kty && (wanted.kty === 'RSA' || wanted.curve === jwk.crv)
  }
  if (alg !== undefined && !fits(alg)) return undefined
  return { key, algorithm: alg, text, fits }
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

const isVerifyOperation = (operations: unknown): boolean =>
  Array.isArray(operations) && operations.includes('verify')

/** Public members alone, so that nothing else of a JWK is ever looked at. */
const importKey = (jwk: Readonly<Record<string, unknown>>): KeyObject | undefined => {
  const { kty, n, e, crv, x, y } = jwk
  try {
    if (kty === 'RSA' && isText(n) && isText(e)) {
      return createPublicKey({ key: { kty, n, e }, format: 'jwk' })
    }
    if (kty === 'EC' && isText(crv) && isText(x) && isText(y)) {
      return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
    }
  } catch {
    return undefined // A point that is not on its curve, a number that is none: no key.
  }
  return undefined
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
