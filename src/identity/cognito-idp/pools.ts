// User pools. https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
import type {
  AddCustomAttributesRequest,
  CreateUserPoolRequest,
  DeleteUserPoolRequest,
  DescribeUserPoolRequest,
  GetUserPoolMfaConfigRequest,
  ListUserPoolsRequest,
  SetUserPoolMfaConfigRequest,
  UpdateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { UserPool } from '#model/user-pool.ts'
import { directory } from '#store/collections.ts'
import { type ReadCall, type StoreCall, type WriteCall, writes } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import {
  clientPools,
  clientsScope,
  DOMAINS_SCOPE,
  groupMembers,
  identityProviders,
  poolClients,
  poolDomains,
  poolGroups,
  poolScope,
  poolUsers,
  resourceServers,
  revokedTokens,
  userCodes,
  userCounts,
  userIndex,
  userPools,
} from './collections.ts'
import { invalidParameter } from './errors.ts'
import { poolOf } from './lookups.ts'
import { pageAfter, pageToken } from './pages.ts'
import type { UserPoolParts } from './parts.ts'
import { firstSettingsOf, updatedSettings } from './pool-settings.ts'
import { schemaOf, withCustom } from './schema-attributes.ts'
import { makeSigningKeys, poolEntryKey, publishPool } from './signing-keys.ts'

const NAME = /^[\w\s+=,.@-]{1,128}$/

/** The keys are made before the transaction: nobody waits for them with the store in hand. */
export const createUserPool =
  (parts: UserPoolParts) => async (input: Shape<CreateUserPoolRequest>, call: StoreCall) => {
    const settings = firstSettingsOf(input)
    const SchemaAttributes = schemaOf(input.Schema)
    const Name = checkPoolName(input.PoolName)
    const keys = await makeSigningKeys(parts, call.nowMs)
    return writes(async (_: typeof input, here: WriteCall) => {
      const Id = `${here.region}_${poolSuffix(here.ids.next(9))}`
      const pool: UserPool = {
        Id,
        Name,
        Arn: `arn:aws:cognito-idp:${here.region}:${here.accountId}:userpool/${Id}`,
        CreationDate: here.nowMs,
        LastModifiedDate: here.nowMs,
        settings,
        SchemaAttributes,
        keys,
      }
      await here.tx.put(userPools, poolScope(here, Id), Id, pool)
      await publishPool(here.tx, pool)
      return { UserPool: await poolShape(here, pool) }
    })(input, call)
  }

/** AWS's ids have capitals; every other letter is one, so that a template's ids stay what they are. */
const poolSuffix = (id: string): string =>
  [...id].map((letter, at) => (at % 2 === 0 ? letter.toUpperCase() : letter)).join('')

const checkPoolName = (name = ''): string => {
  if (NAME.test(name)) return name
  throw invalidParameter(
    `1 validation error detected: Value '${name.slice(0, 130)}' at 'poolName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+`,
  )
}

export const describeUserPool = async (input: Shape<DescribeUserPoolRequest>, call: ReadCall) => ({
  UserPool: await poolShape(call, await poolOf(call, input.UserPoolId)),
})

export const updateUserPool = async (
  input: Shape<UpdateUserPoolRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const pool = await poolOf(call, input.UserPoolId)
  const { UserPoolId: _, PoolName, ...given } = input
  const settings = updatedSettings(pool, given)
  const Name = PoolName === undefined ? pool.Name : checkPoolName(PoolName)
  await savePool(call, { ...pool, Name, settings })
  return {}
}

export const savePool = async (call: WriteCall, pool: UserPool): Promise<void> => {
  const saved = { ...pool, LastModifiedDate: call.nowMs }
  await call.tx.put(userPools, poolScope(call, pool.Id), pool.Id, saved)
}

export const deleteUserPool = async (
  input: Shape<DeleteUserPoolRequest>,
  call: WriteCall,
): Promise<void> => {
  const pool = await poolOf(call, input.UserPoolId)
  const { tx } = call
  if (pool.settings.DeletionProtection === 'ACTIVE')
    throw invalidParameter(
      'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
    )
  if ((await domainOf(call, pool.Id)) !== undefined)
    throw invalidParameter(
      'User pool cannot be deleted. It has a domain configured that should be deleted first.',
    )
  const scope = poolScope(call, pool.Id)
  const prefix = `${pool.Id}/`
  for (const { value } of await call.view.list(poolClients, scope, { prefix }))
    await tx.delete(clientPools, clientsScope(call), value.ClientId)
  await tx.delete(userPools, scope, pool.Id)
  await tx.delete(userCounts, scope, pool.Id)
  for (const held of [
    poolClients,
    poolUsers,
    userIndex,
    poolGroups,
    groupMembers,
    resourceServers,
    identityProviders,
    userCodes,
    revokedTokens,
  ])
    await tx.deletePrefix<unknown>(held, scope, prefix)
  await tx.delete(directory, GLOBAL_SCOPE, poolEntryKey(pool.Id))
}

export const listUserPools = async (input: Shape<ListUserPoolsRequest>, call: ReadCall) => {
  const { after, limit } = pageAfter(input.MaxResults, input.NextToken, 60, 'maxResults')
  const scope = { accountId: call.accountId, region: call.region }
  const found = await call.view.list(userPools, scope, {
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  return {
    UserPools: found.slice(0, limit).map(({ value }) => ({
      Id: value.Id,
      Name: value.Name,
      LambdaConfig: value.settings.LambdaConfig,
      CreationDate: value.CreationDate,
      LastModifiedDate: value.LastModifiedDate,
    })),
    ...pageToken('NextToken', found, limit),
  }
}

export const addCustomAttributes = async (
  input: Shape<AddCustomAttributesRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const pool = await poolOf(call, input.UserPoolId)
  const SchemaAttributes = withCustom(pool.SchemaAttributes, input.CustomAttributes ?? [])
  await savePool(call, { ...pool, SchemaAttributes })
  return {}
}

export const getUserPoolMfaConfig = async (
  input: Shape<GetUserPoolMfaConfigRequest>,
  call: ReadCall,
) => mfaShape(await poolOf(call, input.UserPoolId))

export const setUserPoolMfaConfig = async (
  input: Shape<SetUserPoolMfaConfigRequest>,
  call: WriteCall,
) => {
  const pool = await poolOf(call, input.UserPoolId)
  if (input.EmailMfaConfiguration !== undefined)
    throw notImplemented('User pools have no EMAIL_OTP here.')
  if (input.WebAuthnConfiguration !== undefined)
    throw notImplemented('User pools have no passkeys (WebAuthn) here.')
  const { SmsMfaConfiguration: sms, SoftwareTokenMfaConfiguration: token } = input
  const MfaConfiguration = input.MfaConfiguration ?? pool.settings.MfaConfiguration
  const settings = {
    ...pool.settings,
    MfaConfiguration,
    softwareTokenMfa: token?.Enabled ?? pool.settings.softwareTokenMfa,
    smsMfa: sms !== undefined || pool.settings.smsMfa,
    SmsAuthenticationMessage:
      sms?.SmsAuthenticationMessage ?? pool.settings.SmsAuthenticationMessage,
  }
  if (MfaConfiguration !== 'OFF' && !settings.softwareTokenMfa && !settings.smsMfa)
    throw invalidParameter(
      "Invalid MFA configuration given, can't turn on MFA without an MFA method being configured.",
    )
  const saved = { ...pool, settings }
  await savePool(call, saved)
  return mfaShape(saved)
}

const mfaShape = ({ settings }: UserPool) => ({
  MfaConfiguration: settings.MfaConfiguration,
  ...(settings.softwareTokenMfa && { SoftwareTokenMfaConfiguration: { Enabled: true } }),
  ...(settings.smsMfa && {
    SmsMfaConfiguration: {
      SmsAuthenticationMessage: settings.SmsAuthenticationMessage,
      SmsConfiguration: settings.shown['SmsConfiguration'],
    },
  }),
})

export const domainOf = async (call: Pick<ReadCall, 'view'>, poolId: string) =>
  (await call.view.list(poolDomains, DOMAINS_SCOPE)).find(
    ({ value }) => value.UserPoolId === poolId,
  )?.value

const poolShape = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  { Id, Name, Arn, CreationDate, LastModifiedDate, SchemaAttributes, settings }: UserPool,
) => {
  const { VerificationMessages: sent, InviteMessages, UsernameAttributes, shown } = settings
  const count = await call.view.get(userCounts, poolScope(call, Id), Id)
  const domain = await domainOf(call, Id)
  return {
    Id,
    Name,
    Arn,
    CreationDate,
    LastModifiedDate,
    SchemaAttributes,
    Policies: { PasswordPolicy: settings.PasswordPolicy },
    DeletionProtection: settings.DeletionProtection,
    LambdaConfig: settings.LambdaConfig,
    AutoVerifiedAttributes: settings.AutoVerifiedAttributes,
    AliasAttributes: settings.AliasAttributes,
    UsernameAttributes,
    SmsVerificationMessage: sent.SMSMessage,
    EmailVerificationMessage: sent.EmailMessage,
    EmailVerificationSubject: sent.EmailSubject,
    VerificationMessageTemplate: {
      DefaultEmailOption: 'CONFIRM_WITH_CODE',
      SmsMessage: sent.SMSMessage,
      EmailMessage: sent.EmailMessage,
      EmailSubject: sent.EmailSubject,
    },
    SmsAuthenticationMessage: settings.SmsAuthenticationMessage,
    MfaConfiguration: settings.MfaConfiguration,
    UserAttributeUpdateSettings: {
      AttributesRequireVerificationBeforeUpdate: settings.AttributesRequireVerificationBeforeUpdate,
    },
    EstimatedNumberOfUsers: count?.count ?? 0,
    EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
    ...shown,
    UserPoolTags: settings.UserPoolTags,
    Domain: domain?.CustomDomainConfig === undefined ? domain?.Domain : undefined,
    CustomDomain: domain?.CustomDomainConfig === undefined ? undefined : domain.Domain,
    AdminCreateUserConfig: {
      AllowAdminCreateUserOnly: settings.AllowAdminCreateUserOnly,
      UnusedAccountValidityDays: settings.PasswordPolicy.TemporaryPasswordValidityDays,
      InviteMessageTemplate: InviteMessages,
    },
    ...(settings.CaseSensitive !== undefined && {
      UsernameConfiguration: { CaseSensitive: settings.CaseSensitive },
    }),
    ...(settings.RecoveryMechanisms.length > 0 && {
      AccountRecoverySetting: { RecoveryMechanisms: settings.RecoveryMechanisms },
    }),
  }
}
