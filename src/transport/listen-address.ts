// Where a listener listens: a host and port, a Unix socket, or a server that another process has bound already,
// as a supervisor hands one port to all its workers with `child.send(message, server)`.
import { chmodSync, unlinkSync } from 'node:fs'
import { connect, type Server, type Socket } from 'node:net'

export type ListenAddress =
  | { readonly host: string; readonly port: number }
  /** The path of a Unix socket, made with mode 0600. */
  | { readonly path: string }
  /** Received from a supervisor; it must not be closed or used for anything else. */
  | { readonly server: Server }

/** Where it listens now; `host` is the path and `port` 0 for a Unix socket. */
export interface BoundAddress {
  readonly host: string
  readonly port: number
}

export class ListenError extends Error {
  override readonly name = 'ListenError'
  /** The system's: EADDRINUSE, EACCES, EADDRNOTAVAIL, … */
  readonly code: string
  readonly host: string
  readonly port: number
  constructor(code: string, address: BoundAddress, options?: ErrorOptions) {
    super(`cannot listen on ${formatAddress(address)}: ${REASONS[code] ?? code}`, options)
    this.code = code
    this.host = address.host
    this.port = address.port
  }
}

/** Lets `server` accept. Throws `ListenError`. */
export const listen = async (server: Server, address: ListenAddress): Promise<BoundAddress> => {
  if ('server' in address) return listenOnShared(server, address.server)
  if ('path' in address) return listenOnPath(server, address.path)
  await listening(server, () => server.listen(address.port, address.host), address)
  return boundAddress(server, address)
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use by another process',
  EACCES: 'this user may not use it',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name is unknown',
}

const formatAddress = ({ host, port }: BoundAddress): string => {
  if (port === 0 && host.includes('/')) return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

const listening = (server: Server, start: () => void, address: BoundAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      server.off('error', onError)
      server.off('listening', onListening)
      then()
    }
    const onError = (error: NodeJS.ErrnoException): void =>
      settle(() => reject(new ListenError(error.code ?? 'UNKNOWN', address, { cause: error })))
    const onListening = (): void => settle(resolve)
    server.on('error', onError)
    server.on('listening', onListening)
    start()
  })

const boundAddress = (server: Server, asked: BoundAddress): BoundAddress => {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') return asked
  return { host: bound.address, port: bound.port }
}

/** The handle is taken over; what it accepted before that is passed on. */
const listenOnShared = async (server: Server, shared: Server): Promise<BoundAddress> => {
  shared.on('connection', (socket: Socket) => server.emit('connection', socket))
  const address = boundAddress(shared, { host: '', port: 0 })
  await listening(server, () => server.listen(shared), address)
  return address
}

const listenOnPath = async (server: Server, path: string): Promise<BoundAddress> => {
  const address = { host: path, port: 0 }
  try {
    await listening(server, () => server.listen(path), address)
  } catch (error) {
    if (!(error instanceof ListenError) || error.code !== 'EADDRINUSE') throw error
    if (await somebodyListens(path)) throw error
    // A process that was killed leaves its socket file behind.
    unlinkSync(path)
    await listening(server, () => server.listen(path), address)
  }
  chmodSync(path, 0o600)
  return address
}

const somebodyListens = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
