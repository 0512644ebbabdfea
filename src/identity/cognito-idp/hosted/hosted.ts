// The pages and OAuth endpoints of user pools, at `{domain}.auth.{region}.amazoncognito.com`, `{domain}.auth.localhost`
// and `/_aws/cognito-idp/{domain}`. https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-endpoints.html
import type { UserPool } from '#model/user-pool.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import { BodyAborted, BodyTooLarge } from '#transport/contract.ts'
import type { Scope } from '#model/scope.ts'
import type { StoreCall } from '#store/transactional.ts'
import { headerOf } from '#wire/message.ts'
import { DOMAINS_SCOPE, poolDomains } from '../collections.ts'
import { anyPool } from '../lookups.ts'
import { confirm, confirmForgotPassword, forgotPassword, signUp } from './account-pages.ts'
import { oauthError } from './answers.ts'
import { authorize } from './authorize.ts'
import type { HostedContext, HostedParts } from './context.ts'
import { finishFederation } from './federation.ts'
import { renderPage, renderStyle } from './page.ts'
import { queryOf, readCookies, readParameters } from './request.ts'
import { login } from './sign-in-pages.ts'
import { revocation, token } from './token-endpoint.ts'
import { logout, userInfo } from './user-info.ts'

type Endpoint = (context: HostedContext) => Promise<HttpResponse>

const ENDPOINTS: Readonly<Record<string, Readonly<Partial<Record<string, Endpoint>>>>> = {
  '/oauth2/authorize': { GET: authorize },
  '/oauth2/token': { POST: token },
  '/oauth2/revoke': { POST: revocation },
  '/oauth2/userInfo': { GET: userInfo, POST: userInfo },
  '/oauth2/idpresponse': { GET: finishFederation },
  '/login': { GET: login, POST: login },
  '/signup': { GET: signUp, POST: signUp },
  '/confirm': { GET: confirm, POST: confirm },
  '/forgotPassword': { GET: forgotPassword, POST: forgotPassword },
  '/confirmForgotPassword': { GET: confirmForgotPassword, POST: confirmForgotPassword },
  '/logout': { GET: logout },
  '/style.css': { GET: async () => renderStyle() },
}

/** Endpoints that applications call from pages of their own. */
const OPEN: ReadonlySet<string> = new Set(['/oauth2/token', '/oauth2/revoke', '/oauth2/userInfo'])

const FORM_BYTES_MAX = 32 * 1024

export interface HostedAddress {
  readonly domain: string
  /** What comes before the path of an endpoint. */
  readonly base: string
  readonly target: string
}

/** Where in the hosted pages a request goes; undefined where it goes elsewhere. */
export const hostedAddress = (host: string, target: string): HostedAddress | undefined => {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  const [, byHost] =
    /^([a-z0-9-]{1,63})\.auth\.(?:[a-z0-9-]+\.amazoncognito\.com|localhost)$/.exec(name) ?? []
  if (byHost !== undefined) return { domain: byHost, base: '', target }
  const [, domain, rest] = /^\/_aws\/cognito-idp\/([a-z0-9.-]{1,255})(\/.*)$/.exec(target) ?? []
  if (domain === undefined || rest === undefined) return undefined
  return { domain, base: `/_aws/cognito-idp/${domain}`, target: rest }
}

export const createHosted =
  (parts: HostedParts, callOf: (scope: Pick<Scope, 'region'>) => StoreCall) =>
  async (request: HttpRequest, address: HostedAddress): Promise<HttpResponse> => {
    const { base } = address
    const [path = '/', queryText = ''] = splitTarget(address.target)
    const methods = Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined
    const found = await poolAt(callOf, address.domain)
    if (methods === undefined || found === undefined)
      return renderPage({ base, title: 'Not found', statusCode: 404 })
    if (request.method === 'OPTIONS' && OPEN.has(path)) return PREFLIGHT
    const endpoint = methods[request.method]
    if (endpoint === undefined)
      return renderPage({ base, title: 'Method not allowed', statusCode: 405 })
    const query = readParameters(queryText)
    const form = await readForm(request)
    if (query === undefined || form === undefined)
      return OPEN.has(path)
        ? oauthError('invalid_request')
        : renderPage({ base, title: 'An error was encountered', statusCode: 400 })
    const isSecure = request.tls !== undefined
    return endpoint({
      parts,
      ...found,
      base,
      origin: `${isSecure ? 'https' : 'http'}://${request.host}${base}`,
      request: {
        method: request.method,
        path,
        query,
        queryText: queryOf(query),
        form,
        headers: request.headers,
        cookies: readCookies(request.headers),
        isSecure,
      },
    })
  }

const splitTarget = (target: string): readonly [string, string] => {
  const at = target.indexOf('?')
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)]
}

const poolAt = async (
  callOf: (scope: Pick<Scope, 'region'>) => StoreCall,
  domain: string,
): Promise<{ readonly pool: UserPool; readonly call: StoreCall } | undefined> => {
  const unplaced = callOf({ region: '' })
  const held = await unplaced.store.read((view) => view.get(poolDomains, DOMAINS_SCOPE, domain))
  if (held === undefined) return undefined
  const call = callOf({ region: held.region })
  const pool = await call.store.read((view) => anyPool({ ...call, view }, held.UserPoolId))
  return pool && { pool, call }
}

/** Undefined where it cannot be read; empty for what is no form. */
const readForm = async (request: HttpRequest) => {
  const type = headerOf(request.headers, 'content-type') ?? ''
  try {
    const body = await request.body.read(FORM_BYTES_MAX)
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return new Map<string, string>()
    return readParameters(Buffer.from(body).toString('utf8'))
  } catch (error) {
    if (error instanceof BodyTooLarge || error instanceof BodyAborted) return undefined
    throw error
  }
}

const PREFLIGHT: HttpResponse = {
  statusCode: 204,
  headers: [
    'access-control-allow-origin',
    '*',
    'access-control-allow-methods',
    'GET, POST',
    'access-control-allow-headers',
    'authorization, content-type, x-amz-user-agent',
    'access-control-max-age',
    '600',
  ],
  body: '',
}
