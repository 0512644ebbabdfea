// Lambda authorizers of REST APIs: TOKEN and REQUEST. The function gives a policy; what is cached is the policy, and
// it is held against every method's ARN anew.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { compileJavaRegex, type JavaRegex } from '#languages/regex/java-regex.ts'
import { RegexBudgetError } from '#languages/regex/errors.ts'
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import { functionOfUri } from '#model/arn.ts'
import type { Caller } from '#model/caller.ts'
import type { MethodSource } from '../../compiling.ts'
import { compileAuthorizerEvent } from '../../integrate/proxy-event.ts'
import { compileInvocationRights } from '../../integrate/integration-credentials.ts'
import { putStageVariables } from '../../integrate/stage-variables.ts'
import type { RestRequest, Services } from '../../plan.ts'
import { accessRequest, methodArn } from '../access-request.ts'
import { authorizerSource } from '../../integrate/invocation-source.ts'
import { askFunction } from './ask-function.ts'
import { noteAuthorizerStarted } from './authorizer-notes.ts'
import type { Authorized, RestAuthorizer } from './authorizer.ts'
import { REST_FAILURES } from './failures.ts'
import {
  cacheKey,
  compileRestSources,
  type IdentitySource,
  keyPrefix,
  readSources,
} from './identity-sources.ts'
import type { LambdaAnswer } from './lambda-answer.ts'

/** What a function said of a caller, from the cache or asked now; throws the GatewayFailure that it is to the client. */
export type AskRestLambda = (
  request: RestRequest,
  services: Services,
) => LambdaAnswer | Promise<LambdaAnswer>

/** What a function is asked about: methods of REST APIs, and the handshakes of WebSocket APIs. */
export interface AuthorizerQuestion {
  readonly arn: (request: RestRequest) => string
  readonly makeEvent: (request: RestRequest, identity: readonly string[]) => string
  /** A source that is missing is a 401 even where nothing is cached. */
  readonly needsIdentity?: true
}

export const compileRestLambda = (
  source: MethodSource,
  authorizer: Authorizer,
  question = compileMethodQuestion(source, authorizer.type === 'TOKEN'),
): RestAuthorizer => {
  const ask = compileRestQuestion(source, authorizer, question)
  // Of a cached answer the caller is always the same: the function took no time.
  const callers = new WeakMap<LambdaAnswer, Caller>()
  const callerOfCached = (answer: LambdaAnswer): Caller => {
    const known = callers.get(answer)
    if (known !== undefined) return known
    const caller = callerOf(answer, 0)
    callers.set(answer, caller)
    return caller
  }
  return (request, services) => {
    const answer = ask(request, services)
    const arn = question.arn(request)
    if (!(answer instanceof Promise)) {
      return authorized(answer, callerOfCached(answer), request, arn)
    }
    const { clock } = services
    const startMs = clock.monotonicMs()
    return answer.then((given) => {
      const latencyMs = Math.round(clock.monotonicMs() - startMs)
      return authorized(given, callerOf(given, latencyMs), request, arn)
    })
  }
}

/** The question alone: TestInvokeAuthorizer shows what was answered. */
export const compileRestQuestion = (
  source: MethodSource,
  authorizer: Authorizer,
  { makeEvent, needsIdentity } = compileMethodQuestion(source, authorizer.type === 'TOKEN'),
): AskRestLambda => {
  const { stage } = source
  const functionArn = functionOfUri(putStageVariables(authorizer.authorizerUri ?? '', stage))
  if (functionArn === undefined) {
    return broken(`the authorizer's URI names no Lambda function: ${authorizer.authorizerUri}`)
  }
  const identify = compileIdentity(source, authorizer)
  const ttlMs = 1000 * (authorizer.authorizerResultTtlInSeconds ?? TTL_SECONDS_DEFAULT)
  const prefix = keyPrefix(stage, source.authorizersCacheGeneration, authorizer)
  const asker = authorizerSource(stage, authorizer.id)
  const admitAsker = compileInvocationRights(
    authorizer.authorizerCredentials,
    functionArn,
    () => asker,
  )
  return (request, services) => {
    const identity = identify(request, ttlMs > 0 || needsIdentity === true)
    if (request.trace.execution) noteAuthorizerStarted(request, authorizer.id, identity)
    const ask = () => {
      const event = makeEvent(request, identity)
      const question = { functionArn, event, request, admit: admitAsker, secrets: identity }
      return askFunction(services, question, REST_RULES)
    }
    if (ttlMs === 0 || identity.length === 0) return ask().then(({ answer }) => answer)
    const { results } = services.authorizers
    return results.find(cacheKey(prefix, identity), ttlMs, () => services.clock.monotonicMs(), ask)
  }
}

