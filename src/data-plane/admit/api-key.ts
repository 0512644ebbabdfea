// Who of the customers is calling, by the key that comes along, and how much they may.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
import { apiKeyHash } from '#model/apigateway/api-key-hash.ts'
import type { Api, Route } from '#model/apigatewayv2/api.ts'
import { API_KEY_LENGTH_MAX } from '#model/quotas.ts'
import type { Limit } from '#model/limits.ts'
import type { GatewayRequest } from '../accept/request.ts'
import type { MethodSource, StageFacts } from '../compiling.ts'
import { type AdmitStep, GatewayFailure, type Services } from '../plan.ts'
import { takeEach } from './limit-group.ts'
import { methodKey, type Throttle } from './throttle.ts'
import { compileUsagePlans, type FindKeyInPlan, type KeyInPlan } from './usage-plan.ts'

/** Empty for a method without a key. */
export const compileApiKey = (
  { stage, api, resource, method }: MethodSource,
  findKeyInPlan: FindKeyInPlan,
  throttle: Throttle,
): readonly AdmitStep[] => {
  if (!method.apiKeyRequired) return []
  const limitsOf = limitsOfMethod(resource.path, method.httpMethod)
  const admit = compileKeyAdmission(stage, limitsOf, findKeyInPlan, throttle)
  if (api.apiKeySource === 'AUTHORIZER') {
    return [(request, caller, services) => admit(request, caller.usageIdentifierKey, services)]
  }
  return [(request, _caller, services) => admit(request, request.header('x-api-key'), services)]
}

/** The same for a route of a WebSocket API: `$connect` is the one that has a request with headers. */
export const compileSocketKey = (
  stage: StageFacts,
  { routeKey, apiKeyRequired }: Route,
  { apiKeySelectionExpression }: Api,
  throttle: Throttle,
): readonly AdmitStep[] => {
  if (!apiKeyRequired) return []
  const key = methodKey(routeKey)
  const limitsOf = (plan: KeyInPlan) => plan.limitsOf(key)
  const admit = compileKeyAdmission(stage, limitsOf, compileUsagePlans(stage), throttle)
  if (apiKeySelectionExpression === '$context.authorizer.usageIdentifierKey') {
    return [(request, caller, services) => admit(request, caller.usageIdentifierKey, services)]
  }
  return [(request, _caller, services) => admit(request, request.header('x-api-key'), services)]
}

type LimitsOf = (plan: KeyInPlan, request: GatewayRequest) => readonly Limit[]

/** AWS: ANY stands for seven verbs, and a plan may name one of them. [behaviour.md 11 "Resources"] */
const limitsOfMethod = (path: string, httpMethod: string): LimitsOf => {
  const key = methodKey(`${path}/${httpMethod}`)
  if (httpMethod !== 'ANY') return (plan) => plan.limitsOf(key)
  const below = methodKey(`${path}/`)
  return (plan, { method }) => plan.limitsOf(below + method, key)
}

/** Admits a request with the key's value, wherever that was found: for REST methods and WebSocket routes. */
const compileKeyAdmission = (
  stage: StageFacts,
  limitsOf: LimitsOf,
  findKeyInPlan: FindKeyInPlan,
  throttle: Throttle,
): ((
  request: GatewayRequest,
  value: string | undefined,
  services: Services,
) => void | Promise<void>) => {
  const { accountId, region } = stage.scope
  const refuse = (limit: Limit, keyId: string, services: Services): never => {
    throttle.giveBack(services)
    throw exceeded(limit, keyId)
  }
  return (request, value, services) => {
    const { find } = request.directory
    if (value === undefined || value === '') throw forbidden('the request has no API key')
    // Longer than any key may be: not worth hashing.
    if (value.length > API_KEY_LENGTH_MAX) throw forbidden('the API key is longer than any key')
    const entry = find('api-key', `${accountId}/${region}/${apiKeyHash(value)}`)
    if (entry === undefined) throw forbidden('there is no such API key')
    if (!entry.enabled) throw forbidden(`the API key ${entry.id} is disabled`)
    const inPlan = findKeyInPlan(entry, find)
    if (inPlan === undefined) {
      const where = `${stage.apiId}:${stage.stageName}`
      throw forbidden(`the API key ${entry.id} is in no usage plan that has the stage ${where}`)
    }
    request.apiKey = { id: entry.id, value }
    const refused = takeEach(limitsOf(inPlan, request), services)
    if (refused === undefined) return
    if (!(refused instanceof Promise)) return refuse(refused, entry.id, services)
    return refused.then((limit) => {
      if (limit !== undefined) refuse(limit, entry.id, services)
    })
  }
}

/** AWS: no key, an unknown, a disabled and an unplanned one are answered alike. [F102; behaviour.md 8.3] */
const forbidden = (hint: string): GatewayFailure =>
  new GatewayFailure('INVALID_API_KEY', 'Forbidden', { hint })

const exceeded = (limit: Limit, keyId: string): GatewayFailure =>
  limit.kind === 'quota'
    ? new GatewayFailure('QUOTA_EXCEEDED', 'Limit Exceeded', {
        hint: `the usage plan lets the API key ${keyId} call ${limit.limit} times a ${limit.period}`,
      })
    : new GatewayFailure('THROTTLED', 'Too Many Requests', {
        hint: `the usage plan lets the API key ${keyId} call ${limit.ratePerSecond} times a second, ${limit.burst} at once`,
      })
