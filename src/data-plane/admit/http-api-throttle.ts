// How fast a route of an HTTP API may be called: the limits of its stage, counted per route, and the account's.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
import { rateOf } from '#model/apigateway/usage-limits.ts'
import type { StageV2 } from '#model/apigatewayv2/api.ts'
import type { StageFacts } from '../compiling.ts'
import { type Throttle, throttleOf } from './throttle.ts'

/**
 * AWS: the settings of a route come before the stage's defaults, and the defaults hold for each route by itself.
 * [guide: http-api-throttling, "route-level"; the second half is our reading]
 */
export const compileHttpApiThrottle = (
  facts: StageFacts,
  routeKey: string,
  stage: StageV2,
): Throttle => {
  const own = stage.routeSettings?.[routeKey]
  const defaults = stage.defaultRouteSettings
  const rateLimit = own?.throttlingRateLimit ?? defaults?.throttlingRateLimit
  const burstLimit = own?.throttlingBurstLimit ?? defaults?.throttlingBurstLimit
  const limit = rateOf(`stage/${facts.apiId}/${facts.stageName}/${routeKey}`, {
    ...(rateLimit !== undefined && { rateLimit }),
    ...(burstLimit !== undefined && { burstLimit }),
  })
  return throttleOf(facts, limit, routeKey)
}
