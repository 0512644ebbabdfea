// Makes the key pair of signing.ts and a certificate that it signs for itself. Loaded only when one is made.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}
/** Ours, and not AWS's: nobody is deceived. */
const NAME = 'CN=Daemun SNS'
const VALID_MS = 10 * 365 * 86_400_000
/** Verifiers go by the real clock, and a node's may be set. */
const BEFORE_MS = 365 * 86_400_000

export const makeSigningCertificate = async (
  nowMs: number,
): Promise<{ readonly certificatePem: string; readonly keyDer: Uint8Array }> => {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: NAME,
    notBefore: new Date(nowMs - BEFORE_MS),
    notAfter: new Date(nowMs + VALID_MS),
    keys,
    signingAlgorithm: ALGORITHM,
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificatePem: `${certificate.toString('pem')}\n`, keyDer: new Uint8Array(key) }
}
