// Users who come by themselves, and who have forgotten their password.
// https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
import type {
  ConfirmSignUpRequest,
  ResendConfirmationCodeRequest,
  SignUpRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolUser, UserPool, VerifiedAttribute } from '#model/user-pool.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { checkSecretHash } from './clients.ts'
import { makeCode, redeemCode } from './codes.ts'
import {
  expiredCode,
  invalidParameter,
  noSuchUser,
  notAuthorized,
  usernameExists,
} from './errors.ts'
import { clientOf, findUser, type FoundClient } from './lookups.ts'
import { type CodeDeliveryDetails, masked, type MessageSource, sendMessage } from './messages.ts'
import { newUser } from './new-user.ts'
import type { UserPoolParts } from './parts.ts'
import { checkPassword, makePassword } from './passwords.ts'
import { isWritable } from './readable-attributes.ts'
import {
  checkRequired,
  type GivenAttribute,
  isPhoneNumber,
  readAttributes,
} from './schema-attributes.ts'
import { shownAttributes } from './sign-in.ts'
import { runTrigger } from './triggers.ts'
import { changed, refuseTakenNames, saveUser, takeAliases } from './users.ts'

type Metadata = Readonly<Record<string, string>> | undefined

export const signUp =
  (parts: UserPoolParts) => async (input: Shape<SignUpRequest>, call: StoreCall) => {
    const name = input.Username ?? ''
    const found = await applicationOf(parts, call, input)
    const { pool, client } = found
    if (pool.settings.AllowAdminCreateUserOnly)
      throw notAuthorized('SignUp is not permitted for this user pool')
    const password = checkPassword(pool.settings.PasswordPolicy, input.Password)
    const attributes = readAttributes(pool, input.UserAttributes)
    for (const own of Object.keys(attributes))
      if (!isWritable(client, own) || own === 'sub' || own.endsWith('_verified'))
        throw notAuthorized('A client attempted to write unauthorized attribute')
    const base = newUser(parts, pool, {
      name,
      attributes,
      status: 'UNCONFIRMED',
      nowMs: call.nowMs,
    })
    checkRequired(pool, base.Attributes)
    await call.store.read((view) => refuseTaken({ ...call, view }, pool, name, base))
    const decided = await askPreSignUp(
      parts,
      found,
      base,
      input.ValidationData,
      input.ClientMetadata,
    )
    const user = { ...decided, password: await makePassword(parts, pool, base.Username, password) }
    const attribute = attributeToVerify(pool, user)
    const isConfirmed = user.UserStatus === 'CONFIRMED'
    const code = await call.store.write(async (tx) => {
      const writing = { tx, view: tx, accountId: call.accountId, nowMs: call.nowMs }
      await refuseTaken(writing, pool, name, user)
      await saveUser(writing, pool, undefined, user)
      await takeAliases(writing, pool, user, false)
      if (isConfirmed || attribute === undefined) return undefined
      return makeCode(parts, writing, { pool, user, purpose: 'sign-up' }, { attribute })
    })
    if (isConfirmed)
      await askPostConfirmation(parts, found, user, 'ConfirmSignUp', input.ClientMetadata)
    const details =
      code === undefined || attribute === undefined
        ? undefined
        : await send(
            parts,
            found,
            call,
            user,
            'CustomMessage_SignUp',
            attribute,
            code,
            input.ClientMetadata,
          )
    return {
      UserConfirmed: isConfirmed,
      UserSub: user.sub,
      ...(details !== undefined && { CodeDeliveryDetails: details }),
    }
  }

/** The client of a call that names a user: the secret hash is of that name. */
export const applicationOf = async (
  parts: UserPoolParts,
  call: StoreCall,
  input: {
    readonly ClientId: string | undefined
    readonly Username: string | undefined
    readonly SecretHash?: string | undefined
  },
): Promise<FoundClient> => {
  const found = await call.store.read((view) => clientOf({ ...call, view }, input.ClientId))
  checkSecretHash(parts, found.client, [input.Username ?? ''], input.SecretHash)
  return found
}

const refuseTaken = async (
  call: Parameters<typeof findUser>[0],
  pool: UserPool,
  name: string,
  user: PoolUser,
): Promise<void> => {
  await refuseTakenNames(call, pool, user)
  const held = await findUser(call, pool, name)
  if (held !== undefined) throw usernameExists('User already exists')
}

