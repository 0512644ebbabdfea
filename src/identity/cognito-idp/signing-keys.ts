// The keys that a pool signs its tokens with: made with the pool, private halves sealed with the key file, public ones
// in the directory, where authorizers find them. https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
import { createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { PoolEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { SigningKey, UserPool } from '#model/user-pool.ts'
import { present } from '#shared/assert.ts'
import type { JsonObject } from '#shared/json.ts'
import { directory } from '#store/collections.ts'
import type { Transaction } from '#store/store.ts'
import type { UserPoolParts } from './parts.ts'

const MODULUS_BITS = 2_048
const KEY_ID_BYTES = 32
/** Tokens live a day at most, so the keys before the last ones need not be known any longer. */
const RETIRED_MS = 86_400_000

/** In the thread pool: a key takes some hundred milliseconds. */
export const makeSigningKeys = (
  parts: Pick<UserPoolParts, 'sealing' | 'random'>,
  nowMs: number,
): Promise<readonly SigningKey[]> =>
  Promise.all([makeSigningKey(parts, nowMs), makeSigningKey(parts, nowMs)])

const makeSigningKey = async (
  { sealing, random }: Pick<UserPoolParts, 'sealing' | 'random'>,
  nowMs: number,
): Promise<SigningKey> => {
  const { privateKey, publicKey } = await generateKey('rsa', { modulusLength: MODULUS_BITS })
  const kid = Buffer.from(random.bytes(KEY_ID_BYTES)).toString('base64')
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' })
  return { kid, n, e, sealed: sealing.seal('pool-key', secret, kid), madeAtMs: nowMs }
}

const generateKey = promisify(generateKeyPair)

/** New keys before those that were used till now, which stay known as long as a token of theirs may be about. */
export const rotatedKeys = (
  before: readonly SigningKey[],
  made: readonly SigningKey[],
  nowMs: number,
): readonly SigningKey[] => [
  ...made,
  // A key is retired when the next ones are made.
  ...before.filter(({ madeAtMs }, index) => index < 2 || nowMs - madeAtMs < RETIRED_MS),
]

/** AWS's issuer, to the letter. */
export const issuerOf = (poolId: string): string =>
  `https://cognito-idp.${poolId.slice(0, poolId.indexOf('_'))}.amazonaws.com/${poolId}`

export const publicKeys = (keys: readonly SigningKey[]): readonly JsonObject[] =>
  keys.map(({ kid, n, e }) => ({ alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' }))

/** Ships what authorizers verify with, in the transaction of what made it new. */
export const publishPool = async (tx: Transaction, pool: UserPool): Promise<void> => {
  const entry: PoolEntry = {
    kind: 'user-pool',
    poolId: pool.Id,
    issuer: issuerOf(pool.Id),
    keys: publicKeys(pool.keys),
  }
  await tx.put(directory, GLOBAL_SCOPE, poolEntryKey(pool.Id), entry)
}

export const poolEntryKey = (poolId: string): string => `user-pool/${poolId}`

/** Signs in the thread pool. */
export const signToken = async (
  parts: UserPoolParts,
  pool: Pick<UserPool, 'keys'>,
  use: 'id' | 'access',
  claims: Readonly<Record<string, unknown>>,
): Promise<string> => {
  const key = present(pool.keys[use === 'id' ? 0 : 1], 'a pool has two keys')
  const head = encode(JSON.stringify({ kid: key.kid, alg: 'RS256' }))
  const signed = `${head}.${encode(JSON.stringify(claims))}`
  const signature = await signText('RSA-SHA256', Buffer.from(signed), openKey(parts, key))
  return `${signed}.${signature.toString('base64url')}`
}

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

const signText = (algorithm: string, text: Uint8Array, key: KeyObject): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    sign(algorithm, text, key, (error, signature) =>
      error === null ? resolve(signature) : reject(error),
    )
  })

const openKey = ({ openKeys, sealing }: UserPoolParts, { kid, sealed }: SigningKey): KeyObject => {
  const held = openKeys.get(kid)
  if (held !== undefined) return held
  const secret = present(
    sealing.open('pool-key', sealed, kid),
    'a signing key was sealed with another key file',
  )
  const key = createPrivateKey({ key: Buffer.from(secret), format: 'der', type: 'pkcs8' })
  openKeys.set(kid, key)
  return key
}
