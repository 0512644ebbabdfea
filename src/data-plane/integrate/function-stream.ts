// Asking a function for an answer that is passed on as it is written: where it says so, a JSON prelude (status and
// headers), eight NUL bytes, and then the body.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
import { isObject } from '#shared/json.ts'
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import { GatewayFailure, type Services } from '../plan.ts'
import { utf8Of } from './payload.ts'
import { parseHeaders, parseStatusCode } from './proxy-response.ts'

export interface StreamWishes {
  /** For the beginning of the answer, with its prelude. */
  readonly timeoutMs: number
  readonly hasPrelude: (contentType: string | undefined) => boolean
  /** Told when the prelude has come, whatever it is worth. */
  readonly onBegun: (requestId: string) => void
}

export interface FunctionStream {
  readonly kind: 'streaming'
  readonly contentType: string | undefined
  /** Undefined: the function wrote none. */
  readonly prelude: StreamPrelude | undefined
  readonly body: AsyncIterable<Uint8Array>
}

export interface StreamPrelude {
  readonly statusCode: number
  readonly headers: string[]
}

type Unstreamed = InvokeAnswer | { readonly kind: 'timeout' }

/** Throws the GatewayFailure of a prelude that is none. Until the stream begins, the caller's time runs. */
export const openFunctionStream = async (
  services: Services,
  invoke: Omit<InvokeRequest, 'signal'>,
  { timeoutMs, hasPrelude, onBegun }: StreamWishes,
): Promise<FunctionStream | Unstreamed> => {
  const waiting = startWaiting(services, timeoutMs)
  let isStreaming = false
  try {
    const asked = services.invokeFunctionStream({ ...invoke, signal: waiting.signal })
    const answer = await Promise.race([waiting.timedOut, asked])
    if (answer.kind !== 'streaming') return answer
    const { requestId, contentType, payload } = answer
    if (!hasPrelude(contentType)) {
      onBegun(requestId)
      isStreaming = true
      return { kind: 'streaming', contentType, prelude: undefined, body: payload }
    }
    const chunks = payload[Symbol.asyncIterator]()
    const read = await Promise.race([waiting.timedOut, readPrelude(chunks)])
    if ('kind' in read) return read
    onBegun(requestId)
    const prelude = parsePrelude(read.prelude)
    isStreaming = true
    return { kind: 'streaming', contentType, prelude, body: join(read.rest, chunks) }
  } finally {
    waiting.end(isStreaming)
  }
}

const startWaiting = (services: Services, timeoutMs: number) => {
  const aborter = new AbortController()
  const timedOut = Promise.withResolvers<{ readonly kind: 'timeout' }>()
  const timer = services.clock.setTimer(() => {
    timedOut.resolve({ kind: 'timeout' })
    aborter.abort()
  }, timeoutMs)
  const end = (isStreaming: boolean) => {
    timer.cancel()
    if (!isStreaming) aborter.abort()
  }
  return { timedOut: timedOut.promise, signal: aborter.signal, end }
}

/** AWS: the delimiter must come within the first 16 KB, else the answer is a 500. */
const PRELUDE_BYTES_MAX = 16 * 1024
const DELIMITER = Buffer.alloc(8)

const readPrelude = async (
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ readonly prelude: string; readonly rest: Uint8Array }> => {
  let held = Buffer.alloc(0)
  for (;;) {
    const next = await chunks.next()
    if (next.done === true) throw badStream('it ended before the eight NUL bytes')
    held = Buffer.concat([held, next.value])
    const at = held.indexOf(DELIMITER)
    if (at !== -1 && at <= PRELUDE_BYTES_MAX) {
      return {
        prelude: utf8Of(held.subarray(0, at)),
        rest: held.subarray(at + DELIMITER.length),
      }
    }
    if (held.length > PRELUDE_BYTES_MAX + DELIMITER.length) {
      throw badStream('no eight NUL bytes within the first 16 KB')
    }
  }
}

const parsePrelude = (text: string): StreamPrelude => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badStream('what stands before the eight NUL bytes is not JSON')
  }
  if (!isObject(value)) throw badStream('its metadata is not an object')
  const unknown = Object.keys(value).find((key) => !KNOWN.has(key))
  if (unknown !== undefined) throw badStream(`its metadata has a member ${JSON.stringify(unknown)}`)
  const { cookies } = value
  const list: readonly unknown[] = Array.isArray(cookies) ? cookies : []
  const withCookies = parseHeaders({ multiValueHeaders: { 'Set-Cookie': list } })
  return {
    statusCode: parseStatusCode(value.statusCode),
    headers: [...parseHeaders(value), ...withCookies],
  }
}

const KNOWN: ReadonlySet<string> = new Set([
  'statusCode',
  'headers',
  'multiValueHeaders',
  'cookies',
])

export const badStream = (reason: string) =>
  new GatewayFailure('INTEGRATION_FAILURE', 'Internal server error', {
    statusCode: 500,
    hint: `Malformed Lambda streaming response: ${reason}`,
  })

const join = async function* (
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    if (first.length > 0) yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next())
      yield next.value
  } finally {
    await rest.return?.()
  }
}
