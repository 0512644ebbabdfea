// How node:http is set up for both kinds of listener: limits, and strictness wherever it has a switch.
import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import type { HttpListenerOptions } from './contract.ts'
import { headerValue } from './headers.ts'

/** What `close()` waits for requests in flight: AWS's longest integration timeout and a second. */
export const GRACE_MS = 30_000

const HEADER_BYTES_MAX = 32_768
export const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
// AWS: an idle connection is kept 310 seconds. [guide: api-gateway-execution-service-limits-table]
const KEEP_ALIVE_TIMEOUT_MS = 310_000
const CONNECTIONS_MAX = 20_000
/** Slow requests are looked for this often, so a timeout is late by no more. */
const CHECK_INTERVAL_MS = 1_000

export const serverOptions = (options: HttpListenerOptions): ServerOptions => {
  const headersTimeout = options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS
  return {
    insecureHTTPParser: false,
    // The guard answers a missing Host, in our own words.
    requireHostHeader: false,
    maxHeaderSize: options.headerBytesMax ?? HEADER_BYTES_MAX,
    headersTimeout,
    requestTimeout: Math.max(options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, headersTimeout),
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersTimeout),
    keepAliveTimeout: keepAliveTimeoutOf(options),
    noDelay: true,
    optimizeEmptyRequests: true,
    ...(options.onUpgrade === undefined ? {} : { shouldUpgradeCallback: isWebSocketRequest }),
  }
}

export const applyLimits = (server: Server, options: HttpListenerOptions): void => {
  // Past a count, the parser would drop headers without a word; their bytes are bounded instead.
  server.maxHeadersCount = 0
  server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX
  // No byte in either direction for this long: a client that does not read its answer, above all.
  server.timeout = silenceTimeoutOf(options)
}

const silenceTimeoutOf = ({ keepAliveTimeoutMs = 0 }: HttpListenerOptions): number =>
  Math.max(keepAliveTimeoutMs, KEEP_ALIVE_TIMEOUT_MS)

/** 0 where the limit on silence is the same: Node would set its timer anew before and after every request. */
const keepAliveTimeoutOf = (options: HttpListenerOptions): number => {
  const { keepAliveTimeoutMs = KEEP_ALIVE_TIMEOUT_MS } = options
  return keepAliveTimeoutMs < silenceTimeoutOf(options) ? keepAliveTimeoutMs : 0
}

/** Only WebSockets are upgraded; another `Upgrade` is a wish that an ordinary answer declines. [RFC 9110 7.8] */
const isWebSocketRequest = (incoming: IncomingMessage): boolean =>
  incoming.method === 'GET' &&
  incoming.httpVersion === '1.1' &&
  headerValue(incoming.rawHeaders, 'upgrade')?.toLowerCase() === 'websocket' &&
  headerValue(incoming.rawHeaders, 'content-length') === undefined &&
  headerValue(incoming.rawHeaders, 'transfer-encoding') === undefined
