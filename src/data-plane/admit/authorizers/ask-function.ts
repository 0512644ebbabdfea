// Asking the function of a Lambda authorizer: its answer, or the failure that the client is told.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
import { isObject } from '#shared/json.ts'
import type { FindEntry } from '#model/documents.ts'
import { noteAuthorizerRequest } from '../../execution-notes.ts'
import { type InvocationSource, refuseInvocation } from '../function-policy.ts'
import { invokeWithin } from '../../integrate/invoke-function.ts'
import { utf8Of } from '../../integrate/payload.ts'
import type { RequestTrace } from '../../accept/request-trace.ts'
import type { Services } from '../../plan.ts'
import type { AuthorizerFailures } from './failures.ts'
import {
  type AnswerRules,
  BadAnswer,
  type LambdaAnswer,
  readLambdaAnswer,
} from './lambda-answer.ts'
import type { Asked } from './result-cache.ts'

export interface Question {
  readonly functionArn: string
  readonly event: string
  readonly traceId: string
  /** Of the request that asks. */
  readonly trace: RequestTrace
  readonly find: FindEntry
  /** The authorizer, as the function's policy sees it; undefined where a role of its own asks. */
  readonly source: InvocationSource | undefined
  /** Values of the identity: what the function says of its failure is told without them. */
  readonly secrets: readonly string[]
}

export interface AskRules extends AnswerRules {
  readonly timeoutMs: number
  readonly failures: AuthorizerFailures
}

export const askFunction = async (
  services: Services,
  question: Question,
  rules: AskRules,
): Promise<Asked<LambdaAnswer>> => {
  const { functionArn, traceId, secrets } = question
  const { failures, timeoutMs } = rules
  const name = functionArn.split(':').slice(6).join(':')
  const { find, source } = question
  const refusal = source && refuseInvocation(find, functionArn, source)
  if (refusal !== undefined) throw failures.broken(refusal)
  const payload = Buffer.from(question.event, 'utf8')
  const request = { functionArn, payload, invocationType: 'RequestResponse', traceId } as const
  const { execution } = question.trace
  if (execution) noteAuthorizerRequest(execution, request, secrets)
  const askedMs = question.trace.elapsedMs()
  const answer = await invokeWithin(services, request, timeoutMs)
  if (execution && answer.kind === 'answered') {
    execution.note({ kind: 'authorizer-answered', body: answer.payload })
  }
  question.trace.authorizer = {
    target: functionArn,
    integrationLatencyMs: question.trace.elapsedMs() - askedMs,
    ...(answer.kind !== 'timeout' && { integrationStatus: answer.statusCode }),
    ...(answer.kind === 'answered' && { requestId: answer.requestId }),
  }
  if (answer.kind === 'timeout') {
    throw failures.broken(`the authorizer ${name} did not answer within ${timeoutMs} ms`)
  }
  if (answer.kind === 'refused') {
    throw failures.broken(`Lambda refused to run the authorizer ${name}: ${answer.errorType}`)
  }
  if (answer.functionError !== undefined) {
    const message = errorMessageOf(answer.payload)
    // AWS: exactly this word, and no other, is a 401. [behaviour.md 8.1]
    if (message === 'Unauthorized') {
      throw failures.unauthorized(`the authorizer ${name} said "Unauthorized"`)
    }
    throw failures.broken(`the authorizer ${name} failed: ${redact(message, secrets)}`)
  }
  try {
    const read = readLambdaAnswer(answer.payload, rules)
    return { answer: read, bytes: answer.payload.length }
  } catch (error) {
    if (!(error instanceof BadAnswer)) throw error
    throw failures.broken(
      `the authorizer ${name} answered what is no answer: ${error.message}`,
      error,
    )
  }
}

const errorMessageOf = (payload: Uint8Array): string => {
  try {
    const error: unknown = JSON.parse(utf8Of(payload))
    return isObject(error) && typeof error.errorMessage === 'string' ? error.errorMessage : ''
  } catch {
    return '' // A runtime that died mid-sentence has no message, and that is all there is to tell.
  }
}

/** A function's error may well quote the token that it did not like. */
const redact = (message: string, secrets: readonly string[]): string => {
  let text = message
  for (const secret of secrets.flatMap((value) => [value, ...value.split(/\s+/)])) {
    if (secret.length >= SECRET_LENGTH_MIN) text = text.replaceAll(secret, '(identity)')
  }
  return text.slice(0, MESSAGE_LENGTH_MAX)
}

const SECRET_LENGTH_MIN = 4
const MESSAGE_LENGTH_MAX = 200
