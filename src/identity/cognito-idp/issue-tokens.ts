// The three tokens of a sign-in, as AWS shapes them: what the id token says of the user, what the access token lets do,
// and the refresh token, which only this gateway reads.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
import type { TokenUnit, PoolGroup, PoolUser, UserPool, UserPoolClient } from '#model/user-pool.ts'
import { timeOrderedId } from './token-ids.ts'
import { sealRefreshToken } from './refresh-tokens.ts'
import type { UserPoolParts } from './parts.ts'
import { issuerOf, signToken } from './signing-keys.ts'
import { isReadable } from './readable-attributes.ts'
import { customizeTokens } from './token-generation.ts'

/** Calls of the user's own account ask for it; sign-ins that go through no OAuth endpoint give it. */
export const ADMIN_SCOPE = 'aws.cognito.signin.user.admin'

export type TokenSource =
  | 'TokenGeneration_Authentication'
  | 'TokenGeneration_NewPasswordChallenge'
  | 'TokenGeneration_AuthenticateDevice'
  | 'TokenGeneration_RefreshTokens'
  | 'TokenGeneration_HostedAuth'

export interface TokenRequest {
  readonly pool: UserPool
  readonly client: UserPoolClient
  readonly user: PoolUser
  /** The user's, in whatever order. */
  readonly groups: readonly PoolGroup[]
  readonly source: TokenSource
  readonly nowMs: number
  /** Of a refresh: what the sign-in was. Absent: it is now. */
  readonly origin?: SignInOrigin
  /** Absent: those of a sign-in through the API. */
  readonly scopes?: readonly string[]
  /** Of an OpenID Connect request. */
  readonly nonce?: string
  readonly clientMetadata?: Readonly<Record<string, string>>
}

/** A sign-in, by which all tokens that come of it are known. */
export interface SignInOrigin {
  readonly originJti: string
  readonly authTimeMs: number
}

export interface IssuedTokens {
  readonly AccessToken: string
  readonly IdToken: string
  readonly RefreshToken: string
  /** Seconds, of the access token. */
  readonly ExpiresIn: number
  readonly TokenType: 'Bearer'
}

