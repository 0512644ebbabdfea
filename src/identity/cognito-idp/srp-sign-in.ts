// USER_SRP_AUTH: a sign-in that never sends the password. The server's secret of the exchange travels with the client,
// sealed, as the SECRET_BLOCK that it signs over.
import {
  claimSignature,
  isSameSignature,
  readPublicValue,
  serverPublicValue,
  sessionKey,
} from '#languages/srp/cognito-srp.ts'
import { attemptsExceeded, invalidParameter, noSuchUser, wrongPassword } from './errors.ts'
import { continueCustomAuth, type CustomRound } from './custom-auth.ts'
import { poolNameOf, srpValues } from './passwords.ts'
import { openSession, sealSession, spendSession } from './sessions.ts'
import {
  afterPassword,
  askPreAuthentication,
  type AuthAnswer,
  currentUser,
  lockName,
  type SignIn,
} from './sign-in.ts'

const SECRET_BYTES = 32

interface SrpExchange {
  readonly clientPublic: string
  readonly serverPublic: string
  readonly serverSecret: string
  /** Of a custom flow that begins with a password. */
  readonly rounds?: readonly CustomRound[]
}

export const startSrp = async (
  signIn: SignIn,
  clientPublic: string,
  rounds?: readonly CustomRound[],
): Promise<AuthAnswer> => {
  const { parts, pool, client, call, name } = signIn
  if (readPublicValue(clientPublic) === undefined) throw invalidParameter('SRP_A is not valid.')
  if (parts.lockOuts.isLocked(lockName(signIn), call.nowMs)) throw attemptsExceeded()
  const user = await currentUser(signIn, name)
  if (user === undefined && client.PreventUserExistenceErrors === 'LEGACY') throw noSuchUser()
  await askPreAuthentication(signIn, user)
  const { salt, verifier } = srpValues(parts, pool, user, name)
  const serverSecret = Buffer.from(parts.random.bytes(SECRET_BYTES)).toString('hex')
  const serverPublic = serverPublicValue(verifier, serverSecret)
  const username = user?.Username ?? name
  const values: SrpExchange = {
    clientPublic,
    serverPublic,
    serverSecret,
    ...(rounds !== undefined && { rounds }),
  }
  const session = { challenge: 'PASSWORD_VERIFIER', username, values: { ...values } }
  const block = sealSession(parts, signIn, session, call.nowMs)
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: salt,
      SECRET_BLOCK: Buffer.from(block, 'utf8').toString('base64'),
      SRP_B: serverPublic,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  }
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html */
export const answerSrp = async (
  signIn: SignIn,
  given: Readonly<Record<string, string>>,
): Promise<AuthAnswer> => {
  const { parts, pool, call } = signIn
  const { PASSWORD_CLAIM_SECRET_BLOCK: block = '', PASSWORD_CLAIM_SIGNATURE: claim = '' } = given
  const { TIMESTAMP: timestamp = '' } = given
  if (block === '' || claim === '')
    throw invalidParameter('Missing required parameter PASSWORD_CLAIM_SIGNATURE')
  // AWS: `Tue Sep 5 00:09:40 UTC 2026`, and nothing else.
  if (!/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d\d:\d\d:\d\d UTC \d{4}$/.test(timestamp))
    throw invalidParameter('TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.')
  const blockBytes = Buffer.from(block, 'base64')
  const session = openSession(
    parts,
    signIn,
    'PASSWORD_VERIFIER',
    blockBytes.toString('utf8'),
    call.nowMs,
  )
  const names: SignIn = { ...signIn, name: session.username }
  if (parts.lockOuts.isLocked(lockName(names), call.nowMs)) throw attemptsExceeded()
  const { username } = session
  const user = await currentUser(signIn, username)
  const { rounds, ...exchange } = session.values as unknown as SrpExchange // Sealed by us alone.
  const { verifier } = srpValues(parts, pool, user, username)
  const key = sessionKey({ ...exchange, verifier })
  const who = { poolName: poolNameOf(pool.Id), username }
  const isRight = isSameSignature(claimSignature(key, who, blockBytes, timestamp), claim)
  if (user?.password === undefined || !isRight) {
    parts.lockOuts.failed(lockName(names), call.nowMs)
    throw wrongPassword()
  }
  spendSession(parts, session)
  parts.lockOuts.clear(lockName(names))
  if (rounds === undefined) return afterPassword(names, user)
  const met = { challengeName: 'PASSWORD_VERIFIER', challengeResult: true }
  return continueCustomAuth(names, user, [...rounds, met])
}
