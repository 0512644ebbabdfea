// The body of a request on node:http: collected whole from the parser's own chunks, or handed on piece by piece.
// The client's `Expect: 100-continue` is answered when the body is first asked for, not before.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { assert } from '#shared/assert.ts'
import { BodyAborted, BodyTooLarge, type HttpBody } from './contract.ts'

export class ReceivedBody implements HttpBody {
  readonly declaredBytes: number | undefined
  readonly #incoming: IncomingMessage
  /** Set while the client waits for `100 Continue`. */
  #continueWith: ServerResponse | undefined
  #taken = false

  constructor(
    incoming: IncomingMessage,
    declaredBytes: number | undefined,
    continueWith: ServerResponse | undefined,
  ) {
    this.#incoming = incoming
    this.declaredBytes = declaredBytes
    this.#continueWith = continueWith
  }

  /** Whether the client still holds the body back. */
  get isHeldBack(): boolean {
    return this.#continueWith !== undefined
  }

  read(bytesMax: number): Promise<Uint8Array> {
    assert(!this.#taken, 'a request body is read once')
    if (this.declaredBytes === 0) return Promise.resolve(new Uint8Array(0))
    if (this.declaredBytes !== undefined && this.declaredBytes > bytesMax) {
      return Promise.reject(tooLarge(bytesMax))
    }
    this.#take()
    return collect(this.#incoming, bytesMax)
  }

  stream(): AsyncIterable<Uint8Array> {
    assert(!this.#taken, 'a request body is read once')
    if (this.declaredBytes === 0) return nothing()
    this.#take()
    return chunks(this.#incoming)
  }

  #take(): void {
    this.#taken = true
    this.#continueWith?.writeContinue()
    this.#continueWith = undefined
  }
}

const tooLarge = (bytesMax: number): BodyTooLarge =>
  new BodyTooLarge(`the body is larger than ${bytesMax} bytes`)

const aborted = (): BodyAborted =>
  new BodyAborted('the client went away before its body was complete')

const collect = (incoming: IncomingMessage, bytesMax: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    let first: Buffer | undefined
    let more: Buffer[] | undefined
    let bytes = 0
    const settle = (error: Error | undefined): void => {
      incoming.off('data', onData)
      incoming.off('end', onEnd)
      incoming.off('close', onClose)
      if (error !== undefined) reject(error)
      else resolve(more === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(more, bytes))
    }
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > bytesMax) {
        incoming.pause()
        settle(tooLarge(bytesMax))
      } else if (first === undefined) first = chunk
      else if (more === undefined) more = [first, chunk]
      else more.push(chunk)
    }
    const onEnd = (): void => settle(undefined)
    const onClose = (): void => settle(aborted())
    if (incoming.destroyed) {
      reject(aborted())
      return
    }
    incoming.on('data', onData)
    incoming.on('end', onEnd)
    incoming.on('close', onClose)
  })

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* chunks(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // The connection is not the iteration's to destroy: the answer is still to be written on it.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) yield chunk
  } catch (error) {
    throw new BodyAborted('the client went away before its body was complete', { cause: error })
  }
  if (!incoming.complete) throw aborted()
}
