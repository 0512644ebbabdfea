// AWS::Cognito::UserPool.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html
import { canonicalJson, isObject } from '#shared/json.ts'
import {
  boolean,
  type Input,
  json,
  list,
  map,
  number,
  type Reader,
  structure,
  text,
  without,
} from '../properties.ts'
import { type ResourceContext, type ResourceType, textMember } from '../resource-type.ts'
import { listOf } from './iam-names.ts'
import { byName, ifThere } from './cognito-names.ts'

/** YAML reads an unquoted ON and OFF as truth values. */
const mfa: Reader<string> = (value, path, audience) => {
  if (typeof value === 'boolean') return value ? 'ON' : 'OFF'
  const given = text(value, path, audience)
  if (['ON', 'OFF', 'OPTIONAL'].includes(given)) return given
  return audience.fail(path, `\`${given}\` is none`, 'Give ON, OFF or OPTIONAL')
}

const byCode: Reader<undefined> = (value, path, audience) => {
  if (value === 'CONFIRM_WITH_LINK')
    audience.report(path, 'CONFIRM_WITH_LINK', 'users get a code to type in, no link')
  return undefined
}

const SENDER = 'there is no KMS to encrypt its codes with; codes are in the mailbox of the gateway'

const LAMBDA = byName({
  CreateAuthChallenge: text,
  CustomEmailSender: without(SENDER),
  CustomMessage: text,
  CustomSMSSender: without(SENDER),
  DefineAuthChallenge: text,
  InboundFederation: without('federated users are taken as they are'),
  KMSKeyID: without(SENDER),
  PostAuthentication: text,
  PostConfirmation: text,
  PreAuthentication: text,
  PreSignUp: text,
  PreTokenGeneration: text,
  PreTokenGenerationConfig: structure(byName({ LambdaArn: text, LambdaVersion: text })),
  UserMigration: text,
  VerifyAuthChallengeResponse: text,
})

const ATTRIBUTE = byName({
  AttributeDataType: text,
  DeveloperOnlyAttribute: boolean,
  Mutable: boolean,
  Name: text,
  NumberAttributeConstraints: structure(byName({ MaxValue: text, MinValue: text })),
  Required: boolean,
  StringAttributeConstraints: structure(byName({ MaxLength: text, MinLength: text })),
})

const PASSWORD_POLICY = byName({
  MinimumLength: number,
  PasswordHistorySize: number,
  RequireLowercase: boolean,
  RequireNumbers: boolean,
  RequireSymbols: boolean,
  RequireUppercase: boolean,
  TemporaryPasswordValidityDays: number,
})

const MESSAGE = byName({ EmailMessage: text, EmailSubject: text, SMSMessage: text })

