// CORS of an HTTP API: preflight requests are answered by the gateway, and what a backend says of CORS gives way
// to what is configured.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
import type { Cors } from '#model/apigatewayv2/api.ts'
import type { FlatHeaders, HttpResponse } from '#transport/contract.ts'
import { eachHeader } from '../accept/headers.ts'
import type { GatewayRequest } from '../accept/request.ts'
import type { HttpStagePlan } from '../plan.ts'

export type CorsPlan = Pick<HttpStagePlan, 'preflight' | 'cors'>

export const compileCors = (configuration: Cors | undefined): CorsPlan => {
  if (configuration === undefined || Object.keys(configuration).length === 0) return NO_CORS
  const allowOrigin = compileOrigins(configuration.allowOrigins ?? [])
  const preflightHeaders = preflightHeadersOf(configuration)
  const answerHeaders = answerHeadersOf(configuration)
  return {
    preflight: (request) => {
      if (!isPreflight(request)) return undefined
      // AWS: 204 whether or not the origin is allowed; the missing headers make the browser refuse. [exp]
      const origin = allowOrigin(request)
      return {
        statusCode: 204,
        headers: origin === undefined ? [] : [ALLOW_ORIGIN, origin, ...preflightHeaders],
      }
    },
    cors: (request, response) => {
      const headers = withoutCorsHeaders(response.headers)
      const origin = allowOrigin(request)
      if (origin !== undefined) headers.push(ALLOW_ORIGIN, origin, ...answerHeaders)
      return { ...response, headers }
    },
  }
}

const ALLOW_ORIGIN = 'access-control-allow-origin'

const NO_CORS: CorsPlan = {
  preflight: () => undefined,
  cors: (_request, response) => response,
}

const isPreflight = (request: GatewayRequest): boolean =>
  request.method === 'OPTIONS' &&
  request.header('origin') !== undefined &&
  request.header('access-control-request-method') !== undefined

/**
 * What a request's origin is answered: `*`, the origin itself, or nothing. Only a whole entry or a whole scheme
 * matches: no prefix, no suffix, no sub-domain, and never the origin `null`, which any sandboxed page can have.
 */
const compileOrigins = (
  entries: readonly string[],
): ((request: GatewayRequest) => string | undefined) => {
  const everyone = entries.includes('*')
  const exact = new Set(entries.filter((entry) => entry !== 'null'))
  const schemes = entries.filter((entry) => /^[a-z][a-z0-9+.-]*:\/\/\*$/.test(entry))
  const prefixes = schemes.map((entry) => entry.slice(0, -1))
  return (request) => {
    const origins = request.headerValues('origin')
    const origin = origins[0]
    if (origin === undefined || origins.length > 1) return undefined
    // AWS: with `*` the answer is `*` even where credentials are allowed, which browsers refuse.
    if (everyone) return '*'
    if (exact.has(origin)) return origin
    if (!ORIGIN.test(origin)) return undefined
    return prefixes.some((prefix) => origin.startsWith(prefix)) ? origin : undefined
  }
}

/** Scheme, host and perhaps a port, and nothing that could mean something else to anybody. */
const ORIGIN = /^[a-z][a-z0-9+.-]{0,31}:\/\/(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

const preflightHeadersOf = (configuration: Cors): FlatHeaders => {
  const headers: string[] = []
  const { allowMethods, allowHeaders, maxAge } = configuration
  if (allowMethods?.length) headers.push('access-control-allow-methods', allowMethods.join(','))
  if (allowHeaders?.length) headers.push('access-control-allow-headers', allowHeaders.join(','))
  if (maxAge !== undefined) headers.push('access-control-max-age', String(maxAge))
  if (configuration.allowCredentials === true) headers.push(ALLOW_CREDENTIALS, 'true')
  return headers
}

const answerHeadersOf = (configuration: Cors): FlatHeaders => {
  const headers: string[] = []
  if (configuration.allowCredentials === true) headers.push(ALLOW_CREDENTIALS, 'true')
  const { exposeHeaders } = configuration
  if (exposeHeaders?.length) headers.push('access-control-expose-headers', exposeHeaders.join(','))
  return headers
}

const ALLOW_CREDENTIALS = 'access-control-allow-credentials'

/** AWS: CORS headers of the integration are ignored once CORS is configured. [guide: http-api-cors] */
const withoutCorsHeaders = (headers: HttpResponse['headers']): string[] => {
  const kept: string[] = []
  eachHeader(headers, (name, value) => {
    if (!name.toLowerCase().startsWith('access-control-')) kept.push(name, value)
  })
  return kept
}