/** What a PreSignUp function decides of the user. */
const askPreSignUp = async (
  parts: UserPoolParts,
  { pool, client }: FoundClient,
  user: PoolUser,
  validationData: readonly GivenAttribute[] | undefined,
  clientMetadata: Metadata,
): Promise<PoolUser> => {
  const { sub: _, ...userAttributes } = user.Attributes
  const response = await runTrigger(parts, {
    pool,
    client,
    user,
    trigger: 'PreSignUp',
    source: 'PreSignUp_SignUp',
    request: {
      userAttributes,
      validationData: dataOf(validationData),
      ...(clientMetadata !== undefined && { clientMetadata }),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  })
  return decidedBy(response, user)
}

export const dataOf = (given: readonly GivenAttribute[] | undefined) =>
  given === undefined
    ? null
    : Object.fromEntries(given.map(({ Name = '', Value = '' }) => [Name, Value]))

export const decidedBy = (
  response: Readonly<Record<string, unknown>>,
  user: PoolUser,
): PoolUser => {
  const { email, phone_number: phone } = user.Attributes
  if (response['autoVerifyEmail'] === true && email === undefined)
    throw invalidParameter('Auto verify email is set but the user has no email.')
  return {
    ...user,
    UserStatus: response['autoConfirmUser'] === true ? 'CONFIRMED' : user.UserStatus,
    Attributes: {
      ...user.Attributes,
      ...(response['autoVerifyEmail'] === true && { email_verified: 'true' }),
      ...(response['autoVerifyPhone'] === true &&
        phone !== undefined && { phone_number_verified: 'true' }),
    },
  }
}

export const askPostConfirmation = async (
  parts: UserPoolParts,
  { pool, client }: { readonly pool: UserPool; readonly client?: { readonly ClientId: string } },
  user: PoolUser,
  what: 'ConfirmSignUp' | 'ConfirmForgotPassword',
  clientMetadata: Metadata,
): Promise<void> => {
  await runTrigger(parts, {
    pool,
    client,
    user,
    trigger: 'PostConfirmation',
    source: `PostConfirmation_${what}`,
    request: {
      userAttributes: shownAttributes(user),
      ...(clientMetadata !== undefined && { clientMetadata }),
    },
    response: {},
  })
}

/** AWS: of both, the phone. [guide: signing-up-users-in-your-app] */
const attributeToVerify = (pool: UserPool, user: PoolUser): VerifiedAttribute | undefined => {
  const wanted = pool.settings.AutoVerifiedAttributes ?? []
  return (['phone_number', 'email'] as const).find(
    (name) => wanted.includes(name) && user.Attributes[name] !== undefined,
  )
}

export const send = (
  parts: UserPoolParts,
  { pool, client }: FoundClient,
  { nowMs }: Pick<StoreCall, 'nowMs'>,
  user: PoolUser,
  source: MessageSource,
  attribute: VerifiedAttribute,
  code: string,
  clientMetadata: Metadata,
): Promise<CodeDeliveryDetails> =>
  sendMessage({ parts, pool, client, user, source, attribute, code, nowMs, clientMetadata })

export const confirmSignUp =
  (parts: UserPoolParts) =>
  async (input: Shape<ConfirmSignUpRequest>, call: StoreCall): Promise<Record<string, never>> => {
    const found = await applicationOf(parts, call, input)
    const { pool, client } = found
    const user = await userNamed(call, pool, input.Username)
    if (user === undefined) {
      // AWS: as if there were a code that is not this one. [guide: cognito-user-pool-managing-errors]
      throw client.PreventUserExistenceErrors === 'LEGACY' ? noSuchUser() : expiredCode()
    }
    if (user.UserStatus !== 'UNCONFIRMED')
      throw notAuthorized(`User cannot be confirmed. Current status is ${user.UserStatus}`)
    const place = { pool, user, purpose: 'sign-up' } as const
    const confirmed = await redeemCode(
      parts,
      call,
      place,
      input.ConfirmationCode,
      async (writing, now, { attribute }) => {
        const saved = changed(now, call.nowMs, {
          UserStatus: 'CONFIRMED',
          Attributes: { ...now.Attributes, [`${attribute}_verified`]: 'true' },
        })
        await takeAliases(writing, pool, saved, input.ForceAliasCreation === true)
        await saveUser(writing, pool, now, saved)
        return saved
      },
    )
    await askPostConfirmation(parts, found, confirmed, 'ConfirmSignUp', input.ClientMetadata)
    return {}
  }

export const userNamed = (
  call: StoreCall,
  pool: UserPool,
  name: string | undefined,
): Promise<PoolUser | undefined> =>
  call.store.read((view) => findUser({ view, accountId: call.accountId }, pool, name ?? ''))

export const resendConfirmationCode =
  (parts: UserPoolParts) =>
  async (input: Shape<ResendConfirmationCodeRequest>, call: StoreCall) => {
    const found = await applicationOf(parts, call, input)
    const { pool, client } = found
    const user = await userNamed(call, pool, input.Username)
    if (user === undefined) {
      if (client.PreventUserExistenceErrors === 'LEGACY') throw noSuchUser()
      await pretend(call)
      return { CodeDeliveryDetails: pretendedDetails(pool, input.Username ?? '') }
    }
    if (user.UserStatus !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.')
    const attribute = attributeToVerify(pool, user)
    if (attribute === undefined) throw invalidParameter('Auto verification not turned on.')
    const code = await call.store.write((tx) =>
      makeCode(parts, { ...call, tx, view: tx }, { pool, user, purpose: 'sign-up' }, { attribute }),
    )
    const source = 'CustomMessage_ResendCode'
    return {
      CodeDeliveryDetails: await send(
        parts,
        found,
        call,
        user,
        source,
        attribute,
        code,
        input.ClientMetadata,
      ),
    }
  }

/** Costs what a code costs: a commit. */
export const pretend = (call: StoreCall): Promise<void> => call.store.write(async () => undefined)

/** What a code for somebody who is not there would have been sent to: the same each time. */
export const pretendedDetails = (pool: UserPool, name: string): CodeDeliveryDetails => {
  const byPhone = isPhoneNumber(name) && pool.settings.UsernameAttributes?.includes('phone_number')
  const letter = name.slice(0, 1).toLowerCase() || 'a'
  return byPhone
    ? {
        AttributeName: 'phone_number',
        DeliveryMedium: 'SMS',
        Destination: masked('phone_number', name),
      }
    : {
        AttributeName: 'email',
        DeliveryMedium: 'EMAIL',
        Destination: name.includes('@') ? masked('email', name) : `${letter}***@${letter}***`,
      }
}
