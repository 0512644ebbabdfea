// Who may call a route of an HTTP API. So far: everybody, or nobody.
import { ANONYMOUS } from '#model/caller.ts'
import type { Route } from '#model/apigatewayv2/api.ts'
import type { Limits } from '../compiling.ts'
import type { HttpRoutePlan } from '../plan.ts'

/** A route that asks for an authorization that does not exist here refuses everyone: nothing passes unchecked. */
export const compileHttpApiAuthorization = (
  route: Route,
  limits: Limits,
): HttpRoutePlan['authorize'] => {
  if (route.apiKeyRequired) return limits.refuse('API keys')
  if (route.authorizationType === 'NONE') return () => ANONYMOUS
  return limits.refuse(`${FEATURES.get(route.authorizationType) ?? route.authorizationType}`)
}

const FEATURES: ReadonlyMap<string, string> = new Map([
  ['AWS_IAM', 'AWS_IAM authorization'],
  ['CUSTOM', 'Lambda authorizers'],
  ['JWT', 'JWT authorizers'],
])
