// Text or bytes: what binaryMediaTypes and contentHandling make of a payload in either direction.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
import { isUtf8 } from 'node:buffer'
import type { ContentHandling } from '#model/apigateway/rest-api.ts'
import { GatewayFailure } from '../plan.ts'
import { baseType } from './template.ts'

/**
 * Whether a media type is one of the API's binary ones.
 * AWS: a star in the list stands for any concrete type; a star in the request stands for nothing. [F135]
 */
export const compileBinaryMediaTypes = (
  types: readonly string[],
): ((mediaType: string | undefined) => boolean) => {
  if (types.length === 0) return () => false
  const patterns = types.map((type) => type.trim().toLowerCase())
  if (patterns.includes('*/*')) return () => true
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const ofType = new Set<string>()
  const ofSubtype = new Set<string>()
  for (const pattern of patterns) {
    const [type = '', subtype = ''] = pattern.split('/')
    if (subtype === '*') ofType.add(type)
    if (type === '*') ofSubtype.add(subtype)
  }
  return (mediaType) => {
    const base = mediaType === undefined ? 'application/json' : baseType(mediaType)
    if (exact.has(base)) return true
    const [type = '', subtype = ''] = base.split('/')
    if (type === '*' || subtype === '*') return false
    return ofType.has(type) || ofSubtype.has(subtype)
  }
}

/** The request's payload as the backend gets it. [F181] */
export const convertRequest = (
  bytes: Uint8Array,
  isBinary: boolean,
  handling: ContentHandling | undefined,
): Uint8Array => {
  if (bytes.length === 0) return bytes
  if (isBinary) return handling === 'CONVERT_TO_TEXT' ? toBase64(bytes) : bytes
  return handling === 'CONVERT_TO_BINARY' ? fromBase64(bytes) : asText(bytes)
}

/** The backend's payload as the client gets it. A text that should be base64 and is not is a 500. */
export const convertResponse = (
  bytes: Uint8Array,
  isBinary: boolean,
  acceptsBinary: boolean,
  handling: ContentHandling | undefined,
): Uint8Array => {
  if (bytes.length === 0) return bytes
  if (isBinary) {
    const raw = handling === 'CONVERT_TO_BINARY' || (handling === undefined && acceptsBinary)
    return raw ? bytes : toBase64(bytes)
  }
  const decode = handling === 'CONVERT_TO_BINARY' || (handling === undefined && acceptsBinary)
  return decode ? fromBase64(bytes) : asText(bytes)
}

/** A payload as `$input.body` has it: of bytes a template sees only their base64. [behaviour.md 5.3] */
export const templateText = (bytes: Uint8Array, isBinary: boolean): string =>
  isBinary ? base64Of(bytes) : utf8Of(bytes)

/** What a template wrote, as it goes on. */
export const templateBytes = (text: string, handling: ContentHandling | undefined): Uint8Array => {
  const bytes = Buffer.from(text, 'utf8')
  return handling === 'CONVERT_TO_BINARY' ? fromBase64(bytes) : bytes
}

/** AWS: bytes of a text type are read as UTF-8, bad ones become U+FFFD. [F181] */
export const asText = (bytes: Uint8Array): Uint8Array =>
  isUtf8(bytes) ? bytes : Buffer.from(utf8Of(bytes), 'utf8')

export const utf8Of = (bytes: Uint8Array): string =>
  bytes.length === 0
    ? ''
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')

export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

const toBase64 = (bytes: Uint8Array): Uint8Array => Buffer.from(base64Of(bytes), 'latin1')

/** AWS: the quotes of a JSON string, as a function answers one, do not matter. [guide: image-lambda example] */
const fromBase64 = (bytes: Uint8Array): Uint8Array => {
  const text = utf8Of(bytes)
    .trim()
    .replace(/^"(.*)"$/s, '$1')
  if (!isBase64(text)) {
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
      hint: 'contentHandling wants to decode the payload, and it is not base64',
    })
  }
  return Buffer.from(text, 'base64')
}

export const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/\r\n]*={0,2}\s*$/.test(text)
