// How an HTTP API answers its failures: fixed bodies that nobody can configure.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting.html
import type { HttpResponse } from '#transport/contract.ts'
import type { GatewayFailure } from '../plan.ts'

export const renderHttpApiFailure = (failure: GatewayFailure): HttpResponse => {
  const statusCode = failure.statusCode ?? STATUS_CODES.get(failure.responseType) ?? 500
  // Nothing of AWS's answers 501: what is missing here has to be said in our own words.
  const message =
    failure.responseType === 'NOT_IMPLEMENTED'
      ? failure.message
      : (MESSAGES.get(statusCode) ?? 'Internal Server Error')
  return {
    statusCode,
    headers: ['content-type', 'application/json', ...failure.headers],
    body: JSON.stringify({ message }),
  }
}

const STATUS_CODES: ReadonlyMap<string, number> = new Map([
  ['ACCESS_DENIED', 403],
  ['AUTHORIZER_CONFIGURATION_ERROR', 500],
  ['BAD_REQUEST_PARAMETERS', 400],
  ['DEFAULT_4XX', 400],
  ['HEADERS_TOO_LARGE', 431],
  ['INTEGRATION_FAILURE', 503],
  ['INTEGRATION_TIMEOUT', 503],
  ['NOT_IMPLEMENTED', 501],
  ['REQUEST_TOO_LARGE', 413],
  ['RESOURCE_NOT_FOUND', 404],
  ['THROTTLED', 429],
  ['UNAUTHORIZED', 401],
])

/** AWS: capitals in every word, and no blank after the colon. [behaviour.md 4: captured answers] */
const MESSAGES: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [413, 'Request Entity Too Large'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
])
