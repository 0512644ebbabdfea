// What the operations of user pools draw on beside their call; made once for a process.
import { LRUCache } from 'lru-cache'
import { counted } from '#shared/counted.ts'
import type { KeyObject } from 'node:crypto'
import type { InvokeFunction } from '#model/ports.ts'
import type { UserPool } from '#model/user-pool.ts'
import { type Random, systemRandom } from '#shared/random.ts'
import { createSealing, type Sealing } from '../sealing.ts'
import { createLockOuts, type LockOuts } from './lock-outs.ts'

/** A message to a user: what AWS would send, and what nobody here can. */
export interface MailboxMessage {
  readonly at: string
  readonly userPoolId: string
  readonly username: string
  readonly medium: 'EMAIL' | 'SMS'
  readonly destination: string
  readonly subject?: string
  readonly message: string
  /** What the message brings: a code, or a temporary password. */
  readonly code: string
}

export type DeliverToUser = (message: MailboxMessage) => void

/** Why a pool may not invoke a function, for the log; undefined: it may. */
export type AskPoolPermission = (functionArn: string, pool: UserPool) => Promise<string | undefined>

export interface UserPoolParts {
  readonly sealing: Sealing
  readonly random: Random
  readonly invokeFunction: InvokeFunction
  /** Absent where the policies of functions are not held. */
  readonly askPermission?: AskPoolPermission | undefined
  readonly deliver: DeliverToUser
  /** Private keys that were opened, by key id. */
  readonly openKeys: LRUCache<string, KeyObject>
  readonly lockOuts: LockOuts
  /** Ids of sessions (of a sign-in under way) that have done what they were for. */
  readonly spentSessions: LRUCache<string, true>
  /** Passwords being hashed at this moment. */
  readonly hashing: { waiting: number }
}

const OPEN_KEYS_MAX = 1_000
const SPENT_SESSIONS_MAX = 100_000

export const createUserPoolParts = (
  options: Pick<
    UserPoolParts,
    'sealing' | 'random' | 'invokeFunction' | 'askPermission' | 'deliver'
  >,
): UserPoolParts => ({
  ...options,
  openKeys: new LRUCache(counted(OPEN_KEYS_MAX)),
  lockOuts: createLockOuts(),
  spentSessions: new LRUCache(counted(SPENT_SESSIONS_MAX)),
  hashing: { waiting: 0 },
})

const KEY_BYTES = 32

/** For templates that are deployed to be looked at: no token is ever signed. */
export const forgottenUserPoolParts = (): UserPoolParts =>
  createUserPoolParts({
    sealing: createSealing(systemRandom.bytes(KEY_BYTES), systemRandom),
    random: systemRandom,
    invokeFunction: async () => ({
      kind: 'refused',
      statusCode: 503,
      errorType: 'ServiceException',
      message: 'There are no functions here.',
    }),
    deliver: () => undefined,
  })
