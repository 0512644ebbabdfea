// The settings of a pool as a caller gives them → as they are kept: AWS's defaults filled in, what cannot be done here
// refused by name.
import type {
  CreateUserPoolRequest,
  LambdaConfigType,
  PasswordPolicyType,
  UpdateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type {
  LambdaTriggers,
  PasswordPolicy,
  RecoveryMechanism,
  UserPool,
  UserPoolSettings,
} from '#model/user-pool.ts'
import type { Shape } from '#wire/operation.ts'
import { notImplemented } from '#wire/errors.ts'
import { invalidParameter } from './errors.ts'

type Given = Shape<Omit<UpdateUserPoolRequest, 'UserPoolId'>>

const DEFAULT_MESSAGE = 'Your verification code is {####}'
const DEFAULT_INVITE = 'Your username is {username} and temporary password is {####}'

/** Settings that change nothing here: kept, and shown again. */
const SHOWN = ['EmailConfiguration', 'SmsConfiguration', 'UserPoolTier'] as const

export const settingsOf = (given: Given): UserPoolSettings => {
  refuseUnbuilt(given)
  const {
    Policies,
    VerificationMessageTemplate: template = {},
    AdminCreateUserConfig: admin,
  } = given
  const invite = admin?.InviteMessageTemplate ?? {}
  const mfa = given.MfaConfiguration ?? 'OFF'
  if (mfa === 'ON' && given.SmsConfiguration === undefined)
    throw invalidParameter(
      'SMS configuration and Auto verification for phone_number are required when MFA is required/optional',
    )
  return {
    PasswordPolicy: passwordPolicyOf(Policies?.PasswordPolicy),
    DeletionProtection: given.DeletionProtection ?? 'INACTIVE',
    LambdaConfig: triggersOf(given.LambdaConfig),
    AutoVerifiedAttributes: given.AutoVerifiedAttributes,
    VerificationMessages: {
      SMSMessage: template.SmsMessage ?? given.SmsVerificationMessage ?? DEFAULT_MESSAGE,
      EmailMessage: template.EmailMessage ?? given.EmailVerificationMessage ?? DEFAULT_MESSAGE,
      EmailSubject:
        template.EmailSubject ?? given.EmailVerificationSubject ?? 'Your verification code',
    },
    InviteMessages: {
      SMSMessage: invite.SMSMessage ?? DEFAULT_INVITE,
      EmailMessage: invite.EmailMessage ?? DEFAULT_INVITE,
      EmailSubject: invite.EmailSubject ?? 'Your temporary password',
    },
    SmsAuthenticationMessage: given.SmsAuthenticationMessage,
    MfaConfiguration: mfa,
    softwareTokenMfa: false,
    smsMfa: given.SmsConfiguration !== undefined,
    AllowAdminCreateUserOnly: admin?.AllowAdminCreateUserOnly ?? false,
    AttributesRequireVerificationBeforeUpdate:
      given.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate ?? [],
    RecoveryMechanisms: recoveryOf(given.AccountRecoverySetting?.RecoveryMechanisms),
    UserPoolTags: given.UserPoolTags ?? {},
    shown: Object.fromEntries(
      SHOWN.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
    ),
  }
}

/** What only a new pool may say. */
export const firstSettingsOf = (given: Shape<CreateUserPoolRequest>): UserPoolSettings => {
  if (given.AliasAttributes?.length && given.UsernameAttributes?.length)
    throw invalidParameter(
      'Only one of the aliasAttributes or usernameAttributes can be set in a user pool.',
    )
  return {
    ...settingsOf(given),
    AliasAttributes: given.AliasAttributes,
    UsernameAttributes: given.UsernameAttributes,
    CaseSensitive: given.UsernameConfiguration?.CaseSensitive,
  }
}

/** AWS: an update sets everything back that it does not name. [API_UpdateUserPool] */
export const updatedSettings = (pool: UserPool, given: Given): UserPoolSettings => {
  const { settings } = pool
  const { softwareTokenMfa, smsMfa } = settings
  const updated = settingsOf({
    // MFA that was switched on by SetUserPoolMfaConfig needs no SMS.
    ...given,
    ...(given.MfaConfiguration === 'ON' &&
      softwareTokenMfa && { SmsConfiguration: given.SmsConfiguration ?? {} }),
  } as Given) // An empty SmsConfiguration is only looked at for being there.
  return {
    ...updated,
    softwareTokenMfa,
    smsMfa: updated.smsMfa || smsMfa,
    AliasAttributes: settings.AliasAttributes,
    UsernameAttributes: settings.UsernameAttributes,
    CaseSensitive: settings.CaseSensitive,
    UserPoolTags: given.UserPoolTags ?? settings.UserPoolTags,
  }
}

const range = (value: number | undefined, name: string, min: number, max: number): void => {
  if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max))
    throw invalidParameter(
      `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value between ${min} and ${max}`,
    )
}

