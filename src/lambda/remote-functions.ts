// Functions that live elsewhere: in a real account or at any compatible endpoint (`--endpoint lambda=URL`). They are
// asked through the Invoke API, signed. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
import { type SigningCredentials, signRequest } from '#languages/sigv4/sign.ts'
import { parseArn } from '#model/arn.ts'
import type { InvokeAnswer, InvokeFunction, InvokeRequest } from '#model/ports.ts'
import { FUNCTION_PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import { errorMessage } from '#shared/assert.ts'
import type { Clock } from '#shared/clock.ts'
import { isObject } from '#shared/json.ts'
import { type UpstreamClient, UpstreamError, type UpstreamResponse } from '#transport/contract.ts'
import { headerValue } from '#transport/headers.ts'

export interface RemoteFunctionsOptions {
  /** `https://lambda.us-east-1.amazonaws.com`, or any other endpoint. */
  readonly endpoint: string
  readonly credentials: SigningCredentials
  readonly upstream: UpstreamClient
  readonly clock: Clock
}

/** AWS: as long as a function may run, and a little for the way. */
const TIMEOUT_MS = 905_000
/** What an answer has around its payload. */
const ROOM_BYTES = 64 * 1024

export const createRemoteFunctions =
  (options: RemoteFunctionsOptions): InvokeFunction =>
  async (request) => {
    const { endpoint, credentials, upstream, clock } = options
    const url = new URL(endpoint)
    const prefix = url.pathname.replace(/\/$/, '')
    const path = `${prefix}/2015-03-31/functions/${encodeURIComponent(request.functionArn)}/invocations`
    const body = request.payload
    const region = parseArn(request.functionArn)?.region ?? 'us-east-1'
    const signable = { method: 'POST', target: path, headers: headersOf(request, url.host), body }
    const signing = { region, service: 'lambda', nowMs: clock.nowMs() }
    try {
      const answer = await upstream.call({
        method: 'POST',
        origin: url.origin,
        path,
        headers: signRequest(signable, credentials, signing),
        body,
        timeoutMs: TIMEOUT_MS,
        responseBytesMax: FUNCTION_PAYLOAD_BYTES_MAX + ROOM_BYTES,
        ...(request.signal !== undefined && { signal: request.signal }),
      })
      return answerOf(answer)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const message = `the functions at ${url.origin} cannot be reached: ${errorMessage(error)}`
      return { kind: 'refused', statusCode: 500, errorType: 'ServiceException', message }
    }
  }

const headersOf = (request: InvokeRequest, host: string): string[] => {
  const headers = ['Host', host, 'Content-Type', 'application/json']
  headers.push('X-Amz-Invocation-Type', request.invocationType)
  if (request.traceId !== undefined) headers.push('X-Amzn-Trace-Id', request.traceId)
  if (request.clientContext !== undefined) {
    headers.push('X-Amz-Client-Context', request.clientContext)
  }
  return headers
}

const answerOf = ({ statusCode, headers, body }: UpstreamResponse): InvokeAnswer => {
  if (statusCode !== 200 && statusCode !== 202 && statusCode !== 204) {
    const type = headerValue(headers, 'x-amzn-errortype')?.split(':')[0]
    return {
      kind: 'refused',
      statusCode,
      errorType:
        type === undefined ? 'ServiceException' : (REFUSALS.get(type) ?? 'ServiceException'),
      message: messageOf(body),
    }
  }
  const executedVersion = headerValue(headers, 'x-amz-executed-version')
  return {
    kind: 'answered',
    statusCode,
    payload: body,
    requestId: headerValue(headers, 'x-amzn-requestid') ?? '',
    ...(headerValue(headers, 'x-amz-function-error') !== undefined && {
      functionError: 'Unhandled',
    }),
    ...(executedVersion !== undefined && { executedVersion }),
  }
}

type ErrorType = Extract<InvokeAnswer, { kind: 'refused' }>['errorType']

const REFUSALS: ReadonlyMap<string, ErrorType> = new Map<string, ErrorType>([
  ['ResourceNotFoundException', 'ResourceNotFoundException'],
  ['TooManyRequestsException', 'TooManyRequestsException'],
  ['RequestTooLargeException', 'RequestTooLargeException'],
  ['InvalidRequestContentException', 'InvalidRequestContentException'],
])

const messageOf = (body: Uint8Array): string => {
  const text = Buffer.from(body.subarray(0, 2000)).toString()
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? String(parsed['message'] ?? parsed['Message'] ?? text) : text
  } catch {
    return text
  }
}
