// Asking the function of a Lambda authorizer: its answer, or the failure that the client is told.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
import { isObject } from '#shared/json.ts'
import { ANONYMOUS } from '#model/caller.ts'
import { noteAuthorizerRequest } from '../../execution-notes.ts'
import type { AdmitInvocation } from '../../integrate/integration-credentials.ts'
import { invokeWithin } from '../../integrate/invoke-function.ts'
import { utf8Of } from '../../integrate/payload.ts'
import type { GatewayRequest } from '../../accept/request.ts'
import { GatewayFailure, type Services } from '../../plan.ts'
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
  /** The one that is to be authorized. */
  readonly request: GatewayRequest
  /** May the authorizer ask, in its role or in nobody's name? */
  readonly admit: AdmitInvocation
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
  const { functionArn, secrets } = question
  const { trace, traceId } = question.request
  const { failures, timeoutMs } = rules
  const name = functionArn.split(':').slice(6).join(':')
  admitAsker(question, services, failures)
  const payload = Buffer.from(question.event, 'utf8')
  const request = { functionArn, payload, invocationType: 'RequestResponse', traceId } as const
  const { execution } = trace
  if (execution) noteAuthorizerRequest(execution, request, secrets)
  const askedMs = trace.elapsedMs()
  const answer = await invokeWithin(services, request, timeoutMs)
  if (execution && answer.kind === 'answered') {
    execution.note({ kind: 'authorizer-answered', body: answer.payload })
  }
  trace.authorizer = {
    target: functionArn,
    integrationLatencyMs: trace.elapsedMs() - askedMs,
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

/** AWS: an authorizer that may not ask is a broken one. */
const admitAsker = (
  { admit, request }: Question,
  services: Services,
  failures: AuthorizerFailures,
): void => {
  try {
    admit(request, ANONYMOUS, services)
  } catch (error) {
    if (!(error instanceof GatewayFailure)) throw error
    throw failures.broken(error.hint ?? error.message)
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
