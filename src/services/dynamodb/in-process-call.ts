// Asks an http.Server of this process without a port or a socket: a request is handed to its listener, and what the
// listener writes is collected.
import { IncomingMessage, ServerResponse, type Server } from 'node:http'
import { Socket } from 'node:net'

export interface InProcessAnswer {
  readonly statusCode: number
  readonly body: Buffer
}

export interface InProcessRequest {
  readonly method: string
  readonly target: string
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Fulfils when the listener ends its answer. */
export const callInProcess = (server: Server, asked: InProcessRequest): Promise<InProcessAnswer> =>
  new Promise((resolve, reject) => {
    // Never connected: it is what the listener may look at.
    const incoming = new IncomingMessage(new Socket())
    incoming.method = asked.method
    incoming.url = asked.target
    incoming.headers = { ...asked.headers }
    server.emit('request', incoming, new CollectedResponse(incoming, resolve, reject))
    incoming.push(asked.body)
    incoming.push(null)
  })

/** Keeps what is written instead of sending it. */
class CollectedResponse extends ServerResponse {
  readonly #parts: Buffer[] = []
  readonly #done: (answer: InProcessAnswer) => void

  constructor(
    incoming: IncomingMessage,
    done: (answer: InProcessAnswer) => void,
    failed: (error: Error) => void,
  ) {
    super(incoming)
    this.#done = done
    this.once('error', failed)
  }

  override write(chunk: unknown): boolean {
    this.#keep(chunk)
    return true
  }

  override end(chunk?: unknown): this {
    this.#keep(chunk)
    this.#done({ statusCode: this.statusCode, body: Buffer.concat(this.#parts) })
    return this
  }

  #keep(chunk: unknown): void {
    if (typeof chunk === 'string') this.#parts.push(Buffer.from(chunk))
    else if (chunk instanceof Uint8Array) this.#parts.push(Buffer.from(chunk))
  }
}
