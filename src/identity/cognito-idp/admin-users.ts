// What an operator does with users.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html
import type {
  AdminConfirmSignUpRequest,
  AdminCreateUserRequest,
  AdminDeleteUserAttributesRequest,
  AdminDeleteUserRequest,
  AdminDisableUserRequest,
  AdminGetUserRequest,
  AdminResetUserPasswordRequest,
  AdminSetUserPasswordRequest,
  AdminUpdateUserAttributesRequest,
  AdminUserGlobalSignOutRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolUser, UserPool } from '#model/user-pool.ts'
import type { Transaction } from '#store/store.ts'
import type { ReadCall, StoreCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { withAttributes, withoutAttributes } from './attribute-changes.ts'
import { makeCode } from './codes.ts'
import { noSuchUser, notAuthorized, unsupportedUserState, usernameExists } from './errors.ts'
import { recoveryAttribute } from './forgot-password.ts'
import { findUser, poolOf, userOf } from './lookups.ts'
import { sendInvitation, sendMessage } from './messages.ts'
import { mfaOf } from './mfa.ts'
import { newUser } from './new-user.ts'
import type { UserPoolParts } from './parts.ts'
import { preparePassword } from './password-changes.ts'
import { checkPassword, makePassword } from './passwords.ts'
import { checkRequired, readAttributes } from './schema-attributes.ts'
import { askPostConfirmation, dataOf, decidedBy } from './sign-up.ts'
import { temporaryPassword } from './temporary-password.ts'
import { runTrigger } from './triggers.ts'
import {
  attributeList,
  changed,
  refuseTakenNames,
  saveUser,
  signedOut,
  takeAliases,
  userShape,
} from './users.ts'
import { changesUser, removesUser } from './user-operations.ts'

const DAY_MS = 86_400_000

/** In the transaction of a deployment where there is one: functions are not asked then. */
export const adminCreateUser =
  (parts: UserPoolParts) => async (input: Shape<AdminCreateUserRequest>, call: StoreCall) => {
    const found = await reading(call, async (view) => {
      const pool = await poolOf({ ...call, view }, input.UserPoolId)
      return { pool, held: await findUser({ ...call, view }, pool, input.Username ?? '') }
    })
    const { pool, held } = found
    const { MessageAction, ClientMetadata: clientMetadata } = input
    if (MessageAction === 'RESEND') return resend(parts, call, pool, held, input)
    if (held !== undefined) throw usernameExists('User account already exists')
    const attributes = readAttributes(pool, input.UserAttributes)
    const { TemporaryPassword = temporaryPassword(parts, pool.settings.PasswordPolicy) } = input
    const password = checkPassword(pool.settings.PasswordPolicy, TemporaryPassword)
    const base = newUser(parts, pool, {
      name: input.Username ?? '',
      attributes,
      status: 'FORCE_CHANGE_PASSWORD',
      nowMs: call.nowMs,
    })
    checkRequired(pool, base.Attributes)
    const decided = call.tx === undefined ? await askPreSignUp(parts, pool, base, input) : base
    const user: PoolUser = {
      ...decided,
      UserStatus: 'FORCE_CHANGE_PASSWORD',
      temporaryUntilMs: temporaryUntil(pool, call.nowMs),
      password: await makePassword(parts, pool, base.Username, password),
    }
    await writing(call, async (tx) => {
      const inside = { ...call, tx, view: tx }
      await refuseTakenNames(inside, pool, user)
      if ((await findUser(inside, pool, input.Username ?? '')) !== undefined)
        throw usernameExists('User account already exists')
      await takeAliases(inside, pool, user, input.ForceAliasCreation === true)
      await saveUser(inside, pool, undefined, user)
    })
    if (MessageAction !== 'SUPPRESS') {
      const asked = call.tx === undefined ? pool : withoutTriggers(pool)
      await sendInvitation(
        { parts, pool: asked, call, clientMetadata },
        user,
        password,
        mediumsOf(input),
      )
    }
    return { User: userShape(user) }
  }

/** The functions of a template are there when all of it is. */
const withoutTriggers = (pool: UserPool): UserPool => ({
  ...pool,
  settings: { ...pool.settings, LambdaConfig: {} },
})

const mediumsOf = ({ DesiredDeliveryMediums }: Shape<AdminCreateUserRequest>): readonly string[] =>
  DesiredDeliveryMediums === undefined || DesiredDeliveryMediums.length === 0
    ? ['SMS', 'EMAIL']
    : DesiredDeliveryMediums

const temporaryUntil = ({ settings }: UserPool, nowMs: number): number =>
  nowMs + settings.PasswordPolicy.TemporaryPasswordValidityDays * DAY_MS

const reading = <T>(call: StoreCall, work: (view: ReadCall['view']) => Promise<T>): Promise<T> =>
  call.tx === undefined ? call.store.read(work) : work(call.tx)

const writing = <T>(call: StoreCall, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  call.tx === undefined ? call.store.write(work) : work(call.tx)

const askPreSignUp = async (
  parts: UserPoolParts,
  pool: UserPool,
  user: PoolUser,
  { ValidationData, ClientMetadata }: Shape<AdminCreateUserRequest>,
): Promise<PoolUser> => {
  const { sub: _, ...userAttributes } = user.Attributes
  const response = await runTrigger(parts, {
    pool,
    user,
    trigger: 'PreSignUp',
    source: 'PreSignUp_AdminCreateUser',
    request: {
      userAttributes,
      validationData: dataOf(ValidationData),
      ...(ClientMetadata !== undefined && { clientMetadata: ClientMetadata }),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  })
  return decidedBy(response, user)
}

/** A new temporary password for who has not used the first. */
const resend = async (
  parts: UserPoolParts,
  call: StoreCall,
  pool: UserPool,
  user: PoolUser | undefined,
  input: Shape<AdminCreateUserRequest>,
) => {
  if (user === undefined) throw noSuchUser()
  if (user.UserStatus !== 'FORCE_CHANGE_PASSWORD')
    throw unsupportedUserState(
      'Resend not possible. Current user status is not FORCE_CHANGE_PASSWORD',
    )
  const { TemporaryPassword = temporaryPassword(parts, pool.settings.PasswordPolicy) } = input
  const password = checkPassword(pool.settings.PasswordPolicy, TemporaryPassword)
  const next = changed(user, call.nowMs, {
    temporaryUntilMs: temporaryUntil(pool, call.nowMs),
    password: await makePassword(parts, pool, user.Username, password),
  })
  await writing(call, (tx) => saveUser({ ...call, tx, view: tx }, pool, user, next))
  const { ClientMetadata: clientMetadata } = input
  await sendInvitation({ parts, pool, call, clientMetadata }, next, password, mediumsOf(input))
  return { User: userShape(next) }
}

export const adminSetUserPassword =
  (parts: UserPoolParts) =>
  async (
    input: Shape<AdminSetUserPasswordRequest>,
    call: StoreCall,
  ): Promise<Record<string, never>> => {
    const { pool, user } = await reading(call, (view) => named({ ...call, view }, input))
    if (user.UserStatus === 'EXTERNAL_PROVIDER')
      throw unsupportedUserState('Users of another provider have no password here.')
    const change = await preparePassword(parts, pool, user, input.Password)
    const isPermanent = input.Permanent === true
    await writing(call, async (tx) => {
      const inside = { ...call, tx, view: tx }
      const now = await userOf(inside, pool, user.Username)
      const next = changed(now, call.nowMs, {
        ...change,
        UserStatus: isPermanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
        temporaryUntilMs: isPermanent ? undefined : temporaryUntil(pool, call.nowMs),
      })
      await saveUser(inside, pool, now, next)
    })
    parts.lockOuts.clear(`${pool.Id}/${user.Username.toLowerCase()}`)
    return {}
  }

type Named = { readonly UserPoolId: string | undefined; readonly Username: string | undefined }

const named = async (call: ReadCall, input: Named) => {
  const pool = await poolOf(call, input.UserPoolId)
  return { pool, user: await userOf(call, pool, input.Username) }
}

export const adminGetUser = async (input: Shape<AdminGetUserRequest>, call: ReadCall) => {
  const { user } = await named(call, input)
  const { Attributes: _, ...shape } = userShape(user)
  return { ...shape, UserAttributes: attributeList(user.Attributes), ...mfaOf(user) }
}

export const adminConfirmSignUp =
  (parts: UserPoolParts) =>
  async (
    input: Shape<AdminConfirmSignUpRequest>,
    call: StoreCall,
  ): Promise<Record<string, never>> => {
    const { pool, user } = await call.store.write(async (tx) => {
      const inside = { ...call, tx, view: tx }
      const found = await named(inside, input)
      if (found.user.UserStatus !== 'UNCONFIRMED')
        throw notAuthorized(`User cannot be confirmed. Current status is ${found.user.UserStatus}`)
      const next = changed(found.user, call.nowMs, { UserStatus: 'CONFIRMED' })
      await saveUser(inside, found.pool, found.user, next)
      return { pool: found.pool, user: next }
    })
    await askPostConfirmation(parts, { pool }, user, 'ConfirmSignUp', input.ClientMetadata)
    return {}
  }

export const adminUpdateUserAttributes = async (
  input: Shape<AdminUpdateUserAttributesRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const { pool, user } = await named(call, input)
  const next = withAttributes(pool, user, input.UserAttributes, call.nowMs)
  await refuseTakenNames(call, pool, next)
  await takeAliases(call, pool, next, true)
  await saveUser(call, pool, user, next)
  return {}
}

export const adminDeleteUserAttributes = changesUser<Shape<AdminDeleteUserAttributesRequest>>(
  named,
)(({ pool, user }, { nowMs }, input) =>
  withoutAttributes(pool, user, input.UserAttributeNames, nowMs),
)

export const adminSetEnabled = (Enabled: boolean) =>
  changesUser<Shape<AdminDisableUserRequest>>(named)(({ user }, { nowMs }) =>
    // AWS: who is disabled has signed out, too.
    changed(user, nowMs, { Enabled, ...(!Enabled && { signedOutAtMs: nowMs }) }),
  )

export const adminDeleteUser = removesUser<Shape<AdminDeleteUserRequest>>(named)

export const adminUserGlobalSignOut = changesUser<Shape<AdminUserGlobalSignOutRequest>>(named)(
  ({ user }, { nowMs }) => signedOut(user, nowMs),
)

export const adminResetUserPassword =
  (parts: UserPoolParts) =>
  async (
    input: Shape<AdminResetUserPasswordRequest>,
    call: StoreCall,
  ): Promise<Record<string, never>> => {
    const { pool, user, attribute, code } = await call.store.write(async (tx) => {
      const inside = { ...call, tx, view: tx }
      const found = await named(inside, input)
      if (found.user.UserStatus !== 'CONFIRMED' && found.user.UserStatus !== 'RESET_REQUIRED')
        throw notAuthorized('User password cannot be reset in the current state.')
      const where = recoveryAttribute(found.pool, found.user)
      const next = changed(found.user, call.nowMs, { UserStatus: 'RESET_REQUIRED' })
      await saveUser(inside, found.pool, found.user, next)
      const place = { pool: found.pool, user: next, purpose: 'forgot-password' } as const
      const made = await makeCode(parts, inside, place, { attribute: where })
      return { pool: found.pool, user: next, attribute: where, code: made }
    })
    const source = 'CustomMessage_ForgotPassword'
    const { nowMs } = call
    const { ClientMetadata: clientMetadata } = input
    await sendMessage({ parts, pool, user, source, attribute, code, nowMs, clientMetadata })
    return {}
  }
