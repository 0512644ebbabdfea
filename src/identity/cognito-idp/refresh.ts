// New tokens for a refresh token, and its end: REFRESH_TOKEN_AUTH, GetTokensFromRefreshToken, RevokeToken.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
import type {
  GetTokensFromRefreshTokenRequest,
  RevokeTokenRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import { timingSafeEqual } from 'node:crypto'
import type { PoolGroup, PoolUser, UserPool, UserPoolClient } from '#model/user-pool.ts'
import type { Transaction } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { isRevoked, isSignedOut } from './caller.ts'
import { checkSecretHash, clientSecretOf } from './clients.ts'
import { poolScope, poolUsers, revokedTokens } from './collections.ts'
import {
  invalidParameter,
  notAuthorized,
  refreshTokenReuse,
  unsupportedOperation,
  unsupportedTokenType,
  userDisabled,
} from './errors.ts'
import { type IssuedTokens, issueTokens } from './issue-tokens.ts'
import { clientOf, type FoundClient, groupsOf, userKey } from './lookups.ts'
import type { UserPoolParts } from './parts.ts'
import { openRefreshToken, type RefreshToken } from './refresh-tokens.ts'
import type { AuthAnswer } from './sign-in.ts'

interface Refreshing extends FoundClient {
  readonly parts: UserPoolParts
  readonly call: StoreCall
}

type Metadata = Readonly<Record<string, string>> | undefined

export const refresh = async (
  refreshing: Refreshing,
  given: Readonly<Record<string, string>>,
  metadata: Metadata,
): Promise<AuthAnswer> => {
  const { parts, client } = refreshing
  const text = given['REFRESH_TOKEN']
  if (text === undefined) throw invalidParameter('Missing required parameter REFRESH_TOKEN')
  const token = read(refreshing, text)
  const { user, groups } = await holderOf(refreshing, token)
  // AWS: hashed is the user's name, which clients with addresses for names may not know, or the client's own.
  checkSecretHash(parts, client, [token.username, ...namesOf(user)], given['SECRET_HASH'])
  const tokens = await reissue(refreshing, token, user, groups, metadata)
  const { RefreshToken: _, ...AuthenticationResult } = tokens
  return { ChallengeParameters: {}, AuthenticationResult }
}

const namesOf = ({ Attributes, sub }: PoolUser): readonly string[] =>
  ['email', 'phone_number', 'preferred_username']
    .flatMap((name) => Attributes[name] ?? [])
    .concat(sub)

export const getTokensFromRefreshToken =
  (parts: UserPoolParts) =>
  async (input: Shape<GetTokensFromRefreshTokenRequest>, call: StoreCall) => {
    const found = await call.store.read((view) => clientOf({ ...call, view }, input.ClientId))
    checkSecret(parts, found.client, input.ClientSecret)
    return {
      AuthenticationResult: await exchangeRefreshToken(
        { parts, call, ...found },
        input.RefreshToken ?? '',
        input.ClientMetadata,
      ),
    }
  }

/** The token endpoint's, too: a client that rotates its refresh tokens gets a new one, others none. */
export const exchangeRefreshToken = async (
  refreshing: Refreshing,
  text: string,
  metadata: Metadata,
): Promise<Omit<IssuedTokens, 'RefreshToken'> & { readonly RefreshToken?: string }> => {
  const token = read(refreshing, text)
  const { user, groups } = await holderOf(refreshing, token)
  const { call, pool, client } = refreshing
  const isRotating = client.RefreshTokenRotation?.Feature === 'ENABLED'
  if (isRotating) {
    const graceMs = (client.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0) * 1_000
    const used = await call.store.write((tx) => spend(tx, call, pool, token, graceMs))
    if (!used) throw refreshTokenReuse('Refresh token has already been used')
  }
  const tokens = await reissue(refreshing, token, user, groups, metadata)
  if (isRotating) return tokens
  const { RefreshToken: _, ...rest } = tokens
  return rest
}

/** False where it was used before, longer ago than may be. */
const spend = async (
  tx: Transaction,
  call: Pick<StoreCall, 'accountId' | 'nowMs'>,
  pool: UserPool,
  token: RefreshToken,
  graceMs: number,
): Promise<boolean> => {
  const scope = poolScope(call, pool.Id)
  const key = `${pool.Id}/${token.jti}`
  const held = await tx.get(revokedTokens, scope, key)
  if (held !== undefined) return call.nowMs - held.revokedAtMs <= graceMs
  await tx.put(revokedTokens, scope, key, {
    revokedAtMs: call.nowMs,
    expiresAtMs: token.expiresAtMs,
  })
  await prune(tx, call, pool)
  return true
}

const read = ({ parts, pool, client, call }: Refreshing, text: string): RefreshToken => {
  const token = openRefreshToken(parts, text)
  if (token === undefined || token.poolId !== pool.Id || token.clientId !== client.ClientId)
    throw notAuthorized('Invalid Refresh Token')
  if (token.expiresAtMs <= call.nowMs) throw notAuthorized('Refresh Token has expired')
  return token
}

const holderOf = (
  { call, pool }: Refreshing,
  token: RefreshToken,
): Promise<{ readonly user: PoolUser; readonly groups: readonly PoolGroup[] }> =>
  call.store.read(async (view) => {
    const reading = { view, accountId: call.accountId }
    const scope = poolScope(call, pool.Id)
    const user = await view.get(poolUsers, scope, userKey(pool, token.username))
    if (user === undefined) throw notAuthorized('Invalid Refresh Token')
    if (!user.Enabled) throw userDisabled()
    const isEnded =
      isSignedOut(user, token.authTimeMs) || (await isRevoked(reading, pool.Id, token.originJti))
    if (isEnded) throw notAuthorized('Refresh Token has been revoked')
    return { user, groups: await groupsOf(reading, pool, user) }
  })

const reissue = (
  { parts, pool, client, call }: Refreshing,
  token: RefreshToken,
  user: PoolUser,
  groups: readonly PoolGroup[],
  metadata: Metadata,
): Promise<IssuedTokens> => {
  const { originJti, authTimeMs, scopes, nonce } = token
  return issueTokens(parts, {
    pool,
    client,
    user,
    groups,
    source: 'TokenGeneration_RefreshTokens',
    nowMs: call.nowMs,
    origin: { originJti, authTimeMs },
    ...(scopes !== undefined && { scopes }),
    ...(nonce !== undefined && { nonce }),
    ...(metadata !== undefined && { clientMetadata: metadata }),
  })
}

export const revokeToken =
  (parts: UserPoolParts) =>
  async (input: Shape<RevokeTokenRequest>, call: StoreCall): Promise<Record<string, never>> => {
    const { pool, client } = await call.store.read((view) =>
      clientOf({ ...call, view }, input.ClientId),
    )
    checkSecret(parts, client, input.ClientSecret)
    if (!client.EnableTokenRevocation)
      throw unsupportedOperation('Token revocation is not enabled for the client.')
    await revoke(parts, call, { pool, client }, input.Token ?? '')
    return {}
  }

/** The revocation endpoint's, too. */
export const revoke = async (
  parts: UserPoolParts,
  call: StoreCall,
  { pool, client }: FoundClient,
  text: string,
): Promise<void> => {
  const token = openRefreshToken(parts, text)
  if (token === undefined) {
    if (text.split('.').length === 3)
      throw unsupportedTokenType('Only refresh tokens can be revoked.')
    throw invalidParameter('Invalid token')
  }
  if (token.clientId !== client.ClientId || token.poolId !== pool.Id)
    throw new ServiceError('UnauthorizedException', 400, 'The token is not of this client.')
  await call.store.write(async (tx) => {
    await tx.put(revokedTokens, poolScope(call, pool.Id), `${pool.Id}/${token.originJti}`, {
      revokedAtMs: call.nowMs,
      expiresAtMs: token.expiresAtMs,
    })
    await prune(tx, call, pool)
  })
}

const PRUNED_MAX = 20

/** Takes out of what is kept a few that have expired: nothing of a pool grows for ever. */
const prune = async (
  tx: Transaction,
  call: Pick<StoreCall, 'accountId' | 'nowMs'>,
  pool: UserPool,
): Promise<void> => {
  const scope = poolScope(call, pool.Id)
  const held = await tx.list(revokedTokens, scope, { prefix: `${pool.Id}/`, limit: PRUNED_MAX })
  for (const { key, value } of held)
    if (value.expiresAtMs <= call.nowMs) await tx.delete(revokedTokens, scope, key)
}

export const checkSecret = (
  parts: UserPoolParts,
  client: UserPoolClient,
  given: string | undefined,
): void => {
  const secret = clientSecretOf(parts, client)
  if (secret === undefined && given === undefined) return
  const [held, found] = [Buffer.from(secret ?? ''), Buffer.from(given ?? '')]
  const isRight =
    secret !== undefined && held.length === found.length && timingSafeEqual(held, found)
  if (!isRight) throw notAuthorized('Invalid client secret.')
}
