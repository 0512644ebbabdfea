// The answers of the Invoke API, and the requests that it refuses.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import { FUNCTION_PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import { clientContextOf } from './client-context.ts'
import type { Outcome } from './function-process.ts'

export type Refused = Extract<InvokeAnswer, { kind: 'refused' }>
export type Answered = Extract<InvokeAnswer, { kind: 'answered' }>

/** AWS: an asynchronous invocation carries at most 1 MB. [guide: gettingstarted-limits, 2025-10] */
const EVENT_BYTES_MAX = 1024 * 1024

/** What is wrong with a request, whatever its function; undefined where nothing is. */
export const refusalOf = (request: InvokeRequest): Refused | undefined => {
  const { invocationType, payload, clientContext } = request
  if (clientContext !== undefined && clientContextOf(clientContext) === undefined) {
    return {
      kind: 'refused',
      statusCode: 400,
      errorType: 'InvalidRequestContentException',
      message: 'Client context must be a valid Base64-encoded JSON object.',
    }
  }
  const bytesMax = invocationType === 'Event' ? EVENT_BYTES_MAX : FUNCTION_PAYLOAD_BYTES_MAX
  if (payload.byteLength <= bytesMax) return undefined
  return {
    kind: 'refused',
    statusCode: 413,
    errorType: 'RequestTooLargeException',
    message: `${payload.byteLength} byte payload is too large for the ${invocationType} invocation type (limit ${bytesMax} bytes)`,
  }
}

export const notFound = (functionArn: string): Refused => ({
  kind: 'refused',
  statusCode: 404,
  errorType: 'ResourceNotFoundException',
  message: `Function not found: ${functionArn}`,
})

export const throttled = (): Refused => ({
  kind: 'refused',
  statusCode: 429,
  errorType: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
})

export const accepted = (statusCode: 202 | 204, requestId: string): Answered => ({
  kind: 'answered',
  statusCode,
  payload: new Uint8Array(),
  requestId,
})

export const answered = (
  outcome: Extract<Outcome, { kind: 'payload' }>,
  requestId: string,
  executedVersion: string,
): Answered => ({
  kind: 'answered',
  statusCode: 200,
  executedVersion,
  ...(outcome.failed && { functionError: 'Unhandled' }),
  payload: outcome.payload,
  requestId,
  logTail: outcome.logTail,
})
