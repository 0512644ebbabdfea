// The Runtime API's client: HTTP on one kept connection, without node:http, because loading that costs more than
// the rest of a cold start. An answer and the wait for the next invocation leave in one piece.
import { connect } from 'node:net'

const PREFIX = '/2018-06-01/runtime/'
const HEADER_END = Buffer.from('\r\n\r\n')

export class RuntimeClient {
  #socket
  #host
  /** Who waits for the answers, in the order of the requests. */
  #waiting = []
  /** Bytes of an answer that is not whole yet. */
  #chunks = []
  #bytes = 0
  #needed = 0
  #corked = false

  constructor(endpoint) {
    const [host, port] = endpoint.split(':')
    this.#host = endpoint
    this.#socket = connect(Number(port), host)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    // Without its Runtime API a process is of no use to anybody.
    this.#socket.on('error', () => process.exit(1))
    this.#socket.on('close', () => process.exit(1))
  }

  /** Waits for an invocation. Only this wait keeps the process alive. */
  async next() {
    this.#socket.ref()
    const { headers, body } = await this.#request(
      `GET ${PREFIX}invocation/next HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`,
    )
    // What keeps the event loop alive from here on is the function's own: see callbackWaitsForEmptyEventLoop.
    this.#socket.unref()
    return {
      requestId: headers['lambda-runtime-aws-request-id'],
      deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
      functionArn: headers['lambda-runtime-invoked-function-arn'],
      traceId: headers['lambda-runtime-trace-id'],
      clientContext: headers['lambda-runtime-client-context'],
      body,
    }
  }

  post(path, body, errorType) {
    const error =
      errorType === undefined
        ? ''
        : `Lambda-Runtime-Function-Error-Type: ${printable(errorType)}\r\n`
    return this.#request(
      `POST ${PREFIX}${path} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: application/json\r\n${error}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
      body,
    )
  }

  respond(requestId, body) {
    return this.post(`invocation/${requestId}/response`, body)
  }

  fail(requestId, body, errorType) {
    return this.post(`invocation/${requestId}/error`, body, errorType)
  }

  /** Begins a streamed answer. */
  startStream(requestId, contentType) {
    const type = contentType ?? 'application/octet-stream'
    const answer = this.#request(
      `POST ${PREFIX}invocation/${requestId}/response HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: ${printable(type)}\r\n` +
        'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n' +
        'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n',
    )
    return {
      write: (chunk, done) => {
        this.#cork()
        this.#socket.write(`${chunk.length.toString(16)}\r\n`)
        this.#socket.write(chunk)
        this.#socket.write('\r\n', done)
      },
      end: (error) => {
        this.#socket.ref() // Nothing else may be left, and the end is still to be told.
        const trailers =
          error === undefined
            ? ''
            : `Lambda-Runtime-Function-Error-Type: ${printable(error.type)}\r\nLambda-Runtime-Function-Error-Body: ${Buffer.from(error.payload).toString('base64')}\r\n`
        this.#socket.write(`0\r\n${trailers}\r\n`)
        return answer
      },
    }
  }

  #request(head, body) {
    this.#cork()
    this.#socket.write(head, 'latin1')
    if (body !== undefined) this.#socket.write(body)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  /** Everything written in this turn leaves together. */
  #cork() {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    setImmediateLike(() => {
      this.#corked = false
      this.#socket.uncork()
    })
  }

  #receive(chunk) {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    while (this.#bytes > 0 && this.#bytes >= this.#needed) {
      const data = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
      const end = data.indexOf(HEADER_END)
      if (end === -1) return this.#keep(data, this.#bytes + 1)
      const headers = parseHeaders(data.latin1Slice(0, end))
      const start = end + HEADER_END.length
      const total = start + Number(headers['content-length'] ?? 0)
      if (data.length < total) return this.#keep(data, total)
      this.#keep(data.subarray(total), 0)
      this.#waiting.shift()?.({ headers, body: data.subarray(start, total) })
    }
  }

  #keep(data, needed) {
    this.#chunks = data.length === 0 ? [] : [data]
    this.#bytes = data.length
    this.#needed = needed
  }
}

/** After the promises that are ready now: an answer's sender asks for the next invocation in one of them. */
const setImmediateLike = (callback) => {
  process.nextTick(() => queueMicrotask(() => process.nextTick(callback)))
}

const parseHeaders = (head) => {
  const headers = {}
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return headers
}

const printable = (text) => String(text).replace(/[^\x20-\x7e]/g, '?')
