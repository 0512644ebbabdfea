// A backend for tests: a real HTTP server that keeps what it was sent and answers as it is told.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface UpstreamAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
}

export interface Upstream {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  close(): Promise<void>
}

/** Without `answer`, every request is echoed as JSON. */
export const startUpstream = async (
  answer: (request: SeenRequest) => UpstreamAnswer | Promise<UpstreamAnswer> = echo,
): Promise<Upstream> => {
  const seen: SeenRequest[] = []
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const request: SeenRequest = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        rawHeaders: incoming.rawHeaders,
        headers: incoming.headers,
        body: Buffer.concat(parts).toString(),
      }
      seen.push(request)
      void Promise.resolve(answer(request)).then(({ status = 200, headers = {}, body = '' }) =>
        outgoing.writeHead(status, { ...headers } as Record<string, string>).end(body),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const echo = ({ method, url, headers, body }: SeenRequest): UpstreamAnswer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ method, url, headers, body }),
})
