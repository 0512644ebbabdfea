// Who may call a route of an HTTP API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
import { ANONYMOUS } from '#model/caller.ts'
import type { HttpRoutePlan } from '../plan.ts'
import { compileHttpApiAuthorizer, type RouteSource } from './authorizers/index.ts'

/** A route that asks for an authorization that does not exist here refuses everyone: nothing passes unchecked. */
export const compileHttpApiAuthorization = (source: RouteSource): HttpRoutePlan['authorize'] => {
  const { route, limits } = source
  if (route.apiKeyRequired) return limits.refuse('API keys')
  switch (route.authorizationType) {
    case 'NONE':
      return () => ANONYMOUS
    case 'AWS_IAM':
      return limits.refuse('AWS_IAM authorization')
    default:
      return compileHttpApiAuthorizer(source)
  }
}
