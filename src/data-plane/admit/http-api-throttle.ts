// How fast a route of an HTTP API may be called: the limits of its stage, counted per route.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
import type { StageV2 } from '#model/apigatewayv2/api.ts'
import type { TokenBucket } from '#state/token-bucket.ts'
import { noStep } from '../compiling.ts'
import type { GatewayRequest } from '../accept/request.ts'
import { GatewayFailure, type Services } from '../plan.ts'
import { createLimitShare } from './limit-share.ts'

/**
 * AWS: the settings of a route come before the stage's defaults, and the defaults hold for each route by itself.
 * [guide: http-api-throttling, "route-level"; the second half is our reading]
 */
export const compileHttpApiThrottle = (
  routeKey: string,
  stage: StageV2,
): ((request: GatewayRequest, services: Services) => void) => {
  const own = stage.routeSettings?.[routeKey]
  const defaults = stage.defaultRouteSettings
  const rate = own?.throttlingRateLimit ?? defaults?.throttlingRateLimit
  const burst = own?.throttlingBurstLimit ?? defaults?.throttlingBurstLimit
  if (rate === undefined && burst === undefined) return noStep
  // Made with the clock of the first request: a plan is compiled without one.
  let bucket: TokenBucket | undefined
  return (_request, services) => {
    bucket ??= createLimitShare(rate, burst, services)
    if (!bucket.take()) throw new GatewayFailure('THROTTLED', `${routeKey} is throttled`)
  }
}
