// The kept connections of an upstream client: one bounded pool per origin and way of verifying it, the pools
// themselves bounded by use. The only file that runs undici, and loaded with the first call, for it is heavy.
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { buildConnector, Dispatcher } from 'undici'
import makeConnector from 'undici/lib/core/connect.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { UpstreamError, type UpstreamRequest } from './contract.ts'
import { guardedLookup, linkLocalRefusal } from './link-local.ts'
import type { UpstreamClientOptions } from './upstream.ts'

const ORIGINS_MAX = 512
const CONNECTIONS_PER_ORIGIN_MAX = 256
/** Requests that wait for one of an origin's connections. */
const WAITING_PER_ORIGIN_MAX = 1024
const CONNECT_TIMEOUT_MS = 10_000
/** Shorter than the idle timeout of any common server: a kept connection is rarely found closed. */
const KEEP_ALIVE_TIMEOUT_MS = 4_000
const KEEP_ALIVE_HINT_MAX_MS = 60_000
const HEADER_BYTES_MAX = 65_536

export interface Origin {
  readonly pool: Pick<Dispatcher, 'dispatch' | 'destroy' | 'close'>
  readonly serverName: string
  /** Requests given to the pool and not yet finished by it. */
  inFlight: number
}

export interface Origins {
  /** Throws `UpstreamError` where too many requests wait for this origin, or it is none. */
  of(request: UpstreamRequest): Origin
  /** Whether this error ended a connection that had served an earlier request. */
  isStale(error: unknown): boolean
  close(): Promise<void>
}

export const createOrigins = (options: UpstreamClientOptions): Origins => {
  const originsMax = options.originsMax ?? ORIGINS_MAX
  const connections = options.connectionsPerOriginMax ?? CONNECTIONS_PER_ORIGIN_MAX
  const inFlightMax = connections + (options.waitingPerOriginMax ?? WAITING_PER_ORIGIN_MAX)
  // In order of use, the least recent first.
  const origins = new Map<string, Origin>()
  const closing = new Set<Promise<void>>()
  const staleErrors = new WeakSet<Error>()
  // The last of them, by its key: most calls follow one to the same origin, and change no order.
  let lastKey = ''
  const secureContext = trustedContext(options.extraCaPem)

  const retire = ({ pool }: Origin): void => {
    const closed = pool.close().finally(() => closing.delete(closed))
    closing.add(closed)
  }
  const open = (request: UpstreamRequest): Origin => {
    const url = parseOrigin(request.origin)
    const pool = new Pool(url.origin, {
      connections,
      pipelining: 1,
      // Timeouts are the call's own, one for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_HINT_MAX_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      allowH2: false,
      connect: connector(options, request, secureContext, staleErrors),
    })
    return { pool, serverName: request.serverName ?? url.hostname, inFlight: 0 }
  }
  return {
    of: (request) => {
      const key = keyOf(request)
      const origin = origins.get(key) ?? open(request)
      if (origin.inFlight >= inFlightMax) {
        throw new UpstreamError('connect', `${inFlightMax} requests wait for ${request.origin}`)
      }
      if (key === lastKey) return origin
      lastKey = key
      origins.delete(key)
      origins.set(key, origin)
      if (origins.size > originsMax) {
        const [oldest] = origins
        if (oldest !== undefined) {
          origins.delete(oldest[0])
          retire(oldest[1])
        }
      }
      return origin
    },
    isStale: (error) => error instanceof Error && staleErrors.has(error),
    close: async () => {
      for (const origin of origins.values()) retire(origin)
      origins.clear()
      lastKey = ''
      await Promise.all(closing)
    },
  }
}

const keyOf = ({ origin, insecureSkipVerification, serverName }: UpstreamRequest): string =>
  insecureSkipVerification === undefined && serverName === undefined
    ? origin
    : `${origin} ${insecureSkipVerification === true} ${serverName ?? ''}`

const parseOrigin = (origin: string): URL => {
  const url = URL.parse(origin)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UpstreamError('connect', `not an http or https origin: ${origin}`)
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UpstreamError('connect', 'an origin has neither path nor user')
  }
  return url
}

/** Node's own trust and one authority more; undefined leaves Node's own, which is cached. */
const trustedContext = (extraCaPem: string | undefined): SecureContext | undefined =>
  extraCaPem === undefined
    ? undefined
    : createSecureContext({ ca: [...getCACertificates('default'), extraCaPem] })

/** Connects as told by `connectTo`, and remembers which errors ended a connection already used. */
const connector = (
  options: UpstreamClientOptions,
  request: UpstreamRequest,
  secureContext: SecureContext | undefined,
  staleErrors: WeakSet<Error>,
): buildConnector.connector => {
  const named = new URL(request.origin).hostname.replaceAll(/[[\]]/g, '')
  const mayBeLinkLocal = options.linkLocalHosts?.has(named) === true
  const lookup = mayBeLinkLocal ? options.resolve : guardedLookup(options.resolve)
  const connect = makeConnector({
    ...(lookup !== undefined && { lookup }),
    timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    allowH2: false,
    rejectUnauthorized: request.insecureSkipVerification !== true,
    ...(secureContext === undefined ? {} : { secureContext }),
  })
  return (target, callback) => {
    const isTls = target.protocol === 'https:'
    const port = Number(target.port === '' ? (isTls ? 443 : 80) : target.port)
    const other = options.connectTo?.(target.hostname, port)
    const host = other?.host ?? target.hostname
    // An address is connected to as it is, and never looked up.
    const refusal = mayBeLinkLocal ? undefined : linkLocalRefusal(host)
    if (refusal !== undefined) {
      callback(refusal, null)
      return
    }
    // The certificate is expected for the origin's name wherever the connection leads, never for the Host header's.
    const { servername: _, ...rest } = target
    const name = request.serverName ?? serverNameOf(target.hostname)
    connect(
      {
        ...rest,
        ...(isTls && name !== undefined ? { servername: name, host: name } : { host: '' }),
        hostname: host,
        port: String(other?.port ?? port),
      },
      (error, socket) => {
        if (error !== null) {
          callback(error, null)
          return
        }
        const bytesRead = socket.bytesRead
        socket.on('error', (error: Error) => {
          if (socket.bytesRead > bytesRead) staleErrors.add(error)
        })
        callback(null, socket)
      },
    )
  }
}

/** An address cannot be asked for by SNI; its certificate is verified against the address. */
const serverNameOf = (hostname: string): string | undefined =>
  /^[\d.]+$|:/.test(hostname) ? undefined : hostname
