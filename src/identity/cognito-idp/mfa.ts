// The second factor: an authenticator application, or a code that a message brings.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
import type {
  AdminDeleteSoftwareTokenRequest,
  AdminSetUserMFAPreferenceRequest,
  AssociateSoftwareTokenRequest,
  SetUserMFAPreferenceRequest,
  SMSMfaSettingsType,
  SoftwareTokenMfaSettingsType,
  VerifySoftwareTokenRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { MfaMethod, PoolUser, UserPool } from '#model/user-pool.ts'
import { present } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { StoreCall, WriteCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { callerOf } from './caller.ts'
import { attemptsExceeded, enableSoftwareToken, invalidParameter, notAuthorized } from './errors.ts'
import { anyPool, clientOfPool, findUser, type FoundClient, poolOf, userOf } from './lookups.ts'
import type { UserPoolParts } from './parts.ts'
import { invalidSession, openSession, sealSession, spendSession } from './sessions.ts'
import type { SignIn } from './sign-in.ts'
import { base32, stepOfCode } from './totp.ts'
import { changed, saveUser } from './users.ts'

/** AWS: 52 letters of base32. */
const SECRET_BYTES = 32

interface Setup extends FoundClient {
  readonly user: PoolUser
  /** The session of MFA_SETUP; absent where an access token was shown. */
  readonly session?: ReturnType<typeof openSession>
}

export const associateSoftwareToken =
  (parts: UserPoolParts) =>
  async (input: Shape<AssociateSoftwareTokenRequest>, call: StoreCall) => {
    const setup = await setupOf(parts, input, call)
    const { pool, user, session } = setup
    const secret = Buffer.from(parts.random.bytes(SECRET_BYTES))
    const about = aboutTotp(pool, user)
    const pendingTotp = parts.sealing.seal('totp-secret', secret, about)
    await change(call, pool, user, { pendingTotp })
    const SecretCode = base32(secret)
    if (session === undefined) return { SecretCode }
    spendSession(parts, session)
    return { SecretCode, Session: nextSession(parts, setup, {}, call.nowMs) }
  }

export const verifySoftwareToken =
  (parts: UserPoolParts) => async (input: Shape<VerifySoftwareTokenRequest>, call: StoreCall) => {
    const setup = await setupOf(parts, input, call)
    const { pool, user, session } = setup
    const name = `mfa ${pool.Id}/${user.Username.toLowerCase()}`
    if (parts.lockOuts.isLocked(name, call.nowMs)) throw attemptsExceeded()
    if (user.pendingTotp === undefined)
      throw invalidParameter('User has not associated a software token.')
    const secret = openTotp(parts, pool, user, user.pendingTotp)
    const step = stepOfCode(secret, input.UserCode ?? '', call.nowMs, 0)
    if (step === undefined) {
      parts.lockOuts.failed(name, call.nowMs)
      throw enableSoftwareToken('Code mismatch')
    }
    const mfa = session === undefined ? user.mfa : withMethod(user, 'SOFTWARE_TOKEN_MFA', true)
    await change(call, pool, user, {
      totp: { sealedSecret: user.pendingTotp, lastStep: step },
      pendingTotp: undefined,
      mfa,
    })
    if (session === undefined) return { Status: 'SUCCESS' }
    spendSession(parts, session)
    return { Status: 'SUCCESS', Session: nextSession(parts, setup, { verified: true }, call.nowMs) }
  }

const setupOf = async (
  parts: UserPoolParts,
  input: { readonly AccessToken?: string | undefined; readonly Session?: string | undefined },
  call: StoreCall,
): Promise<Setup> => {
  const found = await call.store.read(async (view): Promise<Setup> => {
    const reading = { ...call, view }
    if (input.AccessToken !== undefined) return callerOf(reading, input.AccessToken)
    const { poolId, clientId } = peekSession(parts, input.Session)
    const pool = await anyPool(reading, poolId)
    if (pool === undefined) throw invalidSession()
    const client = await clientOfPool(reading, pool, clientId)
    const session = openSession(parts, { pool, client }, 'MFA_SETUP', input.Session, call.nowMs)
    const user = await findUser(reading, pool, session.username)
    if (user === undefined) throw invalidSession()
    return { pool, client, user, session }
  })
  if (!found.pool.settings.softwareTokenMfa)
    throw notAuthorized('Software Token MFA has not been enabled by the userPool')
  return found
}

/** Whose the session says that it is; what else is in it, openSession checks. */
const peekSession = (
  { sealing }: UserPoolParts,
  text: string | undefined,
): { readonly poolId: string; readonly clientId: string } => {
  const opened = text === undefined ? undefined : sealing.open('auth-session', text, '')
  const value: unknown = opened && JSON.parse(Buffer.from(opened).toString('utf8'))
  if (!isObject(value)) throw invalidSession()
  return { poolId: String(value['poolId']), clientId: String(value['clientId']) }
}

const nextSession = (
  parts: UserPoolParts,
  setup: Setup,
  values: Readonly<Record<string, unknown>>,
  nowMs: number,
): string =>
  sealSession(
    parts,
    setup,
    { challenge: 'MFA_SETUP', username: setup.user.Username, values },
    nowMs,
  )

const aboutTotp = (pool: UserPool, { Username }: PoolUser): string => `${pool.Id}/${Username}`

const openTotp = (parts: UserPoolParts, pool: UserPool, user: PoolUser, sealed: string) =>
  present(
    parts.sealing.open('totp-secret', sealed, aboutTotp(pool, user)),
    'a secret was sealed with another key file',
  )

/** True where the code is good; it is not good again, even where two calls bring it at once. */
export const acceptTotp = (
  { parts, pool, call }: SignIn,
  user: PoolUser,
  code: string,
): Promise<boolean> =>
  call.store.write(async (tx) => {
    const writing = { tx, view: tx, accountId: call.accountId }
    const now = await findUser(writing, pool, user.Username)
    if (now?.totp === undefined) return false
    const secret = openTotp(parts, pool, now, now.totp.sealedSecret)
    const step = stepOfCode(secret, code, call.nowMs, now.totp.lastStep)
    if (step === undefined) return false
    await saveUser(writing, pool, now, { ...now, totp: { ...now.totp, lastStep: step } })
    return true
  })

const change = (
  call: StoreCall,
  pool: UserPool,
  user: PoolUser,
  what: Partial<PoolUser>,
): Promise<void> =>
  call.store.write((tx) =>
    saveUser(
      { tx, view: tx, accountId: call.accountId },
      pool,
      user,
      changed(user, call.nowMs, what),
    ),
  )

const withMethod = (user: PoolUser, method: MfaMethod, isOn: boolean): readonly MfaMethod[] => {
  const others = (user.mfa ?? []).filter((one) => one !== method)
  return isOn ? [...others, method] : others
}

interface Preferences {
  readonly SMSMfaSettings?: Shape<SMSMfaSettingsType> | undefined
  readonly SoftwareTokenMfaSettings?: Shape<SoftwareTokenMfaSettingsType> | undefined
  readonly EmailMfaSettings?: unknown
  readonly WebAuthnMfaSettings?: unknown
}

export const setUserMFAPreference = async (
  input: Shape<SetUserMFAPreferenceRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const { pool, user } = await callerOf(call, input.AccessToken)
  await prefer(call, pool, user, input)
  return {}
}

export const adminSetUserMFAPreference = async (
  input: Shape<AdminSetUserMFAPreferenceRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const pool = await poolOf(call, input.UserPoolId)
  await prefer(call, pool, await userOf(call, pool, input.Username), input)
  return {}
}

const prefer = async (
  call: WriteCall,
  pool: UserPool,
  user: PoolUser,
  { SMSMfaSettings: sms, SoftwareTokenMfaSettings: token, ...other }: Preferences,
): Promise<void> => {
  if (other.EmailMfaSettings !== undefined || other.WebAuthnMfaSettings !== undefined)
    throw notImplemented('User pools have neither EMAIL_OTP nor passkeys here.')
  if (token?.Enabled === true && user.totp === undefined)
    throw invalidParameter('User has not verified software token mfa')
  if (sms?.Enabled === true && user.Attributes['phone_number'] === undefined)
    throw invalidParameter('User does not have delivery config set to turn on SMS_MFA')
  if (sms?.PreferredMfa === true && token?.PreferredMfa === true)
    throw invalidParameter('Only one MFA method can be preferred.')
  let next = user
  for (const [method, given] of [
    ['SMS_MFA', sms],
    ['SOFTWARE_TOKEN_MFA', token],
  ] as const) {
    if (given === undefined) continue
    const isOn = given.Enabled === true || (given.PreferredMfa === true && given.Enabled !== false)
    const wasPreferred = next.preferredMfa === method
    const preferredMfa =
      given.PreferredMfa === true && isOn
        ? method
        : wasPreferred && !isOn
          ? undefined
          : next.preferredMfa
    next = { ...next, mfa: withMethod(next, method, isOn), preferredMfa }
  }
  await saveUser(call, pool, user, changed(next, call.nowMs, {}))
}

export const adminDeleteSoftwareToken = async (
  input: Shape<AdminDeleteSoftwareTokenRequest>,
  call: WriteCall,
): Promise<Record<string, never>> => {
  const pool = await poolOf(call, input.UserPoolId)
  const user = await userOf(call, pool, input.Username)
  const mfa = withMethod(user, 'SOFTWARE_TOKEN_MFA', false)
  const preferredMfa = user.preferredMfa === 'SOFTWARE_TOKEN_MFA' ? undefined : user.preferredMfa
  await saveUser(
    call,
    pool,
    user,
    changed(user, call.nowMs, { totp: undefined, pendingTotp: undefined, mfa, preferredMfa }),
  )
  return {}
}

/** What GetUser and AdminGetUser say of it. */
export const mfaOf = ({ mfa = [], preferredMfa }: PoolUser) => ({
  ...(mfa.length > 0 && { UserMFASettingList: mfa }),
  ...(preferredMfa !== undefined && { PreferredMfaSetting: preferredMfa }),
})
