// /oauth2/token and /oauth2/revoke: codes, refresh tokens and a client's own secret become tokens, and refresh tokens end.
// https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
import { hash, timingSafeEqual } from 'node:crypto'
import type { UserPoolClient } from '#model/user-pool.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { ServiceError } from '#wire/errors.ts'
import { headerOf } from '#wire/message.ts'
import { isSignedOut } from '../caller.ts'
import { issueClientToken, issueTokens, type IssuedTokens } from '../issue-tokens.ts'
import { findUser, groupsOf } from '../lookups.ts'
import { checkSecret, exchangeRefreshToken, revoke } from '../refresh.ts'
import { json, oauthError } from './answers.ts'
import { clientOf, scopesOf } from './authorize-request.ts'
import type { Grant, HostedContext } from './context.ts'

export const token = async (context: HostedContext): Promise<HttpResponse> => {
  const { form } = context.request
  const client = await authenticateClient(context)
  if (typeof client === 'string') return oauthError(client)
  try {
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return await redeemGrant(context, client)
      case 'refresh_token':
        return await redeemRefreshToken(context, client)
      case 'client_credentials':
        return await clientCredentials(context, client)
      case undefined:
        return oauthError('invalid_request')
      default:
        return oauthError('unsupported_grant_type')
    }
  } catch (error) {
    // AWS: whatever the reason is, the client is told that its grant is not good.
    if (error instanceof ServiceError) return oauthError('invalid_grant', 400, error.message)
    throw error
  }
}

export const revocation = async (context: HostedContext): Promise<HttpResponse> => {
  const client = await authenticateClient(context)
  if (typeof client === 'string') return oauthError(client)
  const text = context.request.form.get('token')
  if (text === undefined) return oauthError('invalid_request')
  if (!client.EnableTokenRevocation)
    return oauthError('invalid_request', 400, 'Token revocation is not enabled for the client.')
  const { parts, call, pool } = context
  try {
    await revoke(parts.pools, call, { pool, client }, text)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    if (error.code === 'UnsupportedTokenTypeException') return oauthError('unsupported_token_type')
    // RFC 7009: a token that is none is as good as revoked; another client's is not said to be one.
    if (error.code === 'UnauthorizedException') return oauthError('invalid_request')
  }
  return json(200, {})
}

/** The client, by HTTP Basic or by its parameters, never by both. [RFC 6749 2.3] */
const authenticateClient = async (
  context: HostedContext,
): Promise<UserPoolClient | 'invalid_client' | 'invalid_request'> => {
  const { form, headers } = context.request
  const header = headerOf(headers, 'authorization')
  const basic = header === undefined ? undefined : readBasic(header)
  if (header !== undefined && basic === undefined) return 'invalid_client'
  const id = basic?.id ?? form.get('client_id')
  if (id === undefined) return 'invalid_request'
  if (basic !== undefined && form.has('client_secret')) return 'invalid_request'
  if (basic !== undefined && (form.get('client_id') ?? id) !== id) return 'invalid_client'
  const client = await clientOf(context, id)
  if (client === undefined) return 'invalid_client'
  try {
    checkSecret(context.parts.pools, client, basic?.secret ?? form.get('client_secret'))
  } catch (error) {
    if (error instanceof ServiceError) return 'invalid_client'
    throw error
  }
  return client
}

const readBasic = (
  header: string,
): { readonly id: string; readonly secret: string } | undefined => {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/=]{1,1024})$/i.exec(header) ?? []
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const at = text.indexOf(':')
  if (at <= 0) return undefined
  try {
    const [id, secret] = [text.slice(0, at), text.slice(at + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    )
    return id === undefined || secret === undefined ? undefined : { id, secret }
  } catch {
    return undefined // What is no escape is no name of a client either.
  }
}

