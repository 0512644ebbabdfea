// What a backend is told of the client's side of the connection.
import { HeaderNames } from '#transport/headers.ts'
import type { GatewayRequest } from '../accept/request.ts'

/** Flat list: X-Forwarded-For with the client's address at its end, X-Forwarded-Port, X-Forwarded-Proto. */
export const forwardedHeaders = (request: GatewayRequest): readonly string[] => {
  const before = request.headerValues('x-forwarded-for').join(', ')
  return [
    'X-Forwarded-For',
    before === '' ? request.sourceIp : `${before}, ${request.sourceIp}`,
    'X-Forwarded-Port',
    portOf(request),
    'X-Forwarded-Proto',
    request.http.tls === undefined ? 'http' : 'https',
  ]
}

/** Names of headers that the gateway writes itself, whatever the client sent. */
export const isForwardedHeader = (name: string): boolean => FORWARDED.has(name)

const FORWARDED = new HeaderNames([
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
])

const portOf = (request: GatewayRequest): string =>
  /:(\d{1,5})$/.exec(request.http.host)?.[1] ?? (request.http.tls === undefined ? '80' : '443')
