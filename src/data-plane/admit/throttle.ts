// How fast a method may be called: the rate and burst that its stage sets for it, and those of the account, which all
// its APIs share. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
import type { MethodSetting, Stage } from '#model/apigateway/stage.ts'
import { rateOf } from '#model/apigateway/usage-limits.ts'
import type { RateLimit } from '#model/limits.ts'
import type { StageFacts } from '../compiling.ts'
import { GatewayFailure, type RestMethodPlan, type Services } from '../plan.ts'
import { takeEach } from './limit-group.ts'

/**
 * AWS: a method's own setting comes before the one for all methods, which holds for each by itself; then the account.
 * [behaviour.md 9 "Order applied"]
 */
export const compileThrottle = (
  facts: StageFacts,
  stage: Stage,
  resourcePath: string,
  httpMethod: string,
): RestMethodPlan['throttle'] => {
  const own = findMethodSetting(stage, resourcePath, httpMethod)
  const all = stage.methodSettings?.['*/*']
  const rateLimit = own?.throttlingRateLimit ?? all?.throttlingRateLimit
  const burstLimit = own?.throttlingBurstLimit ?? all?.throttlingBurstLimit
  const where = `${httpMethod} ${resourcePath}`
  const limit = rateOf(`stage/${facts.apiId}/${facts.stageName}/${where}`, {
    ...(rateLimit !== undefined && { rateLimit }),
    ...(burstLimit !== undefined && { burstLimit }),
  })
  return throttleOf(facts, limit, where)
}

/** The step of a limit (if there is one) and the account's behind it. Buckets are named: a redeployment keeps them. */
export const throttleOf = (
  facts: StageFacts,
  own: RateLimit | undefined,
  where: string,
): ((request: unknown, services: Services) => void | Promise<void>) => {
  // The account's limit is a setting of the process: known with the first request.
  let group: readonly RateLimit[] | undefined
  return (_request, services) => {
    group ??= [...(own === undefined ? [] : [own]), services.accountLimit(facts.scope)]
    const refused = takeEach(group, services)
    if (refused === undefined) return
    if (!(refused instanceof Promise)) throw tooMany(refused, own, where)
    return refused.then((limit) => {
      if (limit !== undefined) throw tooMany(limit, own, where)
    })
  }
}

const tooMany = (
  refused: { readonly kind: string },
  own: RateLimit | undefined,
  where: string,
): GatewayFailure =>
  new GatewayFailure('THROTTLED', 'Too Many Requests', {
    hint:
      refused === own
        ? `the stage limits ${where} to ${own.ratePerSecond}/s, ${own.burst} at once`
        : 'the account is at its limit (--account-rate, --account-burst)',
  })

/** The setting of one method: `pets/{petId}/GET`, where `/` of the path may be written `~1`. */
export const findMethodSetting = (
  stage: Stage,
  resourcePath: string,
  httpMethod: string,
): MethodSetting | undefined => {
  const wanted = methodKey(`${resourcePath}/${httpMethod}`)
  for (const [key, setting] of Object.entries(stage.methodSettings ?? {})) {
    if (methodKey(key) === wanted) return setting
  }
  return undefined
}

/** `~1pets~1{id}/GET`, `/pets/{id}/GET` and `pets/{id}/GET` are one method. */
export const methodKey = (key: string): string => key.replaceAll('~1', '/').replace(/^\/+/, '')
