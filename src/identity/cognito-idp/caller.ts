// Who shows an access token to the pool that issued it: the calls of a user's own account.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
import { TokenError } from '#languages/jwt/errors.ts'
import { readKey } from '#languages/jwt/key-set.ts'
import { verifyToken } from '#languages/jwt/token.ts'
import type { PoolUser } from '#model/user-pool.ts'
import type { ReadCall } from '#store/transactional.ts'
import { readToken } from '../read-token.ts'
import { clientPools, clientsScope, poolScope, poolUsers, revokedTokens } from './collections.ts'
import { notAuthorized } from './errors.ts'
import { ADMIN_SCOPE } from './issue-tokens.ts'
import { anyPool, clientOfPool, type FoundClient, userKey } from './lookups.ts'
import { issuerOf, publicKeys } from './signing-keys.ts'
import { idTimeMs } from './token-ids.ts'

export interface TokenCaller extends FoundClient {
  readonly user: PoolUser
  readonly claims: Readonly<Record<string, unknown>>
}

type Reading = Pick<ReadCall, 'view' | 'accountId' | 'nowMs'>

/** Throws AWS's refusals of a token that is none, another's, too old or revoked. */
export const callerOf = async (
  call: Reading,
  text: string | undefined,
  scope: string = ADMIN_SCOPE,
): Promise<TokenCaller> => {
  const { token, claims } = readAccessToken(text ?? '')
  const clientId = String(claims['client_id'])
  const place = await call.view.get(clientPools, clientsScope(call), clientId)
  const pool = place && (await anyPool(call, place.poolId))
  if (pool === undefined || claims['iss'] !== issuerOf(pool.Id)) throw invalidToken()
  const jwk = publicKeys(pool.keys).find(({ kid }) => kid === token.keyId)
  const key = jwk && readKey(jwk)
  if (key === undefined) throw invalidToken()
  try {
    verifyToken(token, key)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    throw invalidToken()
  }
  if (claims['token_use'] !== 'access') throw invalidToken()
  if (Number(claims['exp']) * 1_000 <= call.nowMs) throw notAuthorized('Access Token has expired')
  if (!String(claims['scope']).split(' ').includes(scope))
    throw notAuthorized('Access Token does not have required scopes')
  const client = await clientOfPool(call, pool, clientId)
  const username = String(claims['username'])
  const user = await call.view.get(poolUsers, poolScope(call, pool.Id), userKey(pool, username))
  if (user === undefined || user.sub !== claims['sub']) throw revoked()
  if (!user.Enabled) throw notAuthorized('User is disabled.')
  const origin = claims['origin_jti']
  const signedInMs =
    typeof origin === 'string' ? idTimeMs(origin) : Number(claims['auth_time']) * 1_000
  if (isSignedOut(user, signedInMs)) throw revoked()
  if (typeof origin === 'string' && (await isRevoked(call, pool.Id, origin))) throw revoked()
  return { pool, client, user, claims }
}

const invalidToken = () => notAuthorized('Invalid Access Token')
const revoked = () => notAuthorized('Access Token has been revoked')

const readAccessToken = (text: string) => readToken(text, invalidToken)

/** True where the user has signed out everywhere since that sign-in. */
export const isSignedOut = ({ signedOutAtMs }: PoolUser, signedInMs: number): boolean =>
  signedOutAtMs !== undefined && signedInMs <= signedOutAtMs

export const isRevoked = async (
  call: Pick<Reading, 'view' | 'accountId'>,
  poolId: string,
  id: string,
): Promise<boolean> =>
  (await call.view.get(revokedTokens, poolScope(call, poolId), `${poolId}/${id}`)) !== undefined
