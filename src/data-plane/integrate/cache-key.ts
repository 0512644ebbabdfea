// What an answer is found by in the cache of a stage: the verb, the integration's namespace and the parameters that it
// declares as keys, and nothing else of the request.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html#enable-api-gateway-caching-on-parameters
//
// Two requests have one key only where a backend cannot tell them apart by what is declared: values are taken as they
// were sent, all of a name, and each is written with its length, so that no value can pass for two. What AWS does with
// a repeated or oddly encoded parameter is not known; one entry too many is the safe side of that.
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { Caller } from '#model/caller.ts'
import { decodeQueryText } from '../accept/query.ts'
import type { MethodSource } from '../compiling.ts'
import type { RestRequest } from '../plan.ts'
import { compileRequestSource, mappingInput, ownValue } from './parameter-source.ts'
import { utf8Of } from './payload.ts'

/** A promise only where a key is made of the body. */
export type CacheKey = (request: RestRequest, caller: Caller) => string | Promise<string>

/** Undefined where a parameter cannot be read: what may not be told apart is not kept. */
export const compileCacheKey = (
  source: MethodSource,
  integration: Integration,
): CacheKey | undefined => {
  const names = integration.cacheKeyParameters
  const parts: KeyPart[] = []
  const ofBody: KeyPart[] = []
  for (const name of names) {
    const expression = sourceOf(name, integration)
    const read = compilePart(expression, source)
    if (read === undefined) {
      source.limits.ignore(`caching by ${name}`)
      return undefined
    }
    const ofThis = expression?.startsWith('method.request.body') === true ? ofBody : parts
    ofThis.push({ name: written(name), read })
  }
  const namespace = written(integration.cacheNamespace)
  const write = (all: readonly KeyPart[], request: RestRequest, caller: Caller, body: string) => {
    const values = { request, caller, body }
    let key = namespace + request.method
    for (const { name, read } of all) key += ` ${name}${read(values)}`
    return key
  }
  if (ofBody.length === 0) return (request, caller) => write(parts, request, caller, '')
  const all = [...parts, ...ofBody]
  return async (request, caller) => write(all, request, caller, utf8Of(await request.readBody()))
}

interface KeyPart {
  readonly name: string
  readonly read: ReadPart
}

/** Written so that what follows cannot be mistaken for a part of it. */
type ReadPart = (values: {
  readonly request: RestRequest
  readonly caller: Caller
  readonly body: string
}) => string

/** A parameter of the integration is what is mapped to it. Undefined where nothing is. */
const sourceOf = (name: string, { requestParameters }: Integration): string | undefined =>
  name.startsWith('integration.request.') ? ownValue(requestParameters, name) : name

const compilePart = (
  expression: string | undefined,
  source: MethodSource,
): ReadPart | undefined => {
  if (expression === undefined) return () => ''
  const [, kind, name = ''] = METHOD_PARAMETER.exec(expression) ?? []
  if (kind === 'path') {
    return ({ request }) => written(ownValue(request.match.pathParameters, name))
  }
  if (kind?.endsWith('querystring')) return ({ request }) => writtenQuery(request.rawQuery, name)
  if (kind?.endsWith('header')) return ({ request }) => writtenHeaders(request, name)
  const read = compileRequestSource(expression, source.stage, source.limits)
  return (
    read &&
    (({ request, caller, body }) => {
      const value = read(mappingInput(request, caller, () => body))
      return value === undefined || typeof value === 'string'
        ? written(value)
        : value.map(written).join('')
    })
  )
}

const METHOD_PARAMETER =
  /^method\.request\.(path|querystring|multivaluequerystring|header|multivalueheader)\.(.+)$/s

const written = (value: string | undefined): string =>
  value === undefined ? '-' : `${value.length}:${value}`

/**
 * The pieces between `&` as they came: a backend may take `+`, a broken escape or a `;` otherwise than we do.
 */
const writtenQuery = (rawQuery: string, name: string): string => {
  if (rawQuery === '') return '-'
  let found = ''
  for (const piece of rawQuery.split('&')) if (hasParameter(piece, name)) found += written(piece)
  return found === '' ? '-' : found
}

const hasParameter = (piece: string, name: string): boolean => {
  if (piece.includes(';')) return piece.split(';').some((part) => isParameter(part, name))
  return isParameter(piece, name)
}

const isParameter = (part: string, name: string): boolean => {
  const equals = part.indexOf('=')
  const raw = equals === -1 ? part : part.slice(0, equals)
  return raw === name || decodeQueryText(raw) === name
}

/** With the names, where they are not spelled as declared: a mapping reads no other spelling. */
const writtenHeaders = ({ http: { headers } }: RestRequest, name: string): string => {
  let found = ''
  const lower = name.toLowerCase()
  for (let at = 0; at < headers.length; at += 2) {
    const sent = headers[at] ?? ''
    if (sent.length !== name.length) continue
    if (sent === name) found += written(headers[at + 1])
    else if (sent.toLowerCase() === lower) found += `${sent}=${written(headers[at + 1])}`
  }
  return found === '' ? '-' : found
}