export const userPool: ResourceType = {
  properties: byName({
    AccountRecoverySetting: structure(
      byName({ RecoveryMechanisms: list(structure(byName({ Name: text, Priority: number }))) }),
    ),
    AdminCreateUserConfig: structure(
      byName({
        AllowAdminCreateUserOnly: boolean,
        InviteMessageTemplate: structure(MESSAGE),
        UnusedAccountValidityDays: number,
      }),
    ),
    AliasAttributes: list(text),
    AutoVerifiedAttributes: list(text),
    DeletionProtection: text,
    DeviceConfiguration: without('devices are not remembered'),
    EmailAuthenticationMessage: without('there is no EMAIL_OTP'),
    EmailAuthenticationSubject: without('there is no EMAIL_OTP'),
    EmailConfiguration: json,
    EmailVerificationMessage: text,
    EmailVerificationSubject: text,
    EnabledMfas: list(text),
    LambdaConfig: structure(LAMBDA),
    MfaConfiguration: mfa,
    Policies: structure(
      byName({
        PasswordPolicy: structure(PASSWORD_POLICY),
        SignInPolicy: without('the first factor is a password'),
      }),
    ),
    Schema: list(structure(ATTRIBUTE)),
    SmsAuthenticationMessage: text,
    SmsConfiguration: json,
    SmsVerificationMessage: text,
    UserAttributeUpdateSettings: structure(
      byName({ AttributesRequireVerificationBeforeUpdate: list(text) }),
    ),
    UserPoolAddOns: without('sign-ins are not scored, and nobody is challenged for a risk'),
    UserPoolName: text,
    UserPoolTags: map(text),
    UserPoolTier: text,
    UsernameAttributes: list(text),
    UsernameConfiguration: structure(byName({ CaseSensitive: boolean })),
    VerificationMessageTemplate: structure(
      byName({
        DefaultEmailOption: byCode,
        EmailMessage: text,
        EmailMessageByLink: without('users get a code to type in, no link'),
        EmailSubject: text,
        EmailSubjectByLink: without('users get a code to type in, no link'),
        SmsMessage: text,
      }),
    ),
    WebAuthnRelyingPartyID: without('there are no passkeys'),
    WebAuthnUserVerification: without('there are no passkeys'),
  }),
  create: async (input, context) => {
    // The factors are set by an operation of their own, below.
    const { UserPoolName, EnabledMfas: _, MfaConfiguration: __, ...rest } = input
    // AWS makes a name of its own where the template has none.
    const PoolName = UserPoolName ?? nameFor(context)
    const made = await context.call('cognito-idp', 'CreateUserPool', { ...rest, PoolName })
    const pool = isObject(made['UserPool']) ? made['UserPool'] : {}
    const id = textMember(pool, 'Id')
    await setMfa(id, input, context)
    return {
      physicalId: id,
      attributes: {
        Arn: textMember(pool, 'Arn'),
        ProviderName: issuerHostOf(id),
        ProviderURL: `https://${issuerHostOf(id)}`,
        UserPoolId: id,
      },
      keys: { poolId: id, names: namesText(input), schema: schemaText(input) },
    }
  },
  update: async (input, existing, context) => {
    const { poolId, names, schema = '[]' } = existing.keys
    if (poolId === undefined || names !== namesText(input)) return undefined
    const news = addedAttributes(input, JSON.parse(schema) as readonly unknown[]) // We wrote it.
    const { UserPoolName, EnabledMfas: _1, MfaConfiguration: _2, Schema: _3, ...rest } = input
    await context.call('cognito-idp', 'SetUserPoolMfaConfig', {
      UserPoolId: poolId,
      MfaConfiguration: 'OFF',
    })
    await context.call('cognito-idp', 'UpdateUserPool', {
      UserPoolTags: {},
      ...rest,
      UserPoolId: poolId,
      ...(UserPoolName !== undefined && { PoolName: UserPoolName }),
    })
    await setMfa(poolId, input, context)
    if (news.length > 0)
      await context.call('cognito-idp', 'AddCustomAttributes', {
        UserPoolId: poolId,
        CustomAttributes: news,
      })
    return { ...existing, keys: { ...existing.keys, schema: schemaText(input) } }
  },
  delete: async ({ keys }, { call }) => {
    // Of a stack from before there were pools here there is a record only.
    if (keys['poolId'] === undefined) return
    await ifThere(call('cognito-idp', 'DeleteUserPool', { UserPoolId: keys['poolId'] }))
  },
}

const nameFor = ({ stackName, logicalId, ids }: ResourceContext): string =>
  `${`${stackName}-${logicalId}`.slice(0, 110)}-${ids.next(9)}`

const issuerHostOf = (id: string): string =>
  `cognito-idp.${id.slice(0, id.indexOf('_'))}.amazonaws.com/${id}`

/** MFA of a pool is switched on by an operation of its own, with its methods. */
const setMfa = async (UserPoolId: string, input: Input, { call }: ResourceContext) => {
  const { MfaConfiguration = 'OFF', SmsConfiguration } = input
  const methods = listOf(input['EnabledMfas'])
  const isSms =
    methods.includes('SMS_MFA') || (methods.length === 0 && SmsConfiguration !== undefined)
  const isToken = methods.includes('SOFTWARE_TOKEN_MFA')
  if (MfaConfiguration === 'OFF' && methods.length === 0) return
  await call('cognito-idp', 'SetUserPoolMfaConfig', {
    UserPoolId,
    MfaConfiguration,
    ...(isSms && { SmsMfaConfiguration: { SmsConfiguration } }),
    SoftwareTokenMfaConfiguration: { Enabled: isToken },
  })
}

/** What a pool cannot change: another one takes its place. */
const namesText = (input: Input): string =>
  canonicalJson([
    input['AliasAttributes'] ?? [],
    input['UsernameAttributes'] ?? [],
    input['UsernameConfiguration'] ?? {},
  ])

const schemaText = (input: Input): string =>
  JSON.stringify(attributesOf(input).map(({ Name }) => String(Name)))

const attributesOf = ({ Schema }: Input): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(Schema) ? Schema.filter(isObject) : []

const addedAttributes = (input: Input, before: readonly unknown[]) =>
  attributesOf(input).filter(({ Name }) => !before.includes(String(Name)))
