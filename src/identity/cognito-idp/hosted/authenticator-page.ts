// Setting up an authenticator application while signing in, where the pool asks for a second factor and the user has
// none yet: the page shows the key to type or to open, and asks for the first code.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html
import { isObject } from '#shared/json.ts'
import type { HttpResponse } from '#transport/contract.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import { challengeForm, CODE_FIELD } from './challenge-form.ts'
import type { HostedContext } from './context.ts'
import { hidden } from './form-parts.ts'

interface Setup {
  readonly username: string
  readonly session: string
  /** In base32. */
  readonly secret: string
}

/** Makes a key for the user and shows it. */
export const startAuthenticator = async (
  context: HostedContext,
  asked: AuthorizeRequest,
  username: string,
  Session: string,
): Promise<HttpResponse> => {
  const { parts, call } = context
  const made = await parts.operation('AssociateSoftwareToken', { Session }, call)
  const session = textOf(made, 'Session')
  return authenticatorPage(context, asked, {
    username,
    session,
    secret: textOf(made, 'SecretCode'),
  })
}

/** The session that goes on, once the first code was right. */
export const verifyAuthenticator = async ({
  parts,
  call,
  request,
}: HostedContext): Promise<string> => {
  const input = { Session: request.form.get('session'), UserCode: request.form.get('answer') }
  return textOf(await parts.operation('VerifySoftwareToken', input, call), 'Session')
}

/** The same key again, after a code that was wrong; undefined where the form has none. */
export const sameAuthenticator = (
  context: HostedContext,
  asked: AuthorizeRequest,
  alert: string,
): HttpResponse | undefined => {
  const { form } = context.request
  const secret = form.get('secret') ?? ''
  if (!SECRET.test(secret)) return undefined
  const username = form.get('username') ?? ''
  const setup = { username, session: form.get('session') ?? '', secret }
  return authenticatorPage(context, asked, setup, alert)
}

/** 32 bytes. */
const SECRET = /^[A-Z2-7]{52}$/

const authenticatorPage = (
  context: HostedContext,
  asked: AuthorizeRequest,
  { username, session, secret }: Setup,
  alert?: string,
): HttpResponse => {
  const issuer = encodeURIComponent(context.pool.Name)
  const label = `${issuer}:${encodeURIComponent(username)}`
  const challenge = 'MFA_SETUP'
  const more = [hidden('secret', secret)]
  const question = { username, challenge, session, answer: CODE_FIELD, more }
  return challengeForm(context, asked, question, {
    title: 'Set up an authenticator app',
    ...(alert !== undefined && { alert, statusCode: 400 }),
    note: `Add this key to your authenticator app, and enter the code that it shows: ${secret.replaceAll(/(.{4})(?!$)/g, '$1 ')}`,
    links: [
      {
        href: `otpauth://totp/${label}?secret=${secret}&issuer=${issuer}`,
        text: 'Open in an authenticator app on this device',
      },
    ],
  })
}

const textOf = (answer: unknown, name: string): string =>
  isObject(answer) ? String(answer[name] ?? '') : ''
