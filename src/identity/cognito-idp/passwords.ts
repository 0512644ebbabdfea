// Passwords: held against the pool's policy, turned into what is kept of them, and compared. Hashing runs in the thread
// pool, never in a transaction, and not for more callers at once than can be served in time.
import { createHmac, scrypt, timingSafeEqual } from 'node:crypto'
import { srpVerifier } from '#languages/srp/cognito-srp.ts'
import type { PasswordPolicy, PoolUser, UserPassword, UserPool } from '#model/user-pool.ts'
import { ServiceError } from '#wire/errors.ts'
import { invalidParameter, invalidPassword } from './errors.ts'
import type { UserPoolParts } from './parts.ts'

/** 32 MB and about 80 ms each. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const COST = { N: 2 ** 15, r: 8, p: 1 }
const MEMORY_BYTES_MAX = 64 * 1024 * 1024
const SALT_BYTES = 16
const HASH_BYTES = 32
const SRP_SALT_BYTES = 16
/** AWS: 256 characters. [API_SignUp] */
const LENGTH_MAX = 256

/** What the user record keeps of a password. */
export const makePassword = async (
  parts: UserPoolParts,
  pool: UserPool,
  username: string,
  password: string,
): Promise<UserPassword> => {
  const salt = Buffer.from(parts.random.bytes(SALT_BYTES))
  const hash = await derive(parts, password, salt, COST)
  const srpSalt = Buffer.from(parts.random.bytes(SRP_SALT_BYTES)).toString('hex')
  const verifier = srpVerifier({ poolName: poolNameOf(pool.Id), username }, password, srpSalt)
  const text = ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), hash.toString('base64')]
  const about = srpAbout(pool.Id, username)
  return {
    hash: text.join('$'),
    srpSalt,
    sealedVerifier: parts.sealing.seal('srp-verifier', Buffer.from(verifier, 'utf8'), about),
  }
}

/** Of `us-east-1_AbCdEf123` the second half. */
export const poolNameOf = (poolId: string): string => poolId.slice(poolId.indexOf('_') + 1)

const srpAbout = (poolId: string, username: string): string => `${poolId}/${username}`

/** Takes as long for a user who is not there, or has no password. */
export const isPassword = async (
  parts: UserPoolParts,
  user: Pick<PoolUser, 'password'> | undefined,
  password: string,
): Promise<boolean> => isHashOf(parts, user?.password?.hash ?? NOBODYS_HASH, password)

export const isHashOf = async (
  parts: UserPoolParts,
  text: string,
  password: string,
): Promise<boolean> => {
  const [, n, r, p, salt = '', hash = ''] = text.split('$')
  const expected = Buffer.from(hash, 'base64')
  const cost = { N: Number(n), r: Number(r), p: Number(p) }
  const found = await derive(parts, password, Buffer.from(salt, 'base64'), cost)
  return timingSafeEqual(found, expected)
}

/** Nothing hashes to zeroes that anybody could find. */
const NOBODYS_HASH = [
  'scrypt',
  COST.N,
  COST.r,
  COST.p,
  Buffer.alloc(SALT_BYTES).toString('base64'),
  Buffer.alloc(HASH_BYTES).toString('base64'),
].join('$')

/** Salt and verifier of SRP; for a user who is not there such as always are the same for the name. */
export const srpValues = (
  parts: UserPoolParts,
  pool: UserPool,
  user: PoolUser | undefined,
  name: string,
): { readonly salt: string; readonly verifier: string } => {
  const { password, Username = name } = user ?? {}
  if (password !== undefined) {
    const about = srpAbout(pool.Id, Username)
    const opened = parts.sealing.open('srp-verifier', password.sealedVerifier, about)
    if (opened !== undefined)
      return { salt: password.srpSalt, verifier: Buffer.from(opened).toString('utf8') }
  }
  // Nobody knows what is sealed in the pool's key: a salt made of it cannot be told from a random one.
  const made = createHmac('sha256', pool.keys[0]?.sealed ?? '')
    .update(Username)
    .digest('hex')
  return { salt: made.slice(0, 2 * SRP_SALT_BYTES), verifier: made.repeat(12) }
}

const derive = (
  { hashing }: UserPoolParts,
  password: string,
  salt: Uint8Array,
  cost: typeof COST,
): Promise<Buffer> => {
  if (hashing.waiting >= HASHINGS_MAX) throw busy()
  hashing.waiting++
  return new Promise<Buffer>((resolve, reject) => {
    const options = { ...cost, maxmem: MEMORY_BYTES_MAX }
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, hash) => {
      hashing.waiting--
      if (error === null) resolve(hash)
      else reject(error)
    })
  })
}

/** Ten seconds of work on two cores. */
const HASHINGS_MAX = 256

const busy = () => new ServiceError('TooManyRequestsException', 400, 'Rate exceeded')

const NOT = 'Password did not conform with policy: '

/** Throws what AWS says of the first rule that is broken. */
export const checkPassword = (policy: PasswordPolicy, password: string | undefined): string => {
  if (password === undefined || password.length > LENGTH_MAX || !/^\S(?:.*\S)?$/su.test(password))
    throw invalidParameter(
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$",
    )
  if (password.length < policy.MinimumLength)
    throw invalidPassword(`${NOT}Password not long enough`)
  const rules = [
    [policy.RequireNumbers, /\d/, 'numeric'],
    [policy.RequireUppercase, /[A-Z]/, 'uppercase'],
    [policy.RequireLowercase, /[a-z]/, 'lowercase'],
    [policy.RequireSymbols, SYMBOLS, 'symbol'],
  ] as const
  for (const [isAsked, pattern, name] of rules)
    if (isAsked && !pattern.test(password))
      throw invalidPassword(`${NOT}Password must have ${name} characters`)
  return password
}

// AWS: these, and a space that is not at either end. [guide: user-pool-settings-policies]
const SYMBOLS = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/
