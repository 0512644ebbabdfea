// The key that messages of topics are signed with, and its certificate: made when the first message is signed, kept in
// the message file with the private half sealed, and served where messages say it is.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { SealSecret } from '#model/ports.ts'
import type { Random } from '#shared/random.ts'
import type { MessageFile } from '../delivery/message-file.ts'

export const SIGNING_SCHEMA: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS signing_keys (id TEXT PRIMARY KEY, certificate TEXT NOT NULL, sealed TEXT NOT NULL)',
]

export interface SigningKey {
  /** Of the certificate: `SimpleNotificationService-….pem`. */
  readonly fileName: string
  readonly certificatePem: string
  readonly sign: SignFields
}

/** `1` is SHA-1, `2` SHA-256: the topic says which. */
export type SignatureVersion = '1' | '2'
export type SignFields = (
  fields: Readonly<Record<string, string | undefined>>,
  version: SignatureVersion,
) => string

const ID_BYTES = 16

/** The key of this node, the same each time. */
export const openSigningKey = (options: {
  readonly file: MessageFile
  readonly seal: SealSecret
  readonly random: Random
  readonly nowMs: () => number
}): (() => Promise<SigningKey>) => {
  let opened: Promise<SigningKey> | undefined
  return () => {
    opened ??= readOrMake(options).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
}

const readOrMake = async ({
  file,
  seal,
  random,
  nowMs,
}: Parameters<typeof openSigningKey>[0]): Promise<SigningKey> => {
  const rows = file.database.prepare('SELECT * FROM signing_keys').all()
  for (const { id, certificate, sealed } of rows) {
    const secret = seal.open(String(sealed), String(id))
    if (secret !== undefined) return keyOf(String(id), String(certificate), Buffer.from(secret))
  }
  // The library that makes certificates is slow to load.
  const { makeSigningCertificate } = await import('./signing-certificate.ts')
  const { certificatePem, keyDer } = await makeSigningCertificate(nowMs())
  const id = Buffer.from(random.bytes(ID_BYTES)).toString('hex')
  await file.run((database) =>
    database
      .prepare('INSERT INTO signing_keys (id, certificate, sealed) VALUES (?, ?, ?)')
      .run(id, certificatePem, seal.seal(keyDer, id)),
  )
  return keyOf(id, certificatePem, keyDer)
}

const keyOf = (id: string, certificatePem: string, der: Uint8Array): SigningKey => {
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
  return {
    fileName: `SimpleNotificationService-${id}.pem`,
    certificatePem,
    sign: (fields, version) => signFields(fields, version, key),
  }
}

const signFields = (
  fields: Readonly<Record<string, string | undefined>>,
  version: SignatureVersion,
  key: KeyObject,
): string => {
  const text = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('')
  return sign(version === '2' ? 'sha256' : 'sha1', Buffer.from(text), key).toString('base64')
}
