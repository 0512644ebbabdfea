// Access keys and secrets as AWS makes them: 20 characters that begin with what they are, and 40 of base64.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
import type { Random } from '#shared/random.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `AKIA…`: of a user, for long; `ASIA…`: of a session. */
export const newAccessKeyId = (prefix: 'AKIA' | 'ASIA', random: Random): string => {
  let id: string = prefix
  for (const byte of random.bytes(16)) id += BASE32[byte & 31] ?? ''
  return id
}

export const newSecretAccessKey = (random: Random): string =>
  Buffer.from(random.bytes(30)).toString('base64')
