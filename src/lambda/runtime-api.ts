// The Lambda Runtime API: how a function process asks for an invocation and gives its answer.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//
// One small server per function process. `AWS_LAMBDA_RUNTIME_API` has to be a bare `host:port` (Amazon's own runtime
// clients and most custom ones take it apart), so a path cannot carry an identity; with a port each, the port is the
// identity, one process cannot answer for another, and closing the server ends everything a process may still do.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { present } from '#shared/assert.ts'
import { createServer } from '#transport/node-http.ts'

/** What a function process is given to work on. */
export interface RuntimeInvocation {
  readonly requestId: string
  readonly payload: Uint8Array
  /** Wall-clock time at which the function will have run out of time, milliseconds since the epoch. */
  readonly deadlineMs: number
  readonly functionArn: string
  readonly traceId?: string
  /** JSON in ASCII. */
  readonly clientContext?: string
}

/** What a function process told. Called in the order of its requests. */
export interface RuntimeEvents {
  /** It waits for work: the first time, this is the end of its initialization. */
  onNext(): void
  onResponse(requestId: string, payload: Uint8Array): void
  /** A streamed answer has begun; `body` is its bytes, still arriving. */
  onStream(requestId: string, body: RuntimeStream): void
  onError(requestId: string, payload: Uint8Array): void
  onInitError(payload: Uint8Array): void
  /** The answer was larger than an answer may be; the process was told. */
  onTooLarge(requestId: string): void
}

export interface RuntimeStream {
  readonly contentType?: string | undefined
  readonly bytes: IncomingMessage
  /** The error that a function's trailers told, once `bytes` has ended. */
  error(): { readonly errorType: string; readonly payload: Uint8Array } | undefined
}

export interface RuntimeApi {
  /** `127.0.0.1:port`, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly endpoint: string
  /** The process holds a request for an invocation open: it lives and has nothing to do. */
  isWaiting(): boolean
  /** Gives an invocation to the process, which must be waiting for one. */
  send(invocation: RuntimeInvocation): void
  close(): void
}

/** AWS: the limit that its messages name; 100 bytes above the documented 6 MB. */
export const RESPONSE_BYTES_MAX = 6_291_556
/** Errors are small: type, message and a stack. */
const ERROR_BYTES_MAX = 256 * 1024

const PREFIX = '/2018-06-01/runtime/'
const ACCEPTED = '{"status":"OK"}\n'

/** Where one function process stands. */
interface Exchange {
  /** The held answer of `invocation/next`. */
  waiting: ServerResponse | undefined
  /** The invocation that is being worked on. */
  current: string | undefined
}