const redeemGrant = async (
  context: HostedContext,
  client: UserPoolClient,
): Promise<HttpResponse> => {
  const { parts, pool, call, request } = context
  if (client.AllowedOAuthFlows?.includes('code') !== true) return oauthError('unauthorized_client')
  const code = request.form.get('code')
  if (code === undefined) return oauthError('invalid_request')
  const grant = parts.grants.get(code)
  // Whoever shows it: a code is used once.
  parts.grants.delete(code)
  if (grant === undefined || !isGood(context, client, grant)) return oauthError('invalid_grant')
  const found = await call.store.read(async (view) => {
    const reading = { view, accountId: call.accountId }
    const user = await findUser(reading, pool, grant.username)
    return user && { user, groups: await groupsOf(reading, pool, user) }
  })
  if (!found?.user.Enabled || isSignedOut(found.user, grant.origin.authTimeMs))
    return oauthError('invalid_grant')
  const { scopes, origin, nonce } = grant
  const issued = await issueTokens(parts.pools, {
    pool,
    client,
    ...found,
    source: 'TokenGeneration_HostedAuth',
    nowMs: call.nowMs,
    origin,
    scopes,
    ...(nonce !== undefined && { nonce }),
  })
  return tokens(issued, scopes.includes('openid'))
}

const isGood = (
  { pool, call, request }: HostedContext,
  { ClientId }: UserPoolClient,
  grant: Grant,
): boolean =>
  grant.poolId === pool.Id &&
  grant.clientId === ClientId &&
  grant.expiresAtMs > call.nowMs &&
  grant.redirectUri === request.form.get('redirect_uri') &&
  isVerified(grant.codeChallenge, request.form.get('code_verifier'))

/** A verifier without a challenge is as wrong as a challenge without a verifier. [RFC 7636 4.6, RFC 9700 2.1.1] */
const isVerified = (challenge: string | undefined, verifier: string | undefined): boolean => {
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return false
  const found = Buffer.from(hash('sha256', verifier, 'base64url'))
  const expected = Buffer.from(challenge)
  return found.length === expected.length && timingSafeEqual(found, expected)
}

const redeemRefreshToken = async (
  { parts, pool, call, request }: HostedContext,
  client: UserPoolClient,
): Promise<HttpResponse> => {
  const text = request.form.get('refresh_token')
  if (text === undefined) return oauthError('invalid_request')
  const refreshing = { parts: parts.pools, call, pool, client }
  return tokens(await exchangeRefreshToken(refreshing, text, undefined), true)
}

/** AWS: a client that has a secret, and scopes of resource servers alone. */
const clientCredentials = async (
  { parts, pool, call, request }: HostedContext,
  client: UserPoolClient,
): Promise<HttpResponse> => {
  const isAllowed =
    client.sealedSecret !== undefined &&
    client.AllowedOAuthFlowsUserPoolClient &&
    client.AllowedOAuthFlows?.includes('client_credentials') === true
  if (!isAllowed) return oauthError('unauthorized_client')
  const asked = scopesOf(client, request.form.get('scope'))
  if (asked === undefined) return oauthError('invalid_scope')
  const scopes = asked.filter((scope) => scope.includes('/'))
  if (scopes.length === 0 || (request.form.has('scope') && scopes.length < asked.length))
    return oauthError('invalid_scope')
  const made = await issueClientToken(parts.pools, { pool, client, scopes, nowMs: call.nowMs })
  return json(200, {
    access_token: made.AccessToken,
    expires_in: made.ExpiresIn,
    token_type: made.TokenType,
  })
}

const tokens = (
  issued: Omit<IssuedTokens, 'RefreshToken'> & { readonly RefreshToken?: string },
  hasIdToken: boolean,
): HttpResponse =>
  json(200, {
    ...(hasIdToken && { id_token: issued.IdToken }),
    access_token: issued.AccessToken,
    ...(issued.RefreshToken !== undefined && { refresh_token: issued.RefreshToken }),
    expires_in: issued.ExpiresIn,
    token_type: issued.TokenType,
  })
