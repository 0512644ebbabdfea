// CUSTOM_AUTH from its beginning: with a password (SRP_A) first, where the application asks for it.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
import { continueCustomAuth } from './custom-auth.ts'
import { attemptsExceeded, invalidParameter, noSuchUser } from './errors.ts'
import {
  askPreAuthentication,
  type AuthAnswer,
  currentUser,
  lockName,
  type SignIn,
} from './sign-in.ts'
import { startSrp } from './srp-sign-in.ts'

export const startCustomAuth = async (
  signIn: SignIn,
  given: Readonly<Record<string, string>>,
): Promise<AuthAnswer> => {
  const { parts, pool, client, call } = signIn
  if (pool.settings.LambdaConfig.DefineAuthChallenge === undefined)
    throw invalidParameter('Custom auth lambda trigger is not configured for the user pool.')
  if (given['CHALLENGE_NAME'] === 'SRP_A') {
    const first = { challengeName: 'SRP_A', challengeResult: true }
    return startSrp(signIn, given['SRP_A'] ?? '', [first])
  }
  if (parts.lockOuts.isLocked(lockName(signIn), call.nowMs)) throw attemptsExceeded()
  const user = await currentUser(signIn, signIn.name)
  if (user === undefined && client.PreventUserExistenceErrors === 'LEGACY') throw noSuchUser()
  await askPreAuthentication(signIn, user)
  return continueCustomAuth(signIn, user, [])
}
