// A plain HTTP listener on node:http, on a port, a Unix socket, or a port that a supervisor shares out.
import { createServer } from 'node:http'
import type { HttpListener, HttpListenerOptions } from './contract.ts'
import { serveHttp } from './http-service.ts'
import { listen, type ListenAddress } from './listen-address.ts'
import { applyLimits, GRACE_MS, serverOptions } from './server-options.ts'

/** Throws `ListenError` where the address cannot be had. */
export const startHttpListener = async (
  options: HttpListenerOptions & ListenAddress,
): Promise<HttpListener> => {
  const server = createServer(serverOptions(options))
  applyLimits(server, options)
  const service = serveHttp(server, 'connection', options, () => undefined)
  const bound = await listen(server, options)
  server.on('error', options.onError)
  return { ...bound, close: (graceMs = GRACE_MS) => service.close(graceMs) }
}
