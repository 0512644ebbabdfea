// The page of a challenge: one question of a sign-in under way, whose session goes with its answer.
import type { HttpResponse } from '#transport/contract.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import type { HostedContext } from './context.ts'
import { csrfOf } from './cookies.ts'
import { hidden } from './form-parts.ts'
import { type Field, type Page, renderPage } from './page.ts'
import { queryOf } from './request.ts'

export interface AskedChallenge {
  readonly username: string
  /** AWS's name of it. */
  readonly challenge: string
  readonly session: string
  readonly answer: Field
  /** What goes with the answer besides. */
  readonly more?: readonly Field[]
}

export const challengeForm = (
  context: HostedContext,
  asked: AuthorizeRequest,
  { username, challenge, session, answer, more = [] }: AskedChallenge,
  shown: Pick<Page, 'title' | 'alert' | 'statusCode' | 'note' | 'links'>,
): HttpResponse => {
  const { request, base } = context
  const csrf = csrfOf(context)
  return renderPage({
    ...shown,
    base,
    cookies: [csrf.cookie],
    leadsTo: asked.redirectUri,
    form: {
      action: `${base}/login?${queryOf(request.query)}`,
      submit: 'Continue',
      fields: [
        hidden('_csrf', csrf.text),
        hidden('username', username),
        hidden('challenge', challenge),
        hidden('session', session),
        ...more,
        answer,
      ],
    },
  })
}

export const CODE_FIELD: Field = {
  name: 'answer',
  label: 'Code',
  type: 'text',
  autocomplete: 'one-time-code',
  isNumeric: true,
}
