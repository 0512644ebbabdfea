// Codes that are sent to users: six digits, sealed where they are kept, good for a while and for a few attempts.
// https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html#limits-hard
import { timingSafeEqual } from 'node:crypto'
import type {
  CodePurpose,
  PoolUser,
  UserCode,
  UserPool,
  VerifiedAttribute,
} from '#model/user-pool.ts'
import type { StoreCall, WriteCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { poolScope, poolUsers, userCodes } from './collections.ts'
import { codeMismatch, expiredCode, limitExceeded } from './errors.ts'
import { userKey } from './lookups.ts'
import type { UserPoolParts } from './parts.ts'

const HOUR_MS = 3_600_000
// AWS: a day to confirm a sign-up or an attribute, an hour to reset a password. [guide: quotas, Token and code]
const LIVES_MS: Readonly<Record<'sign-up' | 'forgot-password' | 'sms-mfa' | 'verify', number>> = {
  'sign-up': 24 * HOUR_MS,
  'forgot-password': HOUR_MS,
  'sms-mfa': 3 * 60_000,
  verify: 24 * HOUR_MS,
}
const ATTEMPTS_MAX = 5
/** AWS: five to twenty an hour. [API_ForgotPassword] */
const SENDS_MAX_PER_HOUR = 20

type Writing = Pick<WriteCall, 'tx' | 'view' | 'accountId' | 'nowMs'>

/** Makes and keeps a code; the one before it is good no longer. */
export const makeCode = async (
  parts: UserPoolParts,
  call: Writing,
  place: { readonly pool: UserPool; readonly user: PoolUser; readonly purpose: CodePurpose },
  what: { readonly attribute: VerifiedAttribute; readonly pending?: string },
): Promise<string> => {
  const { pool, user, purpose } = place
  const scope = poolScope(call, pool.Id)
  const key = codeKey(pool, user, purpose)
  const held = await call.view.get(userCodes, scope, key)
  const isRecent = held !== undefined && call.nowMs - held.sendsSinceMs < HOUR_MS
  const sends = isRecent ? held.sends + 1 : 1
  if (sends > SENDS_MAX_PER_HOUR) throw attemptLimit()
  const code = randomCode(parts)
  const life =
    LIVES_MS[purpose.startsWith('verify') ? 'verify' : (purpose as keyof typeof LIVES_MS)]
  await call.tx.put(userCodes, scope, key, {
    ...what,
    sealed: parts.sealing.seal('user-code', Buffer.from(code), key),
    expiresAtMs: call.nowMs + life,
    attempts: 0,
    sends,
    sendsSinceMs: isRecent ? held.sendsSinceMs : call.nowMs,
  })
  return code
}

const randomCode = ({ random }: UserPoolParts): string =>
  String(Buffer.from(random.bytes(6)).readUIntBE(0, 6) % 1_000_000).padStart(6, '0')

const codeKey = (pool: UserPool, { Username }: PoolUser, purpose: CodePurpose): string =>
  `${userKey(pool, Username)}\t${purpose}`

/**
 * Takes a code back and does, in the same transaction, what it proves. A wrong one is counted: that is kept although
 * the call is refused.
 */
export const redeemCode = async <T>(
  parts: UserPoolParts,
  call: Pick<StoreCall, 'store' | 'accountId' | 'nowMs'>,
  place: { readonly pool: UserPool; readonly user: PoolUser; readonly purpose: CodePurpose },
  given: string | undefined,
  proven: (writing: Writing, user: PoolUser, code: UserCode) => Promise<T>,
): Promise<T> => {
  const { pool, user, purpose } = place
  const key = codeKey(pool, user, purpose)
  const { accountId, nowMs } = call
  const outcome = await call.store.write(async (tx) => {
    const scope = poolScope(call, pool.Id)
    const held = await tx.get(userCodes, scope, key)
    if (held === undefined || held.expiresAtMs <= nowMs) return expiredCode()
    if (held.attempts >= ATTEMPTS_MAX) return attemptLimit()
    const opened = parts.sealing.open('user-code', held.sealed, key)
    if (opened === undefined || !isSame(Buffer.from(opened), given ?? '')) {
      await tx.put(userCodes, scope, key, { ...held, attempts: held.attempts + 1 })
      return codeMismatch()
    }
    // Whoever deleted the user meanwhile deleted the code, too.
    const now = (await tx.get(poolUsers, scope, userKey(pool, user.Username))) ?? user
    await tx.delete(userCodes, scope, key)
    return { value: await proven({ tx, view: tx, accountId, nowMs }, now, held) }
  })
  if (outcome instanceof ServiceError) throw outcome
  return outcome.value
}

const isSame = (expected: Buffer, given: string): boolean => {
  const found = Buffer.from(given.trim())
  return found.length === expected.length && timingSafeEqual(found, expected)
}

export const attemptLimit = () =>
  limitExceeded('Attempt limit exceeded, please try after some time.')
