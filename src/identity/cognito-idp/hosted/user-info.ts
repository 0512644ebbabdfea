// /oauth2/userInfo and /logout.
// https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
import type { HttpResponse } from '#transport/contract.ts'
import { ServiceError } from '#wire/errors.ts'
import { headerOf } from '#wire/message.ts'
import { callerOf } from '../caller.ts'
import { isReadable } from '../readable-attributes.ts'
import { json, redirect } from './answers.ts'
import { clientOf, refusedPage } from './authorize-request.ts'
import type { HostedContext } from './context.ts'
import { endSession } from './cookies.ts'
import { queryOf } from './request.ts'

/** AWS: texts all, `email_verified` too. */
export const userInfo = async (context: HostedContext): Promise<HttpResponse> => {
  const { request, call, pool } = context
  const [, text] = /^Bearer +(\S+)$/i.exec(headerOf(request.headers, 'authorization') ?? '') ?? []
  if (text === undefined) return invalidToken('Access token is missing.', 'invalid_request')
  try {
    const caller = await call.store.read((view) => callerOf({ ...call, view }, text, 'openid'))
    if (caller.pool.Id !== pool.Id) return invalidToken('Access token is of another user pool.')
    const { user, client } = caller
    const attributes = Object.entries(user.Attributes).filter(([name]) => isReadable(client, name))
    return json(200, {
      sub: user.sub,
      ...Object.fromEntries(attributes),
      username: user.Username,
    })
  } catch (error) {
    if (error instanceof ServiceError) return invalidToken(error.message)
    throw error
  }
}

const invalidToken = (description: string, error = 'invalid_token'): HttpResponse =>
  json(401, { error, error_description: description }, [
    'www-authenticate',
    `Bearer error="${error}"`,
  ])

/** Ends the session and leads to a registered address, or to the sign-in page. */
export const logout = async (context: HostedContext): Promise<HttpResponse> => {
  const { request, base } = context
  const client = await clientOf(context, request.query.get('client_id'))
  if (client === undefined) return refusedPage(context, 'The client does not exist.')
  const uri = request.query.get('logout_uri')
  if (uri !== undefined)
    return client.LogoutURLs?.includes(uri) === true
      ? redirect(uri, [endSession(context)])
      : refusedPage(context, 'The logout_uri is not registered with the client.')
  // AWS: without logout_uri the parameters are those of a sign-in, which begins anew.
  if (!request.query.has('redirect_uri'))
    return refusedPage(context, 'logout_uri or redirect_uri is missing.')
  return redirect(`${base}/login?${queryOf(request.query)}`, [endSession(context)])
}
