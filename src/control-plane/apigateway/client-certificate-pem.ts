// Makes the key pair and certificate of a ClientCertificate: the key signs for itself, as AWS's do. Loaded only when
// one is made, for the library is slow to load.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'

export interface ClientCertificatePem {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

// AWS: an RSA key of 2048 bits, and the name of the service. [dg: getting-started-client-side-ssl-authentication]
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}
const NAME = 'CN=ApiGateway, L=Seattle, ST=Washington, C=US'

export const makeClientCertificate = async (
  notBeforeMs: number,
  notAfterMs: number,
): Promise<ClientCertificatePem> => {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: NAME,
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    keys,
    signingAlgorithm: ALGORITHM,
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    certificatePem: certificate.toString('pem'),
    privateKeyPem: PemConverter.encode(key, 'PRIVATE KEY'),
  }
}