/** Throws what a PreTokenGeneration function refuses with. */
export const issueTokens = async (
  parts: UserPoolParts,
  request: TokenRequest,
): Promise<IssuedTokens> => {
  const { pool, client, user, nowMs } = request
  const origin = request.origin ?? newOrigin(parts, nowMs)
  const scopes = request.scopes ?? [ADMIN_SCOPE]
  const common = commonClaims(parts, request, origin)
  const custom = await customizeTokens(parts, { ...request, scopes })
  const groups = groupClaims(custom.groups)
  const access = {
    sub: user.sub,
    ...(groups['cognito:groups'] && { 'cognito:groups': groups['cognito:groups'] }),
    ...common,
    client_id: client.ClientId,
    token_use: 'access',
    scope: custom.scopes.join(' '),
    exp: secondsOf(nowMs) + validityOf(client, 'AccessToken'),
    jti: parts.random.uuid(),
    username: user.Username,
    // AWS: only of sign-ins through the OAuth endpoints.
    ...(request.scopes !== undefined && { version: 2 }),
  }
  const id = {
    sub: user.sub,
    ...groups,
    ...common,
    ...attributeClaims(user, client),
    'cognito:username': user.Username,
    aud: client.ClientId,
    token_use: 'id',
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    exp: secondsOf(nowMs) + validityOf(client, 'IdToken'),
    jti: parts.random.uuid(),
  }
  const [AccessToken, IdToken] = await Promise.all([
    signToken(parts, pool, 'access', custom.access(access)),
    signToken(parts, pool, 'id', custom.id(id)),
  ])
  const ExpiresIn = validityOf(client, 'AccessToken')
  const RefreshToken = sealRefreshToken(parts, {
    poolId: pool.Id,
    clientId: client.ClientId,
    username: user.Username,
    jti: parts.random.uuid(),
    ...origin,
    expiresAtMs: origin.authTimeMs + validityOf(client, 'RefreshToken') * 1_000,
    ...(request.scopes !== undefined && { scopes: request.scopes }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
  })
  return { AccessToken, IdToken, RefreshToken, ExpiresIn, TokenType: 'Bearer' }
}

/** The access token of an application that signs in as itself: `client_credentials`. */
export const issueClientToken = async (
  parts: UserPoolParts,
  request: {
    readonly pool: UserPool
    readonly client: UserPoolClient
    readonly scopes: readonly string[]
    readonly nowMs: number
  },
): Promise<Pick<IssuedTokens, 'AccessToken' | 'ExpiresIn' | 'TokenType'>> => {
  const { pool, client, scopes, nowMs } = request
  const ExpiresIn = validityOf(client, 'AccessToken')
  const claims = {
    sub: client.ClientId,
    token_use: 'access',
    scope: scopes.join(' '),
    auth_time: secondsOf(nowMs),
    iss: issuerOf(pool.Id),
    exp: secondsOf(nowMs) + ExpiresIn,
    iat: secondsOf(nowMs),
    version: 2,
    jti: parts.random.uuid(),
    client_id: client.ClientId,
  }
  return {
    AccessToken: await signToken(parts, pool, 'access', claims),
    ExpiresIn,
    TokenType: 'Bearer',
  }
}

export const newOrigin = (parts: UserPoolParts, nowMs: number): SignInOrigin => ({
  originJti: timeOrderedId(parts.random, nowMs),
  authTimeMs: nowMs,
})

const commonClaims = (
  parts: UserPoolParts,
  { pool, client, nowMs }: TokenRequest,
  { originJti, authTimeMs }: SignInOrigin,
) => ({
  iss: issuerOf(pool.Id),
  // AWS: the claim is there where tokens can be revoked. [guide: token-revocation]
  ...(client.EnableTokenRevocation && { origin_jti: originJti }),
  event_id: parts.random.uuid(),
  auth_time: secondsOf(authTimeMs),
  iat: secondsOf(nowMs),
})

const secondsOf = (timeMs: number): number => Math.floor(timeMs / 1_000)

export interface GroupClaims {
  readonly names: readonly string[]
  readonly roles: readonly string[]
  readonly preferredRole?: string | undefined
}

const groupClaims = ({ names, roles, preferredRole }: GroupClaims) => ({
  ...(names.length > 0 && { 'cognito:groups': names }),
  ...(roles.length > 0 && { 'cognito:roles': roles }),
  ...(preferredRole !== undefined && { 'cognito:preferred_role': preferredRole }),
})

/** Those that the client may read, in the types that OpenID Connect gives them. */
const attributeClaims = (user: PoolUser, client: UserPoolClient): Record<string, unknown> => {
  const claims: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(user.Attributes)) {
    if (name === 'sub' || !isReadable(client, name)) continue
    claims[name] = claimValue(name, value)
  }
  return claims
}

const claimValue = (name: string, value: string): unknown => {
  if (name === 'email_verified' || name === 'phone_number_verified') return value === 'true'
  if (name === 'address') return { formatted: value }
  if (name === 'updated_at') return Number(value)
  return name === 'identities' ? (JSON.parse(value) as unknown) : value // Written by us.
}

const UNIT_SECONDS: Readonly<Record<TokenUnit, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3_600,
  days: 86_400,
}

/** Seconds. // AWS: an hour, and thirty days, unless the client says else. [API_CreateUserPoolClient] */
export const validityOf = (
  client: UserPoolClient,
  token: 'AccessToken' | 'IdToken' | 'RefreshToken',
): number => {
  const count = client[`${token}Validity`] || (token === 'RefreshToken' ? 30 : 1)
  const unit = client.TokenValidityUnits?.[token] ?? (token === 'RefreshToken' ? 'days' : 'hours')
  return count * UNIT_SECONDS[unit]
}
