// The two cookies of a pool's pages: the session of who has signed in, sealed, and the random text that forms carry too.
import { timingSafeEqual } from 'node:crypto'
import { isObject } from '#shared/json.ts'
import type { HostedContext } from './context.ts'

const SESSION = 'cognito'
const CSRF = 'XSRF-TOKEN'
/** AWS: an hour. [guide: cognito-user-pools-managed-login, session duration] */
const SESSION_MS = 3_600_000
const LENGTH_MAX = 4_096

export interface HostedSession {
  readonly poolId: string
  readonly username: string
  readonly sub: string
  readonly authTimeMs: number
}

type Place = Pick<HostedContext, 'parts' | 'pool' | 'base' | 'request' | 'call'>

export const sessionCookie = (context: Place, session: HostedSession): string => {
  const { sealing } = context.parts.pools
  const sealed = sealing.seal('auth-session', Buffer.from(JSON.stringify(session)), ABOUT)
  return cookie(context, SESSION, sealed, SESSION_MS / 1_000)
}

const ABOUT = 'hosted-session'

export const endSession = (context: Place): string => cookie(context, SESSION, '', 0)

/** Undefined where nobody has signed in to this pool within the hour. */
export const readSession = ({ parts, pool, request, call }: Place): HostedSession | undefined => {
  const text = request.cookies.get(SESSION) ?? ''
  if (text === '' || text.length > LENGTH_MAX) return undefined
  const opened = parts.pools.sealing.open('auth-session', text, ABOUT)
  if (opened === undefined) return undefined
  const value: unknown = JSON.parse(Buffer.from(opened).toString('utf8'))
  if (!isObject(value)) return undefined
  const session = value as unknown as HostedSession // Sealed by us alone.
  const isLive = session.authTimeMs + SESSION_MS > call.nowMs
  return session.poolId === pool.Id && isLive ? session : undefined
}

/** The text for a form, and the cookie that says the same. */
export const csrfOf = (context: Place): { readonly text: string; readonly cookie: string } => {
  const held = context.request.cookies.get(CSRF) ?? ''
  const text = /^[\w-]{36}$/.test(held) ? held : context.parts.pools.random.uuid()
  return { text, cookie: cookie(context, CSRF, text, SESSION_MS / 1_000) }
}

/** True where a form came from a page of this pool. */
export const isOwnForm = ({ request }: Pick<HostedContext, 'request'>): boolean => {
  const held = Buffer.from(request.cookies.get(CSRF) ?? '')
  const given = Buffer.from(request.form.get('_csrf') ?? '')
  return held.length === 36 && held.length === given.length && timingSafeEqual(held, given)
}

const cookie = (
  { base, request }: Pick<Place, 'base' | 'request'>,
  name: string,
  value: string,
  seconds: number,
): string =>
  `${name}=${value}; Path=${base}/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${request.isSecure ? '; Secure' : ''}`
