// Sign-in by another OpenID Connect provider: the browser goes there and comes back to /oauth2/idpresponse with a code;
// the user of the provider becomes a user of the pool, `Provider_sub`.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-flow.html
import { errorMessage } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { Claims } from '#languages/jwt/claims.ts'
import { checkAudience, checkIssuer, checkTimes } from '#languages/jwt/claims.ts'
import { parseToken, readClaims, verifyToken } from '#languages/jwt/token.ts'
import type { PoolIdentityProvider } from '#model/user-pool.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { identityProviders, poolScope } from '../collections.ts'
import { redirect } from './answers.ts'
import { signedIn } from './signed-in.ts'
import {
  type AuthorizeRequest,
  errorRedirect,
  readAuthorizeRequest,
  refusedPage,
  withParameters,
} from './authorize-request.ts'
import type { HostedContext } from './context.ts'
import { csrfOf } from './cookies.ts'
import { saveFederatedUser } from './federated-user.ts'
import { queryOf, readParameters } from './request.ts'

/** What the provider hands back: which sign-in it was for, and in which browser it began. */
interface FederationState {
  readonly poolId: string
  readonly provider: string
  readonly query: string
  readonly nonce: string
  readonly browser: string
  readonly expiresAtMs: number
}

const STATE_MS = 600_000
const STATE_LENGTH_MAX = 16_384
const ABOUT = 'hosted-federation'

export const startFederation = async (
  context: HostedContext,
  asked: AuthorizeRequest,
  name: string,
): Promise<HttpResponse> => {
  const provider = await providerOf(context, asked, name)
  if (provider === undefined)
    return errorRedirect(asked, 'invalid_request', 'The identity provider is not one of the client')
  if (provider.ProviderType !== 'OIDC')
    return errorRedirect(
      asked,
      'invalid_request',
      `Providers of type ${provider.ProviderType} are not provided here: OIDC is`,
    )
  let places: Places
  try {
    places = await placesOf(context, provider)
  } catch (error) {
    return errorRedirect(asked, 'server_error', errorMessage(error).slice(0, 200))
  }
  const { parts, call, pool, origin, request } = context
  const csrf = csrfOf(context)
  const nonce = parts.pools.random.uuid()
  const state: FederationState = {
    poolId: pool.Id,
    provider: provider.ProviderName,
    query: queryOf(request.query, 'identity_provider'),
    nonce,
    browser: csrf.text,
    expiresAtMs: call.nowMs + STATE_MS,
  }
  const sealed = parts.pools.sealing.seal('auth-session', Buffer.from(JSON.stringify(state)), ABOUT)
  const { client_id, authorize_scopes = 'openid' } = provider.ProviderDetails
  const location = withParameters(places.authorize, '?', {
    client_id,
    redirect_uri: `${origin}/oauth2/idpresponse`,
    response_type: 'code',
    scope: authorize_scopes,
    state: sealed,
    nonce,
  })
  return redirect(location, [csrf.cookie])
}

/** /oauth2/idpresponse */
export const finishFederation = async (context: HostedContext): Promise<HttpResponse> => {
  const { request } = context
  const state = openState(context, request.query.get('state') ?? '')
  if (state === undefined) return refusedPage(context, 'This sign-in is not known, or is too old.')
  // Who began it and who ends it are one: nobody is signed in as somebody else by a link.
  if (csrfOf(context).text !== state.browser)
    return refusedPage(context, 'This sign-in began in another browser.')
  const query = readParameters(state.query) ?? new Map<string, string>()
  const read = await readAuthorizeRequest(context, query)
  if (read.kind === 'refused') return read.response
  const { asked } = read
  const provider = await providerOf(context, asked, state.provider)
  const code = request.query.get('code')
  if (provider === undefined || code === undefined || request.query.has('error'))
    return errorRedirect(asked, 'access_denied', request.query.get('error')?.slice(0, 100))
  try {
    const places = await placesOf(context, provider)
    const claims = await claimsOf(context, provider, places, code, state.nonce)
    const username = await saveFederatedUser(context, provider, claims)
    return await signedIn(context, asked, username)
  } catch (error) {
    return errorRedirect(asked, 'server_error', errorMessage(error).slice(0, 200))
  }
}

