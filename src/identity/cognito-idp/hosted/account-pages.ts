// /signup, /confirm, /forgotPassword and /confirmForgotPassword: each page is one form before one operation.
// https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-endpoints.html
import type { HttpResponse } from '#transport/contract.ts'
import { ServiceError } from '#wire/errors.ts'
import { redirect } from './answers.ts'
import { type AuthorizeRequest, readAuthorizeRequest, refusedPage } from './authorize-request.ts'
import type { HostedContext } from './context.ts'
import { csrfOf, isOwnForm } from './cookies.ts'
import { type Field, renderPage } from './page.ts'
import { queryOf } from './request.ts'
import { EXPIRED, hidden, secretHash } from './form-parts.ts'

interface Shown {
  readonly username?: string
  readonly alert?: string
  readonly note?: string
  readonly statusCode?: number
}

type Show = (context: HostedContext, asked: AuthorizeRequest, shown: Shown) => HttpResponse

/** A page that shows its form, takes it, and goes on where the operation has succeeded. */
const formPage =
  (show: Show, take: (context: HostedContext, asked: AuthorizeRequest) => Promise<HttpResponse>) =>
  async (context: HostedContext): Promise<HttpResponse> => {
    const { request } = context
    const read = await readAuthorizeRequest(context, request.query)
    if (read.kind === 'refused') return read.response
    const { asked } = read
    const username = request.form.get('username') ?? ''
    if (request.method !== 'POST') return show(context, asked, {})
    if (!isOwnForm(context)) return show(context, asked, { alert: EXPIRED, statusCode: 403 })
    try {
      return await take(context, asked)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return show(context, asked, { username, alert: error.message, statusCode: 400 })
    }
  }

/** Calls an operation for the client, which names the user. */
const operate = (
  { parts, call }: HostedContext,
  { client }: AuthorizeRequest,
  name: string,
  input: Readonly<Record<string, unknown>> & { readonly Username: string },
): Promise<unknown> =>
  parts.operation(
    name,
    {
      ...input,
      ClientId: client.ClientId,
      ...secretHash(parts.pools, client, input.Username, 'SecretHash'),
    },
    call,
  )

const field = (
  name: string,
  label: string,
  type: Field['type'],
  autocomplete: string,
  value = '',
): Field => ({ name, label, type, autocomplete, value })

const CODE: Field = { ...field('code', 'Code', 'text', 'one-time-code'), isNumeric: true }
const NEW_PASSWORD = field('password', 'Password', 'password', 'new-password')

const page = (
  context: HostedContext,
  asked: AuthorizeRequest,
  path: string,
  title: string,
  submit: string,
  fields: readonly Field[],
  shown: Shown,
): HttpResponse => {
  const { base, request } = context
  const csrf = csrfOf(context)
  const { username: _, ...texts } = shown
  return renderPage({
    ...texts,
    base,
    title,
    cookies: [csrf.cookie],
    leadsTo: asked.redirectUri,
    form: {
      action: `${base}${path}?${queryOf(request.query)}`,
      submit,
      fields: [hidden('_csrf', csrf.text), ...fields],
    },
    links: [
      { href: `${base}/login?${queryOf(request.query, 'identity_provider')}`, text: 'Sign in' },
    ],
  })
}

/** Attributes that the pool asks of everybody, as fields. */
const requiredFields = ({ pool, request }: HostedContext): readonly Field[] =>
  pool.SchemaAttributes.filter(({ Name, Required }) => Required && Name !== 'sub').map(({ Name }) =>
    field(
      `attribute.${Name}`,
      Name.replaceAll('_', ' '),
      Name === 'email' ? 'email' : Name === 'phone_number' ? 'tel' : 'text',
      Name === 'email' ? 'email' : Name === 'phone_number' ? 'tel' : 'on',
      request.form.get(`attribute.${Name}`) ?? '',
    ),
  )

const signUpPage: Show = (context, asked, shown) =>
  page(
    context,
    asked,
    '/signup',
    'Sign up',
    'Sign up',
    [
      field('username', 'Username', 'text', 'username', shown.username),
      ...requiredFields(context),
      ...verifiableFields(context),
      NEW_PASSWORD,
    ],
    shown,
  )

/** Where a code has to be sent, the page asks where to. */
const verifiableFields = (context: HostedContext): readonly Field[] => {
  const { pool, request } = context
  const { AutoVerifiedAttributes = [], UsernameAttributes = [] } = pool.settings
  const asked = new Set(requiredFields(context).map(({ name }) => name))
  return AutoVerifiedAttributes.filter(
    (name) => !UsernameAttributes.includes(name) && !asked.has(`attribute.${name}`),
  ).map((name) => {
    const type = name === 'email' ? 'email' : 'tel'
    const given = request.form.get(`attribute.${name}`)
    return field(`attribute.${name}`, name.replaceAll('_', ' '), type, type, given)
  })
}

export const signUp = formPage(
  (context, asked, shown) =>
    context.pool.settings.AllowAdminCreateUserOnly
      ? refusedPage(context, 'SignUp is not permitted for this user pool')
      : signUpPage(context, asked, shown),
  async (context, asked) => {
    const { request } = context
    const Username = request.form.get('username') ?? ''
    const answer = await operate(context, asked, 'SignUp', {
      Username,
      Password: request.form.get('password'),
      UserAttributes: [...request.form].flatMap(([name, Value]) =>
        name.startsWith('attribute.') ? [{ Name: name.slice('attribute.'.length), Value }] : [],
      ),
    })
    const isConfirmed = (answer as { readonly UserConfirmed?: boolean }).UserConfirmed === true // SignUp's answer.
    if (isConfirmed) return backToLogin(context)
    return confirmPage(context, asked, {
      username: Username,
      note: 'A code was sent to you. Enter it to confirm your account.',
    })
  },
)

export const confirmPage: Show = (context, asked, shown) =>
  page(
    context,
    asked,
    '/confirm',
    'Confirm your account',
    'Confirm account',
    [field('username', 'Username', 'text', 'username', shown.username), CODE],
    shown,
  )

export const confirm = formPage(confirmPage, async (context, asked) => {
  await operate(context, asked, 'ConfirmSignUp', {
    Username: context.request.form.get('username') ?? '',
    ConfirmationCode: context.request.form.get('code'),
  })
  return backToLogin(context)
})

export const forgotPassword = formPage(
  (context, asked, shown) =>
    page(
      context,
      asked,
      '/forgotPassword',
      'Forgot your password?',
      'Reset my password',
      [field('username', 'Username', 'text', 'username', shown.username)],
      shown,
    ),
  async (context, asked) => {
    const Username = context.request.form.get('username') ?? ''
    await operate(context, asked, 'ForgotPassword', { Username })
    return resetPage(context, asked, {
      username: Username,
      note: 'If there is such an account, a code was sent to it.',
    })
  },
)

const resetPage: Show = (context, asked, shown) =>
  page(
    context,
    asked,
    '/confirmForgotPassword',
    'Choose a new password',
    'Change password',
    [field('username', 'Username', 'text', 'username', shown.username), CODE, NEW_PASSWORD],
    shown,
  )

export const confirmForgotPassword = formPage(resetPage, async (context, asked) => {
  const { form } = context.request
  await operate(context, asked, 'ConfirmForgotPassword', {
    Username: form.get('username') ?? '',
    ConfirmationCode: form.get('code'),
    Password: form.get('password'),
  })
  return backToLogin(context)
})

const backToLogin = ({ base, request }: HostedContext): HttpResponse =>
  redirect(`${base}/login?${queryOf(request.query, 'identity_provider')}`)
