// Answers compressed for clients that take them so, from minimumCompressionSize on.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
import { promisify } from 'node:util'
import { deflate, gzip } from 'node:zlib'
import type { HttpResponse } from '#transport/contract.ts'
import { isHeader } from '#transport/headers.ts'
import { lastHeader } from '../accept/headers.ts'
import type { RestStagePlan } from '../plan.ts'

type Coding = 'gzip' | 'deflate'

export const compileCompression = (
  minimumCompressionSize: number | undefined,
): RestStagePlan['compress'] => {
  if (minimumCompressionSize === undefined) return (_request, response) => response
  return (request, response) => {
    const { body } = response
    // AWS: a streamed answer is never encoded, and what the backend has encoded stays. [guide: response-transfer-mode]
    if (body === undefined || isStream(body)) return response
    const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
    if (bytes.length === 0 || bytes.length < minimumCompressionSize) return response
    if (lastHeader(response.headers, 'content-encoding') !== undefined) return response
    const coding = chooseCoding(request.header('accept-encoding'))
    return coding === undefined ? response : compressed(response, bytes, coding)
  }
}

const isStream = (body: NonNullable<HttpResponse['body']>): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && Symbol.asyncIterator in body

const compressed = async (
  response: HttpResponse,
  bytes: Uint8Array,
  coding: Coding,
): Promise<HttpResponse> => {
  const body = await ENCODERS[coding](bytes)
  const { headers } = response
  const kept = headers.filter((_, at) => !isHeader(headers[at - (at % 2)] ?? '', 'content-length'))
  return { ...response, headers: [...kept, 'Content-Encoding', coding], body }
}

const ENCODERS: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  gzip: promisify<Uint8Array, Uint8Array>(gzip),
  deflate: promisify<Uint8Array, Uint8Array>(deflate),
}

/** The client's favourite of gzip and deflate; undefined where it takes neither, or likes the plain form better. */
export const chooseCoding = (acceptEncoding: string | undefined): Coding | undefined => {
  if (acceptEncoding === undefined) return undefined
  const weights = weightsOf(acceptEncoding)
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0
  const gzipWeight = weights.has('x-gzip') ? weightOf('x-gzip') : weightOf('gzip')
  const deflateWeight = weightOf('deflate')
  const best = Math.max(gzipWeight, deflateWeight)
  if (best === 0 || (weights.get('identity') ?? 0) > best) return undefined
  return gzipWeight >= deflateWeight ? 'gzip' : 'deflate'
}

/** `gzip;q=0.5, deflate` by name in lower case; what is no weight is none. [RFC 9110 12.5.3] */
const weightsOf = (acceptEncoding: string): ReadonlyMap<string, number> => {
  const weights = new Map<string, number>()
  for (const part of acceptEncoding.slice(0, ACCEPT_CHARS_MAX).split(',')) {
    const [name = '', ...parameters] = part.trim().toLowerCase().split(';')
    const weight = parameters
      .map((parameter) => /^\s*q\s*=\s*(\d(?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1])
      .find((found) => found !== undefined)
    weights.set(name.trim(), weight === undefined ? 1 : Number(weight))
  }
  return weights
}

const ACCEPT_CHARS_MAX = 1024
