// Which headers pass a REST API in either direction, which are renamed and which are dropped.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
import type { FlatHeaders } from '#transport/contract.ts'
import { HeaderNames, isHeader } from '#transport/headers.ts'

/** AWS: HTTP_PROXY strips these of the client's headers before the backend. [F148] */
const REQUEST_DROPPED = new HeaderNames([
  'connection',
  'content-encoding',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'proxy-connection',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'www-authenticate',
])

/** AWS: a proxy integration's answer has these renamed. [behaviour.md 5.2, measured] */
const PROXY_REMAPPED = new HeaderNames(['connection', 'content-length', 'date', 'server'])

/** AWS: and these dropped; the gateway sends its own ids. */
const PROXY_DROPPED = new HeaderNames([
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-amz-apigw-id',
  'x-amzn-requestid',
])

/** AWS: mapped response headers of these names come out renamed. [F145] */
const MAPPED_REMAPPED = new HeaderNames([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'trailer',
  'upgrade',
  'user-agent',
  'www-authenticate',
])

/** AWS: mapping one of these to the backend is a configuration error, 500. [behaviour.md 5.2] */
const REQUEST_FORBIDDEN = new HeaderNames([
  'content-length',
  'transfer-encoding',
  'x-amzn-trace-id',
])

export const passesToBackend = (name: string): boolean => !REQUEST_DROPPED.has(name)

export const mayBeMappedToBackend = (name: string): boolean => !REQUEST_FORBIDDEN.has(name)

/** The name under which a proxied answer's header reaches the client; undefined where it does not. */
export const proxiedResponseName = (name: string): string | undefined => {
  if (PROXY_REMAPPED.has(name)) return `x-amzn-Remapped-${name}`
  return PROXY_DROPPED.has(name) ? undefined : name
}

/** The name under which a mapped response header reaches the client; undefined where it does not. */
export const mappedResponseName = (name: string): string | undefined => {
  if (MAPPED_REMAPPED.has(name)) return `x-amzn-Remapped-${name}`
  return isHeader(name, 'transfer-encoding') ? undefined : name
}

/** The headers of a proxied answer as the client gets them. */
export const proxiedResponseHeaders = (headers: FlatHeaders): string[] => {
  const passed: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = proxiedResponseName(headers[at] ?? '')
    if (name !== undefined) passed.push(name, headers[at + 1] ?? '')
  }
  return passed
}

/** A field name that may be written on the wire. */
export const isHeaderName = (name: string): boolean =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name)

/** Mapped to the backend these do nothing: they speak of the connection, and that is the transport's. */
export const isConnectionHeader = (name: string): boolean => CONNECTION.has(name)

const CONNECTION = new HeaderNames([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
])

/**
 * Text as a header value may carry it: no value can end its line (request and response splitting), and what Latin-1
 * has no character for goes as UTF-8 bytes.
 */
export const headerText = (text: string): string => {
  if (PLAIN.test(text)) return text
  const oneLine = text.replace(CONTROL, ' ')
  return LATIN1.test(oneLine) ? oneLine : Buffer.from(oneLine, 'utf8').toString('latin1')
}

const PLAIN = /^[\t\x20-\x7e]*$/
const LATIN1 = /^[\t\x20-\xff]*$/
const CONTROL = /(?!\t)\p{Cc}/gu
