// /login: the page that asks for a name and a password, and for whatever the sign-in wants besides: a code, a new
// password. https://docs.aws.amazon.com/cognito/latest/developerguide/login-endpoint.html
import { isObject } from '#shared/json.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { ServiceError } from '#wire/errors.ts'
import { signInByPassword } from '../initiate-auth.ts'
import type { AuthAnswer } from '../sign-in.ts'
import { confirmPage } from './account-pages.ts'
import { sameAuthenticator, startAuthenticator, verifyAuthenticator } from './authenticator-page.ts'
import { type AuthorizeRequest, readAuthorizeRequest } from './authorize-request.ts'
import { type AskedChallenge, challengeForm, CODE_FIELD } from './challenge-form.ts'
import type { HostedContext } from './context.ts'
import { csrfOf, isOwnForm } from './cookies.ts'
import { EXPIRED, hidden, secretHash } from './form-parts.ts'
import { type Field, type Page, renderPage } from './page.ts'
import { queryOf } from './request.ts'
import { signedIn } from './signed-in.ts'

export const login = async (context: HostedContext): Promise<HttpResponse> => {
  const { request } = context
  const read = await readAuthorizeRequest(context, request.query)
  if (read.kind === 'refused') return read.response
  const { asked } = read
  if (request.method !== 'POST') return loginPage(context, asked, {})
  if (!isOwnForm(context)) return loginPage(context, asked, { alert: EXPIRED, statusCode: 403 })
  const name = request.form.get('username') ?? ''
  try {
    const answer = request.form.has('challenge')
      ? await answerChallenge(context, asked, name)
      : await enter(context, asked, name)
    if (!('AuthenticationResult' in answer))
      return await challengePage(context, asked, name, answer)
    return signedIn(context, asked, usernameOf(answer.AuthenticationResult.AccessToken))
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    if (error.code === 'UserNotConfirmedException')
      return confirmPage(context, asked, { username: name, alert: error.message })
    if (error.code === 'EnableSoftwareTokenMFAException') {
      const again = sameAuthenticator(context, asked, error.message)
      if (again !== undefined) return again
    }
    return loginPage(context, asked, { alert: error.message, statusCode: 400 })
  }
}

const enter = (
  { parts, call, pool, request }: HostedContext,
  { client }: AuthorizeRequest,
  name: string,
): Promise<AuthAnswer> => {
  const password = request.form.get('password') ?? ''
  const signIn = { parts: parts.pools, call, pool, client, name, clientMetadata: undefined }
  return signInByPassword(signIn, password)
}

const answerChallenge = async (
  context: HostedContext,
  { client }: AuthorizeRequest,
  name: string,
): Promise<AuthAnswer> => {
  const { parts, call, request } = context
  const ChallengeName = request.form.get('challenge') ?? ''
  const answer = request.form.get('answer') ?? ''
  const member = ANSWERS.get(ChallengeName)
  const isSetup = ChallengeName === 'MFA_SETUP'
  const Session = isSetup ? await verifyAuthenticator(context) : request.form.get('session')
  const answered = await parts.operation(
    'RespondToAuthChallenge',
    {
      ClientId: client.ClientId,
      ChallengeName,
      Session,
      ChallengeResponses: {
        USERNAME: name,
        ...(member !== undefined && { [member]: answer }),
        ...secretHash(parts.pools, client, name, 'SECRET_HASH'),
      },
    },
    call,
  )
  return answered as AuthAnswer // The operation's own answer, which the registry does not type.
}

/** The challenges that the page can ask, and how their answers are called. */
const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['NEW_PASSWORD_REQUIRED', 'NEW_PASSWORD'],
  ['SMS_MFA', 'SMS_MFA_CODE'],
  ['SOFTWARE_TOKEN_MFA', 'SOFTWARE_TOKEN_MFA_CODE'],
])

/** Of a token that was made a moment ago, here. */
const usernameOf = (accessToken: string): string => {
  const text = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8')
  const claims: unknown = JSON.parse(text)
  return isObject(claims) ? String(claims['username']) : ''
}

const loginPage = (
  context: HostedContext,
  asked: AuthorizeRequest,
  shown: Pick<Page, 'alert' | 'statusCode'>,
): HttpResponse => {
  const { request, base, pool } = context
  const { client } = asked
  const query = queryOf(request.query, 'identity_provider')
  const providers = client.SupportedIdentityProviders ?? ['COGNITO']
  const username = request.form.get('username') ?? asked.loginHint ?? ''
  const own = providers.includes('COGNITO')
  const csrf = csrfOf(context)
  return renderPage({
    ...shown,
    base,
    title: 'Sign in',
    cookies: [csrf.cookie],
    leadsTo: asked.redirectUri,
    ...(own && {
      form: {
        action: `${base}/login?${queryOf(request.query)}`,
        submit: 'Sign in',
        fields: [
          hidden('_csrf', csrf.text),
          {
            name: 'username',
            label: 'Username',
            type: 'text',
            value: username,
            autocomplete: 'username',
          },
          {
            name: 'password',
            label: 'Password',
            type: 'password',
            autocomplete: 'current-password',
          },
        ],
      },
    }),
    links: [
      ...(own ? [{ href: `${base}/forgotPassword?${query}`, text: 'Forgot your password?' }] : []),
      ...(own && !pool.settings.AllowAdminCreateUserOnly
        ? [{ href: `${base}/signup?${query}`, text: 'Sign up' }]
        : []),
      ...providers
        .filter((name) => name !== 'COGNITO')
        .map((name) => ({
          href: `${base}/oauth2/authorize?${query}&identity_provider=${encodeURIComponent(name)}`,
          text: `Continue with ${name}`,
        })),
    ],
  })
}

const challengePage = async (
  context: HostedContext,
  asked: AuthorizeRequest,
  name: string,
  answer: Extract<AuthAnswer, { ChallengeName: string }>,
): Promise<HttpResponse> => {
  const { ChallengeName, Session = '', ChallengeParameters } = answer
  const username = ChallengeParameters['USER_ID_FOR_SRP'] ?? name
  if (ChallengeName === 'MFA_SETUP') return startAuthenticator(context, asked, username, Session)
  if (!ANSWERS.has(ChallengeName))
    return loginPage(context, asked, {
      statusCode: 400,
      alert: `This page cannot ask for ${ChallengeName}: the application has to.`,
    })
  const isPassword = ChallengeName === 'NEW_PASSWORD_REQUIRED'
  const sentTo = ChallengeParameters['CODE_DELIVERY_DESTINATION']
  const question: AskedChallenge = {
    username,
    challenge: ChallengeName,
    session: Session,
    answer: isPassword ? NEW_PASSWORD_FIELD : CODE_FIELD,
  }
  return challengeForm(context, asked, question, {
    title: isPassword ? 'Choose a new password' : 'Enter your code',
    ...(sentTo !== undefined && { note: `A code was sent to ${sentTo}.` }),
  })
}

const NEW_PASSWORD_FIELD: Field = {
  name: 'answer',
  label: 'New password',
  type: 'password',
  autocomplete: 'new-password',
}
