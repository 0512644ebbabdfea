// Response streaming: the `awslambda` global that function code finds.
// https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
import { Writable } from 'node:stream'

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')
/** A JSON head (`statusCode`, `headers`, `cookies`), eight NUL bytes, then the body. */
const HTTP_RESPONSE = 'application/vnd.awslambda.http-integration-response'
const HEAD_END = Buffer.alloc(8)

export const isStreaming = (handler) => handler[STREAMING] !== undefined

export const installStreaming = () => {
  globalThis.awslambda = {
    streamifyResponse: (handler, options) => {
      handler[STREAMING] = 'response'
      if (options?.highWaterMark !== undefined)
        handler[HIGH_WATER_MARK] = Number(options.highWaterMark)
      return handler
    },
    HttpResponseStream: {
      from: (stream, head) => {
        stream.setContentType(HTTP_RESPONSE)
        stream.setHead(Buffer.from(JSON.stringify(head)))
        return stream
      },
    },
  }
}

/** What a streaming handler writes to. The answer begins with its first byte, so that a type may be set before. */
export class ResponseStream extends Writable {
  #start
  #stream
  #contentType
  #head
  #error

  constructor(start) {
    super()
    this.#start = start
    this.on('error', () => {}) // The handler sees it where it writes; here it must not end the process.
  }

  get begun() {
    return this.#stream !== undefined
  }

  setContentType(contentType) {
    this.#contentType = contentType
  }

  getContentType() {
    return this.#contentType
  }

  setHead(head) {
    this.#head = head
  }

  /** AWS: an answer whose handler returned without ending it is ended. */
  finished() {
    return new Promise((resolve, reject) => {
      if (this.writableFinished) return resolve()
      if (this.destroyed) return reject(this.errored ?? new Error('the stream was destroyed'))
      this.once('finish', resolve)
      this.once('error', reject)
      if (!this.writableEnded) this.end()
    })
  }

  /** The function failed after it had begun to answer: what it wrote is sent, then the error. */
  fail(type, payload) {
    this.#error = { type, payload }
    return this.destroyed ? this.#stream.end(this.#error) : this.finished()
  }

  _write(chunk, _encoding, done) {
    if (chunk.length === 0) return done()
    this.#begin()
    this.#stream.write(chunk, done)
  }

  _final(ended) {
    this.#begin()
    this.#stream.end(this.#error).then(() => ended(), ended)
  }

  #begin() {
    if (this.#stream !== undefined) return
    this.#stream = this.#start(this.#contentType)
    if (this.#head === undefined) return
    this.#stream.write(this.#head)
    this.#stream.write(HEAD_END)
  }
}
