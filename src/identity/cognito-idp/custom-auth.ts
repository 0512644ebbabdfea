// CUSTOM_AUTH: three functions of the operator decide what is asked, ask it, and judge the answer.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
import type { PoolUser } from '#model/user-pool.ts'
import { isObject } from '#shared/json.ts'
import {
  invalidLambdaResponse,
  invalidParameter,
  notAuthorized,
  userDisabled,
  userNotConfirmed,
} from './errors.ts'
import { openSession, sealSession, spendSession } from './sessions.ts'
import { type AuthAnswer, currentUser, finish, shownAttributes, type SignIn } from './sign-in.ts'
import { runTrigger } from './triggers.ts'

/** One element of the `session` that the functions see. */
export interface CustomRound {
  readonly challengeName: string
  readonly challengeResult: boolean
  readonly challengeMetadata?: string
}

interface CustomValues {
  readonly rounds: readonly CustomRound[]
  readonly privateParameters: Readonly<Record<string, string>>
  readonly metadata?: string
}

/** More than anybody answers. */
const ROUNDS_MAX = 32

/** Asks what comes next. */
export const continueCustomAuth = async (
  signIn: SignIn,
  user: PoolUser | undefined,
  rounds: readonly CustomRound[],
): Promise<AuthAnswer> => {
  if (rounds.length > ROUNDS_MAX) throw notAuthorized('Too many challenges.')
  if (user?.Enabled === false) throw userDisabled()
  if (user?.UserStatus === 'UNCONFIRMED') throw userNotConfirmed()
  const decision = await ask(
    signIn,
    user,
    'DefineAuthChallenge',
    { session: rounds },
    {
      challengeName: null,
      issueTokens: null,
      failAuthentication: null,
    },
  )
  if (decision['failAuthentication'] === true)
    throw notAuthorized('Incorrect username or password.')
  if (decision['issueTokens'] === true) {
    // A function may say so of a user who is not there: there is nobody to give tokens to.
    if (user === undefined) throw notAuthorized('Incorrect username or password.')
    return finish(signIn, user, 'TokenGeneration_Authentication')
  }
  if (decision['challengeName'] !== 'CUSTOM_CHALLENGE')
    throw invalidLambdaResponse('DefineAuthChallenge names a challenge that is not supported here.')
  return askChallenge(signIn, user, rounds)
}

const askChallenge = async (
  signIn: SignIn,
  user: PoolUser | undefined,
  rounds: readonly CustomRound[],
): Promise<AuthAnswer> => {
  const { parts, call, name } = signIn
  const made = await ask(
    signIn,
    user,
    'CreateAuthChallenge',
    { challengeName: 'CUSTOM_CHALLENGE', session: rounds },
    { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
  )
  const metadata = made['challengeMetadata']
  const values: CustomValues = {
    rounds,
    privateParameters: textsOf(made['privateChallengeParameters']),
    ...(typeof metadata === 'string' && { metadata }),
  }
  const username = user?.Username ?? name
  const session = { challenge: 'CUSTOM_CHALLENGE', username, values: { ...values } }
  return {
    ChallengeName: 'CUSTOM_CHALLENGE',
    Session: sealSession(parts, signIn, session, call.nowMs),
    ChallengeParameters: { ...textsOf(made['publicChallengeParameters']), USERNAME: username },
  }
}

export const answerCustomChallenge = async (
  given: SignIn,
  sessionText: string | undefined,
  answer: string,
): Promise<AuthAnswer> => {
  const { parts, call } = given
  const session = openSession(parts, given, 'CUSTOM_CHALLENGE', sessionText, call.nowMs)
  spendSession(parts, session)
  const signIn: SignIn = { ...given, name: session.username }
  const { rounds, privateParameters, metadata } = session.values as unknown as CustomValues // Sealed by us alone.
  const user = await currentUser(signIn, session.username)
  const judged = await ask(
    signIn,
    user,
    'VerifyAuthChallengeResponse',
    { privateChallengeParameters: privateParameters, challengeAnswer: answer },
    { answerCorrect: null },
  )
  const challengeResult = judged['answerCorrect'] === true
  const round: CustomRound = {
    challengeName: 'CUSTOM_CHALLENGE',
    challengeResult,
    ...(metadata !== undefined && { challengeMetadata: metadata }),
  }
  return continueCustomAuth(signIn, user, [...rounds, round])
}

const ask = async (
  { parts, pool, client, name, clientMetadata }: SignIn,
  user: PoolUser | undefined,
  trigger: 'DefineAuthChallenge' | 'CreateAuthChallenge' | 'VerifyAuthChallengeResponse',
  request: Readonly<Record<string, unknown>>,
  response: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> => {
  if (pool.settings.LambdaConfig[trigger] === undefined)
    throw invalidParameter('Custom auth lambda trigger is not configured for the user pool.')
  return runTrigger(parts, {
    pool,
    client,
    user: user ?? { Username: name },
    trigger,
    source: `${trigger}_Authentication`,
    request: {
      userAttributes: user === undefined ? {} : shownAttributes(user),
      ...request,
      ...(clientMetadata !== undefined && { clientMetadata }),
      ...(user === undefined && { userNotFound: true }),
    },
    response,
  })
}

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, text]) =>
          text === null || text === undefined ? [] : [[name, String(text)]],
        ),
      )
    : {}
