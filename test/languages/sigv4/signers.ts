// What the tests of signatures share: one key, one hour, and requests as the wire has them.
import { createHash, createHmac } from 'node:crypto'
import { createSigV4Verifier, type SigV4VerifierOptions } from '#languages/sigv4/verify.ts'
import type { SignableRequest } from '#languages/sigv4/message.ts'
import type { StoredCredentials } from '#languages/sigv4/verify.ts'

export const NOW_MS = Date.parse('2026-03-04T05:06:07Z')
export const KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
export const HOST = 'abc123.execute-api.us-east-1.amazonaws.com'
export const SCOPE = { region: 'us-east-1', service: 'execute-api' }

export const verifierOf = (
  options: Partial<SigV4VerifierOptions<StoredCredentials>> = {},
  credentials: StoredCredentials = { secretAccessKey: KEY.secretAccessKey },
) =>
  createSigV4Verifier({
    ...SCOPE,
    clock: { nowMs: () => NOW_MS },
    findCredentials: (id) => (id === KEY.accessKeyId ? credentials : undefined),
    ...options,
  })

/** UTF-8 text as the transport gives it: one character a byte. */
export const byteString = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

export const plain: SignableRequest = {
  method: 'POST',
  target: '/prod/pets?type=dog&page=2',
  headers: ['Host', HOST, 'Content-Type', 'application/json', 'X-Api-Key', 'k'],
  body: Buffer.from('{"name":"Rex"}'),
}

/** The hash class that Smithy's signer wants. */
export class Sha256 {
  readonly #hash: { update(data: Uint8Array): unknown; digest(): Buffer }
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data))
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {
    throw new Error('a hash is used once')
  }
}

const bytes = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}
