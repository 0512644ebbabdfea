// Versions before 2026-11-21 have kept the private keys of client certificates as they are. They are sealed when the
// store is opened; what the undoing of a half-done deployment of such a version brings back, when it is next opened.
import type { SealSecret } from '#model/ports.ts'
import { isObject } from '#shared/json.ts'
import { clientCertificates } from '#store/collections.ts'
import type { Rewrite } from '#store/rewrite-stored.ts'

export const sealCertificates = ({ seal }: SealSecret): Rewrite => ({
  collection: clientCertificates.name,
  rewrite: (value, key) => {
    if (!isObject(value) || typeof value.privateKeyPem !== 'string') return undefined
    const { privateKeyPem, ...rest } = value
    return { ...rest, sealedKey: seal(Buffer.from(privateKeyPem), key) }
  },
})
