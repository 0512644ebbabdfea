// A forgotten password: a code to an address that was proved, and a new password for it.
// https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
import type {
  ConfirmForgotPasswordRequest,
  ForgotPasswordRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolUser, UserPool, VerifiedAttribute } from '#model/user-pool.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { makeCode, redeemCode } from './codes.ts'
import { expiredCode, invalidParameter, noSuchUser, notAuthorized } from './errors.ts'
import type { FoundClient } from './lookups.ts'
import { migrateUser } from './migrate-user.ts'
import type { UserPoolParts } from './parts.ts'
import { preparePassword } from './password-changes.ts'
import { checkPassword, isPassword } from './passwords.ts'
import {
  applicationOf,
  askPostConfirmation,
  pretend,
  pretendedDetails,
  send,
  userNamed,
} from './sign-up.ts'
import { changed, saveUser } from './users.ts'

export const forgotPassword =
  (parts: UserPoolParts) => async (input: Shape<ForgotPasswordRequest>, call: StoreCall) => {
    const found = await applicationOf(parts, call, input)
    const { pool, client } = found
    const name = input.Username ?? ''
    const asking = { parts, call, ...found, name, clientMetadata: input.ClientMetadata }
    const user =
      (await userNamed(call, pool, name)) ??
      (await migrateUser(asking, undefined, 'UserMigration_ForgotPassword'))
    if (user === undefined) {
      if (client.PreventUserExistenceErrors === 'LEGACY') throw noSuchUser()
      await pretend(call)
      return { CodeDeliveryDetails: pretendedDetails(pool, name) }
    }
    const details = await startRecovery(parts, found, call, user, input.ClientMetadata)
    return { CodeDeliveryDetails: details }
  }

const startRecovery = async (
  parts: UserPoolParts,
  found: FoundClient,
  call: StoreCall,
  user: PoolUser,
  metadata: Readonly<Record<string, string>> | undefined,
) => {
  const { pool } = found
  if (
    !user.Enabled ||
    user.UserStatus === 'FORCE_CHANGE_PASSWORD' ||
    user.UserStatus === 'EXTERNAL_PROVIDER'
  )
    throw notAuthorized('User password cannot be reset in the current state.')
  const attribute = recoveryAttribute(pool, user)
  const code = await call.store.write((tx) =>
    makeCode(
      parts,
      { ...call, tx, view: tx },
      { pool, user, purpose: 'forgot-password' },
      { attribute },
    ),
  )
  return send(parts, found, call, user, 'CustomMessage_ForgotPassword', attribute, code, metadata)
}

/** Where the code goes. Throws where there is no address that was proved, or users are not to do this themselves. */
export const recoveryAttribute = (pool: UserPool, user: PoolUser): VerifiedAttribute => {
  const { RecoveryMechanisms } = pool.settings
  if (RecoveryMechanisms.some(({ Name }) => Name === 'admin_only'))
    throw notAuthorized('Contact administrator to reset password.')
  // AWS: a pool that says nothing sends to the phone first. [API_AccountRecoverySettingType]
  const order =
    RecoveryMechanisms.length === 0
      ? (['phone_number', 'email'] as const)
      : RecoveryMechanisms.map(({ Name }) => (Name === 'verified_email' ? 'email' : 'phone_number'))
  const found = order.find(
    (name) => user.Attributes[name] !== undefined && user.Attributes[`${name}_verified`] === 'true',
  )
  if (found !== undefined) return found
  throw invalidParameter(
    'Cannot reset password for the user as there is no registered/verified email or phone_number',
  )
}

export const confirmForgotPassword =
  (parts: UserPoolParts) =>
  async (
    input: Shape<ConfirmForgotPasswordRequest>,
    call: StoreCall,
  ): Promise<Record<string, never>> => {
    const found = await applicationOf(parts, call, input)
    const { pool, client } = found
    checkPassword(pool.settings.PasswordPolicy, input.Password)
    const user = await userNamed(call, pool, input.Username)
    if (user === undefined) {
      if (client.PreventUserExistenceErrors === 'LEGACY') throw noSuchUser()
      await isPassword(parts, undefined, input.Password ?? '')
      throw expiredCode()
    }
    const change = await preparePassword(parts, pool, user, input.Password)
    const place = { pool, user, purpose: 'forgot-password' } as const
    const saved = await redeemCode(
      parts,
      call,
      place,
      input.ConfirmationCode,
      async (writing, now) => {
        const next = changed(now, call.nowMs, { ...change, UserStatus: 'CONFIRMED' })
        await saveUser(writing, pool, now, next)
        return next
      },
    )
    parts.lockOuts.clear(`${pool.Id}/${saved.Username.toLowerCase()}`)
    parts.lockOuts.clear(`${pool.Id}/${(input.Username ?? '').toLowerCase()}`)
    await askPostConfirmation(parts, found, saved, 'ConfirmForgotPassword', input.ClientMetadata)
    return {}
  }
