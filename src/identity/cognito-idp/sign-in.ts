// A sign-in from the moment that the password was right (or a custom challenge was met): what stands in its way, what is
// asked for still, and the tokens. https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow.html
import type { PoolUser } from '#model/user-pool.ts'
import type { StoreCall } from '#store/transactional.ts'
import { notAuthorized, passwordResetRequired, userDisabled, userNotConfirmed } from './errors.ts'
import { type IssuedTokens, issueTokens, type TokenSource } from './issue-tokens.ts'
import { findUser, type FoundClient, groupsOf } from './lookups.ts'
import { maskedPhone, sendMfaCode } from './messages.ts'
import type { UserPoolParts } from './parts.ts'
import { sealSession } from './sessions.ts'
import { runTrigger } from './triggers.ts'

/** What a sign-in goes by, from its first call to its last. */
export interface SignIn extends FoundClient {
  readonly parts: UserPoolParts
  readonly call: StoreCall
  /** As the user typed it. */
  readonly name: string
  readonly clientMetadata: Readonly<Record<string, string>> | undefined
}

export type AuthAnswer =
  | {
      readonly ChallengeName: string
      readonly Session?: string
      readonly ChallengeParameters: Readonly<Record<string, string>>
    }
  | {
      readonly ChallengeParameters: Readonly<Record<string, never>>
      readonly AuthenticationResult: Omit<IssuedTokens, 'RefreshToken'> & {
        readonly RefreshToken?: string
      }
    }

/** The name that failures are counted by. */
export const lockName = ({ pool, name }: Pick<SignIn, 'pool' | 'name'>): string =>
  `${pool.Id}/${name.toLowerCase()}`

/** As the store has the user now. */
export const currentUser = (
  { call, pool }: Pick<SignIn, 'call' | 'pool'>,
  name: string,
): Promise<PoolUser | undefined> =>
  call.store.read((view) => findUser({ view, accountId: call.accountId }, pool, name))

/** AWS: the function is asked before the password is looked at, for those who are not there, too. */
export const askPreAuthentication = async (
  signIn: SignIn,
  user: PoolUser | undefined,
): Promise<void> => {
  const { parts, pool, client, name, clientMetadata } = signIn
  await runTrigger(parts, {
    pool,
    client,
    user: user ?? { Username: name },
    trigger: 'PreAuthentication',
    source: 'PreAuthentication_Authentication',
    request: {
      userAttributes: user === undefined ? {} : shownAttributes(user),
      validationData: clientMetadata ?? null,
      ...(user === undefined && { userNotFound: true }),
    },
    response: {},
  })
}

export const shownAttributes = (user: PoolUser): Readonly<Record<string, string>> => ({
  ...user.Attributes,
  'cognito:user_status': user.UserStatus,
})

/** The password was right. */
export const afterPassword = async (signIn: SignIn, user: PoolUser): Promise<AuthAnswer> => {
  const { parts, call } = signIn
  if (!user.Enabled) throw userDisabled()
  switch (user.UserStatus) {
    case 'UNCONFIRMED':
      throw userNotConfirmed()
    case 'RESET_REQUIRED':
      throw passwordResetRequired()
    case 'FORCE_CHANGE_PASSWORD':
      if ((user.temporaryUntilMs ?? Number.POSITIVE_INFINITY) <= call.nowMs)
        throw notAuthorized('Temporary password has expired and must be reset by an administrator.')
      return {
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: sealSession(
          parts,
          signIn,
          { challenge: 'NEW_PASSWORD_REQUIRED', username: user.Username },
          call.nowMs,
        ),
        ChallengeParameters: {
          USER_ID_FOR_SRP: user.Username,
          requiredAttributes: JSON.stringify(missingAttributes(signIn, user)),
          userAttributes: JSON.stringify(withoutSub(user.Attributes)),
        },
      }
    default:
      return askMfa(signIn, user, 'TokenGeneration_Authentication')
  }
}

const withoutSub = (attributes: Readonly<Record<string, string>>) => {
  const { sub: _, ...rest } = attributes
  return rest
}

const missingAttributes = ({ pool }: SignIn, user: PoolUser): readonly string[] =>
  pool.SchemaAttributes.filter(
    ({ Name, Required }) => Required && Name !== 'sub' && user.Attributes[Name] === undefined,
  ).map(({ Name }) => `userAttributes.${Name}`)

