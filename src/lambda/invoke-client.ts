// The other end of the Invoke API: how a worker reaches the functions process, over a Unix socket with kept connections.
import type { Dispatcher } from 'undici'
import requestOf from 'undici/lib/api/api-request.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { isObject } from '#shared/json.ts'
import type {
  InvokeAnswer,
  InvokeFunction,
  InvokeFunctionStream,
  InvokeRequest,
} from '#model/ports.ts'
import { RAW_STREAM_HEADER, STREAM_TYPE_HEADER } from './invoke-api.ts'

export interface InvokeClientOptions {
  readonly socketPath: string
  /** Connections at once, each with one invocation. Default 1000. // AWS: concurrency of an account */
  readonly connectionsMax?: number
  /** Bring the last 4 KB of each log, for callers of the Invoke API. Default: no. */
  readonly logTail?: boolean
}

export interface InvokeClient {
  readonly invokeFunction: InvokeFunction
  readonly invokeFunctionStream: InvokeFunctionStream
  close(): Promise<void>
}

type Refused = Extract<InvokeAnswer, { kind: 'refused' }>
type Answered = Extract<InvokeAnswer, { kind: 'answered' }>

export const createInvokeClient = (options: InvokeClientOptions): InvokeClient => {
  const pool = new Pool('http://functions', {
    socketPath: options.socketPath,
    connections: options.connectionsMax ?? 1000,
    pipelining: 1,
    // A function's own timeout ends a wait, and the caller's signal.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    invokeFunction: (request) => invoke(pool, request, options.logTail === true),
    invokeFunctionStream: (request) => invokeStream(pool, request),
    close: () => pool.close(),
  }
}

const path = (request: InvokeRequest, kind: string): string =>
  `/2015-03-31/functions/${request.functionArn}/${kind}`

const headersOf = (request: InvokeRequest): string[] => {
  const headers = [
    'content-type',
    'application/json',
    'x-amz-invocation-type',
    request.invocationType,
  ]
  if (request.traceId !== undefined) headers.push('x-amzn-trace-id', request.traceId)
  if (request.clientContext !== undefined)
    headers.push('x-amz-client-context', request.clientContext)
  return headers
}

const invoke = (pool: Pool, request: InvokeRequest, logTail: boolean): Promise<InvokeAnswer> => {
  const { promise, resolve, reject } = Promise.withResolvers<InvokeAnswer>()
  const { signal } = request
  if (signal?.aborted === true) return Promise.reject(signal.reason)
  const chunks: Buffer[] = []
  let statusCode = 0
  let headers: ResponseHeaders = {}
  let abort: (() => void) | undefined
  const settled = (): void => {
    if (abort !== undefined) signal?.removeEventListener('abort', abort)
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => {
      if (signal === undefined) return
      abort = () => controller.abort(new Error('the wait was ended'))
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort)
    },
    onResponseStart: (_, status, received) => {
      statusCode = status
      headers = received
    },
    onResponseData: (_, chunk) => {
      chunks.push(chunk)
    },
    onResponseEnd: () => {
      settled()
      const [first] = chunks
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
      resolve(answerOf(statusCode, headers, body))
    },
    onResponseError: (_, error) => {
      settled()
      if (signal?.aborted === true) reject(signal.reason)
      else resolve(unreachable(error))
    },
  }
  pool.dispatch(
    {
      method: 'POST',
      path: path(request, 'invocations'),
      headers: logTail ? [...headersOf(request), 'x-amz-log-type', 'Tail'] : headersOf(request),
      body: bytesOf(request.payload),
    },
    handler,
  )
  return promise
}

const invokeStream = async (
  pool: Pool,
  request: InvokeRequest,
): Promise<Awaited<ReturnType<InvokeFunctionStream>>> => {
  const { signal } = request
  try {
    const { statusCode, headers, body } = await requestOf.call(pool, {
      method: 'POST',
      path: path(request, 'response-streaming-invocations'),
      headers: [...headersOf(request), RAW_STREAM_HEADER, 'raw'],
      body: bytesOf(request.payload),
      ...(signal !== undefined && { signal }),
    })
    if (headers[RAW_STREAM_HEADER.toLowerCase()] === undefined) {
      return answerOf(statusCode, headers, new Uint8Array(await body.arrayBuffer()))
    }
    const executedVersion = text(headers['x-amz-executed-version'])
    const contentType = text(headers[STREAM_TYPE_HEADER.toLowerCase()])
    return {
      kind: 'streaming',
      requestId: text(headers['x-amzn-requestid']),
      ...(executedVersion !== '' && { executedVersion }),
      ...(contentType !== '' && { contentType }),
      payload: body,
    }
  } catch (error) {
    if (signal?.aborted === true) throw error
    return unreachable(error)
  }
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

const text = (value: string | string[] | undefined): string => String(value ?? '')

const bytesOf = (payload: Uint8Array): Buffer =>
  Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)

const answerOf = (
  statusCode: number,
  headers: ResponseHeaders,
  body: Uint8Array,
): Refused | Answered => {
  if (statusCode !== 200 && statusCode !== 202 && statusCode !== 204) {
    return refusalOf(statusCode, text(headers['x-amzn-errortype']), body)
  }
  const executedVersion = headers['x-amz-executed-version']
  const log = headers['x-amz-log-result']
  return {
    kind: 'answered',
    statusCode,
    ...(headers['x-amz-function-error'] !== undefined && { functionError: 'Unhandled' }),
    payload: body,
    requestId: text(headers['x-amzn-requestid']),
    ...(log !== undefined && { logTail: Buffer.from(text(log), 'base64').toString() }),
    ...(executedVersion !== undefined && { executedVersion: text(executedVersion) }),
  }
}

const REFUSALS: ReadonlySet<string> = new Set<Refused['errorType']>([
  'ResourceNotFoundException',
  'TooManyRequestsException',
  'RequestTooLargeException',
  'InvalidRequestContentException',
])

const isRefusal = (errorType: string): errorType is Refused['errorType'] => REFUSALS.has(errorType)

const refusalOf = (statusCode: number, errorType: string, body: Uint8Array): Refused => ({
  kind: 'refused',
  statusCode,
  errorType: isRefusal(errorType) ? errorType : 'ServiceException',
  message: messageOf(body),
})

const messageOf = (body: Uint8Array): string => {
  const content = Buffer.from(body).toString()
  try {
    const parsed: unknown = JSON.parse(content)
    return isObject(parsed) ? String(parsed['message'] ?? content) : content
  } catch {
    return content
  }
}

const unreachable = (error: unknown): Refused => ({
  kind: 'refused',
  statusCode: 500,
  errorType: 'ServiceException',
  message: `the functions process cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
})
