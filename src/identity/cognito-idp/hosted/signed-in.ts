// How a browser goes back to its application once somebody has signed in: with a code, or with the tokens themselves.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
import type { PoolUser } from '#model/user-pool.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { issueTokens, newOrigin, type SignInOrigin } from '../issue-tokens.ts'
import { findUser, groupsOf } from '../lookups.ts'
import { redirect } from './answers.ts'
import { type AuthorizeRequest, errorRedirect, withParameters } from './authorize-request.ts'
import type { HostedContext } from './context.ts'
import { sessionCookie } from './cookies.ts'

/** AWS: five minutes. [guide: authorization-endpoint] */
const CODE_MS = 300_000

/** Somebody has just signed in: the session begins, and the browser goes back to the application. */
export const signedIn = async (
  context: HostedContext,
  asked: AuthorizeRequest,
  username: string,
): Promise<HttpResponse> => {
  const { call, parts, pool } = context
  const user = await userNamed(context, username)
  if (user === undefined) return errorRedirect(asked, 'access_denied')
  const response = await goBack(context, asked, user, newOrigin(parts.pools, call.nowMs))
  const session = { poolId: pool.Id, username, sub: user.sub, authTimeMs: call.nowMs }
  return {
    ...response,
    headers: [...response.headers, 'set-cookie', sessionCookie(context, session)],
  }
}

export const userNamed = (
  { call, pool }: HostedContext,
  username: string,
): Promise<PoolUser | undefined> =>
  call.store.read((view) => findUser({ view, accountId: call.accountId }, pool, username))

/** Back to the application, with a code or with tokens. */
export const goBack = async (
  context: HostedContext,
  asked: AuthorizeRequest,
  user: PoolUser,
  origin: SignInOrigin,
): Promise<HttpResponse> => {
  const { client, redirectUri, scopes, state, nonce, codeChallenge } = asked
  const { parts, call, pool } = context
  if (asked.responseType === 'token')
    return redirect(await implicitLocation(context, asked, user, origin))
  const code = parts.pools.random.uuid()
  parts.grants.set(code, {
    poolId: pool.Id,
    clientId: client.ClientId,
    username: user.Username,
    redirectUri,
    scopes,
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge !== undefined && { codeChallenge }),
    origin,
    expiresAtMs: call.nowMs + CODE_MS,
  })
  return redirect(withParameters(redirectUri, '?', { code, state }))
}

/** AWS: the implicit flow gives no refresh token, and an id token for the scope openid. */
const implicitLocation = async (
  { parts, call, pool }: HostedContext,
  { client, scopes, nonce, redirectUri, state }: AuthorizeRequest,
  user: PoolUser,
  origin: SignInOrigin,
): Promise<string> => {
  const groups = await call.store.read((view) =>
    groupsOf({ view, accountId: call.accountId }, pool, user),
  )
  const issued = await issueTokens(parts.pools, {
    pool,
    client,
    user,
    groups,
    source: 'TokenGeneration_HostedAuth',
    nowMs: call.nowMs,
    origin,
    scopes,
    ...(nonce !== undefined && { nonce }),
  })
  return withParameters(redirectUri, '#', {
    id_token: scopes.includes('openid') ? issued.IdToken : undefined,
    access_token: issued.AccessToken,
    expires_in: String(issued.ExpiresIn),
    token_type: 'Bearer',
    state,
  })
}
