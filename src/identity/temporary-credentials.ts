// Makes temporary credentials: an access key whose session token says, sealed, everything about the session.
import type { PrincipalEntry } from '#model/identity.ts'
import type { TemporaryCredentials } from '#model/ports.ts'
import type { Random } from '#shared/random.ts'
import { newAccessKeyId, newSecretAccessKey } from './access-key.ts'
import type { ContextKeys } from './principal.ts'
import type { Sealing } from './sealing.ts'
import { sealSession } from './session-token.ts'

export interface NewSession {
  readonly principal: PrincipalEntry
  /** Of the session. */
  readonly arn: string
  readonly userId: string
  readonly durationSeconds: number
  readonly policies?: readonly string[]
  readonly contextKeys?: ContextKeys
}

/** What makes credentials: the key to seal with, and chance. */
export interface CredentialMint {
  readonly sealing: Sealing
  readonly random: Random
}

/** `too-large`: the session's policies and tags do not fit into a token. */
export const mintCredentials = (
  { sealing, random }: CredentialMint,
  session: NewSession,
  nowMs: number,
): TemporaryCredentials | 'too-large' => {
  const { principal, arn, userId } = session
  const accessKeyId = newAccessKeyId('ASIA', random)
  const secretAccessKey = newSecretAccessKey(random)
  // Whole seconds: that is how the answer says it.
  const expiresAtMs = Math.floor(nowMs / 1_000 + session.durationSeconds) * 1_000
  const sessionToken = sealSession(sealing, {
    accessKeyId,
    secretAccessKey,
    issuedAtMs: nowMs,
    expiresAtMs,
    accountId: principal.accountId,
    principalArn: principal.arn,
    principalId: principal.principalId,
    arn,
    userId,
    policies: session.policies ?? [],
    contextKeys: session.contextKeys ?? {},
  })
  if (sessionToken === undefined) return 'too-large'
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs, arn, userId }
}

/** A session of a role: `arn:aws:sts::{account}:assumed-role/{role}/{session}`, `AROA…:{session}`. */
export const roleSession = (
  role: PrincipalEntry,
  sessionName: string,
): Pick<NewSession, 'principal' | 'arn' | 'userId'> => ({
  principal: role,
  arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
  userId: `${role.principalId}:${sessionName}`,
})
