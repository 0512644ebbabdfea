// Clients and servers on bare sockets: every byte that is sent or received is the test's own.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface RawClient {
  readonly socket: Socket
  send(text: string): void
  /** All that was received, as soon as it contains `text`. Rejects when the connection ends before. */
  until(text: string): Promise<string>
  /** All that was received, when the connection has ended. */
  readonly ended: Promise<string>
}

export const openRaw = async (target: number | string): Promise<RawClient> => {
  const socket =
    typeof target === 'string' ? connect(target) : connect({ port: target, host: '127.0.0.1' })
  await once(socket, 'connect')
  return rawClient(socket)
}

export const rawClient = (socket: Socket): RawClient => {
  let received = ''
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const check of waiting) check()
  }
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    changed()
  })
  const ended = new Promise<string>((resolve) => {
    // A reset after the answer is an end like any other.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      resolve(received)
      changed()
    })
  })
  return {
    socket,
    ended,
    send: (text) => {
      socket.write(text, 'latin1')
    },
    until: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (received.includes(text)) resolve(received)
          else if (socket.closed) reject(new Error(`ended before ${text}: ${received}`))
          else return
          waiting.delete(check)
        }
        waiting.add(check)
        check()
      }),
  }
}

/** Sends and waits for the other side to close. */
export const talk = async (target: number | string, text: string): Promise<string> => {
  const client = await openRaw(target)
  client.send(text)
  return client.ended
}

export interface RawServer {
  readonly port: number
  readonly origin: string
  /** Connections accepted so far. */
  readonly connections: readonly RawClient[]
  close(): Promise<void>
}

/** A server whose every connection is handed to `serve`. */
export const startRawServer = async (
  serve: (connection: RawClient, index: number) => void,
): Promise<RawServer> => {
  const connections: RawClient[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('end', () => socket.end())
    const connection = rawClient(socket)
    connections.push(connection)
    serve(connection, connections.length - 1)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections,
    close: async () => {
      for (const { socket } of connections) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The bodies of answers with a Content-Length, in the order they came. */
export const bodiesOf = (received: string): string[] => {
  const bodies: string[] = []
  let rest = received
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const length = Number(/content-length: (\d+)/i.exec(rest.slice(0, end))?.[1] ?? 0)
    bodies.push(rest.slice(end + 4, end + 4 + length))
    rest = rest.slice(end + 4 + length)
  }
  return bodies
}

export const statusesOf = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
