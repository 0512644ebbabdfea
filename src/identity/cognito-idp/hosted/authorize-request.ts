// What an application asks of /oauth2/authorize, and how it is refused: on a page while it is not known where to send
// the browser, at the application's own address once it is.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
import type { UserPoolClient } from '#model/user-pool.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { poolClients, poolScope } from '../collections.ts'
import { redirect } from './answers.ts'
import type { HostedContext } from './context.ts'
import { renderPage } from './page.ts'
import type { Parameters } from './request.ts'

export interface AuthorizeRequest {
  readonly client: UserPoolClient
  readonly responseType: 'code' | 'token'
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly codeChallenge: string | undefined
  readonly identityProvider: string | undefined
  readonly loginHint: string | undefined
  /** `none`: nobody is to see a page. */
  readonly prompt: string | undefined
}

export type ReadRequest =
  | { readonly kind: 'asked'; readonly asked: AuthorizeRequest }
  | { readonly kind: 'refused'; readonly response: HttpResponse }

export const readAuthorizeRequest = async (
  context: HostedContext,
  query: Parameters,
): Promise<ReadRequest> => {
  const client = await clientOf(context, query.get('client_id'))
  if (client === undefined) return refusedHere(context, 'The client does not exist.')
  const redirectUri = redirectUriOf(client, query.get('redirect_uri'))
  if (redirectUri === undefined)
    return refusedHere(context, 'The redirect_uri is not registered with the client.')
  const state = query.get('state')
  const refused = (error: string, description?: string): ReadRequest => ({
    kind: 'refused',
    response: errorRedirect({ redirectUri, state }, error, description),
  })
  const responseType = query.get('response_type')
  if (responseType !== 'code' && responseType !== 'token')
    return refused(responseType === undefined ? 'invalid_request' : 'unsupported_response_type')
  const flow = responseType === 'code' ? 'code' : 'implicit'
  const isAllowed =
    client.AllowedOAuthFlowsUserPoolClient && client.AllowedOAuthFlows?.includes(flow) === true
  if (!isAllowed) return refused('unauthorized_client')
  const scopes = scopesOf(client, query.get('scope'))
  if (scopes === undefined) return refused('invalid_scope')
  const codeChallenge = query.get('code_challenge')
  const method = query.get('code_challenge_method')
  // AWS: S256 alone; plain is what a challenge without a method would be. [guide: using-pkce-in-authorization-code]
  if (method !== undefined && method !== 'S256')
    return refused('invalid_request', 'code_challenge_method must be S256')
  if ((codeChallenge === undefined) !== (method === undefined))
    return refused('invalid_request', 'code_challenge and code_challenge_method go together')
  if (codeChallenge !== undefined && !/^[\w-]{43}$/.test(codeChallenge))
    return refused('invalid_request', 'code_challenge is not valid')
  return {
    kind: 'asked',
    asked: {
      client,
      responseType,
      redirectUri,
      scopes,
      state,
      nonce: query.get('nonce'),
      codeChallenge,
      identityProvider: query.get('identity_provider'),
      loginHint: query.get('login_hint'),
      prompt: query.get('prompt'),
    },
  }
}

/** The client of this pool; undefined where it has none of that id. */
export const clientOf = (
  { call, pool }: Pick<HostedContext, 'call' | 'pool'>,
  clientId: string | undefined,
): Promise<UserPoolClient | undefined> =>
  clientId === undefined || !/^\w{1,128}$/.test(clientId)
    ? Promise.resolve(undefined)
    : call.store.read((view) =>
        view.get(poolClients, poolScope(call, pool.Id), `${pool.Id}/${clientId}`),
      )

export const errorRedirect = (
  { redirectUri, state }: { readonly redirectUri: string; readonly state: string | undefined },
  error: string,
  description?: string,
): HttpResponse =>
  redirect(withParameters(redirectUri, '?', { error, error_description: description, state }))

/** The address with these parameters behind what it has. */
export const withParameters = (
  uri: string,
  mark: '?' | '#',
  parameters: Readonly<Record<string, string | undefined>>,
): string => {
  const text = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  ).toString()
  return `${uri}${uri.includes(mark) ? '&' : mark}${text}`
}

export const refusedPage = ({ base }: Pick<HostedContext, 'base'>, alert: string): HttpResponse =>
  renderPage({ base, title: 'An error was encountered', statusCode: 400, alert })

const refusedHere = (context: HostedContext, alert: string): ReadRequest => ({
  kind: 'refused',
  response: refusedPage(context, alert),
})

/** Exactly as it was registered: nothing is normalised. */
const redirectUriOf = (
  { CallbackURLs = [], DefaultRedirectURI }: UserPoolClient,
  given: string | undefined,
): string | undefined => {
  if (given === undefined) return DefaultRedirectURI
  return CallbackURLs.includes(given) ? given : undefined
}

/** All that the client may have, unless it asks for less. */
export const scopesOf = (
  { AllowedOAuthScopes = [] }: UserPoolClient,
  text: string | undefined,
): readonly string[] | undefined => {
  const asked = [...new Set((text ?? '').split(' ').filter((word) => word !== ''))]
  if (asked.length === 0) return AllowedOAuthScopes
  return asked.every((scope) => AllowedOAuthScopes.includes(scope)) ? asked : undefined
}
