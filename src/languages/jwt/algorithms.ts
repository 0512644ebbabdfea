// The signature algorithms of JWA that use public keys. `none` and the HMAC ones are not here, so a token cannot ask
// for them. https://www.rfc-editor.org/rfc/rfc7518#section-3
import { constants, type KeyObject, verify } from 'node:crypto'

interface RsaAlgorithm {
  readonly kty: 'RSA'
  readonly hash: string
  readonly padding: number
}

interface EcAlgorithm {
  readonly kty: 'EC'
  readonly hash: string
  readonly curve: string
  readonly signatureBytes: number
}

export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants

const rsa = (hash: string, padding: number): RsaAlgorithm => ({ kty: 'RSA', hash, padding })
const ec = (hash: string, curve: string, signatureBytes: number): EcAlgorithm => ({
  kty: 'EC',
  hash,
  curve,
  signatureBytes,
})

export const ALGORITHMS: Readonly<Record<Algorithm, RsaAlgorithm | EcAlgorithm>> = {
  RS256: rsa('sha256', RSA_PKCS1_PADDING),
  RS384: rsa('sha384', RSA_PKCS1_PADDING),
  RS512: rsa('sha512', RSA_PKCS1_PADDING),
  PS256: rsa('sha256', RSA_PKCS1_PSS_PADDING),
  PS384: rsa('sha384', RSA_PKCS1_PSS_PADDING),
  PS512: rsa('sha512', RSA_PKCS1_PSS_PADDING),
  ES256: ec('sha256', 'P-256', 64),
  ES384: ec('sha384', 'P-384', 96),
  ES512: ec('sha512', 'P-521', 132),
}

export const isAlgorithm = (name: unknown): name is Algorithm =>
  typeof name === 'string' && Object.hasOwn(ALGORITHMS, name)

export const isSignature = (
  name: Algorithm,
  signed: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean => {
  const algorithm = ALGORITHMS[name]
  if (algorithm.kty === 'EC') {
    if (signature.length !== algorithm.signatureBytes) return false
    return verify(algorithm.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
  }
  const { padding, hash } = algorithm
  if (padding === RSA_PKCS1_PADDING) return verify(hash, signed, { key, padding }, signature)
  return verify(hash, signed, { key, padding, saltLength: RSA_PSS_SALTLEN_DIGEST }, signature)
}
