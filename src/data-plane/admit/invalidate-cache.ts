// May this caller make the stage's cache forget? Asked by the cache where a client sends `Cache-Control: max-age=0`
// and the method's setting `requireAuthorizationForCacheControl` is on.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html#override-api-gateway-caching
import type { Caller } from '#model/caller.ts'
import type { MethodSource } from '../compiling.ts'
import type { RestRequest, Services } from '../plan.ts'
import { accessRequest, methodArn } from './access-request.ts'
import { evaluateSigned } from './signed-access.ts'

export type MayInvalidateCache = (
  request: RestRequest,
  caller: Caller,
  services: Services,
) => boolean

/** Who signed needs `execute-api:InvalidateCache` on the method; who did not, a resource policy that allows it. */
export const compileInvalidateCache =
  ({ stage, resourcePolicy: policy }: MethodSource): MayInvalidateCache =>
  (request, caller, services) => {
    const resource = methodArn(request, stage)
    const signer = caller.signer?.()
    const action = 'execute-api:InvalidateCache'
    const { scope } = stage
    const decided =
      signer === undefined
        ? policy?.evaluate(accessRequest(action, resource, request))
        : evaluateSigned(request, signer, { action, resource, scope, policy }, services)
    return decided?.decision === 'allow'
  }
