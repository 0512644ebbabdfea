// A password becomes a user's: the policy, those that were used before, and the record of the new one.
import type { PoolUser, UserPool } from '#model/user-pool.ts'
import { ServiceError } from '#wire/errors.ts'
import type { UserPoolParts } from './parts.ts'
import { checkPassword, isHashOf, makePassword } from './passwords.ts'

export type PasswordChange = Required<Pick<PoolUser, 'password'>> &
  Pick<PoolUser, 'passwordHistory'>

/** What the user's record becomes. Hashes: never call it in a transaction. Throws AWS's refusals. */
export const preparePassword = async (
  parts: UserPoolParts,
  pool: UserPool,
  user: PoolUser,
  given: string | undefined,
): Promise<PasswordChange> => {
  const policy = pool.settings.PasswordPolicy
  const password = checkPassword(policy, given)
  const size = policy.PasswordHistorySize ?? 0
  const former = [user.password?.hash ?? [], user.passwordHistory ?? []].flat().slice(0, size)
  for (const hash of former)
    if (await isHashOf(parts, hash, password))
      throw new ServiceError(
        'PasswordHistoryPolicyViolationException',
        400,
        'Password has previously been used.',
      )
  const made = await makePassword(parts, pool, user.Username, password)
  return { password: made, passwordHistory: size === 0 ? undefined : former }
}