const passwordPolicyOf = (given: Shape<PasswordPolicyType> | undefined): PasswordPolicy => {
  range(given?.MinimumLength, 'policies.passwordPolicy.minimumLength', 6, 99)
  range(given?.PasswordHistorySize, 'policies.passwordPolicy.passwordHistorySize', 0, 24)
  range(
    given?.TemporaryPasswordValidityDays,
    'policies.passwordPolicy.temporaryPasswordValidityDays',
    0,
    365,
  )
  // AWS: a policy that is given asks for what it names, no policy for everything. [API_PasswordPolicyType]
  const isAsked = (value: boolean | undefined) => value ?? given === undefined
  return {
    MinimumLength: given?.MinimumLength ?? 8,
    RequireUppercase: isAsked(given?.RequireUppercase),
    RequireLowercase: isAsked(given?.RequireLowercase),
    RequireNumbers: isAsked(given?.RequireNumbers),
    RequireSymbols: isAsked(given?.RequireSymbols),
    ...(given?.PasswordHistorySize !== undefined && {
      PasswordHistorySize: given.PasswordHistorySize,
    }),
    TemporaryPasswordValidityDays: given?.TemporaryPasswordValidityDays || 7,
  }
}

const triggersOf = (given: Shape<LambdaConfigType> = {}): LambdaTriggers => {
  for (const name of ['CustomSMSSender', 'CustomEmailSender', 'InboundFederation'] as const)
    if (given[name] !== undefined)
      throw notImplemented(
        `The trigger ${name} is not provided here: its codes are encrypted with KMS, which is not. Codes are in the log and in /_daemun/mailbox.`,
      )
  const {
    KMSKeyID: _,
    CustomSMSSender: _1,
    CustomEmailSender: _2,
    InboundFederation: _3,
    ...own
  } = given
  for (const [name, value] of Object.entries(own)) {
    const arn = typeof value === 'string' ? value : value?.LambdaArn
    if (arn !== undefined && arn !== '' && !/^arn:aws:lambda:[\w-]+:\d{12}:function:.+$/.test(arn))
      throw invalidParameter(
        `1 validation error detected: Value '${arn.slice(0, 200)}' at 'lambdaConfig.${name.slice(0, 1).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?`,
      )
  }
  const set = Object.entries(own).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(set)
}

const recoveryOf = (
  given:
    | readonly { readonly Name?: string | undefined; readonly Priority?: number | undefined }[]
    | undefined,
): readonly RecoveryMechanism[] => {
  if (given === undefined || given.length === 0) return []
  if (given.length > 1 && given.some(({ Name }) => Name === 'admin_only'))
    throw invalidParameter('Account Recovery Setting admin_only can not be combined with others.')
  // The wire has checked the names.
  return (given as readonly RecoveryMechanism[]).toSorted(
    (left, right) => left.Priority - right.Priority,
  )
}

const refuseUnbuilt = (given: Given): void => {
  const { UserPoolAddOns, Policies, KeyConfiguration, IssuerConfiguration, DcrConfiguration } =
    given
  const mode = UserPoolAddOns?.AdvancedSecurityMode
  if (mode !== undefined && mode !== 'OFF') throw unbuilt(`AdvancedSecurityMode ${mode}`)
  const factors = Policies?.SignInPolicy?.AllowedFirstAuthFactors ?? []
  const strange = factors.find((factor) => factor !== 'PASSWORD')
  if (strange !== undefined) throw unbuilt(`the first authentication factor ${strange}`)
  if (KeyConfiguration !== undefined) throw unbuilt('KeyConfiguration')
  if (IssuerConfiguration !== undefined) throw unbuilt('IssuerConfiguration')
  if (DcrConfiguration !== undefined) throw unbuilt('DcrConfiguration')
  if (given.DeviceConfiguration !== undefined) throw unbuilt('DeviceConfiguration')
  if (given.AcrConfiguration !== undefined) throw unbuilt('AcrConfiguration')
  if (given.VerificationMessageTemplate?.DefaultEmailOption === 'CONFIRM_WITH_LINK')
    throw unbuilt('CONFIRM_WITH_LINK')
}

const unbuilt = (what: string) => notImplemented(`User pools have no ${what} here.`)