const openState = ({ parts, pool, call }: HostedContext, text: string) => {
  if (text === '' || text.length > STATE_LENGTH_MAX) return undefined
  const opened = parts.pools.sealing.open('auth-session', text, ABOUT)
  const value: unknown = opened && JSON.parse(Buffer.from(opened).toString('utf8'))
  if (!isObject(value)) return undefined
  const state = value as unknown as FederationState // Sealed by us alone.
  return state.poolId === pool.Id && state.expiresAtMs > call.nowMs ? state : undefined
}

const providerOf = async (
  { call, pool }: HostedContext,
  { client }: AuthorizeRequest,
  name: string,
): Promise<PoolIdentityProvider | undefined> =>
  client.SupportedIdentityProviders?.includes(name) === true
    ? call.store.read((view) =>
        view.get(identityProviders, poolScope(call, pool.Id), `${pool.Id}/${name}`),
      )
    : undefined

interface Places {
  readonly issuer: string
  readonly authorize: string
  readonly token: string
  readonly attributes: string | undefined
}

/** As the provider's details say, else as its discovery document does. */
const placesOf = async (
  { parts }: HostedContext,
  { ProviderDetails: details }: PoolIdentityProvider,
): Promise<Places> => {
  const issuer = details['oidc_issuer'] ?? ''
  const { authorize_url: authorize, token_url: token, attributes_url: attributes } = details
  if (authorize !== undefined && token !== undefined)
    return { issuer, authorize, token, attributes }
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const found = await askJson(parts, { method: 'GET', url, headers: [] })
  const text = (name: string): string => {
    const value = found[name]
    if (typeof value !== 'string' || !/^https?:/.test(value))
      throw new Error(`the identity provider names no ${name}`)
    return value
  }
  const userInfo = found['userinfo_endpoint']
  return {
    issuer,
    authorize: authorize ?? text('authorization_endpoint'),
    token: token ?? text('token_endpoint'),
    attributes: attributes ?? (typeof userInfo === 'string' ? userInfo : undefined),
  }
}

const askJson = async (
  { ask }: HostedContext['parts'],
  request: Parameters<HostedContext['parts']['ask']>[0],
): Promise<Readonly<Record<string, unknown>>> => {
  const { statusCode, text } = await ask(request)
  if (statusCode !== 200) throw new Error(`the identity provider answered ${statusCode}`)
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new Error('the identity provider answered no JSON object')
  return value
}

/** The claims of the id token, and what the provider says of its user besides. Throws where it is not to be believed. */
const claimsOf = async (
  { parts, pool, origin, call }: HostedContext,
  provider: PoolIdentityProvider,
  places: Places,
  code: string,
  nonce: string,
): Promise<Claims> => {
  const { client_id: clientId = '' } = provider.ProviderDetails
  const { sealedSecret, ProviderName } = provider
  const about = `${pool.Id}/${ProviderName}`
  const opened =
    sealedSecret === undefined
      ? undefined
      : parts.pools.sealing.open('client-secret', sealedSecret, about)
  const answer = await askJson(parts, {
    method: 'POST',
    url: places.token,
    headers: ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json'],
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: `${origin}/oauth2/idpresponse`,
      client_id: clientId,
      ...(opened !== undefined && { client_secret: Buffer.from(opened).toString('utf8') }),
    }).toString(),
  })
  const token = parseToken(String(answer['id_token']))
  const key = await parts.findTokenKey(places.issuer, token.keyId ?? '')
  if (key === undefined) throw new Error('the identity provider has no key of that id')
  verifyToken(token, key)
  const claims = readClaims(token)
  checkTimes(claims, call.nowMs)
  checkIssuer(claims, [places.issuer])
  checkAudience(claims, [clientId])
  if (claims['nonce'] !== nonce) throw new Error('the id token is not of this sign-in')
  const accessToken = answer['access_token']
  if (places.attributes === undefined || typeof accessToken !== 'string') return claims
  const more = await askJson(parts, {
    method: 'GET',
    url: places.attributes,
    headers: ['authorization', `Bearer ${accessToken}`, 'accept', 'application/json'],
  })
  // A user info answer of somebody else is not taken. [OpenID Connect Core 5.3.2]
  if (more['sub'] !== claims['sub']) throw new Error('the user info is not that of the id token')
  return { ...more, ...claims }
}
