// A signed request for an action of `execute-api`: who signed it, and whether the caller's own side and the API's
// resource policy together allow it. Invoke is asked for by methods and routes, ManageConnections by @connections.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
import { IMPLICIT_DENY } from '#languages/iam-policy/evaluate.ts'
import type { AccessRequest, Evaluation } from '#languages/iam-policy/policy.ts'
import type { Caller, Signer } from '#model/caller.ts'
import type { Scope } from '#model/scope.ts'
import type { GatewayRequest } from '../accept/request.ts'
import type { Services } from '../plan.ts'
import { accessDenied, signatureRefused } from './access-denied.ts'
import { accessRequest, type ExecuteApiAction } from './access-request.ts'
import { authenticateSigner, signedCaller } from './authorizers/aws-iam.ts'
import type { ResourcePolicy } from './resource-policy.ts'

export interface SignedAccess {
  readonly action: ExecuteApiAction
  /** The ARN that is asked for. */
  readonly resource: string
  /** Whose it is: the signature is for this region, and callers of other accounts need its consent. */
  readonly scope: Scope
  /** Undefined where there is none, as HTTP and WebSocket APIs have none. */
  readonly policy?: ResourcePolicy | undefined
}

/** Throws the GatewayFailure of a bad signature, or of a denial. */
export const admitSigned = async (
  request: GatewayRequest,
  access: SignedAccess,
  services: Services,
): Promise<Caller> => {
  const { action, resource, scope } = access
  const outcome = await authenticateSigner(request, scope.region, services)
  if (outcome.kind === 'refused') throw signatureRefused(outcome)
  const { signer } = outcome
  const decided = evaluateSigned(request, signer, access, services)
  if (decided.decision === 'allow') return signedCaller(signer)
  const why = signer.accountId === scope.accountId ? SAME_ACCOUNT : CROSS_ACCOUNT
  throw accessDenied(signer.arn, action, resource, decided, why)
}

/** What both sides say together of a signer who is known. */
export const evaluateSigned = (
  request: GatewayRequest,
  signer: Signer,
  { action, resource, scope, policy }: SignedAccess,
  services: Services,
): Evaluation => {
  const access = accessRequest(action, resource, request, signer)
  const asked = {
    accountId: scope.accountId,
    evaluate: (one: AccessRequest) => policy?.evaluate(one),
  }
  return services.signers?.evaluateWith(signer, access, asked).evaluation ?? IMPLICIT_DENY
}

const SAME_ACCOUNT =
  'caller and API are of one account, so the policies of the caller or the resource policy must allow'
const CROSS_ACCOUNT =
  'caller and API are of different accounts, so the policies of the caller and the resource policy must both allow'
