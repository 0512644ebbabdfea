// A JSON Web Token in compact form, taken apart strictly: what two readers could read in two ways is refused.
// https://www.rfc-editor.org/rfc/rfc7515
import { isObject } from '#shared/json.ts'
import { findDuplicateKey } from '../iam-policy/duplicate-key.ts'
import { type Algorithm, isAlgorithm, isSignature } from './algorithms.ts'
import { TokenError } from './errors.ts'
import type { VerificationKey } from './key-set.ts'

export interface ParsedToken {
  readonly algorithm: Algorithm
  /** Undefined where the header has none. */
  readonly keyId: string | undefined
  readonly signed: Uint8Array
  readonly signature: Uint8Array
  readonly payload: Uint8Array
}

/** More than the headers of a request may have at all. */
export const TOKEN_LENGTH_MAX = 20_480

/** Throws `TokenError`. */
export const parseToken = (text: string): ParsedToken => {
  if (text.length > TOKEN_LENGTH_MAX) throw new TokenError('too-large', 'the token is too large')
  const first = text.indexOf('.')
  const last = text.lastIndexOf('.')
  if (first <= 0 || last === first || text.indexOf('.', first + 1) !== last) {
    throw new TokenError('segments', 'token contains an invalid number of segments')
  }
  const header = readHeader(text.slice(0, first))
  const payload = decode(text.slice(first + 1, last))
  const signature = decode(text.slice(last + 1))
  // All of it is base64url by now: one byte a character.
  const signed = Buffer.from(text.slice(0, last), 'latin1')
  return { ...header, signed, signature, payload }
}

/** Throws `TokenError` where the signature is not that of this key. */
export const verifyToken = (token: ParsedToken, key: VerificationKey): void => {
  if (key.algorithm !== undefined && key.algorithm !== token.algorithm) {
    throw new TokenError('algorithm', `signing method ${token.algorithm} is invalid for the key`)
  }
  if (!key.fits(token.algorithm)) {
    throw new TokenError('algorithm', `signing method ${token.algorithm} is invalid for the key`)
  }
  if (!isSignature(token.algorithm, token.signed, key.key, token.signature)) {
    throw new TokenError('signature', 'the signature is not valid')
  }
}

/** Throws `TokenError` where the payload is no JSON object. */
export const readClaims = ({ payload }: ParsedToken): Readonly<Record<string, unknown>> =>
  readObject(payload, 'claims')

/**
 * `jku`, `jwk`, `x5u` and `x5c` are not looked at: a token does not bring the key that it is verified with. `crit`
 * asks for what is not understood here, and so does `b64`. [RFC 7515 4.1.11, RFC 7797]
 */
const readHeader = (text: string): Pick<ParsedToken, 'algorithm' | 'keyId'> => {
  const header = readObject(decode(text), 'header')
  if ('crit' in header || 'b64' in header || 'enc' in header || 'zip' in header) {
    throw new TokenError('critical', 'the header asks for an extension that is not supported')
  }
  const { alg, kid } = header
  if (!isAlgorithm(alg)) throw new TokenError('algorithm', 'the signing method is invalid')
  if (kid !== undefined && typeof kid !== 'string') {
    throw new TokenError('header', 'the key id is not text')
  }
  return { algorithm: alg, keyId: kid }
}

const readObject = (bytes: Uint8Array, what: 'header' | 'claims'): Record<string, unknown> => {
  let value: unknown
  try {
    const text = UTF8.decode(bytes)
    value = JSON.parse(text)
    if (what === 'header' && findDuplicateKey(text) !== undefined) value = undefined
  } catch {
    value = undefined
  }
  if (isObject(value)) return value
  throw new TokenError(what, `the ${what === 'header' ? 'header' : 'payload'} is no JSON object`)
}

/** Stateless for whole texts. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Base64url without padding and without stray bits: one text for one value. */
const decode = (text: string): Uint8Array => {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') === text) return bytes
  throw new TokenError('encoding', 'a segment is not base64url')
}
