// How fast a method may be called: the rate and burst that its stage sets for it, and those of the account, which all
// its APIs share. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
import type { MethodSetting, Stage } from '#model/apigateway/stage.ts'
import { rateOf } from '#model/apigateway/usage-limits.ts'
import type { RateLimit } from '#model/limits.ts'
import type { StageFacts } from '../compiling.ts'
import { GatewayFailure, type Services } from '../plan.ts'
import { takeEach } from './limit-group.ts'

/** The first limits that a request passes: those of its stage (or route), and the account's. */
export interface Throttle {
  readonly admit: (request: unknown, services: Services) => void | Promise<void>
  /**
   * Gives back what `admit` took. AWS: the limits of a usage plan come before the stage's and the account's, so what a
   * plan refuses costs those nothing. They are asked first here, because the flood of a caller without a key is to stop
   * before any authorizer is invoked; giving back makes it come to the same. [behaviour.md 9 "Order applied", 3.1 #9]
   */
  readonly giveBack: (services: Services) => void
}

/**
 * AWS: a method's own setting comes before the one for all methods, which holds for each by itself; then the account.
 * [behaviour.md 9 "Order applied"]
 */
export const compileThrottle = (
  facts: StageFacts,
  stage: Stage,
  resourcePath: string,
  httpMethod: string,
): Throttle => {
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
): Throttle => {
  // The account's limit is a setting of the process: known with the first request.
  let group: readonly RateLimit[] | undefined
  return {
    admit: (_request, services) => {
      group ??= [...(own === undefined ? [] : [own]), services.accountLimit(facts.scope)]
      const refused = takeEach(group, services)
      if (refused === undefined) return
      if (!(refused instanceof Promise)) throw tooMany(refused, own, where)
      return refused.then((limit) => {
        if (limit !== undefined) throw tooMany(limit, own, where)
      })
    },
    giveBack: ({ limits }) => {
      for (const limit of group ?? []) limits.refund(limit)
    },
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
