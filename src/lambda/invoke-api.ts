// The Invoke API: how a gateway, an AWS client or a worker process invokes a function.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, API_InvokeWithResponseStream.html
import { functionArn } from '#model/arn.ts'
import type {
  InvokeAnswer,
  InvokeFunction,
  InvokeFunctionStream,
  InvokeRequest,
} from '#model/ports.ts'
import { FUNCTION_PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import type { Scope } from '#model/scope.ts'
import {
  BodyTooLarge,
  type FlatHeaders,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '#transport/contract.ts'
import { headerValue } from '#transport/headers.ts'
import { eventFrame } from '#wire/event-stream.ts'
import { credentialScope } from '#wire/sigv4-scope.ts'
import { StreamedFunctionError } from './response-stream.ts'

export interface InvokeApiOptions {
  /** Whose function a bare name is; the region of a signature goes before. Absent: only whole ARNs are taken. */
  readonly scope?: Scope
  /** The callers are our own workers, whose payloads are what they should be: nothing is parsed again. */
  readonly trusted?: boolean
}

export interface Invoker {
  readonly invoke: InvokeFunction
  readonly invokeStream: InvokeFunctionStream
}

/** Asks for a stream of plain bytes instead of the event stream of AWS; workers do. */
export const RAW_STREAM_HEADER = 'X-Daemun-Stream'
/** The type of such a stream, as the function set it. */
export const STREAM_TYPE_HEADER = 'X-Daemun-Stream-Type'

const INVOCATIONS =
  /^\/(?:2015-03-31|2021-11-15)\/functions\/([^/?]+)\/(response-streaming-)?invocations(?:\?(.*))?$/

export const createInvokeApi = (pool: Invoker, options: InvokeApiOptions = {}): HttpHandler => {
  const { scope, trusted = false } = options
  return async (request) => {
    const [, name = '', streaming, query = ''] = INVOCATIONS.exec(request.target) ?? []
    if (name === '' || request.method !== 'POST') {
      return refused(404, 'UnknownOperationException', 'there is no such operation')
    }
    const qualifier = new URLSearchParams(query).get('Qualifier') ?? undefined
    const arn = arnOf(name, qualifier, scopeOf(request, scope))
    if (arn === undefined) {
      return refused(400, 'ValidationException', `'${name}' is no function name or ARN`)
    }
    const invocation = await readInvocation(request, arn)
    if ('statusCode' in invocation) return invocation
    if (!trusted && !isJson(invocation.payload)) {
      const message = 'Could not parse request body into json: it is not valid JSON'
      return refused(400, 'InvalidRequestContentException', message)
    }
    if (streaming !== undefined) return streamed(await pool.invokeStream(invocation), request)
    return whole(await pool.invoke(invocation), request)
  }
}

/** The region of the signature, where there is one; the account is not in it. */
const scopeOf = (request: HttpRequest, scope: Scope | undefined): Scope | undefined => {
  const region = credentialScope(request.headers, [])?.region
  return region === undefined || scope === undefined
    ? scope
    : { accountId: scope.accountId, region }
}

/** A name, a name with a qualifier, `account:function:name`, or an ARN. */
const arnOf = (
  encoded: string,
  qualifier: string | undefined,
  scope: Scope | undefined,
): string | undefined => {
  const text = decoded(encoded)
  const match =
    /^(?:arn:[^:]+:lambda:([^:]+):)?(?:(\d{12}):)?(?:function:)?([A-Za-z0-9_-]+)(?::([$\w-]+))?$/.exec(
      text,
    )
  if (match === null) return undefined
  const [, region = scope?.region, accountId = scope?.accountId, name = '', inName] = match
  if (region === undefined || accountId === undefined) return undefined
  const arn = functionArn({ region, accountId }, name)
  const wanted = inName ?? qualifier
  return wanted === undefined ? arn : `${arn}:${wanted}`
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

const readInvocation = async (
  request: HttpRequest,
  arn: string,
): Promise<InvokeRequest | HttpResponse> => {
  const header = (name: string): string | undefined => headerValue(request.headers, name)
  const type = header('x-amz-invocation-type') ?? 'RequestResponse'
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
    return refused(
      400,
      'InvalidParameterValueException',
      `'${type}' is no invocation type: RequestResponse, Event and DryRun are`,
    )
  }
  try {
    const traceId = header('x-amzn-trace-id')
    const context = header('x-amz-client-context')
    return {
      functionArn: arn,
      payload: await request.body.read(FUNCTION_PAYLOAD_BYTES_MAX),
      invocationType: type,
      ...(traceId !== undefined && { traceId }),
      ...(context !== undefined && { clientContext: context }),
    }
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error
    const message = `Request must be smaller than ${FUNCTION_PAYLOAD_BYTES_MAX} bytes for the Invoke operation`
    return refused(413, 'RequestTooLargeException', message)
  }
}

/** AWS: no payload at all is an empty one, which a handler sees as `{}`. */
const isJson = (payload: Uint8Array): boolean => {
  if (payload.byteLength === 0) return true
  try {
    JSON.parse(Buffer.from(payload).toString())
    return true
  } catch {
    return false
  }
}

const whole = (answer: InvokeAnswer, request: HttpRequest): HttpResponse => {
  if (answer.kind === 'refused') {
    return refused(answer.statusCode, answer.errorType, answer.message)
  }
  const headers = answeredHeaders(answer.requestId)
  if (answer.executedVersion !== undefined) {
    headers.push('X-Amz-Executed-Version', answer.executedVersion)
  }
  if (answer.functionError !== undefined) headers.push('X-Amz-Function-Error', answer.functionError)
  if (answer.logTail !== undefined && headerValue(request.headers, 'x-amz-log-type') === 'Tail') {
    headers.push('X-Amz-Log-Result', Buffer.from(answer.logTail).toString('base64'))
  }
  return { statusCode: answer.statusCode, headers, body: answer.payload }
}

const answeredHeaders = (requestId: string): string[] => [
  'Content-Type',
  'application/json',
  'x-amzn-RequestId',
  requestId,
]

const streamed = (
  answer: Awaited<ReturnType<InvokeFunctionStream>>,
  request: HttpRequest,
): HttpResponse => {
  if (answer.kind === 'refused') return whole(answer, request)
  const raw = headerValue(request.headers, RAW_STREAM_HEADER.toLowerCase()) !== undefined
  if (raw) {
    if (answer.kind === 'answered') return whole(answer, request)
    const headers = [...answeredHeaders(answer.requestId), RAW_STREAM_HEADER, 'raw']
    if (answer.contentType !== undefined) headers.push(STREAM_TYPE_HEADER, answer.contentType)
    if (answer.executedVersion !== undefined) {
      headers.push('X-Amz-Executed-Version', answer.executedVersion)
    }
    return { statusCode: 200, headers, body: answer.payload }
  }
  return {
    statusCode: 200,
    headers: [
      'Content-Type',
      'application/vnd.amazon.eventstream',
      'x-amzn-RequestId',
      answer.requestId,
      'X-Amz-Executed-Version',
      answer.executedVersion ?? '$LATEST',
    ],
    body: eventStream(answer),
  }
}

/** `PayloadChunk` per piece, then `InvokeComplete`. */
const eventStream = async function* (
  answer: Exclude<Awaited<ReturnType<InvokeFunctionStream>>, { kind: 'refused' }>,
): AsyncGenerator<Uint8Array> {
  if (answer.kind === 'answered') {
    const failed = answer.functionError !== undefined
    if (!failed) yield eventFrame('PayloadChunk', answer.payload)
    yield complete(failed ? answer.payload : undefined)
    return
  }
  try {
    for await (const chunk of answer.payload) yield eventFrame('PayloadChunk', chunk)
  } catch (error) {
    if (!(error instanceof StreamedFunctionError)) throw error
    yield complete(error.payload)
    return
  }
  yield complete(undefined)
}

const complete = (failure: Uint8Array | undefined): Uint8Array => {
  const details =
    failure === undefined
      ? {}
      : { ErrorCode: 'Unhandled', ErrorDetails: Buffer.from(failure).toString() }
  return eventFrame('InvokeComplete', Buffer.from(JSON.stringify(details)), 'application/json')
}

const refused = (statusCode: number, errorType: string, message: string): HttpResponse => {
  const headers: FlatHeaders = ['Content-Type', 'application/json', 'x-amzn-ErrorType', errorType]
  const Type = statusCode < 500 ? 'User' : 'Service'
  // AWS: some of its exceptions spell it `Message`, some `message`; every SDK takes both.
  return { statusCode, headers, body: JSON.stringify({ Type, Message: message, message }) }
}
