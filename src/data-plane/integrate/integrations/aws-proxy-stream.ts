// AWS_PROXY with `responseTransferMode: STREAM`: the function writes a JSON prelude (status and headers), eight NUL
// bytes, and then the body, which reaches the client as it is written.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
import { traceFunctionStatus } from '../../accept/request-trace.ts'
import { isObject } from '#shared/json.ts'
import { GatewayFailure, type RestMethodPlan, type Services } from '../../plan.ts'
import { noteFunctionRequest } from '../../execution-notes.ts'
import { writeMethodResponse } from '../../respond/method-response.ts'
import { admitAnswer } from '../function-answer.ts'
import type { AdmitInvocation } from '../integration-credentials.ts'
import { utf8Of } from '../payload.ts'
import type { ProxyEvent } from '../proxy-event.ts'
import { parseHeaders, parseStatusCode } from '../proxy-response.ts'

export const compileAwsProxyStream =
  (
    functionArn: string,
    buildEvent: ProxyEvent,
    admit: AdmitInvocation,
    timeoutMs: number,
  ): RestMethodPlan['integrate'] =>
  async (request, caller, services) => {
    const { trace } = request
    trace.enter('integration request')
    admit(request, caller, services)
    const body = await request.readBody()
    const payload = Buffer.from(buildEvent(request, caller, body), 'utf8')
    trace.enter('integration')
    if (trace.execution) noteFunctionRequest(request, { functionArn, payload })
    const askedMs = trace.elapsedMs()
    const { traceId } = request
    const waiting = startWaiting(services, timeoutMs)
    let isStreaming = false
    try {
      const answer = await Promise.race([
        waiting.timedOut,
        services.invokeFunctionStream({
          functionArn,
          payload,
          invocationType: 'RequestResponse',
          traceId,
          signal: waiting.signal,
        }),
      ])
      if (answer.kind !== 'streaming') {
        admitAnswer(answer, functionArn)
        throw badStream('the function answered without streaming')
      }
      const chunks = answer.payload[Symbol.asyncIterator]()
      const read = await Promise.race([waiting.timedOut, readPrelude(chunks)])
      if ('kind' in read) throw timeoutOf(functionArn)
      trace.integration = {
        target: functionArn,
        latencyMs: trace.elapsedMs() - askedMs,
        status: 200,
        requestId: answer.requestId,
      }
      trace.enter('integration response')
      const prelude = parsePrelude(read.prelude)
      traceFunctionStatus(trace, prelude.statusCode)
      isStreaming = true
      return writeMethodResponse(request, { ...prelude, body: join(read.rest, chunks) }, true)
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

const timeoutOf = (functionArn: string) =>
  new GatewayFailure('INTEGRATION_TIMEOUT', 'Endpoint request timed out', {
    hint: `${functionArn} did not begin its answer within the integration's timeout`,
  })

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

const parsePrelude = (
  text: string,
): { readonly statusCode: number; readonly headers: string[] } => {
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

const badStream = (reason: string) =>
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
