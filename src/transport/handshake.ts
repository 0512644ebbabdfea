// The handshake of a WebSocket: whether it is one, and how it is refused. What follows an accepted one is web-socket.ts.
import type { Duplex } from 'node:stream'
import type { HttpRequest, HttpResponse } from './contract.ts'
import { headerValue } from './headers.ts'
import { LINGER_MS } from './raw-answer.ts'
import { STATUS_CODES } from './node-http.ts'

/** Whether the request is a handshake that can be accepted. [RFC 6455 4.2.1] */
export const isHandshake = ({ method, headers }: HttpRequest): boolean =>
  method === 'GET' &&
  headerValue(headers, 'sec-websocket-version') === '13' &&
  KEY.test(headerValue(headers, 'sec-websocket-key') ?? '')

const KEY = /^[+/0-9A-Za-z]{22}==$/

/** Answers a handshake that is refused, and ends its connection. */
export const refuseUpgrade = (socket: Duplex, response: HttpResponse): void => {
  const { statusCode, headers, body } = response
  const text = body instanceof Uint8Array || typeof body === 'string' ? Buffer.from(body) : NOTHING
  const lines = [`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? 'Refused'}`]
  for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
  lines.push(`Date: ${new Date().toUTCString()}`, `Content-Length: ${text.length}`)
  socket.on('error', () => socket.destroy()) // A client that went away needs no answer.
  socket.end(
    Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`), text]),
  )
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}

const NOTHING = Buffer.alloc(0)
