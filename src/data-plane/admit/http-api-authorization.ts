// Who may call a route of an HTTP API, which has no resource policy: the authorizer decides alone.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
import { ANONYMOUS } from '#model/caller.ts'
import type { RouteSource } from '../compiling.ts'
import type { HttpRoutePlan } from '../plan.ts'
import { type ArnPlace, methodArn } from './access-request.ts'
import { compileHttpApiAuthorizer } from './authorizers/index.ts'
import { admitSigned } from './signed-access.ts'

/** A route that asks for an authorization that does not exist here refuses everyone: nothing passes unchecked. */
export const compileHttpApiAuthorization = (source: RouteSource): HttpRoutePlan['authorize'] => {
  const { route, limits } = source
  if (route.apiKeyRequired) return limits.refuse('API keys')
  switch (route.authorizationType) {
    case 'NONE':
      return () => ANONYMOUS
    case 'AWS_IAM':
      return admitSigner(source.stage)
    default:
      return compileHttpApiAuthorizer(source)
  }
}

/**
 * AWS: every refusal is 403 `{"message":"Forbidden"}`, and a caller of another account has nothing here that could
 * allow it. [guide: http-api-access-control-iam; behaviour.md 8.1]
 */
const admitSigner =
  (place: ArnPlace): HttpRoutePlan['authorize'] =>
  (request, services) => {
    const resource = methodArn(request, place)
    const { scope } = place
    return admitSigned(request, { action: 'execute-api:Invoke', resource, scope }, services)
  }
