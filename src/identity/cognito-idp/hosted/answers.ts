// Answers of the hosted pages and of the OAuth endpoints.
import type { HttpResponse } from '#transport/contract.ts'

export const redirect = (location: string, cookies: readonly string[] = []): HttpResponse => ({
  statusCode: 302,
  headers: [...COMMON, 'location', location, ...setCookies(cookies)],
  body: '',
})

export const json = (
  statusCode: number,
  body: unknown,
  headers: readonly string[] = [],
): HttpResponse => ({
  statusCode,
  // Pages of applications read them: nothing here comes with a cookie.
  headers: [
    ...COMMON,
    'content-type',
    'application/json;charset=UTF-8',
    'access-control-allow-origin',
    '*',
    ...headers,
  ],
  body: JSON.stringify(body),
})

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export const oauthError = (error: string, statusCode = 400, description?: string): HttpResponse =>
  json(statusCode, {
    error,
    ...(description !== undefined && { error_description: description }),
  })

export const setCookies = (cookies: readonly string[]): readonly string[] =>
  cookies.flatMap((cookie) => ['set-cookie', cookie])

export const COMMON: readonly string[] = [
  'cache-control',
  'no-store',
  'pragma',
  'no-cache',
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'same-origin',
]
