// Identifiers as AWS makes them: lower-case letters and digits of a fixed length per kind.
import { hash } from 'node:crypto'
import type { Random } from './random.ts'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Where new identifiers come from: random for an API call, derived for a template. */
export interface IdSource {
  /** The next identifier of `length` characters `[a-z0-9]`, the first one a letter. */
  next(length: number): string
}

const fromBytes = (bytes: Uint8Array): string => {
  let id = ''
  for (const [index, byte] of bytes.entries()) id += ALPHABET[byte % (index === 0 ? 26 : 36)]
  return id
}

export const randomIds = (random: Random): IdSource => ({
  next: (length) => fromBytes(random.bytes(length)),
})

/**
 * Identifiers that depend only on `seed` and on how many were asked for before, so that a template's URLs are
 * the same after a restart. The seed of a stack's resource is `stackName/logicalId`.
 */
export const derivedIds = (seed: string): IdSource => {
  let count = 0
  return {
    next: (length) => {
      const digest = hash('sha512', `${seed}#${count++}`, 'buffer')
      return fromBytes(digest.subarray(0, length))
    },
  }
}