/** AWS. [behaviour.md 8.2] */
const TTL_SECONDS_DEFAULT = 300

const REST_RULES = {
  form: 'policy',
  nestedContext: false,
  principalRequired: true,
  // AWS waits as long as for an integration. [guide: api-gateway-execution-service-limits-table]
  timeoutMs: 29_000,
  failures: REST_FAILURES,
} as const

const broken = (hint: string) => (): never => {
  throw REST_FAILURES.broken(hint)
}

type Identify = (request: RestRequest, mustBeThere: boolean) => readonly string[]

/** Throws 401 where the request names nobody, and then the function is not asked. */
const compileIdentity = (source: MethodSource, authorizer: Authorizer): Identify => {
  const isToken = authorizer.type === 'TOKEN'
  const text = authorizer.identitySource ?? (isToken ? DEFAULT_SOURCE : undefined)
  const sources = compileRestSources(text, source.stage)
  if (sources === undefined) return broken(`the authorizer's identity source is none: ${text}`)
  if (!isToken) return identifyRequest(sources, `${text}`)
  const accepts = compileValidation(authorizer.identityValidationExpression)
  return (request) => {
    const values = readSources(sources, request)
    const [token] = values ?? []
    if (values === undefined || token === undefined) {
      throw REST_FAILURES.unauthorized(`the request has no ${text}`)
    }
    if (!accepts(token)) {
      const expression = authorizer.identityValidationExpression
      throw REST_FAILURES.unauthorized(`the token does not match ${expression}`)
    }
    return values
  }
}

const DEFAULT_SOURCE = 'method.request.header.Authorization'

/**
 * AWS: with caching, a source that is missing or empty is a 401 without the function; without caching the function is
 * always asked. [behaviour.md 8.1]
 */
const identifyRequest =
  (sources: readonly IdentitySource<RestRequest>[], text: string): Identify =>
  (request, mustBeThere) => {
    if (!mustBeThere) return sources.flatMap((source) => source(request) ?? [])
    const values = readSources(sources, request)
    if (values !== undefined) return values
    throw REST_FAILURES.unauthorized(`the request does not have all of ${text}`)
  }

/** AWS: the whole token has to match. A pattern that takes too long matches nothing. */
const compileValidation = (expression: string | undefined): ((token: string) => boolean) => {
  if (expression === undefined || expression === '') return () => true
  let regex: JavaRegex
  try {
    regex = compileJavaRegex(expression)
  } catch {
    return broken(`identityValidationExpression is no regular expression: ${expression}`)
  }
  return (token) => {
    try {
      return regex.matches(token)
    } catch (error) {
      if (error instanceof RegexBudgetError) return false
      throw error
    }
  }
}

const compileMethodQuestion = (source: MethodSource, isToken: boolean): AuthorizerQuestion => {
  const arn = (request: RestRequest) => methodArn(request, source.stage)
  if (!isToken) {
    const makeEvent = compileAuthorizerEvent(source)
    return { arn, makeEvent: (request) => makeEvent(request, arn(request)) }
  }
  return {
    arn,
    makeEvent: (request, [authorizationToken]) =>
      JSON.stringify({ type: 'TOKEN', methodArn: arn(request), authorizationToken }),
  }
}

const authorized = (
  answer: LambdaAnswer,
  caller: Caller,
  request: RestRequest,
  arn: string,
): Authorized => {
  if (answer.kind === 'simple') throw REST_FAILURES.broken('a REST API has no simple responses')
  const access = accessRequest('execute-api:Invoke', arn, request)
  return { caller, evaluation: evaluatePolicies([answer.policy], access) }
}

/** AWS: all values of the context are text; how long the function took is a number. [behaviour.md 8.1] */
const callerOf = (answer: LambdaAnswer, integrationLatency: number): Caller => {
  if (answer.kind === 'simple') throw REST_FAILURES.broken('a REST API has no simple responses')
  const { principalId, usageIdentifierKey, context } = answer
  const authorizer: Record<string, unknown> = { principalId, integrationLatency }
  for (const name of Object.keys(context)) authorizer[name] = String(context[name])
  return {
    authorizer,
    ...(principalId !== undefined && { principalId }),
    ...(usageIdentifierKey !== undefined && { usageIdentifierKey }),
  }
}
