// Who may call a route of an HTTP API, which has no resource policy: the authorizer decides alone.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
import { combineWithIdentity } from '#languages/iam-policy/combine.ts'
import { ANONYMOUS } from '#model/caller.ts'
import type { RouteSource } from '../compiling.ts'
import type { HttpRoutePlan } from '../plan.ts'
import { accessDenied, signatureRefused } from './access-denied.ts'
import { accessRequest, type ArnPlace, methodArn } from './access-request.ts'
import { authenticateSigner, signedCaller } from './authorizers/aws-iam.ts'
import { compileHttpApiAuthorizer } from './authorizers/index.ts'

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
  async (request, services) => {
    const outcome = await authenticateSigner(request, place.scope.region, services)
    if (outcome.kind === 'refused') throw signatureRefused(outcome)
    const { signer } = outcome
    const arn = methodArn(request, place)
    const access = accessRequest('execute-api:Invoke', arn, request, signer)
    const accounts = signer.accountId === place.scope.accountId ? 'same' : 'cross'
    const identity = services.signers?.evaluate(signer, access) ?? { decision: 'implicit-deny' }
    const decided = combineWithIdentity(undefined, identity, accounts)
    if (decided.decision === 'allow') return signedCaller(signer)
    const side =
      accounts === 'same'
        ? 'the policies of the caller do not allow it'
        : 'the caller is of another account, and an HTTP API has no policy that could admit it'
    throw accessDenied(signer.arn, 'execute-api:Invoke', arn, decided, side)
  }
