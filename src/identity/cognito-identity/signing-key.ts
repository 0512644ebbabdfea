// The tokens of identity pools themselves: signed with a key that an account gets when it first needs one, and taken by
// STS. https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetOpenIdToken.html
import { createPrivateKey, generateKeyPair, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { readKey, type VerificationKey } from '#languages/jwt/key-set.ts'
import type { IdentitySigningKey } from '#model/cognito-identity.ts'
import type { Scope } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import type { Store, View } from '#store/store.ts'
import type { CredentialMint } from '../temporary-credentials.ts'
import { identitySigningKeys, keyScope } from './collections.ts'

/** Names the provider in trust policies, and tokens of identity pools in `Logins`. */
export const COGNITO_IDENTITY = 'cognito-identity.amazonaws.com'
export const COGNITO_ISSUER = `https://${COGNITO_IDENTITY}`

const ROW = 'current'
const MODULUS_BITS = 2048
const generate = promisify(generateKeyPair)

/** The key of the account, made where there is none. Not inside a transaction: making one takes a while. */
export const signingKeyOf = async (
  store: Store,
  account: Pick<Scope, 'accountId'>,
  mint: CredentialMint,
): Promise<IdentitySigningKey> => {
  const scope = keyScope(account)
  const held = await store.read((view) => view.get(identitySigningKeys, scope, ROW))
  if (held !== undefined) return held
  const made = await newKey(mint)
  return store.write(async (tx) => {
    const meanwhile = await tx.get(identitySigningKeys, scope, ROW)
    if (meanwhile !== undefined) return meanwhile
    await tx.put(identitySigningKeys, scope, ROW, made)
    return made
  })
}

/** AWS: RS512, and `JWS` for a type. */
export const signIdentityToken = (
  { kid, sealedKey }: IdentitySigningKey,
  { sealing }: CredentialMint,
  claims: Readonly<Record<string, unknown>>,
): string => {
  const signed = `${part({ kid, typ: 'JWS', alg: 'RS512' })}.${part(claims)}`
  const opened = present(sealing.open(PURPOSE, sealedKey, kid), 'the signing key does not open')
  const key = createPrivateKey({ key: Buffer.from(opened), format: 'der', type: 'pkcs8' })
  return `${signed}.${sign('sha512', Buffer.from(signed), key).toString('base64url')}`
}

/** What verifies this account's tokens; undefined where it has signed none by that name. */
export const identityTokenKey = async (
  view: View,
  account: Pick<Scope, 'accountId'>,
  keyId: string | undefined,
): Promise<VerificationKey | undefined> => {
  const held = await view.get(identitySigningKeys, keyScope(account), ROW)
  return held !== undefined && held.kid === keyId ? readKey(held.publicJwk) : undefined
}

const PURPOSE = 'identity-token-key'

const newKey = async ({ sealing, random }: CredentialMint): Promise<IdentitySigningKey> => {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: MODULUS_BITS })
  const kid = random.uuid()
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' })
  return {
    kid,
    publicJwk: { kty: 'RSA', use: 'sig', alg: 'RS512', kid, n, e },
    sealedKey: sealing.seal(PURPOSE, bytes, kid),
  }
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
