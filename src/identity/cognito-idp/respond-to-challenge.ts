// RespondToAuthChallenge and AdminRespondToAuthChallenge: every further call of a sign-in.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html
import type {
  AdminRespondToAuthChallengeRequest,
  RespondToAuthChallengeRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolUser } from '#model/user-pool.ts'
import type { StoreCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { checkSecretHash } from './clients.ts'
import { redeemCode } from './codes.ts'
import { answerCustomChallenge } from './custom-auth.ts'
import { attemptsExceeded, codeMismatch, invalidParameter, notAuthorized } from './errors.ts'
import { required } from './initiate-auth.ts'
import { clientOf, clientOfPool, poolOf } from './lookups.ts'
import { acceptTotp } from './mfa.ts'
import type { UserPoolParts } from './parts.ts'
import { preparePassword } from './password-changes.ts'
import { isWritable } from './readable-attributes.ts'
import { checkMutable, checkRequired, readAttributes } from './schema-attributes.ts'
import { invalidSession, openSession, type Session, spendSession } from './sessions.ts'
import {
  askFactor,
  askMfa,
  type AuthAnswer,
  currentUser,
  finish,
  lockName,
  type SignIn,
} from './sign-in.ts'
import { answerSrp } from './srp-sign-in.ts'
import { changed, saveUser } from './users.ts'

type Answers = Readonly<Record<string, string>>

export const respondToAuthChallenge =
  (parts: UserPoolParts) =>
  async (input: Shape<RespondToAuthChallengeRequest>, call: StoreCall): Promise<AuthAnswer> => {
    const found = await call.store.read((view) => clientOf({ ...call, view }, input.ClientId))
    return respond({ parts, call, ...found, ...whoOf(input) }, input)
  }

export const adminRespondToAuthChallenge =
  (parts: UserPoolParts) =>
  async (
    input: Shape<AdminRespondToAuthChallengeRequest>,
    call: StoreCall,
  ): Promise<AuthAnswer> => {
    const found = await call.store.read(async (view) => {
      const pool = await poolOf({ ...call, view }, input.UserPoolId)
      return { pool, client: await clientOfPool({ ...call, view }, pool, input.ClientId) }
    })
    return respond({ parts, call, ...found, ...whoOf(input) }, input)
  }

type Responding = Pick<
  Shape<RespondToAuthChallengeRequest>,
  'ChallengeName' | 'ChallengeResponses' | 'Session' | 'ClientMetadata'
>

const whoOf = ({ ChallengeResponses, ClientMetadata }: Responding) => ({
  name: ChallengeResponses?.['USERNAME'] ?? '',
  clientMetadata: ClientMetadata,
})

const respond = async (signIn: SignIn, input: Responding): Promise<AuthAnswer> => {
  const given = input.ChallengeResponses ?? {}
  const challenge = input.ChallengeName ?? ''
  const { parts, client, name } = signIn
  if (name === '') throw invalidParameter('Missing required parameter USERNAME')
  checkSecretHash(parts, client, [name], given['SECRET_HASH'])
  switch (challenge) {
    case 'PASSWORD_VERIFIER':
      return answerSrp(signIn, given)
    case 'CUSTOM_CHALLENGE':
      return answerCustomChallenge(signIn, input.Session, required(given, 'ANSWER'))
    case 'NEW_PASSWORD_REQUIRED':
    case 'SOFTWARE_TOKEN_MFA':
    case 'SMS_MFA':
    case 'MFA_SETUP':
    case 'SELECT_MFA_TYPE':
      return withSession(signIn, challenge, input.Session, given)
    default:
      throw notImplemented(
        `The challenge ${challenge} is not provided here: no sign-in of this gateway asks for it.`,
      )
  }
}

type SessionChallenge =
  | 'NEW_PASSWORD_REQUIRED'
  | 'SOFTWARE_TOKEN_MFA'
  | 'SMS_MFA'
  | 'MFA_SETUP'
  | 'SELECT_MFA_TYPE'

const withSession = async (
  asked: SignIn,
  challenge: SessionChallenge,
  text: string | undefined,
  given: Answers,
): Promise<AuthAnswer> => {
  const { parts, call } = asked
  const session = openSession(parts, asked, challenge, text, call.nowMs)
  const user = await currentUser(asked, session.username)
  if (user === undefined) throw invalidSession()
  const named = await currentUser(asked, asked.name)
  if (named?.Username !== user.Username) throw invalidSession()
  const signIn: SignIn = { ...asked, name: user.Username }
  switch (challenge) {
    case 'NEW_PASSWORD_REQUIRED':
      return answerNewPassword(signIn, user, session, given)
    case 'SOFTWARE_TOKEN_MFA':
    case 'SMS_MFA':
      return answerMfa(signIn, user, session, given)
    case 'SELECT_MFA_TYPE': {
      const method = required(given, 'ANSWER')
      if (method !== 'SMS_MFA' && method !== 'SOFTWARE_TOKEN_MFA')
        throw invalidParameter('Invalid answer to SELECT_MFA_TYPE.')
      spendSession(parts, session)
      return askFactor(signIn, user, method)
    }
    case 'MFA_SETUP':
      // VerifySoftwareToken gave the session that says it is done.
      if (session.values?.['verified'] !== true) throw invalidSession()
      spendSession(parts, session)
      return finish(signIn, user, 'TokenGeneration_Authentication')
  }
}

const answerNewPassword = async (
  signIn: SignIn,
  user: PoolUser,
  session: Session,
  given: Answers,
): Promise<AuthAnswer> => {
  const { parts, pool, client, call } = signIn
  if (user.UserStatus !== 'FORCE_CHANGE_PASSWORD') throw invalidSession()
  const change = await preparePassword(parts, pool, user, given['NEW_PASSWORD'])
  const named = Object.entries(given)
    .filter(([name]) => name.startsWith('userAttributes.'))
    .map(([name, Value]) => ({ Name: name.slice('userAttributes.'.length), Value }))
  const attributes = readAttributes(pool, named)
  for (const name of Object.keys(attributes))
    if (!isWritable(client, name))
      throw notAuthorized('A client attempted to write unauthorized attribute')
  checkMutable(pool, user.Attributes, attributes)
  checkRequired(pool, { ...user.Attributes, ...attributes })
  const { accountId, nowMs } = call
  const saved = changed(user, nowMs, {
    ...change,
    Attributes: { ...user.Attributes, ...attributes },
    UserStatus: 'CONFIRMED',
    temporaryUntilMs: undefined,
  })
  await call.store.write((tx) => saveUser({ tx, view: tx, accountId }, pool, user, saved))
  spendSession(parts, session)
  return askMfa(signIn, saved, 'TokenGeneration_NewPasswordChallenge')
}

const answerMfa = async (
  signIn: SignIn,
  user: PoolUser,
  session: Session,
  given: Answers,
): Promise<AuthAnswer> => {
  const { parts, pool, call } = signIn
  const name = `mfa ${lockName(signIn)}`
  if (parts.lockOuts.isLocked(name, call.nowMs)) throw attemptsExceeded()
  if (session.challenge === 'SMS_MFA') {
    const code = required(given, 'SMS_MFA_CODE')
    await redeemCode(parts, call, { pool, user, purpose: 'sms-mfa' }, code, async () => undefined)
  } else {
    const code = required(given, 'SOFTWARE_TOKEN_MFA_CODE')
    if (!(await acceptTotp(signIn, user, code))) {
      parts.lockOuts.failed(name, call.nowMs)
      throw codeMismatch('Invalid code received for user')
    }
  }
  spendSession(parts, session)
  parts.lockOuts.clear(name)
  return finish(signIn, user, 'TokenGeneration_Authentication')
}
