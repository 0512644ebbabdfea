// /oauth2/authorize: who has signed in within the hour goes back with a code at once, everybody else sees the page.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
import type { HttpResponse } from '#transport/contract.ts'
import { isSignedOut } from '../caller.ts'
import { newOrigin } from '../issue-tokens.ts'
import { redirect } from './answers.ts'
import { errorRedirect, readAuthorizeRequest } from './authorize-request.ts'
import type { HostedContext } from './context.ts'
import { readSession } from './cookies.ts'
import { startFederation } from './federation.ts'
import { goBack, userNamed } from './signed-in.ts'

export const authorize = async (context: HostedContext): Promise<HttpResponse> => {
  const read = await readAuthorizeRequest(context, context.request.query)
  if (read.kind === 'refused') return read.response
  const { asked } = read
  const session = readSession(context)
  const user = session && (await userNamed(context, session.username))
  const isSame = user?.sub === session?.sub
  if (user !== undefined && session !== undefined && isSame && asked.prompt !== 'login') {
    if (user.Enabled && !isSignedOut(user, session.authTimeMs))
      return goBack(context, asked, user, {
        ...newOrigin(context.parts.pools, context.call.nowMs),
        authTimeMs: session.authTimeMs,
      })
  }
  if (asked.prompt === 'none') return errorRedirect(asked, 'login_required')
  if (asked.identityProvider !== undefined && asked.identityProvider !== 'COGNITO')
    return startFederation(context, asked, asked.identityProvider)
  return redirect(`${context.base}/login?${context.request.queryText}`)
}
