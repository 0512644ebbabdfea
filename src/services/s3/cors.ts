// Which pages may call a bucket, as its CORS configuration says.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
import { isObject } from '#shared/json.ts'
import { headerOf, type WireResponse } from '#wire/message.ts'
import type { BucketRecord } from './buckets.ts'

type Input = Readonly<Record<string, unknown>>

export interface CorsQuestion {
  readonly origin: string
  readonly method: string
  /** Headers that a preflight asks for, in lower case. */
  readonly headers: readonly string[]
}

export const corsQuestionOf = (
  method: string,
  headers: readonly string[],
): CorsQuestion | undefined => {
  const origin = headerOf(headers, 'origin')
  if (origin === undefined) return undefined
  const asked = headerOf(headers, 'access-control-request-method')
  const names = headerOf(headers, 'access-control-request-headers') ?? ''
  return {
    origin,
    method: method === 'OPTIONS' && asked !== undefined ? asked : method,
    headers:
      method === 'OPTIONS'
        ? names
            .split(',')
            .map((name) => name.trim().toLowerCase())
            .filter((name) => name !== '')
        : [],
  }
}

/** The headers of the first rule that lets this page in; undefined: none does. */
export const corsHeaders = (
  bucket: Pick<BucketRecord, 'cors'> | undefined,
  question: CorsQuestion,
): readonly string[] | undefined => {
  const { origin, method, headers } = question
  for (const rule of listOf(bucket?.cors?.['CORSRules'])) {
    const allowed = texts(rule['AllowedOrigins']).find((pattern) => matches(pattern, origin))
    if (allowed === undefined || !texts(rule['AllowedMethods']).includes(method)) continue
    const patterns = texts(rule['AllowedHeaders'])
    if (!headers.every((name) => patterns.some((one) => matches(one.toLowerCase(), name)))) continue
    const exposed = texts(rule['ExposeHeaders'])
    const maxAge = rule['MaxAgeSeconds']
    return [
      'Access-Control-Allow-Origin',
      allowed === '*' ? '*' : origin,
      'Access-Control-Allow-Methods',
      texts(rule['AllowedMethods']).join(', '),
      ...(headers.length > 0 ? ['Access-Control-Allow-Headers', headers.join(', ')] : []),
      ...(exposed.length > 0 ? ['Access-Control-Expose-Headers', exposed.join(', ')] : []),
      ...(maxAge !== undefined ? ['Access-Control-Max-Age', String(maxAge)] : []),
      ...(allowed === '*' ? [] : ['Access-Control-Allow-Credentials', 'true']),
      'Vary',
      'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    ]
  }
  return undefined
}

export const withHeaders = (answer: WireResponse, headers: readonly string[]): WireResponse => ({
  ...answer,
  headers: [...answer.headers, ...headers],
})

/** One `*` at most, which stands for anything. */
const matches = (pattern: string, text: string): boolean => {
  const star = pattern.indexOf('*')
  if (star === -1) return pattern === text
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return (
    text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after)
  )
}

const listOf = (value: unknown): readonly Input[] =>
  Array.isArray(value) ? value.filter(isObject) : []

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String).filter((text) => !/[\r\n]/.test(text)) : []
