// An HTTP API integration's requestParameters, compiled: how a request changes on its way to the backend.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
import { changeHeader } from './header-change.ts'
import { isReservedHeader, type MappingKey, parseMappingKey } from './mapping-key.ts'
import {
  compileMappingValue,
  type LookUp,
  type MappingValue,
  toByteString,
} from './mapping-value.ts'

/** The parts of a request that can be mapped. */
export interface MappableRequest {
  readonly headers: readonly string[]
  /** Without `?`. */
  readonly rawQuery: string
  /** Percent-encoded; undefined while nobody has overwritten it. */
  readonly path: string | undefined
}

export type RequestMapping = (request: MappableRequest, lookUp: LookUp) => MappableRequest

export interface CompiledRequestMapping {
  /** Undefined where nothing is mapped. */
  readonly mapping: RequestMapping | undefined
  /** In words, each entry that is not understood. */
  readonly problems: readonly string[]
}

export const compileRequestMapping = (
  parameters: Readonly<Record<string, string>> = {},
): CompiledRequestMapping => {
  const changes: RequestMapping[] = []
  const problems: string[] = []
  for (const [text, valueText] of Object.entries(parameters)) {
    const key = parseMappingKey(text, 'request')
    if (key === undefined || (key.target === 'header' && isReservedHeader(key.name))) {
      problems.push(`the parameter mapping ${text}`)
      continue
    }
    const compiled = compileMappingValue(key.action === 'remove' ? '' : valueText, 'request')
    if ('problem' in compiled) problems.push(compiled.problem)
    else changes.push(compileChange(key, compiled.value))
  }
  if (changes.length === 0) return { mapping: undefined, problems }
  const mapping: RequestMapping = (request, lookUp) =>
    changes.reduce((changed, change) => change(changed, lookUp), request)
  return { mapping, problems }
}

const compileChange = (key: MappingKey, value: MappingValue): RequestMapping => {
  if (key.target === 'path') {
    return (request, lookUp) => {
      const path = value(lookUp, 'path')
      return path === undefined ? request : { ...request, path: encodePath(path) }
    }
  }
  if (key.target === 'header') {
    return (request, lookUp) => ({
      ...request,
      headers: changeHeader(request.headers, key, value(lookUp, 'header')),
    })
  }
  return (request, lookUp) => ({
    ...request,
    rawQuery: changeQuery(request.rawQuery, key, value(lookUp, 'querystring')),
  })
}

const changeQuery = (
  rawQuery: string,
  { action, name }: MappingKey,
  value: string | undefined,
): string => {
  const parts = rawQuery === '' ? [] : rawQuery.split('&')
  const kept = action === 'append' ? parts : parts.filter((part) => nameOf(part) !== name)
  if (action !== 'remove' && value !== undefined) {
    kept.push(`${encodeQuery(toByteString(name))}=${encodeQuery(value)}`)
  }
  return kept.join('&')
}

/** The decoded name of `name=value`. */
const nameOf = (part: string): string => {
  const equals = part.indexOf('=')
  const name = (equals === -1 ? part : part.slice(0, equals)).replaceAll('+', ' ')
  try {
    return decodeURIComponent(name)
  } catch {
    // A broken escape is no escape.
    return name
  }
}

/** Whatever is no unreserved character, percent-encoded byte by byte. */
const encodeQuery = (bytes: string): string => bytes.replaceAll(/[^\w.~-]/g, percent)

/** A path that stays one: escapes are kept, and nothing in it can begin a query string. */
const encodePath = (bytes: string): string => {
  const encoded = bytes.replaceAll(/%(?![0-9A-Fa-f]{2})|[^\w.~!$&'()*+,;=:@/%-]/g, percent)
  return encoded.startsWith('/') ? encoded : `/${encoded}`
}

const percent = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
