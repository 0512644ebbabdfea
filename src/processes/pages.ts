// Calls that pages in a browser make: the services of Cognito that nobody signs for, which any page may call as on AWS,
// and everything for the origins of `--allowed-origin`.
// https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
import { isUnsigned } from '#identity/actions.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import { refuseHost } from '#wire/management-guard.ts'
import { headerOf } from '#wire/message.ts'
import type { Settings } from '../settings.ts'

type PageSettings = Pick<Settings, 'allowedHosts' | 'allowedOrigins'>

/** STS has operations without signatures as well, and no page calls them. */
export const isOpenToPages = (service: string, operation: string): boolean =>
  service.startsWith('cognito-') && isUnsigned(service, operation)

/** The answer to a browser that asks first; undefined where it is none, or is not answered. */
export const answerPreflight = (
  request: Pick<HttpRequest, 'method' | 'target' | 'headers' | 'host'>,
  settings: PageSettings,
): HttpResponse | undefined => {
  const { headers } = request
  const origin = headerOf(headers, 'origin')
  const wanted = headerOf(headers, 'access-control-request-headers') ?? ''
  const method = headerOf(headers, 'access-control-request-method')
  if (request.method !== 'OPTIONS' || origin === undefined || method === undefined) return undefined
  if (refuseHost(request, settings) !== undefined) return undefined
  const isAllowed = settings.allowedOrigins.includes(origin)
  const names = wanted.split(',').map((name) => name.trim().toLowerCase())
  // Which operation it will be is not said yet: the call itself is refused where it may not come from a page.
  const isOpenCall = request.target === '/' && method === 'POST' && names.includes('x-amz-target')
  if (!isAllowed && !isOpenCall) return undefined
  const taken = names.filter(
    (name) => isAllowed || /^(?:x-amz-|amz-sdk-)|^content-type$/.test(name),
  )
  return {
    statusCode: 200,
    headers: [
      'access-control-allow-origin',
      isAllowed ? origin : '*',
      'access-control-allow-methods',
      isAllowed ? 'GET, HEAD, POST, PUT, PATCH, DELETE' : 'POST',
      'access-control-allow-headers',
      taken.filter((name) => /^[\w-]{1,128}$/.test(name)).join(', '),
      'access-control-max-age',
      String(MAX_AGE_SECONDS),
      'vary',
      'origin',
    ],
    body: '',
  }
}

const MAX_AGE_SECONDS = 600

/** The answer with what lets the page read it. */
export const readableByPages = (
  response: HttpResponse,
  { headers }: Pick<HttpRequest, 'headers'>,
  { allowedOrigins }: PageSettings,
  isOpen: boolean,
): HttpResponse => {
  const origin = headerOf(headers, 'origin')
  if (origin === undefined) return response
  const isAllowed = allowedOrigins.includes(origin)
  if (!isOpen && !isAllowed) return response
  return {
    ...response,
    headers: [
      ...response.headers,
      'access-control-allow-origin',
      isAllowed ? origin : '*',
      'access-control-expose-headers',
      'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
      'vary',
      'origin',
    ],
  }
}
