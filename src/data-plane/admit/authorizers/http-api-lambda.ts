// Lambda authorizers of HTTP APIs: events of format 1.0 and 2.0, answers as a policy or as a plain yes or no.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { describeEvaluation } from '#languages/iam-policy/policy.ts'
import type { AuthorizerV2 } from '#model/apigatewayv2/api.ts'
import { functionOfUri } from '#model/arn.ts'
import { ANONYMOUS, type Caller } from '#model/caller.ts'
import type { RouteSource, StageFacts } from '../../compiling.ts'
import { makeEvent10 } from '../../integrate/http-api-integrations/event-1-0.ts'
import { makeEvent20 } from '../../integrate/http-api-integrations/event-2-0.ts'
import { compileInvocationRights } from '../../integrate/integration-credentials.ts'
import { putStageVariables } from '../../integrate/stage-variables.ts'
import { GatewayFailure, type HttpApiRequest } from '../../plan.ts'
import { accessRequest, methodArn } from '../access-request.ts'
import { authorizerSource } from '../../integrate/invocation-source.ts'
import { type AskRules, askFunction } from './ask-function.ts'
import type { HttpApiAuthorizer } from './authorizer.ts'
import { HTTP_API_FAILURES } from './failures.ts'
import { cacheKey, compileHttpApiSources, keyPrefix, readSources } from './identity-sources.ts'
import type { LambdaAnswer } from './lambda-answer.ts'

export const compileHttpApiLambda = (
  source: RouteSource,
  authorizer: AuthorizerV2,
): HttpApiAuthorizer => {
  const { stage } = source
  const functionArn = functionOfUri(putStageVariables(authorizer.authorizerUri ?? '', stage))
  const sources = compileHttpApiSources(authorizer.identitySource ?? [])
  if (functionArn === undefined) {
    return broken(`the authorizer's URI names no Lambda function: ${authorizer.authorizerUri}`)
  }
  if (sources === undefined) return broken('an identity source of the authorizer is none')
  const ttlMs = sources.length === 0 ? 0 : 1000 * (authorizer.authorizerResultTtlInSeconds ?? 0)
  const prefix = keyPrefix(stage, source.authorizersCacheGeneration, authorizer)
  const rules = rulesOf(authorizer)
  const asker = authorizerSource(stage, authorizer.authorizerId)
  const admitAsker = compileInvocationRights(
    authorizer.authorizerCredentialsArn,
    functionArn,
    () => asker,
  )
  const makeEvent = authorizer.authorizerPayloadFormatVersion === '1.0' ? event10 : event20
  return (request, services) => {
    const identity = readSources(sources, request)
    if (identity === undefined) {
      // AWS: a source that is missing or empty is a 401, and the function is not asked. [behaviour.md 8.1]
      const names = authorizer.identitySource?.join(', ')
      throw HTTP_API_FAILURES.unauthorized(`the request does not have all of ${names}`)
    }
    const ask = () => {
      const event = JSON.stringify(makeEvent(request, stage, identity))
      const question = { functionArn, event, request, admit: admitAsker, secrets: identity }
      return askFunction(services, question, rules)
    }
    if (ttlMs === 0) return ask().then(({ answer }) => admit(answer, request, stage))
    const nowMs = () => services.clock.monotonicMs()
    const { results } = services.authorizers
    const answer = results.find(cacheKey(prefix, identity), ttlMs, nowMs, ask)
    if (!(answer instanceof Promise)) return admit(answer, request, stage)
    return answer.then((given) => admit(given, request, stage))
  }
}

const broken = (hint: string) => (): never => {
  throw HTTP_API_FAILURES.broken(hint)
}

const rulesOf = (authorizer: AuthorizerV2): AskRules => ({
  form: authorizer.enableSimpleResponses === true ? 'simple' : 'policy',
  nestedContext: authorizer.authorizerPayloadFormatVersion !== '1.0',
  principalRequired: false,
  // AWS: 10 seconds. [behaviour.md 17]
  timeoutMs: 10_000,
  failures: HTTP_API_FAILURES,
})

/** The cached policy is held against every route's ARN anew; a simple answer holds for all routes. [behaviour.md 8.2] */
const admit = (answer: LambdaAnswer, request: HttpApiRequest, stage: StageFacts): Caller => {
  if (answer.kind === 'simple') {
    if (!answer.isAuthorized) throw forbidden('the authorizer answered isAuthorized: false')
    return callerOf(answer.context)
  }
  const arn = methodArn(request, stage)
  const access = accessRequest('execute-api:Invoke', arn, request)
  const evaluation = evaluatePolicies([answer.policy], access)
  if (evaluation.decision !== 'allow') {
    throw forbidden(`execute-api:Invoke on ${arn}: ${describeEvaluation(evaluation)}`)
  }
  const { principalId, usageIdentifierKey } = answer
  return {
    ...callerOf(answer.context),
    ...(principalId !== undefined && { principalId }),
    ...(usageIdentifierKey !== undefined && { usageIdentifierKey }),
  }
}

const callerOf = (authorizer: Readonly<Record<string, unknown>>): Caller => ({
  authorizer,
  authorizerType: 'lambda',
})

const forbidden = (hint: string) => new GatewayFailure('ACCESS_DENIED', 'Forbidden', { hint })

type MakeEvent = (
  request: HttpApiRequest,
  stage: StageFacts,
  identity: readonly string[],
) => Readonly<Record<string, unknown>>

/** AWS: the identity is there twice, as one text each. [guide: http-api-lambda-authorizer, "Payload format version"] */
const event10: MakeEvent = (request, stage, identity) => {
  const event = makeEvent10(eventSource(request))
  // Its version comes first, before what only authorizers are told.
  const members: Readonly<Record<string, unknown>> = event
  const token = identity.join(',')
  return {
    version: '1.0',
    type: 'REQUEST',
    methodArn: methodArn(request, stage),
    identitySource: token,
    authorizationToken: token,
    ...members,
    ...NO_BODY,
    headers: { ...event.headers, ...contentLength(request) },
    requestContext: { ...event.requestContext, authorizer: undefined },
  }
}

const event20: MakeEvent = (request, stage, identity) => {
  const event = makeEvent20(eventSource(request))
  // Its version comes first, before what only authorizers are told.
  const members: Readonly<Record<string, unknown>> = event
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: methodArn(request, stage),
    identitySource: identity.length === 0 ? null : identity,
    ...members,
    ...NO_BODY,
    headers: { ...event.headers, ...contentLength(request) },
  }
}

/** An authorizer is told no body: what is undefined is left out by JSON.stringify. */
const NO_BODY = { body: undefined, isBase64Encoded: undefined }

/** The body that the client sent, not the none that the authorizer is told. */
const contentLength = (request: HttpApiRequest) => ({
  'content-length': request.header('content-length') ?? '0',
})

const eventSource = (request: HttpApiRequest) => ({
  request,
  caller: ANONYMOUS,
  mapped: { headers: request.http.headers, rawQuery: request.rawQuery, path: undefined },
  body: new Uint8Array(0),
})
