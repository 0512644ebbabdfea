// What functions sign with: credentials of their role, where that is a role of this gateway, as on AWS.
import {
  type CredentialMint,
  mintCredentials,
  roleSession,
} from '#identity/temporary-credentials.ts'
import type { FunctionCredentials } from '#lambda/pool-settings.ts'
import type { DirectoryEntry } from '#model/documents.ts'
import type { FunctionDocument } from '#model/function.ts'
import type { PrincipalEntry } from '#model/identity.ts'
import { systemClock } from '#shared/clock.ts'
import type { Settings } from '../settings.ts'

export interface FunctionRoles {
  /** Follows the directory's principals. */
  take(key: string, entry: DirectoryEntry | null): void
  readonly credentialsOf: (document: FunctionDocument) => FunctionCredentials | undefined
  /** Milliseconds after which a process is to have newer ones: long before they end. */
  readonly renewMs: number
}

const SESSION_SECONDS = 43_200
const RENEW_MS = (SESSION_SECONDS / 2) * 1_000

export const createFunctionRoles = (options: {
  readonly settings: Pick<Settings, 'endpoints'>
  readonly mint: CredentialMint
  readonly environment: Readonly<Record<string, string | undefined>>
}): FunctionRoles => {
  const { settings, mint, environment } = options
  const principals = new Map<string, PrincipalEntry>()
  // Credentials that whoever started us gave are for the real services that --endpoint leads to: those would not know
  // a role of ours, and a process signs with one key only.
  const signsElsewhere =
    environment['AWS_ACCESS_KEY_ID'] !== undefined && Object.keys(settings.endpoints).length > 0
  return {
    take: (key, entry) => {
      if (entry?.kind === 'principal') principals.set(entry.arn, entry)
      else if (entry === null && key.startsWith(PREFIX)) principals.delete(key.slice(PREFIX.length))
    },
    credentialsOf: ({ Role, FunctionName }) => {
      const role = Role === undefined || signsElsewhere ? undefined : principals.get(Role)
      if (role === undefined) return undefined
      const session = roleSession(role, FunctionName.slice(0, SESSION_NAME_LENGTH_MAX))
      const made = mintCredentials(
        mint,
        { ...session, durationSeconds: SESSION_SECONDS },
        systemClock.nowMs(),
      )
      if (made === 'too-large') return undefined
      const { accessKeyId, secretAccessKey, sessionToken } = made
      return { accessKeyId, secretAccessKey, sessionToken }
    },
    renewMs: RENEW_MS,
  }
}

const PREFIX = 'principal/'
const SESSION_NAME_LENGTH_MAX = 64
