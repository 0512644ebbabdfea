// What a function must answer to a Lambda proxy integration, and what the client gets of it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
import { isObject } from '#shared/json.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { GatewayFailure } from '../plan.ts'
import { headerText, isHeaderName, proxiedResponseName } from './header-rules.ts'
import { utf8Of } from './payload.ts'

/** `acceptsBinary`: the first media type of the request's Accept is a binary one of the API. */
export const parseProxyResponse = (payload: Uint8Array, acceptsBinary: boolean): HttpResponse => {
  const answer = parseObject(utf8Of(payload))
  const keys = Object.keys(answer)
  // AWS: an object without any member is malformed, while headers alone are a 200. [F131]
  if (keys.length === 0) throw malformed('it is an empty object')
  const unknown = keys.find((key) => !KNOWN.has(key))
  if (unknown !== undefined) throw malformed(`it has a member ${JSON.stringify(unknown)}`)
  const statusCode = parseStatusCode(answer.statusCode)
  const headers = parseHeaders(answer)
  const body = answer.body ?? ''
  if (typeof body !== 'string') throw malformed('body is not a string: JSON.stringify it')
  const encoded = answer.isBase64Encoded ?? false
  if (typeof encoded !== 'boolean') throw malformed('isBase64Encoded is not a boolean')
  // AWS: without a matching Accept the base64 text is sent as it is. [F134, F135]
  const bytes = encoded && acceptsBinary ? Buffer.from(body, 'base64') : body
  return { statusCode, headers, body: bytes }
}

const KNOWN: ReadonlySet<string> = new Set([
  'statusCode',
  'headers',
  'multiValueHeaders',
  'body',
  'isBase64Encoded',
])

/** AWS: 502, the reason only in the execution log. */
const malformed = (reason: string): GatewayFailure =>
  new GatewayFailure('INTEGRATION_FAILURE', 'Internal server error', {
    statusCode: 502,
    hint: `Malformed Lambda proxy response: ${reason}`,
    logLine: 'Execution failed due to configuration error: Malformed Lambda proxy response',
  })

const parseObject = (text: string): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed('it is not JSON')
  }
  if (!isObject(value)) throw malformed('it is not an object with statusCode, headers and body')
  return value
}

/** A number or its text; absent it is 200. */
export const parseStatusCode = (value: unknown): number => {
  if (value === undefined || value === null) return 200
  const code = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  if (typeof code === 'number' && Number.isInteger(code) && code >= 200 && code <= 599) return code
  throw malformed(`statusCode is ${JSON.stringify(value)}`)
}

interface HeaderParts {
  readonly headers?: unknown
  readonly multiValueHeaders?: unknown
}

/**
 * AWS: both maps are merged, multiValueHeaders first and its spelling wins; a value that stands in both is sent
 * once. [behaviour.md 5.4]
 */
export const parseHeaders = (answer: HeaderParts): string[] => {
  const merged = new Map<string, { readonly name: string; readonly values: string[] }>()
  for (const [name, list] of entriesOf(answer.multiValueHeaders, 'multiValueHeaders')) {
    if (!Array.isArray(list)) throw malformed(`multiValueHeaders.${name} is not a list`)
    merged.set(name.toLowerCase(), { name, values: list.map((value) => textOf(name, value)) })
  }
  for (const [name, value] of entriesOf(answer.headers, 'headers')) {
    const text = textOf(name, value)
    const known = merged.get(name.toLowerCase())
    if (known === undefined) merged.set(name.toLowerCase(), { name, values: [text] })
    else if (!known.values.includes(text)) known.values.push(text)
  }
  const flat: string[] = []
  for (const { name, values } of merged.values()) {
    const passed = proxiedResponseName(name)
    if (passed !== undefined) for (const value of values) flat.push(passed, value)
  }
  return flat
}

const entriesOf = (value: unknown, member: string): [string, unknown][] => {
  if (value === undefined || value === null) return []
  if (!isObject(value)) throw malformed(`${member} is not an object`)
  return Object.entries(value)
}

const textOf = (name: string, value: unknown): string => {
  if (!isHeaderName(name)) throw malformed(`${JSON.stringify(name)} is not a header name`)
  if (typeof value === 'string') return headerText(value)
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  throw malformed(`the header ${name} is not a string`)
}
