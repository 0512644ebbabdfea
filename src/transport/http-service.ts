// What every listener does once connections arrive: guard → handler → answer for each request, the right end for
// connections that misbehave, and an orderly close. Plain and TLS listeners differ only in what they are given here.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  BodyAborted,
  BodyTooLarge,
  type HttpListenerOptions,
  type HttpResponse,
} from './contract.ts'
import { writeAnswer } from './answer.ts'
import { type ArrivalFacts, Connection, type Exchange } from './connection.ts'
import { answerRaw, statusOfParseError } from './raw-answer.ts'
import { ReceivedRequest } from './received-request.ts'
import { guardRequest, type RefusedRequest } from './request-guard.ts'

export type ServiceOptions = Pick<HttpListenerOptions, 'handler' | 'onUpgrade' | 'onError'>

/** The event of a socket whose PROXY protocol header has been read. */
export const PROXIED = 'proxied'

export interface HttpService {
  /** Stops accepting; resolves when the last connection is gone, after `graceMs` at the latest. */
  close(graceMs: number): Promise<void>
}

/** `arrivals` is the event that brings the sockets on which HTTP is spoken. */
export const serveHttp = (
  server: Server,
  arrivals: 'connection' | 'secureConnection' | typeof PROXIED,
  options: ServiceOptions,
  factsOf: (socket: Socket) => ArrivalFacts,
): HttpService => {
  const connections = new Map<Duplex, Connection>()
  // As the system accepted them; those of a TLS listener become connections only after the handshake.
  const sockets = new Set<Socket>()
  let isClosing = false
  const serve = (connection: Connection, exchange: Exchange): void => {
    if (isClosing) connection.closing = true
    answerRequest(options, connection, exchange)
  }
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on(arrivals, (socket: Socket) => {
    const connection = new Connection(socket, factsOf(socket), serve)
    connections.set(socket, connection)
    socket.once('close', () => {
      connections.delete(socket)
      connection.closed()
    })
  })
  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void =>
    connections.get(incoming.socket)?.arrive({ incoming, response })
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', onRequest)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const connection = connections.get(socket)
    if (connection === undefined) socket.destroy()
    else connection.fail(statusOfParseError(error.code))
  })
  server.on('connect', (_incoming: IncomingMessage, socket: Duplex) =>
    connections.get(socket)?.fail(400),
  )
  if (options.onUpgrade !== undefined) {
    server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      const connection = connections.get(socket)
      if (connection === undefined || isClosing) socket.destroy()
      else upgrade(options, connection, incoming, head)
    })
  }
  const closed = new Promise<void>((resolve) => {
    server.once('close', resolve)
  })
  return {
    close: async (graceMs) => {
      if (!isClosing) {
        isClosing = true
        stopAccepting(server)
      }
      for (const connection of connections.values()) {
        if (connection.isIdle) connection.socket.destroySoon()
        else if (!connection.upgraded) connection.closing = true
      }
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

/** Not `http.Server.close`: it cuts connections whose last answer is still being sent. */
const stopAccepting = (server: Server): void => {
  NetServer.prototype.close.call(server, () => {
    // Only now, with no connection left: it stops the timer that watches for slow requests.
    server.close(() => undefined)
  })
}

const answerRequest = (
  options: ServiceOptions,
  connection: Connection,
  exchange: Exchange,
): void => {
  const admitted = guardRequest(exchange.incoming)
  if ('refusedWith' in admitted) {
    write(options, connection, exchange, undefined, refusal(admitted))
    return
  }
  const { incoming, response } = exchange
  // Of an upgrade that nobody took, the parser has lost whatever came in the same packet after it.
  if (admitted.asksUpgrade) connection.closing = true
  const request = new ReceivedRequest(incoming, response, admitted, connection)
  connection.abortable = request
  let answer: HttpResponse | Promise<HttpResponse>
  try {
    answer = options.handler(request)
  } catch (error) {
    fail(options, connection, exchange, request, error)
    return
  }
  if ('then' in answer) {
    answer.then(
      (value) => write(options, connection, exchange, request, value),
      (error: unknown) => fail(options, connection, exchange, request, error),
    )
  } else write(options, connection, exchange, request, answer)
}

const JSON_TYPE = ['Content-Type', 'application/json']

const refusal = ({ refusedWith }: RefusedRequest): HttpResponse => ({
  statusCode: refusedWith,
  headers: JSON_TYPE,
  body: `{"message":"${refusedWith === 417 ? 'Expectation Failed' : 'Bad Request'}"}`,
  close: true,
})

const write = (
  options: ServiceOptions,
  connection: Connection,
  exchange: Exchange,
  request: ReceivedRequest | undefined,
  answer: HttpResponse,
): void => {
  if (!connection.isAnswering(exchange)) {
    abandon(options, answer)
    return
  }
  try {
    writeAnswer(connection, exchange, request, answer)?.catch((error: unknown) =>
      fail(options, connection, exchange, request, error),
    )
  } catch (error) {
    fail(options, connection, exchange, request, error)
  }
}

/** The client went away before its answer: a body that would have been streamed is told. */
const abandon = ({ onError }: ServiceOptions, { body }: HttpResponse): void => {
  if (typeof body !== 'object' || ArrayBuffer.isView(body)) return
  body[Symbol.asyncIterator]().return?.().catch(onError)
}

const fail = (
  options: ServiceOptions,
  connection: Connection,
  exchange: Exchange,
  request: ReceivedRequest | undefined,
  error: unknown,
): void => {
  // Nobody is left to answer, and most likely that is why it failed.
  if (!connection.isAnswering(exchange)) return
  if (error instanceof BodyAborted) {
    connection.socket.destroy()
    return
  }
  const isTooLarge = error instanceof BodyTooLarge
  if (!isTooLarge) options.onError(error)
  if (exchange.response.headersSent) connection.socket.destroy()
  else {
    write(options, connection, exchange, request, {
      statusCode: isTooLarge ? 413 : 500,
      headers: JSON_TYPE,
      body: `{"message":"${isTooLarge ? 'Request Entity Too Large' : 'Internal Server Error'}"}`,
      close: true,
    })
  }
}

const upgrade = (
  options: ServiceOptions,
  connection: Connection,
  incoming: IncomingMessage,
  head: Buffer,
): void => {
  const { socket } = connection
  // An answer that is still being written would end up in the middle of the new protocol.
  const admitted = connection.isIdle && !connection.closing ? guardRequest(incoming) : undefined
  if (admitted === undefined) socket.destroy()
  else if ('refusedWith' in admitted) answerRaw(socket, admitted.refusedWith)
  else {
    connection.upgraded = true
    socket.setTimeout(0)
    const request = new ReceivedRequest(incoming, undefined, admitted, connection)
    try {
      options.onUpgrade?.(request, socket, head)
    } catch (error) {
      options.onError(error)
      socket.destroy()
    }
  }
}
