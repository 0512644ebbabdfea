// A first password that nobody chose: random, and in step with the policy.
import type { PasswordPolicy } from '#model/user-pool.ts'
import type { Random } from '#shared/random.ts'

const LOWER = 'abcdefghijkmnpqrstuvwxyz'
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const DIGITS = '23456789'
const SYMBOLS = '!@#%&*+=?'
const LENGTH_MIN = 12

export const temporaryPassword = (
  { random }: { readonly random: Random },
  policy: PasswordPolicy,
): string => {
  const length = Math.max(LENGTH_MIN, policy.MinimumLength)
  const bytes = random.bytes(2 * length)
  const letters = [LOWER, UPPER, DIGITS, SYMBOLS].map((set, at) => pick(set, bytes[at]))
  const all = LOWER + UPPER + DIGITS + SYMBOLS
  while (letters.length < length) letters.push(pick(all, bytes[letters.length]))
  // One of each kind is in it; where, is not to be known.
  return letters
    .map((letter, at) => ({ letter, order: bytes[length + at] ?? 0 }))
    .sort((left, right) => left.order - right.order)
    .map(({ letter }) => letter)
    .join('')
}

const pick = (set: string, byte = 0): string => set.charAt(byte % set.length)
