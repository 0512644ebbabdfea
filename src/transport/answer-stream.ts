// The slow half of an answer: a body written as fast as the client reads, and a request body nobody wants
// received and dropped within bounds.
import type { IncomingMessage } from 'node:http'
import type { Connection, Exchange } from './connection.ts'

/**
 * Received and dropped before a connection is closed under a client that still sends: time to read the answer.
 * A body a little over any limit of ours (6 and 10 MB) is sent whole by most clients before they look.
 */
const DRAINED_BYTES_MAX = 16 * 1024 * 1024
const DRAINED_MS = 1_000

/** Resolves when all is written or the client has gone, which ends the iteration. Rejects as the body does. */
export const writeStream = async (
  connection: Connection,
  exchange: Exchange,
  body: AsyncIterable<Uint8Array>,
): Promise<void> => {
  const { response } = exchange
  const iterator = body[Symbol.asyncIterator]()
  const request = connection.abortable
  // Whatever is being waited for: a race with one long-lived promise would gather a reaction for every piece.
  let wake: (() => void) | undefined
  connection.abortable = {
    abort: () => {
      request?.abort()
      wake?.()
    },
  }
  const nextPiece = (): Promise<IteratorResult<Uint8Array> | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined)
      iterator.next().then(resolve, reject)
    })
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      response.once('drain', resolve)
    })
  let next = await nextPiece()
  while (next !== undefined && next.done !== true && connection.isAnswering(exchange)) {
    if (next.value.byteLength > 0 && !response.write(next.value)) await drained()
    next = connection.isAnswering(exchange) ? await nextPiece() : undefined
  }
  if (next?.done !== true) await iterator.return?.()
}

/** Resolves when the request's body has ended, or has been given enough bytes and time. */
export const drainRequest = async (incoming: IncomingMessage): Promise<void> => {
  // The parser calls out in the middle of its work: what it has in hand already is complete only after that.
  await Promise.resolve()
  if (incoming.complete || incoming.destroyed) return
  await new Promise<void>((resolve) => {
    let bytes = 0
    const finish = (): void => {
      clearTimeout(timer)
      incoming.off('data', onData)
      incoming.off('end', finish)
      incoming.off('close', finish)
      resolve()
    }
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > DRAINED_BYTES_MAX) finish()
    }
    const timer = setTimeout(finish, DRAINED_MS)
    timer.unref()
    incoming.on('data', onData)
    incoming.on('end', finish)
    incoming.on('close', finish)
    incoming.resume()
  })
}
