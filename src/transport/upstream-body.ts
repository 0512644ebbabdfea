// A streamed answer's body: a bounded queue between the connection that fills it and the one who reads it.
import type { UpstreamError } from './contract.ts'

/** Queued, from either on the connection is not read further. */
const QUEUED_BYTES_MAX = 256 * 1024
const QUEUED_CHUNKS_MAX = 256

export interface BodySource {
  pause(): void
  resume(): void
  /** The reader wants no more. */
  cancel(): void
}

interface Waiting {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void
  readonly reject: (error: UpstreamError) => void
}

export class UpstreamBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodySource
  #chunks: Uint8Array[] = []
  #bytes = 0
  #isPaused = false
  #isEnded = false
  #error: UpstreamError | undefined
  #waiting: Waiting | undefined

  constructor(source: BodySource) {
    this.#source = source
  }

  push(chunk: Uint8Array): void {
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      waiting.resolve({ done: false, value: chunk })
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.byteLength
    if (this.#bytes < QUEUED_BYTES_MAX && this.#chunks.length < QUEUED_CHUNKS_MAX) return
    this.#isPaused = true
    this.#source.pause()
  }

  end(): void {
    this.#isEnded = true
    this.#waiting?.resolve({ done: true, value: undefined })
    this.#waiting = undefined
  }

  /** Thrown once the reader has had what came before. */
  fail(error: UpstreamError): void {
    if (this.#isEnded) return
    this.#error = error
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#chunks.shift()
    if (value !== undefined) {
      this.#bytes -= value.byteLength
      if (this.#isPaused && this.#chunks.length === 0) {
        this.#isPaused = false
        this.#source.resume()
      }
      return Promise.resolve({ done: false, value })
    }
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    const isOpen = !this.#isEnded && this.#error === undefined
    this.#chunks = []
    this.#error = undefined
    this.end()
    if (isOpen) this.#source.cancel()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
