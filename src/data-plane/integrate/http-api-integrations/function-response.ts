// What a function answered, as an answer to the client: the rules of payload formats 1.0 and 2.0.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { isObject } from '#shared/json.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { HOP_BY_HOP } from '#transport/headers.ts'
import { GatewayFailure } from '../../plan.ts'
import { headerText, isHeaderName } from '../header-rules.ts'
import { isBase64, utf8Of } from '../payload.ts'

/**
 * AWS: JSON without a statusCode is the body of a 200, a string as it is. [guide] What is no JSON at all, or has
 * members of a wrong type, is a 500.
 */
export const readFunctionResponse20 = (payload: Uint8Array): HttpResponse => {
  const text = utf8Of(payload)
  const answer = parseJson(text)
  if (!isObject(answer) || answer.statusCode === undefined) {
    const body = typeof answer === 'string' ? answer : text
    return { statusCode: 200, headers: ['content-type', 'application/json'], body }
  }
  const headers = readHeaders(answer.headers)
  for (const cookie of readCookies(answer.cookies)) headers.push('set-cookie', headerText(cookie))
  return toResponse(answer, headers)
}

/** AWS: format 1.0 has no assumptions: an object with a statusCode, or 500. */
export const readFunctionResponse10 = (payload: Uint8Array): HttpResponse => {
  const answer = parseJson(utf8Of(payload))
  if (!isObject(answer)) throw malformed('it is not an object')
  if (answer.statusCode === undefined) throw malformed('it has no statusCode')
  const multiple = readMultiValueHeaders(answer.multiValueHeaders)
  const named = new Set(multiple.filter((_text, at) => at % 2 === 0).map((name) => lower(name)))
  const single = readHeaders(answer.headers)
  const headers = [...multiple]
  for (let at = 0; at < single.length; at += 2) {
    // AWS: both are merged, and a name in multiValueHeaders comes from there. [behaviour.md 5.4]
    const name = single[at] ?? ''
    if (!named.has(lower(name))) headers.push(name, single[at + 1] ?? '')
  }
  return toResponse(answer, headers)
}

const toResponse = (answer: Record<string, unknown>, headers: string[]): HttpResponse => {
  // AWS: without a content type, an answer is plain text. [recorded: Quarkus and Serverless guides, curl -i]
  const hasType = headers.some((name, at) => at % 2 === 0 && lower(name) === 'content-type')
  if (!hasType) headers.unshift('content-type', 'text/plain;charset=UTF-8')
  return { statusCode: readStatusCode(answer.statusCode), headers, body: readBody(answer) }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
}

const readStatusCode = (value: unknown): number => {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  if (!/^[2-5]\d\d$/.test(text)) throw malformed('statusCode is no number from 200 to 599')
  return Number(text)
}

const readBody = (answer: Record<string, unknown>): string | Uint8Array => {
  const { body, isBase64Encoded } = answer
  if (!isAbsent(isBase64Encoded) && typeof isBase64Encoded !== 'boolean') {
    throw malformed('isBase64Encoded is not true or false')
  }
  if (isAbsent(body)) return ''
  if (typeof body !== 'string') throw malformed('body is not a string')
  if (isBase64Encoded !== true) return body
  if (!isBase64(body)) throw malformed('body is not base64, though isBase64Encoded says so')
  return Buffer.from(body, 'base64')
}

const readHeaders = (value: unknown): string[] => {
  if (isAbsent(value)) return []
  if (!isObject(value)) throw malformed('headers is not an object')
  const headers: string[] = []
  for (const [name, member] of Object.entries(value)) addHeader(headers, name, member)
  return headers
}

const readMultiValueHeaders = (value: unknown): string[] => {
  if (isAbsent(value)) return []
  if (!isObject(value)) throw malformed('multiValueHeaders is not an object')
  const headers: string[] = []
  for (const [name, members] of Object.entries(value)) {
    if (!Array.isArray(members)) throw malformed(`multiValueHeaders.${name} is not a list`)
    for (const member of members) addHeader(headers, name, member)
  }
  return headers
}

const addHeader = (headers: string[], name: string, value: unknown): void => {
  if (!isHeaderName(name)) throw malformed('a header has a name that none can have')
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw malformed(`the value of header ${name} is not a string`)
  }
  if (!isOurs(lower(name))) headers.push(name, headerText(String(value)))
}

/** Framing is the transport's, and the gateway's own headers are not a function's to write. */
const isOurs = (name: string): boolean =>
  HOP_BY_HOP.has(name) || name === 'date' || name.startsWith('apigw-')

const readCookies = (value: unknown): readonly string[] => {
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) throw malformed('cookies is not a list')
  return value.map((cookie: unknown) => {
    if (typeof cookie !== 'string') throw malformed('a cookie is not a string')
    return cookie
  })
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null

const lower = (name: string): string => name.toLowerCase()

const malformed = (reason: string, cause?: unknown) =>
  new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal Server Error', {
    statusCode: 500,
    hint: `the function's answer has not the format that API Gateway expects: ${reason}`,
    cause,
  })
