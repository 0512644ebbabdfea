// Writes an answer with node:http: one header block, then the body whole with its length, or piece by piece with
// back-pressure. Framing is made here and never taken from a handler.
import type { ServerResponse } from 'node:http'
import { Bug } from '#shared/assert.ts'
import type { FlatHeaders, HttpResponse } from './contract.ts'
import type { Connection, Exchange } from './connection.ts'
import { drainRequest, writeStream } from './answer-stream.ts'
import { HeaderNames, HOP_BY_HOP_NAMES } from './headers.ts'
import type { ReceivedRequest } from './received-request.ts'
import { validateHeaderName, validateHeaderValue } from './node-http.ts'

/** Bytes of an unread request body that are received and dropped after an answer, to keep the connection. */
const KEPT_UNREAD_BYTES_MAX = 64 * 1024

/** What becomes of the connection: `drain` closes it once the client had time to stop sending and read. */
type Ending = 'keep' | 'close' | 'drain'

/** Throws, or rejects, where the answer cannot be written. Returns no promise where nothing waits. */
export const writeAnswer = (
  connection: Connection,
  exchange: Exchange,
  request: ReceivedRequest | undefined,
  answer: HttpResponse,
): undefined | Promise<void> => {
  const { incoming, response } = exchange
  const { statusCode, trailers } = answer
  if (!(statusCode >= 200 && statusCode <= 999)) throw new Bug(`${statusCode} is no final status`)
  const isEmptyStatus = statusCode === 204 || statusCode === 304
  const hasBody = !isEmptyStatus && incoming.method !== 'HEAD'
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  const stream = streamOf(body, trailers)
  const ending = endingOf(connection, exchange, request, answer)

  const head = headerBlock(answer.headers)
  if (isEmptyStatus) validateHeaders(head)
  else if (answer.bodyBytes !== undefined && (stream !== undefined || !hasBody))
    head.push('Content-Length', String(answer.bodyBytes))
  else if (stream === undefined) addLength(head, body, hasBody)
  else if (trailers !== undefined && hasBody && response.useChunkedEncodingByDefault) {
    head.push('Trailer', namesOf(trailers))
  }
  head.push('Connection', ending === 'keep' ? 'keep-alive' : 'close')
  writeHead(response, statusCode, head)
  if (ending !== 'keep') connection.closing = true
  if (trailers !== undefined && hasBody) response.addTrailers(pairsOf(trailers))

  if (stream === undefined && ending !== 'drain') {
    endWhole(response, hasBody && ArrayBuffer.isView(body) ? body : undefined)
    connection.answered()
    return undefined
  }
  if (!hasBody && stream !== undefined) return discard(connection, exchange, stream, ending)
  return writeSlowly(connection, exchange, stream ?? body, ending)
}

const isStream = (body: HttpResponse['body']): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && !ArrayBuffer.isView(body)

/** A body with trailers goes in pieces, even a whole one: only chunked coding carries trailers. */
const streamOf = (
  body: Uint8Array | AsyncIterable<Uint8Array> | undefined,
  trailers: FlatHeaders | undefined,
): AsyncIterable<Uint8Array> | undefined => {
  if (isStream(body)) return body
  return trailers === undefined ? undefined : onePiece(body)
}

async function* onePiece(body: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (body !== undefined) yield body
}

const endingOf = (
  connection: Connection,
  { incoming, response }: Exchange,
  request: ReceivedRequest | undefined,
  answer: HttpResponse,
): Ending => {
  const close = answer.close === true || connection.closing || !response.shouldKeepAlive
  // Of a request that was refused, it is not known where its body ends.
  if (request === undefined) return incoming.complete ? 'close' : 'drain'
  // A client that waits for `100 Continue` may send its body or not: what its next byte is, nobody knows.
  if (request.body.isHeldBack) return 'close'
  const unread = request.unreadBytesMax
  if (unread > KEPT_UNREAD_BYTES_MAX) return 'drain'
  if (!close) return 'keep'
  return unread > 0 ? 'drain' : 'close'
}

