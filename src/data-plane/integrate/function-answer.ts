// What came of invoking a function: an answer to work with, or the failure that the client is told.
import { isObject } from '#shared/json.ts'
import type { InvokeAnswer } from '#model/ports.ts'
import type { RequestTrace } from '../accept/request-trace.ts'
import { noteFunctionAnswer } from '../execution-notes.ts'
import { GatewayFailure } from '../plan.ts'
import type { TimedInvokeAnswer } from './invoke-function.ts'

type Answered = Extract<InvokeAnswer, { kind: 'answered' }>

/** The answer of a function that ran and did not fail; all else is a failure of the integration. */
export const admitAnswer = (given: TimedInvokeAnswer, functionArn: string): Answered => {
  const answer = admitRun(given, functionArn)
  if (answer.functionError === undefined) return answer
  // AWS: a function that fails is a 502. [behaviour.md 5.4]
  const error = errorOf(answer.payload)
  throw new GatewayFailure('INTEGRATION_FAILURE', 'Internal server error', {
    statusCode: 502,
    hint: `${nameOf(functionArn)} failed: ${error}`,
    logLine: `Lambda execution failed with status 200 due to customer function error: ${messageOf(answer.payload) ?? error}. Lambda request id: ${answer.requestId}`,
  })
}

/** The answer of a function that ran, even where it failed. */
export const admitRun = (answer: TimedInvokeAnswer, functionArn: string): Answered => {
  if (answer.kind === 'answered') return answer
  if (answer.kind === 'timeout') {
    throw new GatewayFailure('INTEGRATION_TIMEOUT', 'Endpoint request timed out', {
      hint: `${nameOf(functionArn)} did not answer within the integration's timeout`,
    })
  }
  throw new GatewayFailure('INTEGRATION_FAILURE', 'Internal server error', {
    statusCode: 500,
    hint: `Lambda refused to run ${nameOf(functionArn)}: ${answer.errorType}: ${answer.message}`,
  })
}

/** What the record tells of the call. */
export const traceAnswer = (
  trace: RequestTrace,
  target: string,
  answer: TimedInvokeAnswer,
  latencyMs: number,
): void => {
  if (answer.kind === 'timeout') {
    trace.integration = { target, latencyMs, error: 'timeout' }
  } else if (answer.kind === 'refused') {
    const { statusCode: status, errorType: error } = answer
    trace.integration = { target, latencyMs, status, error }
  } else {
    const { statusCode: status, requestId, functionError } = answer
    const traced = { target, latencyMs, status, requestId }
    trace.integration = functionError === undefined ? traced : { ...traced, error: functionError }
    noteFunctionAnswer(trace, answer, latencyMs)
  }
}

const nameOf = (functionArn: string): string => functionArn.split(':').slice(6).join(':')

/** `errorType: errorMessage` of a failed function, cut short. */
const errorOf = (payload: Uint8Array): string =>
  Buffer.from(payload.subarray(0, 500)).toString('utf8')

/** The errorMessage alone, where the payload is the error object of a runtime. */
const messageOf = (payload: Uint8Array): string | undefined => {
  try {
    const error: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
    return isObject(error) && typeof error.errorMessage === 'string'
      ? error.errorMessage
      : undefined
  } catch {
    return undefined // A runtime that died mid-sentence: its text is shown as it is.
  }
}
