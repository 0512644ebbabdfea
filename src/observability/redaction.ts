// What no log and no record may show: credentials, by the names of the headers and parameters that carry them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html [behaviour.md 12.2]

/** A function's event holds the headers of the request, and its credentials with them: masked as those are. */
export const maskedEvent = (text: string): string =>
  text
    .replace(SECRET_MEMBER, (_, member: string, value: string) => member + maskedText(value))
    .replace(SECRET_LIST, '$1"****"')
    .replace(COOKIE_MEMBER, '$1"****"')
    .replace(COOKIE_LIST, '$1"****"')

const SECRETS =
  'authorization|authorizationtoken|proxy-authorization|x-api-key|x-amz-security-token'
const SECRET_MEMBER = new RegExp(String.raw`("(?:${SECRETS})":\s*")((?:[^"\\]|\\.)*)`, 'gi')
const SECRET_LIST = new RegExp(String.raw`("(?:${SECRETS})":\s*\[)[^\]]*`, 'gi')

const COOKIE_MEMBER = /("(?:set-)?cookie":\s*)"(?:[^"\\]|\\.)*"/gi
/** `cookies` of an event of version 2.0, and a header with all its values. */
const COOKIE_LIST = /("(?:(?:set-)?cookie|cookies)":\s*\[)[^\]]*/gi

/**
 * AWS: of credentials only the last characters are shown. The session token is our addition: it is one too. So are cookies,
 * of which nothing is shown: what stands at their end may be the whole of a session.
 */
export const masked = (name: string, value: string): string => {
  if (SECRET.test(name)) return maskedText(value)
  return COOKIE.test(name) ? '****' : value
}

export const maskedText = (value: string): string =>
  '*'.repeat(Math.max(0, value.length - 6)) + shown(value)

const SECRET = /^(?:authorization|proxy-authorization|x-api-key|x-amz-security-token)$/i

/** Of a short one nothing: six characters would be too much of it. */
const shown = (value: string): string =>
  value.length >= 20 ? value.slice(-6) : '*'.repeat(Math.min(6, value.length))

/** Names of headers that prove who is calling; of a record kept for later they are left out whole. */
export const isSecretHeader = (name: string): boolean => SECRET.test(name) || COOKIE.test(name)

const COOKIE = /^(?:cookie|set-cookie)$/i

/** Of query parameters the same: signatures of presigned requests, tokens and keys. */
export const isSecretParameter = (name: string): boolean => SECRET_PARAMETER.test(name)

const SECRET_PARAMETER =
  /^(?:x-amz-(?:signature|security-token|credential)|(?:access|id|refresh)[-_]?token|token|auth|authorization|api[-_]?key|code|password|secret|signature)$/i
