// Which headers pass a REST API in either direction, which are renamed and which are dropped.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
import type { FlatHeaders } from '#transport/contract.ts'
import { eachHeader } from '../accept/headers.ts'

/** AWS: HTTP_PROXY strips these of the client's headers before the backend. [F148] */
const REQUEST_DROPPED: ReadonlySet<string> = new Set([
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
const PROXY_REMAPPED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'server',
])

/** AWS: and these dropped; the gateway sends its own ids. */
const PROXY_DROPPED: ReadonlySet<string> = new Set([
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
const MAPPED_REMAPPED: ReadonlySet<string> = new Set([
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
const REQUEST_FORBIDDEN: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'x-amzn-trace-id',
])

export const passesToBackend = (name: string): boolean => !REQUEST_DROPPED.has(name.toLowerCase())

export const mayBeMappedToBackend = (name: string): boolean =>
  !REQUEST_FORBIDDEN.has(name.toLowerCase())

/** The name under which a proxied answer's header reaches the client; undefined where it does not. */
export const proxiedResponseName = (name: string): string | undefined => {
  const lower = name.toLowerCase()
  if (PROXY_REMAPPED.has(lower)) return `x-amzn-Remapped-${name}`
  return PROXY_DROPPED.has(lower) ? undefined : name
}

/** The name under which a mapped response header reaches the client; undefined where it does not. */
export const mappedResponseName = (name: string): string | undefined => {
  const lower = name.toLowerCase()
  if (MAPPED_REMAPPED.has(lower)) return `x-amzn-Remapped-${name}`
  return lower === 'transfer-encoding' ? undefined : name
}

/** The headers of a proxied answer as the client gets them. */
export const proxiedResponseHeaders = (headers: FlatHeaders): string[] => {
  const passed: string[] = []
  eachHeader(headers, (name, value) => {
    const passedName = proxiedResponseName(name)
    if (passedName !== undefined) passed.push(passedName, value)
  })
  return passed
}

/** A field name that may be written on the wire. */
export const isHeaderName = (name: string): boolean =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name)

/** Mapped to the backend these do nothing: they speak of the connection, and that is the transport's. */
export const isConnectionHeader = (name: string): boolean => CONNECTION.has(name.toLowerCase())

const CONNECTION: ReadonlySet<string> = new Set([
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
