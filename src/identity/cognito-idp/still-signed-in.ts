// Is the user of a token still signed in? An identity pool asks where it was told to (ServerSideTokenCheck).
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CognitoIdentityProvider.html
import type { Claims } from '#languages/jwt/claims.ts'
import type { ReadCall } from '#store/transactional.ts'
import { isRevoked, isSignedOut } from './caller.ts'
import { anyPool, findUser } from './lookups.ts'
import { idTimeMs } from './token-ids.ts'

/** False for a user who is gone, disabled, or has signed out since. The claims are those of a token of the pool. */
export const isStillSignedIn = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  poolId: string,
  claims: Claims,
): Promise<boolean> => {
  const pool = await anyPool(call, poolId)
  const user = pool && (await findUser(call, pool, String(claims['cognito:username'])))
  if (user === undefined || user.sub !== claims['sub'] || !user.Enabled) return false
  const origin = claims['origin_jti']
  const isOrigin = typeof origin === 'string'
  const signedInMs = isOrigin ? idTimeMs(origin) : Number(claims['auth_time']) * 1_000
  if (isSignedOut(user, signedInMs)) return false
  return !(isOrigin && (await isRevoked(call, poolId, origin)))
}
