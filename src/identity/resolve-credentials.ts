// The signer behind an access key: from the directory as the request pinned it, or from the session token itself.
// Nothing here is stored, asked or waited for, so a worker does it alone.
import { LRUCache } from 'lru-cache'
import { secretsEqual } from '#languages/sigv4/signing-key.ts'
import type {
  AccessKeyEntry,
  PrincipalEntry,
  SigningIdentity,
  UnusableKey,
} from '#model/identity.ts'
import type { FindEntry } from '#model/documents.ts'
import type { ResolveCredentials } from '#model/ports.ts'
import { principalKeys, rootPrincipal } from './principal.ts'
import type { Sealing } from './sealing.ts'
import { openSession, type Session } from './session-token.ts'

/** A pair that acts as the account's root, on a developer's machine. */
export interface DevelopmentCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface ResolveOptions {
  readonly sealing: Sealing
  readonly accountId: string
  /** Absent where there is none: production. */
  readonly development?: DevelopmentCredentials
}

/** Opened session tokens that are remembered: opening one costs a few ten microseconds. */
const SESSIONS_MAX = 2_000

export const createResolveCredentials = (options: ResolveOptions): ResolveCredentials => {
  const { sealing, accountId, development } = options
  const secrets = new WeakMap<AccessKeyEntry, string>()
  const sessions = new LRUCache<string, Session>({ max: SESSIONS_MAX })

  const sessionOf = (token: string, accessKeyId: string): Session | undefined => {
    const held = sessions.get(token)
    // A token opens for its own key alone, remembered or not.
    if (held !== undefined) return held.accessKeyId === accessKeyId ? held : undefined
    const session = openSession(sealing, token, accessKeyId)
    if (session !== undefined) sessions.set(token, session)
    return session
  }

  const secretOf = (entry: AccessKeyEntry): string | undefined => {
    const held = secrets.get(entry)
    if (held !== undefined) return held
    const opened = sealing.open('access-key', entry.sealedSecret, entry.accessKeyId)
    if (opened === undefined) return undefined
    const secret = Buffer.from(opened).toString('utf8')
    secrets.set(entry, secret)
    return secret
  }

  return ({ accessKeyId, sessionToken }, find, nowMs) => {
    if (development?.accessKeyId === accessKeyId && isDevelopment(development, sessionToken)) {
      const root = find('principal', rootPrincipal(accountId).arn) ?? rootPrincipal(accountId)
      return longTerm(accessKeyId, development.secretAccessKey, root)
    }
    if (sessionToken !== undefined) {
      const session = sessionOf(sessionToken, accessKeyId)
      return session === undefined ? 'bad-token' : ofSession(session, find, nowMs)
    }
    const entry = find('access-key', accessKeyId)
    if (entry === undefined) return 'unknown'
    if (entry.status === 'Inactive') return 'inactive'
    const secret = secretOf(entry)
    const principal = find('principal', entry.principalArn)
    // A key whose user is gone goes with it; a secret under another key file is no secret of ours.
    return secret === undefined || principal === undefined
      ? 'unknown'
      : longTerm(accessKeyId, secret, principal)
  }
}

const isDevelopment = (
  { sessionToken: expected }: DevelopmentCredentials,
  given: string | undefined,
): boolean =>
  expected === undefined
    ? given === undefined
    : given !== undefined && secretsEqual(given, expected)

const longTerm = (
  accessKeyId: string,
  secretAccessKey: string,
  principal: PrincipalEntry,
): SigningIdentity => ({
  accessKeyId,
  secretAccessKey,
  accountId: principal.accountId,
  arn: principal.arn,
  userId: principal.principalId,
  principal,
  sessionPolicies: [],
  contextKeys: principalKeys(principal, principal.principalId),
})

const ofSession = (
  session: Session,
  find: FindEntry,
  nowMs: number,
): SigningIdentity | UnusableKey => {
  if (session.expiresAtMs <= nowMs) return 'expired'
  const { accessKeyId, secretAccessKey, accountId, arn, userId } = session
  const found = find('principal', session.principalArn)
  // AWS: a role that was deleted and made again is another one: sessions of the first end with it.
  const principal = found?.principalId === session.principalId ? found : undefined
  return {
    accessKeyId,
    secretAccessKey,
    accountId,
    arn,
    userId,
    principal,
    sessionPolicies: session.policies,
    contextKeys: {
      ...(principal && principalKeys(principal, userId)),
      'aws:TokenIssueTime': new Date(session.issuedAtMs).toISOString(),
      ...session.contextKeys,
    },
  }
}
