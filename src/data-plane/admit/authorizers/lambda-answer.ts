// What the function of a Lambda authorizer answers, read strictly: whatever is not as AWS wants it lets nobody in.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
import { type CompiledPolicy, compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { MalformedPolicy } from '#languages/iam-policy/policy.ts'
import { isObject } from '#shared/json.ts'
import { utf8Of } from '../../integrate/payload.ts'

export type ContextValues = Readonly<Record<string, unknown>>

/** The IAM policy form: all of REST, and what an HTTP API has without simple responses. */
export interface PolicyAnswer {
  readonly kind: 'policy'
  readonly principalId: string | undefined
  readonly policy: CompiledPolicy
  /** As the function gave it, for TestInvokeAuthorizer. */
  readonly policyText: string
  readonly context: ContextValues
  readonly usageIdentifierKey: string | undefined
}

/** `{"isAuthorized": …}` of HTTP APIs. */
export interface SimpleAnswer {
  readonly kind: 'simple'
  readonly isAuthorized: boolean
  readonly context: ContextValues
}

export type LambdaAnswer = PolicyAnswer | SimpleAnswer

export interface AnswerRules {
  readonly form: 'policy' | 'simple'
  /** Format 2.0 of HTTP APIs lets the context hold lists and maps. [guide: http-api-lambda-authorizer] */
  readonly nestedContext: boolean
  readonly principalRequired: boolean
}

/** An answer that is none. The message says what is wrong with it and repeats nothing of its values. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer'
}

/** AWS has no documented limit but for WebSocket APIs (8 KB); what is past ours is refused as malformed. */
export const ANSWER_BYTES_MAX = 256 * 1024

/** Throws `BadAnswer`. */
export const readLambdaAnswer = (payload: Uint8Array, rules: AnswerRules): LambdaAnswer => {
  if (payload.length > ANSWER_BYTES_MAX) {
    throw new BadAnswer(`the answer has ${payload.length} bytes, over ${ANSWER_BYTES_MAX}`)
  }
  const answer = parse(utf8Of(payload))
  if (!isObject(answer)) throw new BadAnswer('the answer is not an object')
  const context = readContext(answer.context, rules.nestedContext)
  return rules.form === 'simple' ? readSimple(answer, context) : readPolicy(answer, context, rules)
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new BadAnswer('the answer is not JSON')
  }
}

const readSimple = (answer: Record<string, unknown>, context: ContextValues): SimpleAnswer => {
  if (typeof answer.isAuthorized !== 'boolean') {
    throw new BadAnswer('isAuthorized is not true or false (enableSimpleResponses is on)')
  }
  return { kind: 'simple', isAuthorized: answer.isAuthorized, context }
}

const readPolicy = (
  answer: Record<string, unknown>,
  context: ContextValues,
  { principalRequired }: AnswerRules,
): PolicyAnswer => {
  const principalId = readText(answer.principalId, 'principalId')
  if (principalRequired && (principalId === undefined || principalId === '')) {
    throw new BadAnswer('principalId is missing')
  }
  if (!isObject(answer.policyDocument)) throw new BadAnswer('policyDocument is not an object')
  return {
    kind: 'policy',
    principalId,
    policy: readDocument(answer.policyDocument),
    policyText: JSON.stringify(answer.policyDocument),
    context,
    usageIdentifierKey: readText(answer.usageIdentifierKey, 'usageIdentifierKey'),
  }
}

const readDocument = (document: Record<string, unknown>): CompiledPolicy => {
  try {
    return compilePolicy(document, { kind: 'identity', name: "the authorizer's policy" })
  } catch (error) {
    if (error instanceof MalformedPolicy)
      throw new BadAnswer(`policyDocument: ${error.path || 'the document'} is malformed`)
    throw error
  }
}

/** AWS reads numbers and booleans as the text they are. */
const readText = (value: unknown, name: string): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object') throw new BadAnswer(`${name} is not text`)
  return String(value)
}

/** AWS: strings, numbers and booleans; a list or an object is a 500, and so is `claims`. [behaviour.md 8.1] */
const readContext = (context: unknown, nested: boolean): ContextValues => {
  if (context === undefined || context === null) return NO_CONTEXT
  if (!isObject(context)) throw new BadAnswer('context is not an object')
  if (nested) return context
  const values: [string, unknown][] = []
  for (const [name, value] of Object.entries(context)) {
    if (name === 'claims') throw new BadAnswer('context.claims is reserved')
    if (typeof value === 'object' && value !== null) {
      throw new BadAnswer(
        'context holds a list or an object: only text, numbers and booleans may be there',
      )
    }
    if (value !== null) values.push([name, value])
  }
  return Object.fromEntries(values)
}

const NO_CONTEXT: ContextValues = {}
