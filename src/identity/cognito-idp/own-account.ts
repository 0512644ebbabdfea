// What a user does with an access token: see and change what is their own.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html
import type {
  ChangePasswordRequest,
  DeleteUserAttributesRequest,
  DeleteUserRequest,
  GetUserAttributeVerificationCodeRequest,
  GetUserRequest,
  GlobalSignOutRequest,
  UpdateUserAttributesRequest,
  VerifyUserAttributeRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { VerifiedAttribute } from '#model/user-pool.ts'
import type { ReadCall, StoreCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { callerOf, type TokenCaller } from './caller.ts'
import { makeCode, redeemCode } from './codes.ts'
import { attemptsExceeded, invalidParameter, notAuthorized, wrongPassword } from './errors.ts'
import type { CodeDeliveryDetails } from './messages.ts'
import { sendMessage } from './messages.ts'
import { mfaOf } from './mfa.ts'
import type { UserPoolParts } from './parts.ts'
import { preparePassword } from './password-changes.ts'
import { isPassword } from './passwords.ts'
import { isReadable, isWritable } from './readable-attributes.ts'
import { checkMutable, readAttributes } from './schema-attributes.ts'
import {
  attributeList,
  changed,
  refuseTakenNames,
  saveUser,
  signedOut,
  takeAliases,
} from './users.ts'
import { changesUser, removesUser } from './user-operations.ts'
import { withoutAttributes } from './attribute-changes.ts'

export const getUser = async (input: Shape<GetUserRequest>, call: ReadCall) => {
  const { user, client } = await callerOf(call, input.AccessToken)
  return {
    Username: user.Username,
    UserAttributes: attributeList(user.Attributes, (name) => isReadable(client, name)),
    ...mfaOf(user),
  }
}

const caller = (call: StoreCall, token: string | undefined): Promise<TokenCaller> =>
  call.store.read((view) => callerOf({ ...call, view }, token))

export const updateUserAttributes =
  (parts: UserPoolParts) => async (input: Shape<UpdateUserAttributesRequest>, call: StoreCall) => {
    const { pool, client, user } = await caller(call, input.AccessToken)
    const given = readAttributes(pool, input.UserAttributes)
    for (const name of Object.keys(given))
      if (!isWritable(client, name) || name.endsWith('_verified'))
        throw notAuthorized('A client attempted to write unauthorized attribute')
    checkMutable(pool, user.Attributes, given)
    const { settings } = pool
    const news = (['email', 'phone_number'] as const).filter(
      (name) => given[name] !== undefined && given[name] !== user.Attributes[name],
    )
    const held = news.filter((name) =>
      settings.AttributesRequireVerificationBeforeUpdate.includes(name),
    )
    const toVerify = news.filter(
      (name) => held.includes(name) || settings.AutoVerifiedAttributes?.includes(name) === true,
    )
    const Attributes: Record<string, string> = { ...user.Attributes, ...given }
    for (const name of news) Attributes[`${name}_verified`] = 'false'
    for (const name of held) {
      for (const key of [name, `${name}_verified`]) {
        const before = user.Attributes[key]
        if (before === undefined) delete Attributes[key]
        else Attributes[key] = before
      }
    }
    const next = changed(user, call.nowMs, { Attributes })
    const codes = await call.store.write(async (tx) => {
      const writing = { ...call, tx, view: tx }
      await refuseTakenNames(writing, pool, { Username: user.Username, Attributes: given })
      await saveUser(writing, pool, user, next)
      const made = new Map<VerifiedAttribute, string>()
      for (const attribute of toVerify) {
        const pending = held.includes(attribute) ? { pending: given[attribute] ?? '' } : {}
        const place = { pool, user, purpose: `verify:${attribute}` } as const
        made.set(attribute, await makeCode(parts, writing, place, { attribute, ...pending }))
      }
      return made
    })
    const CodeDeliveryDetailsList: CodeDeliveryDetails[] = []
    for (const [attribute, code] of codes)
      CodeDeliveryDetailsList.push(
        await sendMessage({
          parts,
          pool,
          client,
          user: next,
          source: 'CustomMessage_UpdateUserAttribute',
          attribute,
          destination: given[attribute],
          code,
          nowMs: call.nowMs,
          clientMetadata: input.ClientMetadata,
        }),
      )
    return CodeDeliveryDetailsList.length > 0 ? { CodeDeliveryDetailsList } : {}
  }

type Own = { readonly AccessToken: string | undefined }

const owner = (call: ReadCall, { AccessToken }: Own): Promise<TokenCaller> =>
  callerOf(call, AccessToken)

export const deleteUserAttributes = changesUser<Shape<DeleteUserAttributesRequest>, TokenCaller>(
  owner,
)(({ pool, client, user }, call, input) => {
  for (const name of input.UserAttributeNames ?? [])
    if (!isWritable(client, name))
      throw notAuthorized('A client attempted to write unauthorized attribute')
  return withoutAttributes(pool, user, input.UserAttributeNames, call.nowMs)
})

export const getUserAttributeVerificationCode =
  (parts: UserPoolParts) =>
  async (input: Shape<GetUserAttributeVerificationCodeRequest>, call: StoreCall) => {
    const { pool, client, user } = await caller(call, input.AccessToken)
    const attribute = verifiable(input.AttributeName)
    if (user.Attributes[attribute] === undefined)
      throw invalidParameter(`The user has no ${attribute}.`)
    const place = { pool, user, purpose: `verify:${attribute}` } as const
    const code = await call.store.write((tx) =>
      makeCode(parts, { ...call, tx, view: tx }, place, { attribute }),
    )
    const source = 'CustomMessage_VerifyUserAttribute'
    const { nowMs } = call
    const { ClientMetadata: clientMetadata } = input
    return {
      CodeDeliveryDetails: await sendMessage({
        parts,
        pool,
        client,
        user,
        source,
        attribute,
        code,
        nowMs,
        clientMetadata,
      }),
    }
  }

const verifiable = (name: string | undefined): VerifiedAttribute => {
  if (name === 'email' || name === 'phone_number') return name
  throw invalidParameter('Attribute can not be verified.')
}

export const verifyUserAttribute =
  (parts: UserPoolParts) =>
  async (
    input: Shape<VerifyUserAttributeRequest>,
    call: StoreCall,
  ): Promise<Record<string, never>> => {
    const { pool, user } = await caller(call, input.AccessToken)
    const attribute = verifiable(input.AttributeName)
    const place = { pool, user, purpose: `verify:${attribute}` } as const
    await redeemCode(parts, call, place, input.Code, async (writing, now, { pending }) => {
      const Attributes = {
        ...now.Attributes,
        ...(pending !== undefined && { [attribute]: pending }),
        [`${attribute}_verified`]: 'true',
      }
      const next = changed(now, call.nowMs, { Attributes })
      await refuseTakenNames(writing, pool, next)
      await takeAliases(writing, pool, next, false)
      await saveUser(writing, pool, now, next)
    })
    return {}
  }

export const changePassword =
  (parts: UserPoolParts) =>
  async (input: Shape<ChangePasswordRequest>, call: StoreCall): Promise<Record<string, never>> => {
    const { pool, user } = await caller(call, input.AccessToken)
    const name = `${pool.Id}/${user.Username.toLowerCase()}`
    if (parts.lockOuts.isLocked(name, call.nowMs)) throw attemptsExceeded()
    if (!(await isPassword(parts, user, input.PreviousPassword ?? ''))) {
      parts.lockOuts.failed(name, call.nowMs)
      throw wrongPassword()
    }
    const change = await preparePassword(parts, pool, user, input.ProposedPassword)
    await call.store.write(async (tx) => {
      const { user: now } = await callerOf({ ...call, view: tx }, input.AccessToken)
      await saveUser({ ...call, tx, view: tx }, pool, now, changed(now, call.nowMs, change))
    })
    return {}
  }

export const globalSignOut = changesUser<Shape<GlobalSignOutRequest>, TokenCaller>(owner)(
  ({ user }, { nowMs }) => signedOut(user, nowMs),
)

export const deleteUser = removesUser<Shape<DeleteUserRequest>>(owner)