/** The handler's headers without framing, in a list that may be added to. */
const headerBlock = (headers: FlatHeaders): string[] => {
  const block: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!TRANSPORTS.has(name)) block.push(name, headers[at + 1] ?? '')
  }
  return block
}

const TRANSPORTS = new HeaderNames([...HOP_BY_HOP_NAMES, 'date'])

/** `HEAD` without a body tells no length: it is not known what `GET` would have answered. */
const addLength = (
  head: string[],
  body: Uint8Array | AsyncIterable<Uint8Array> | undefined,
  hasBody: boolean,
): void => {
  if (ArrayBuffer.isView(body)) head.push('Content-Length', String(body.byteLength))
  else if (hasBody) head.push('Content-Length', '0')
}

/**
 * A small body goes out with the head in one piece of text, which costs the system one plain write; Node would
 * otherwise gather three pieces. Latin-1 has a character for each byte, so nothing is changed on the way.
 */
const endWhole = (response: ServerResponse, body: Uint8Array | undefined): void => {
  if (body === undefined || body.byteLength === 0) response.end()
  else if (body.byteLength > ONE_PIECE_BYTES_MAX) response.end(body)
  else {
    response.write(latin1Of(body), 'latin1')
    // Node holds written text back for more of it to come in the same turn; this was all.
    response.socket?.uncork()
    response.end()
  }
}

/** With its head this fits into the 16 KB that Node writes without allocating. */
const ONE_PIECE_BYTES_MAX = 8 * 1024

const latin1Of = (bytes: Uint8Array): string =>
  (Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  ).toString('latin1')

/** Header text beyond Latin-1 is sent as its UTF-8 bytes; it is rare enough to be found out by failing. */
const writeHead = (response: ServerResponse, statusCode: number, head: string[]): void => {
  try {
    response.writeHead(statusCode, head)
  } catch (error) {
    const bytes = head.map((text) => (BEYOND_LATIN1.test(text) ? utf8AsLatin1(text) : text))
    if (bytes.every((text, at) => text === head[at])) throw error
    response.writeHead(statusCode, bytes)
  }
}

const BEYOND_LATIN1 = /[\u0100-\uffff]/
const utf8AsLatin1 = (text: string): string => Buffer.from(text).toString('latin1')

/** Done before `writeHead` for a status without body: having failed, it would leave the response unable to carry one. */
const validateHeaders = (head: string[]): void => {
  for (let at = 0; at < head.length; at += 2) {
    const name = head[at] ?? ''
    const value = utf8AsLatin1(head[at + 1] ?? '')
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
}

const pairsOf = (flat: FlatHeaders): [string, string][] => {
  const pairs: [string, string][] = []
  for (let at = 0; at < flat.length; at += 2) pairs.push([flat[at] ?? '', flat[at + 1] ?? ''])
  return pairs
}

const namesOf = (flat: FlatHeaders): string => flat.filter((_, at) => at % 2 === 0).join(', ')

const writeSlowly = async (
  connection: Connection,
  exchange: Exchange,
  body: Uint8Array | AsyncIterable<Uint8Array> | undefined,
  ending: Ending,
): Promise<void> => {
  const { incoming, response } = exchange
  response.flushHeaders()
  if (isStream(body)) await writeStream(connection, exchange, body)
  else if (body !== undefined && body.byteLength > 0) response.write(body)
  if (ending === 'drain') await drainRequest(incoming)
  if (!connection.isAnswering(exchange)) return
  response.end()
  connection.answered()
}

/** An answer that may not carry the body it was given. */
const discard = async (
  connection: Connection,
  exchange: Exchange,
  stream: AsyncIterable<Uint8Array>,
  ending: Ending,
): Promise<void> => {
  await stream[Symbol.asyncIterator]().return?.()
  await writeSlowly(connection, exchange, undefined, ending)
}
