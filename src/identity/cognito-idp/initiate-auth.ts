// InitiateAuth and AdminInitiateAuth: the first call of a sign-in.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
import type {
  AdminInitiateAuthRequest,
  InitiateAuthRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolUser } from '#model/user-pool.ts'
import type { StoreCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { allowsFlow, checkSecretHash } from './clients.ts'
import { startCustomAuth } from './start-custom-auth.ts'
import {
  attemptsExceeded,
  invalidParameter,
  noSuchUser,
  passwordResetRequired,
  wrongPassword,
} from './errors.ts'
import { clientOf, clientOfPool, type FoundClient, poolOf } from './lookups.ts'
import { migrateUser } from './migrate-user.ts'
import type { UserPoolParts } from './parts.ts'
import { isPassword } from './passwords.ts'
import { refresh } from './refresh.ts'
import {
  afterPassword,
  askPreAuthentication,
  type AuthAnswer,
  currentUser,
  lockName,
  type SignIn,
} from './sign-in.ts'
import { startSrp } from './srp-sign-in.ts'

type Parameters = Readonly<Record<string, string>>

export const initiateAuth =
  (parts: UserPoolParts) =>
  async (input: Shape<InitiateAuthRequest>, call: StoreCall): Promise<AuthAnswer> => {
    const found = await call.store.read((view) => clientOf({ ...call, view }, input.ClientId))
    const flow = input.AuthFlow ?? ''
    if (flow.startsWith('ADMIN_')) throw invalidParameter('Unsupported auth flow')
    return begin({ parts, call, ...found }, flow, input)
  }

export const adminInitiateAuth =
  (parts: UserPoolParts) =>
  async (input: Shape<AdminInitiateAuthRequest>, call: StoreCall): Promise<AuthAnswer> => {
    const found = await call.store.read(async (view) => {
      const pool = await poolOf({ ...call, view }, input.UserPoolId)
      return { pool, client: await clientOfPool({ ...call, view }, pool, input.ClientId) }
    })
    return begin({ parts, call, ...found }, input.AuthFlow ?? '', input)
  }

interface Begun extends FoundClient {
  readonly parts: UserPoolParts
  readonly call: StoreCall
}

/** Each flow, and what a client has to allow for it. */
const ALLOWED_BY: Readonly<Record<string, readonly string[]>> = {
  USER_PASSWORD_AUTH: ['ALLOW_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH'],
  ADMIN_USER_PASSWORD_AUTH: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  ADMIN_NO_SRP_AUTH: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  USER_SRP_AUTH: ['ALLOW_USER_SRP_AUTH', 'USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'],
  CUSTOM_AUTH: ['ALLOW_CUSTOM_AUTH', 'CUSTOM_AUTH_FLOW_ONLY'],
  REFRESH_TOKEN_AUTH: [
    'ALLOW_REFRESH_TOKEN_AUTH',
    'USER_PASSWORD_AUTH',
    'ADMIN_NO_SRP_AUTH',
    'CUSTOM_AUTH_FLOW_ONLY',
  ],
}

const begin = async (
  begun: Begun,
  asked: string,
  input: Pick<Shape<InitiateAuthRequest>, 'AuthParameters' | 'ClientMetadata'>,
): Promise<AuthAnswer> => {
  const flow = asked === 'REFRESH_TOKEN' ? 'REFRESH_TOKEN_AUTH' : asked
  const allowed = ALLOWED_BY[flow]
  if (allowed === undefined)
    throw notImplemented(
      `The flow ${flow.slice(0, 40)} is not provided here: use USER_SRP_AUTH, USER_PASSWORD_AUTH, CUSTOM_AUTH or REFRESH_TOKEN_AUTH.`,
    )
  if (!allowsFlow(begun.client, ...allowed))
    throw invalidParameter(
      flow.startsWith('ADMIN_')
        ? 'Auth flow not enabled for this client'
        : `${flow} flow not enabled for this client`,
    )
  const given = input.AuthParameters ?? {}
  if (flow === 'REFRESH_TOKEN_AUTH') return refresh(begun, given, input.ClientMetadata)
  const name = required(given, 'USERNAME')
  checkSecretHash(begun.parts, begun.client, [name], given['SECRET_HASH'])
  const signIn: SignIn = { ...begun, name, clientMetadata: input.ClientMetadata }
  if (flow === 'USER_SRP_AUTH') return startSrp(signIn, required(given, 'SRP_A'))
  if (flow === 'CUSTOM_AUTH') return startCustomAuth(signIn, given)
  return signInByPassword(signIn, required(given, 'PASSWORD'))
}

export const required = (given: Parameters, name: string): string => {
  const value = given[name]
  if (value === undefined || value === '')
    throw invalidParameter(`Missing required parameter ${name}`)
  return value
}

/** What the hosted sign-in page asks as well. */
export const signInByPassword = async (signIn: SignIn, password: string): Promise<AuthAnswer> =>
  afterPassword(signIn, await userOfPassword(signIn, password))

const userOfPassword = async (signIn: SignIn, password: string): Promise<PoolUser> => {
  const { parts, call, client, name } = signIn
  if (parts.lockOuts.isLocked(lockName(signIn), call.nowMs)) throw attemptsExceeded()
  const user = await currentUser(signIn, name)
  if (user === undefined) {
    const migrated = await migrateUser(signIn, password, 'UserMigration_Authentication')
    if (migrated !== undefined) return migrated
    if (client.PreventUserExistenceErrors === 'LEGACY') throw noSuchUser()
  }
  await askPreAuthentication(signIn, user)
  // Of users that were imported nobody knows a password.
  if (user?.UserStatus === 'RESET_REQUIRED' && user.password === undefined)
    throw passwordResetRequired()
  const isRight = await isPassword(parts, user, password)
  if (user === undefined || !isRight) {
    parts.lockOuts.failed(lockName(signIn), call.nowMs)
    throw wrongPassword()
  }
  parts.lockOuts.clear(lockName(signIn))
  return user
}
