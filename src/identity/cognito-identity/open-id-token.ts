// Tokens of identity pools: GetOpenIdToken, which begins the basic flow (AssumeRoleWithWebIdentity of STS ends it), and
// GetOpenIdTokenForDeveloperIdentity, for users whom a developer's own backend has signed in.
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetOpenIdToken.html
import type {
  GetOpenIdTokenForDeveloperIdentityInput,
  GetOpenIdTokenInput,
} from '@aws-sdk/client-cognito-identity'
import type { Identity, IdentityPool, LinkedLogin } from '#model/cognito-identity.ts'
import type { StoreCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { FindTokenKey } from '../sts/web-identity.ts'
import type { CredentialMint } from '../temporary-credentials.ts'
import { developerLogin } from './developer-identities.ts'
import { alreadyRegistered, invalidParameter, violation } from './errors.ts'
import { createIdentity, identityOf, link, ownerOf } from './identities.ts'
import { poolArn, poolOf } from './identity-pools.ts'
import { tagsOf } from './principal-tags.ts'
import { proveIdentity } from './prove-identity.ts'
import { COGNITO_ISSUER, signIdentityToken, signingKeyOf } from './signing-key.ts'

/** AWS: ten minutes. [API_GetOpenIdToken] */
const SECONDS = 600
/** AWS: 15 minutes, up to 24 hours. [API_GetOpenIdTokenForDeveloperIdentity] */
const DEVELOPER_SECONDS = 900
const DEVELOPER_SECONDS_MAX = 86_400

export const getOpenIdToken =
  (findKey: FindTokenKey, mint: CredentialMint) =>
  async (input: Shape<GetOpenIdTokenInput>, call: StoreCall) => {
    const proven = await proveIdentity(call, input.IdentityId, input.Logins, findKey)
    const { pool, identity, logins, amr } = proven
    if (!pool.AllowClassicFlow)
      throw invalidParameter('Basic (classic) flow is not enabled, please use enhanced flow.')
    const token = { amr, tags: tagsOf(pool, logins), seconds: SECONDS }
    return {
      IdentityId: identity.IdentityId,
      Token: await tokenFor(call, mint, pool, identity, token),
    }
  }

export const getOpenIdTokenForDeveloperIdentity =
  (findKey: FindTokenKey, mint: CredentialMint) =>
  async (input: Shape<GetOpenIdTokenForDeveloperIdentityInput>, call: StoreCall) => {
    const seconds = checkDuration(input.TokenDuration)
    const pool = await call.store.read((view) => poolOf({ ...call, view }, input.IdentityPoolId))
    const { login, others } = developerLogin(pool, input.Logins ?? {})
    if (others.length > 0 && input.IdentityId === undefined)
      throw invalidParameter('Logins of other providers need the IdentityId that they belong to.')
    const given = Object.fromEntries(others)
    const id =
      others.length === 0
        ? input.IdentityId
        : (await proveIdentity(call, input.IdentityId, given, findKey)).identity.IdentityId
    const identity = await call.store.write((tx) =>
      settle({ ...call, tx, view: tx }, pool.IdentityPoolId, login, id),
    )
    const { provider, method } = login
    const amr = ['authenticated', provider, method]
    const tags = input.PrincipalTags ?? {}
    return {
      IdentityId: identity.IdentityId,
      Token: await tokenFor(call, mint, pool, identity, { amr, tags, seconds }),
    }
  }

const checkDuration = (seconds: number | undefined): number => {
  if (seconds === undefined) return DEVELOPER_SECONDS
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= DEVELOPER_SECONDS_MAX) return seconds
  const words = seconds < 1 ? 'greater than or equal to 1' : 'less than or equal to 86400'
  throw violation(String(seconds), 'tokenDuration', `Member must have value ${words}`)
}

/** The identity of a developer's user: the one that is named, the one that has the login, or a new one. */
const settle = async (
  call: WriteCall,
  poolId: string,
  login: LinkedLogin,
  identityId: string | undefined,
): Promise<Identity> => {
  await poolOf(call, poolId)
  const owner = await ownerOf(call, poolId, login)
  if (identityId === undefined) {
    if (owner !== undefined) return identityOf(call, owner)
    return createIdentity(call, poolId, [login])
  }
  const identity = await identityOf(call, identityId)
  if (identity.IdentityPoolId !== poolId)
    throw invalidParameter('The identity does not belong to this identity pool.')
  if (owner !== undefined && owner !== identityId)
    throw alreadyRegistered('The developer user is already registered with another identity.')
  return link(call, identity, [login])
}

const tokenFor = async (
  call: StoreCall,
  mint: CredentialMint,
  { IdentityPoolId }: IdentityPool,
  { IdentityId }: Identity,
  token: {
    readonly amr: readonly string[]
    readonly tags: Readonly<Record<string, string>>
    readonly seconds: number
  },
): Promise<string> => {
  const key = await signingKeyOf(call.store, call, mint)
  const iat = Math.floor(call.nowMs / 1_000)
  const tags = Object.entries(token.tags).map(([name, value]) => [name, [value]] as const)
  return signIdentityToken(key, mint, {
    sub: IdentityId,
    aud: IdentityPoolId,
    amr: token.amr,
    ...(tags.length > 0 && {
      'https://aws.amazon.com/tags': { principal_tags: Object.fromEntries(tags) },
    }),
    iss: COGNITO_ISSUER,
    [`${COGNITO_ISSUER}/identity-pool-arn`]: poolArn(call.accountId, IdentityPoolId),
    exp: iat + token.seconds,
    iat,
  })
}
