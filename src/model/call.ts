// A call of a management operation: who asks, where, and what the operation may draw on.
import type { IdSource } from '#shared/ids.ts'
import type { SigningIdentity } from './identity.ts'
import type { UsageCounters } from './limits.ts'
import type { SealSecret } from './ports.ts'
import type { Scope } from './scope.ts'

export interface Call extends Scope {
  readonly requestId: string
  /** The Host that the call was sent to, with its port; absent where nobody sent it. */
  readonly host?: string
  /** Aborted when the client goes away before its answer; absent where nobody waits for one. */
  readonly clientGone?: () => AbortSignal
  /** Wall-clock time of the call, milliseconds since the epoch. Operations stamp resources with it. */
  readonly nowMs: number
  /** Identifiers for what the operation creates: random, or derived from a template's logical id. */
  readonly ids: IdSource
  /** Who asks, as the signature says; absent for what this program does by itself, such as a template's resources. */
  readonly caller?: SigningIdentity
  /** True where the caller's policies are asked: an operation with questions of its own (AssumeRole) asks them then. */
  readonly isEnforced?: boolean
  /** The counters of quotas. Absent where nothing is served, and then nothing was used. */
  readonly usage?: UsageCounters
  /** Seals the keys of client certificates. Absent where nothing is kept, and then no key is. */
  readonly certificateSeal?: SealSecret
}
