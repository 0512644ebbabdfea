// Compressed request bodies, where the API sets minimumCompressionSize: mappings and backends get them decoded.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import { isHeader } from '#transport/headers.ts'
import { GatewayFailure, type RestStagePlan } from '../plan.ts'
import type { GatewayRequest } from './request.ts'

type Decode = (bytes: Uint8Array) => Promise<Uint8Array>

export const compileDecode = (
  minimumCompressionSize: number | undefined,
): RestStagePlan['decode'] => {
  if (minimumCompressionSize === undefined) return () => undefined
  return (request) => {
    const encoding = request.header('content-encoding')?.trim().toLowerCase()
    if (encoding === undefined || encoding === '' || encoding === 'identity') return
    const decode = DECODERS.get(encoding)
    if (decode === undefined) throw unsupported(encoding)
    decodeBody(request, decode)
  }
}

/** Changes the request as withRoute does: the body is decoded when it is first read, and Content-Encoding would lie. */
const decodeBody = (request: GatewayRequest, decode: Decode): void => {
  const read = request.readBody.bind(request)
  let decoded: Promise<Uint8Array> | undefined
  const { headers } = request.http
  const http = {
    ...request.http,
    headers: headers.filter((_, at) => !isHeader(headers[at - (at % 2)] ?? '', 'content-encoding')),
  }
  Object.assign(request, {
    http,
    readBody: () => {
      const sent = read()
      if ('byteLength' in sent && sent.length === 0) return sent
      return (decoded ??= Promise.resolve(sent).then(decode))
    },
  })
}

/** A small body may stand for a very large one: what comes out is bounded like what may come in. */
const LIMITS = { maxOutputLength: PAYLOAD_BYTES_MAX }
const gunzipped = promisify<Uint8Array, typeof LIMITS, Uint8Array>(gunzip)
const inflated = promisify<Uint8Array, typeof LIMITS, Uint8Array>(inflate)

const bounded =
  (inflateWith: (bytes: Uint8Array, limits: typeof LIMITS) => Promise<Uint8Array>): Decode =>
  async (bytes) => {
    if (bytes.length === 0) return bytes
    try {
      return await inflateWith(bytes, LIMITS)
    } catch (error) {
      throw isTooLarge(error) ? tooLarge(error) : malformed(error)
    }
  }

/** AWS: gzip and deflate. */
const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', bounded(gunzipped)],
  ['x-gzip', bounded(gunzipped)],
  ['deflate', bounded(inflated)],
])

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'

const tooLarge = (cause: unknown) =>
  new GatewayFailure(
    'REQUEST_TOO_LARGE',
    `HTTP content length exceeded ${PAYLOAD_BYTES_MAX} bytes.`,
    { hint: 'the body is larger than that once it is decoded', cause },
  )

const malformed = (cause: unknown) =>
  new GatewayFailure('DEFAULT_4XX', 'Bad Request', {
    statusCode: 400,
    hint: 'the body is not encoded as its Content-Encoding says',
    cause,
  })

const unsupported = (encoding: string) =>
  new GatewayFailure('UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type', {
    hint: `Content-Encoding is ${encoding.slice(0, 100)}; gzip, deflate and identity are decoded`,
  })
