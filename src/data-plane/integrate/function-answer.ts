// What came of invoking a function: an answer to work with, or the failure that the client is told.
import type { InvokeAnswer } from '#model/ports.ts'
import type { RequestTrace } from '../accept/request-trace.ts'
import { GatewayFailure } from '../plan.ts'
import type { TimedInvokeAnswer } from './invoke-function.ts'

type Answered = Extract<InvokeAnswer, { kind: 'answered' }>

/** The answer of a function that ran and did not fail; all else is a failure of the integration. */
export const admitAnswer = (given: TimedInvokeAnswer, functionArn: string): Answered => {
  const answer = admitRun(given, functionArn)
  if (answer.functionError === undefined) return answer
  // AWS: a function that fails is a 502. [behaviour.md 5.4]
  throw new GatewayFailure('INTEGRATION_FAILURE', 'Internal server error', {
    statusCode: 502,
    hint: `${nameOf(functionArn)} failed: ${errorOf(answer.payload)}`,
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
  answer: TimedInvokeAnswer,
  latencyMs: number,
): void => {
  if (answer.kind === 'timeout') {
    trace.integration = { latencyMs, error: 'timeout' }
  } else if (answer.kind === 'refused') {
    trace.integration = { latencyMs, status: answer.statusCode, error: answer.errorType }
  } else {
    const { statusCode: status, requestId, functionError } = answer
    const traced = { latencyMs, status, requestId }
    trace.integration = functionError === undefined ? traced : { ...traced, error: functionError }
  }
}

const nameOf = (functionArn: string): string => functionArn.split(':').slice(6).join(':')

/** `errorType: errorMessage` of a failed function, cut short. */
const errorOf = (payload: Uint8Array): string =>
  Buffer.from(payload.subarray(0, 500)).toString('utf8')