/** A second factor, where the pool or the user wants one. */
export const askMfa = (
  signIn: SignIn,
  user: PoolUser,
  source: TokenSource,
): Promise<AuthAnswer> => {
  const { settings } = signIn.pool
  const methods = methodsOf(signIn, user)
  if (settings.MfaConfiguration === 'OFF') return finish(signIn, user, source)
  const [first] = methods
  if (first === undefined)
    return settings.MfaConfiguration === 'ON'
      ? askSetup(signIn, user)
      : finish(signIn, user, source)
  const chosen = methods.length === 1 ? first : user.preferredMfa
  if (chosen !== undefined && methods.includes(chosen)) return askFactor(signIn, user, chosen)
  return Promise.resolve(
    challenge(signIn, user, 'SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: JSON.stringify(methods) }),
  )
}

/** What the user can show now. */
const methodsOf = (
  { pool }: SignIn,
  user: PoolUser,
): readonly ('SMS_MFA' | 'SOFTWARE_TOKEN_MFA')[] => {
  const { softwareTokenMfa, smsMfa, MfaConfiguration } = pool.settings
  const isForced = MfaConfiguration === 'ON'
  const has = (method: 'SMS_MFA' | 'SOFTWARE_TOKEN_MFA') => user.mfa?.includes(method) === true
  const sms = has('SMS_MFA') || (isForced && user.totp === undefined)
  const token = has('SOFTWARE_TOKEN_MFA') || isForced
  return [
    ...(smsMfa && sms && user.Attributes['phone_number'] !== undefined
      ? (['SMS_MFA'] as const)
      : []),
    ...(softwareTokenMfa && token && user.totp !== undefined
      ? (['SOFTWARE_TOKEN_MFA'] as const)
      : []),
  ]
}

export const askFactor = async (
  signIn: SignIn,
  user: PoolUser,
  method: 'SMS_MFA' | 'SOFTWARE_TOKEN_MFA',
): Promise<AuthAnswer> => {
  if (method === 'SOFTWARE_TOKEN_MFA') return challenge(signIn, user, method, {})
  const destination = user.Attributes['phone_number'] ?? ''
  await sendMfaCode(signIn, user)
  return challenge(signIn, user, method, {
    CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS',
    CODE_DELIVERY_DESTINATION: maskedPhone(destination),
  })
}

const askSetup = async (signIn: SignIn, user: PoolUser): Promise<AuthAnswer> => {
  const { softwareTokenMfa } = signIn.pool.settings
  if (!softwareTokenMfa)
    throw notAuthorized('User does not have delivery config set to turn on SMS_MFA')
  return challenge(signIn, user, 'MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' })
}

const challenge = (
  signIn: SignIn,
  user: PoolUser,
  name: string,
  parameters: Readonly<Record<string, string>>,
): AuthAnswer => ({
  ChallengeName: name,
  Session: sealSession(
    signIn.parts,
    signIn,
    { challenge: name, username: user.Username },
    signIn.call.nowMs,
  ),
  ChallengeParameters: { ...parameters, USER_ID_FOR_SRP: user.Username },
})

/** Nothing stands in the way any more. */
export const finish = async (
  signIn: SignIn,
  user: PoolUser,
  source: TokenSource,
): Promise<AuthAnswer> => {
  const { parts, pool, client, call, clientMetadata } = signIn
  if (!user.Enabled) throw userDisabled()
  await runTrigger(parts, {
    pool,
    client,
    user,
    trigger: 'PostAuthentication',
    source: 'PostAuthentication_Authentication',
    request: {
      userAttributes: shownAttributes(user),
      newDeviceUsed: false,
      ...(clientMetadata !== undefined && { clientMetadata }),
    },
    response: {},
  })
  const groups = await call.store.read((view) =>
    groupsOf({ view, accountId: call.accountId }, pool, user),
  )
  const AuthenticationResult = await issueTokens(parts, {
    pool,
    client,
    user,
    groups,
    source,
    nowMs: call.nowMs,
    ...(clientMetadata !== undefined && { clientMetadata }),
  })
  return { ChallengeParameters: {}, AuthenticationResult }
}
