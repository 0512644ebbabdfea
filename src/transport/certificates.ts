// Making certificates: the authority's own and those it issues, P-256 throughout. Loaded only when one is made, for
// the library is slow to load.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface CertificatePem {
  readonly certificatePem: string
  readonly keyPem: string
}

export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** Issues with one authority and one key of its own for all it issues. */
export interface Issuer {
  issue(name: string, validity: Validity): Promise<CertificatePem>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export const createAuthority = async (
  commonName: string,
  validity: Validity,
): Promise<CertificatePem> => {
  const keys = await generateKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    ...validity,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await keyPem(keys) }
}

export const createIssuer = async (authority: CertificatePem): Promise<Issuer> => {
  const issuer = new X509Certificate(authority.certificatePem)
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    PemConverter.decodeFirst(authority.keyPem),
    ALGORITHM,
    false,
    ['sign'],
  )
  const keys = await generateKeys()
  const pem = await keyPem(keys)
  const authorityKey = await AuthorityKeyIdentifierExtension.create(issuer)
  const subjectKey = await SubjectKeyIdentifierExtension.create(keys.publicKey)
  return {
    issue: async (name, validity) => {
      const certificate = await X509CertificateGenerator.create({
        // A common name has room for 64 characters; clients look at the alternative name.
        subject: `CN=${name.length <= 64 ? name : 'Daemun'}`,
        issuer: issuer.subject,
        ...validity,
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension(alternativeNames(name)),
          authorityKey,
          subjectKey,
        ],
      })
      return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: pem }
    },
  }
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

const keyPem = async (keys: webcrypto.CryptoKeyPair): Promise<string> =>
  `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`

const alternativeNames = (name: string): { type: 'dns' | 'ip'; value: string }[] => {
  if (isIP(name) !== 0) return [{ type: 'ip', value: name }]
  if (name !== 'localhost') return [{ type: 'dns', value: name }]
  return [
    { type: 'dns', value: name },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ]
}
