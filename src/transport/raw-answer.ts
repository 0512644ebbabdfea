// Answers written straight to a socket, where the parser gave up and there is no response to write with.
import type { Socket } from 'node:net'
import { STATUS_CODES } from './node-http.ts'

/** How long a refused client may go on sending before its connection is cut: time to read the answer. */
export const LINGER_MS = 1_000

/** The status for an error of the parser or of its clock; undefined where nobody is left to be told. */
export const statusOfParseError = (code: string | undefined): number | undefined => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413
  if (code === 'HPE_INVALID_EOF_STATE') return undefined
  return code?.startsWith('HPE_') === true ? 400 : undefined
}

/** Answers and ends the connection; it is not destroyed at once, for a reset could overtake the answer. */
export const answerRaw = (socket: Socket, statusCode: number): void => {
  const reason = STATUS_CODES[statusCode] ?? 'Error'
  const body = `{"message":"${reason}"}`
  socket.end(
    `HTTP/1.1 ${statusCode} ${reason}\r\nContent-Type: application/json\r\n` +
      `Date: ${new Date().toUTCString()}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}
