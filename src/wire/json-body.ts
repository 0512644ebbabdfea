// The JSON body of a request, read as something hostile: bounded in depth, strict about UTF-8, and nothing about it
// decides which properties an object of ours has.
import { isObject } from '#shared/json.ts'
import { serializationError } from './errors.ts'

/** Arrays and objects inside one another. AWS's own bodies need fewer than ten. */
export const JSON_DEPTH_MAX = 100

const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The object that a body holds; an empty body is an empty object. SerializationException otherwise. */
export const parseJsonBody = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  if (bytes.length === 0) return {}
  if (isTooDeep(bytes))
    throw serializationError(`The body is nested more than ${JSON_DEPTH_MAX} levels deep.`)
  const value = parse(bytes)
  if (Array.isArray(value)) throw serializationError('Start of list found where not expected')
  if (!isObject(value)) throw serializationError('Unexpected value type in payload')
  return value
}

const parse = (bytes: Uint8Array): unknown => {
  try {
    // A byte order mark is not JSON, so it is not taken away.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return JSON.parse(text)
  } catch {
    // What the parser says quotes the body, which may hold secrets.
    throw serializationError('The body is not valid JSON.')
  }
}

const isTooDeep = (bytes: Uint8Array): boolean => {
  let depth = 0
  let inString = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (inString) {
      if (byte === BACKSLASH) index++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > JSON_DEPTH_MAX) return true
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--
  }
  return false
}
