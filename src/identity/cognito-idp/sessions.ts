// The session of a sign-in under way: sealed, so that it says for itself whose and how far it is; used up when it has
// brought what it was for.
import { isObject } from '#shared/json.ts'
import type { FoundClient } from './lookups.ts'
import { notAuthorized } from './errors.ts'
import type { UserPoolParts } from './parts.ts'

export interface SessionData {
  readonly challenge: string
  readonly username: string
  /** Of CUSTOM_CHALLENGE, PASSWORD_VERIFIER: what was asked, and what is to be compared. */
  readonly values?: Readonly<Record<string, unknown>>
}

export interface Session extends SessionData {
  readonly id: string
  readonly poolId: string
  readonly clientId: string
  readonly expiresAtMs: number
}

/** AWS: 2048 characters; private parameters of custom challenges may make ours longer. */
const LENGTH_MAX = 65_536

export const sealSession = (
  { sealing, random }: UserPoolParts,
  { pool, client }: FoundClient,
  data: SessionData,
  nowMs: number,
): string => {
  const session: Session = {
    ...data,
    id: random.uuid(),
    poolId: pool.Id,
    clientId: client.ClientId,
    expiresAtMs: nowMs + client.AuthSessionValidity * 60_000,
  }
  return sealing.seal('auth-session', Buffer.from(JSON.stringify(session)), '')
}

/** Throws AWS's refusals of a session that is another's, used up or too old. */
export const openSession = (
  { sealing, spentSessions }: UserPoolParts,
  { pool, client }: FoundClient,
  challenge: string,
  text: string | undefined,
  nowMs: number,
): Session => {
  const opened =
    text === undefined || text.length > LENGTH_MAX
      ? undefined
      : sealing.open('auth-session', text, '')
  const value: unknown = opened && JSON.parse(Buffer.from(opened).toString('utf8'))
  if (!isObject(value)) throw invalidSession()
  const session = value as unknown as Session // Sealed by us alone.
  const isOurs = session.poolId === pool.Id && session.clientId === client.ClientId
  if (!isOurs || session.challenge !== challenge) throw invalidSession()
  if (session.expiresAtMs <= nowMs)
    throw notAuthorized('Invalid session for the user, session is expired.')
  if (spentSessions.has(session.id))
    throw notAuthorized('Invalid session for the user, session can only be used once.')
  return session
}

/** AWS: a session brings its user on once. */
export const spendSession = ({ spentSessions }: UserPoolParts, { id }: Session): void => {
  spentSessions.set(id, true)
}

export const invalidSession = () => notAuthorized('Invalid session for the user.')
