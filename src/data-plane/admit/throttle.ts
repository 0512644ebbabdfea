// How fast a method may be called: the rate and burst that its stage sets for it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
import type { MethodSetting, Stage } from '#model/apigateway/stage.ts'
import type { TokenBucket } from '#state/token-bucket.ts'
import { noStep } from '../compiling.ts'
import { GatewayFailure, type RestMethodPlan } from '../plan.ts'
import { createLimitShare } from './limit-share.ts'

/** AWS: a method's own setting comes before the one for all methods, which holds for each by itself. */
export const compileThrottle = (
  stage: Stage,
  resourcePath: string,
  httpMethod: string,
): RestMethodPlan['throttle'] => {
  const own = findMethodSetting(stage, resourcePath, httpMethod)
  const all = stage.methodSettings?.['*/*']
  const rate = own?.throttlingRateLimit ?? all?.throttlingRateLimit
  const burst = own?.throttlingBurstLimit ?? all?.throttlingBurstLimit
  const isLimited = isSet(rate) || isSet(burst)
  if (!isLimited) return noStep
  // Made with the clock of the first request: a plan is compiled without one.
  let bucket: TokenBucket | undefined
  return (_request, services) => {
    bucket ??= createLimitShare(
      isSet(rate) ? rate : undefined,
      isSet(burst) ? burst : undefined,
      services,
    )
    if (bucket.take()) return
    throw new GatewayFailure('THROTTLED', 'Too Many Requests', {
      hint: `the stage limits ${httpMethod} ${resourcePath} to ${rate}/s, ${burst} at once`,
    })
  }
}

/** The setting of one method: `pets/{petId}/GET`, where `/` of the path may be written `~1`. */
const findMethodSetting = (
  stage: Stage,
  resourcePath: string,
  httpMethod: string,
): MethodSetting | undefined => {
  const wanted = `${resourcePath.slice(1)}/${httpMethod}`
  for (const [key, setting] of Object.entries(stage.methodSettings ?? {})) {
    if (key.replaceAll('~1', '/').replace(/^\/+/, '') === wanted.replace(/^\/+/, '')) return setting
  }
  return undefined
}

/** AWS: -1 switches a limit off. [guide: set-up-stages, UpdateStage] */
const isSet = (limit: number | undefined): limit is number => limit !== undefined && limit >= 0