export const startRuntimeApi = async (events: RuntimeEvents): Promise<RuntimeApi> => {
  const exchange: Exchange = { waiting: undefined, current: undefined }
  let endpoint = ''
  const server = createServer((request, response) => {
    if (isForeign(request, endpoint)) {
      request.resume()
      refuse(response, 403, 'Forbidden', 'The Runtime API answers its function process alone')
      return
    }
    route(request, response, exchange, events)
  })
  // The process may run for as long as it likes before it answers, and waits for work without limit.
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.keepAliveTimeout = 0
  endpoint = `127.0.0.1:${await listen(server)}`
  server.unref()

  return {
    endpoint,
    isWaiting: () => exchange.waiting !== undefined,
    send: (invocation) => {
      const response = present(exchange.waiting, 'the function process is not waiting for work')
      exchange.waiting = undefined
      exchange.current = invocation.requestId
      response.writeHead(200, invocationHeaders(invocation))
      endInOnePiece(response, invocation.payload)
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A page in a browser reaches loopback too, and names what it may by rebinding: it must not take invocations away. */
const isForeign = ({ headers }: IncomingMessage, endpoint: string): boolean =>
  headers.host !== endpoint ||
  headers.origin !== undefined ||
  headers['sec-fetch-site'] !== undefined

const route = (
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  events: RuntimeEvents,
): void => {
  const url = request.url ?? ''
  if (request.method === 'GET' && url === `${PREFIX}invocation/next`) {
    next(response, exchange)
    events.onNext()
    return
  }
  if (request.method === 'POST' && url === `${PREFIX}init/error`) {
    read(request, ERROR_BYTES_MAX, (payload) => {
      accept(response)
      events.onInitError(payload ?? new Uint8Array())
    })
    return
  }
  const [, requestId, verb] = INVOCATION.exec(url) ?? []
  if (request.method !== 'POST' || requestId === undefined) {
    request.resume()
    refuse(response, 404, 'NotFound', `${request.method} ${url} is not of the Runtime API`)
    return
  }
  if (requestId !== exchange.current) {
    request.resume()
    refuse(response, 400, 'InvalidRequestID', 'Invalid request ID')
    return
  }
  exchange.current = undefined
  if (request.headers['lambda-runtime-function-response-mode'] === 'streaming') {
    events.onStream(requestId, streamOf(request))
    request.on('end', () => accept(response))
    return
  }
  answered(request, response, verb === 'error', requestId, events)
}

const next = (response: ServerResponse, exchange: Exchange): void => {
  exchange.waiting?.destroy() // A second one at the same time: the client gave the first up.
  exchange.waiting = response
  response.on('close', () => {
    if (exchange.waiting === response) exchange.waiting = undefined
  })
}

const answered = (
  request: IncomingMessage,
  response: ServerResponse,
  isError: boolean,
  requestId: string,
  events: RuntimeEvents,
): void => {
  read(request, isError ? ERROR_BYTES_MAX : RESPONSE_BYTES_MAX, (payload) => {
    if (payload === undefined) {
      const message = `Exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`
      refuse(response, 413, 'RequestEntityTooLarge', message)
      events.onTooLarge(requestId)
      return
    }
    // The next invocation, where one waits already, leaves together with this: one write, which wakes it once.
    const { socket } = response
    socket?.cork()
    accept(response)
    if (isError) events.onError(requestId, payload)
    else events.onResponse(requestId, payload)
    setImmediate(() => socket?.uncork())
  })
}

const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([\w-]{1,128})\/(response|error)$/

const invocationHeaders = (invocation: RuntimeInvocation): string[] => {
  const headers = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(invocation.payload.byteLength),
    'Lambda-Runtime-Aws-Request-Id',
    invocation.requestId,
    'Lambda-Runtime-Deadline-Ms',
    String(invocation.deadlineMs),
    'Lambda-Runtime-Invoked-Function-Arn',
    printable(invocation.functionArn),
  ]
  if (invocation.traceId !== undefined) {
    headers.push('Lambda-Runtime-Trace-Id', printable(decided(invocation.traceId)))
  }
  if (invocation.clientContext !== undefined) {
    headers.push('Lambda-Runtime-Client-Context', invocation.clientContext)
  }
  return headers
}

/** As text of a character a byte, a small payload is one string with its headers; Node would gather two pieces. */
const endInOnePiece = (response: ServerResponse, payload: Uint8Array): void => {
  const { buffer, byteOffset, byteLength } = payload
  if (byteLength > ONE_PIECE_BYTES_MAX || byteLength === 0) {
    response.end(payload)
    return
  }
  const { socket } = response
  // What has gathered before it in this turn takes it along.
  const isGathering = socket !== null && socket.writableCorked > 0
  response.write(Buffer.from(buffer, byteOffset, byteLength).toString('latin1'), 'latin1')
  // Node holds written text back for more of it to come in the same turn; this was all.
  if (!isGathering) socket?.uncork()
  response.end()
}

const ONE_PIECE_BYTES_MAX = 8 * 1024

/** AWS: a function is always told whether it is sampled; who called and did not say so, did not sample it. */
const decided = (traceId: string): string =>
  /(?:^|;)Sampled=/.test(traceId) ? traceId : `${traceId};Sampled=0`

/** What a caller sent may not end the header or be refused as one. */
const printable = (text: string): string => text.replaceAll(/[^ -~]/g, '')

const listen = (server: Server): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    server.off('error', reject)
    resolve((server.address() as AddressInfo).port) // A TCP server's address is an AddressInfo.
  })
  return promise
}

/** The whole body, or undefined where it is longer than `bytesMax`: the rest is then thrown away. */
const read = (
  request: IncomingMessage,
  bytesMax: number,
  then: (payload: Uint8Array | undefined) => void,
): void => {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= bytesMax) chunks.push(chunk)
  })
  request.on('end', () => {
    const [first] = chunks
    const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
    then(bytes > bytesMax ? undefined : whole)
  })
}

const streamOf = (request: IncomingMessage): RuntimeStream => ({
  bytes: request,
  contentType: request.headers['content-type'],
  error: () => {
    const errorType = request.trailers['lambda-runtime-function-error-type']
    if (errorType === undefined) return undefined
    const body = request.trailers['lambda-runtime-function-error-body'] ?? ''
    return { errorType, payload: Buffer.from(body, 'base64') }
  },
})

const accept = (response: ServerResponse): void => {
  response.writeHead(202, ['Content-Type', 'application/json', 'Content-Length', '16'])
  response.end(ACCEPTED, 'latin1')
}

const refuse = (
  response: ServerResponse,
  statusCode: number,
  errorType: string,
  errorMessage: string,
): void => {
  const body = JSON.stringify({ errorMessage, errorType })
  response.writeHead(statusCode, { 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
