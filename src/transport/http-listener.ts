// A plain HTTP listener on node:http, on a port, a Unix socket, or a port that a supervisor shares out.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpListener, HttpListenerOptions, ProxyFacts } from './contract.ts'
import { PROXIED, serveHttp } from './http-service.ts'
import { listen, type ListenAddress } from './listen-address.ts'
import { readProxyHeader } from './proxy-protocol.ts'
import { applyLimits, GRACE_MS, HEADERS_TIMEOUT_MS, serverOptions } from './server-options.ts'
import { createServer } from './node-http.ts'

/** Throws `ListenError` where the address cannot be had. */
export const startHttpListener = async (
  options: HttpListenerOptions & ListenAddress,
): Promise<HttpListener> => {
  const server = createServer(serverOptions(options))
  applyLimits(server, options)
  const service = options.proxyProtocol
    ? serveProxied(server, options)
    : serveHttp(server, 'connection', options, () => ({}))
  const bound = await listen(server, options)
  server.on('error', options.onError)
  return { ...bound, close: (graceMs = GRACE_MS) => service.close(graceMs) }
}

/** HTTP begins where the header ends: node:http gets to know a socket only then. */
const serveProxied = (server: Server, options: HttpListenerOptions) => {
  const proxied = new WeakMap<Socket, ProxyFacts>()
  const timeoutMs = options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS
  for (const listener of server.listeners('connection')) {
    server.on(PROXIED, (socket: Socket) => listener.call(server, socket))
  }
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    readProxyHeader(socket, timeoutMs, (facts) => {
      proxied.set(socket, facts)
      server.emit(PROXIED, socket)
    })
  })
  return serveHttp(server, PROXIED, options, (socket) => ({ proxied: proxied.get(socket) }))
}
