// What the two event formats of HTTP APIs have in common: what a function is told of headers, query and body.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { isUtf8 } from 'node:buffer'
import type { Caller } from '#model/caller.ts'
import type { MappableRequest } from '#languages/parameter-mapping/request-mapping.ts'
import { HOP_BY_HOP } from '#transport/headers.ts'
import { eachHeader, lastHeader } from '../../accept/headers.ts'
import { decodeOrKeep, parseQuery } from '../../accept/query.ts'
import type { HttpApiRequest } from '../../plan.ts'
import { base64Of, utf8Of } from '../payload.ts'
import { baseType } from '../template.ts'

/** What an event is made of. */
export interface EventSource {
  readonly request: HttpApiRequest
  readonly caller: Caller
  /** Headers, query and path as the parameter mapping left them. */
  readonly mapped: MappableRequest
  readonly body: Uint8Array
}

/**
 * All values by header name, names in lower case and in order, with what AWS adds.
 * AWS: Content-Length is there even without a body. [recorded: logandk/serverless-wsgi#191]
 */
export const eventHeaders = ({ request, mapped, body }: EventSource): Map<string, string[]> => {
  const byName = new Map<string, string[]>()
  eachHeader(mapped.headers, (name, value) => {
    if (HOP_BY_HOP.has(name)) return
    const lower = name.toLowerCase()
    const values = byName.get(lower)
    if (values === undefined) byName.set(lower, [value])
    else values.push(value)
  })
  const { http } = request
  const forwardedFor = [...(byName.get('x-forwarded-for') ?? []), request.sourceIp].join(', ')
  byName.set('content-length', [String(body.length)])
  if (!byName.has('host')) byName.set('host', [http.host])
  byName.set('x-amzn-trace-id', [request.traceId])
  byName.set('x-forwarded-for', [forwardedFor])
  byName.set('x-forwarded-port', [portOf(http.host) ?? (http.tls ? '443' : '80')])
  byName.set('x-forwarded-proto', [http.tls ? 'https' : 'http'])
  const inOrder = new Map<string, string[]>()
  for (const name of [...byName.keys()].sort()) inOrder.set(name, byName.get(name) ?? [])
  return inOrder
}

export const eventQuery = ({ request, mapped }: EventSource) =>
  mapped.rawQuery === request.rawQuery ? request.query : parseQuery(mapped.rawQuery, false)

/**
 * AWS: the path of an event is percent-decoded, `rawPath` too, and begins with the stage unless that is `$default`.
 * [recorded: honojs/hono#2156, fastify/aws-lambda-fastify#169, serverless-wsgi#191]
 */
export const eventPath = ({ request, mapped }: EventSource): string =>
  decodeOrKeep(mapped.path ?? request.address.fullPath)

/** Decoded. [guide: http-api-develop-routes] */
export const eventPathParameters = ({ request }: EventSource) => {
  const raw = request.match.pathParameters
  if (raw === undefined) return undefined
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, decodeOrKeep(value)]))
}

/** Undefined where there are none, as both formats tell apart from an empty object. */
export const eventStageVariables = ({ request }: EventSource) => {
  const { stageVariables } = request.stage
  return Object.keys(stageVariables).length === 0 ? undefined : stageVariables
}

/**
 * AWS: text for text/*, JSON, JavaScript and XML, base64 for everything else, form data and a missing type too.
 * [measured: ministackorg/ministack#766] Bytes that are no UTF-8 go as base64 whatever the type says.
 */
export const eventBody = ({ mapped, body }: EventSource) => {
  if (body.length === 0) return { body: undefined, isBase64Encoded: false }
  const isText = isTextType(lastHeader(mapped.headers, 'content-type')) && isUtf8(body)
  return { body: isText ? utf8Of(body) : base64Of(body), isBase64Encoded: !isText }
}

const isTextType = (contentType: string | undefined): boolean =>
  contentType !== undefined && TEXT_TYPE.test(baseType(contentType))

const TEXT_TYPE =
  /^(?:text\/.+|application\/(?:json|javascript|xml|[\w.-]{1,64}\+json|[\w.-]{1,64}\+xml))$/

const portOf = (host: string): string | undefined => /:(\d{1,5})$/.exec(host)?.[1]
