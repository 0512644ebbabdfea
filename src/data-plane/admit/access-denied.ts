// The ways in which authorization says no, in AWS's words to the caller and in ours to the developer.
// https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden
import { describeEvaluation, type Evaluation } from '#languages/iam-policy/policy.ts'
import type { Refusal } from '#languages/sigv4/refusals.ts'
import { GatewayFailure } from '../plan.ts'

/** A policy said no to a request. `user` is the ARN that signed it, or `anonymous`. */
export const accessDenied = (
  user: string,
  action: string,
  resource: string,
  evaluation: Evaluation,
  hint: string,
): GatewayFailure => {
  const explicit = evaluation.decision === 'deny' ? ' with an explicit deny' : ''
  return new GatewayFailure(
    'ACCESS_DENIED',
    `User: ${user} is not authorized to perform: ${action} on resource: ${maskAccount(resource)}${explicit}`,
    { hint: `${hint}: ${describeEvaluation(evaluation)} (${action} on ${resource} by ${user})` },
  )
}

/** A Lambda authorizer's policy, with the resource policy, said no. */
export const deniedByAuthorizer = (evaluation: Evaluation, resource: string): GatewayFailure => {
  const explicit = evaluation.decision === 'deny' ? ' with an explicit deny' : ''
  return new GatewayFailure(
    'ACCESS_DENIED',
    `User is not authorized to access this resource${explicit}`,
    {
      hint: `the policies do not allow execute-api:Invoke on ${resource}: ${describeEvaluation(evaluation)}`,
    },
  )
}

/** The client asked the cache to forget and may not, and the method's setting is FAIL_WITH_403. */
export const invalidationRefused = (): GatewayFailure =>
  new GatewayFailure('ACCESS_DENIED', 'User is not authorized to access this resource', {
    hint: 'Cache-Control: max-age=0 takes execute-api:InvalidateCache on the method (requireAuthorizationForCacheControl, FAIL_WITH_403)',
  })

/** AWS: of the account's number only the last four digits are shown. [behaviour.md 3.1 #11] */
const maskAccount = (arn: string): string => arn.replace(/:\d{8}(\d{4}):/, ':********$1:')

/** A request that is not signed, or not as it should be. The message goes to the caller alone, the hint to the log. */
export const signatureRefused = ({ errorType, message, hint }: Refusal): GatewayFailure =>
  new GatewayFailure(RESPONSE_TYPES[errorType], message, {
    statusCode: 403,
    errorType,
    hint: `${errorType}: ${hint}`,
    callerOnly: true,
  })

/** AWS does not say which gateway response answers an incomplete signature or an unknown key. [docs/parity.md] */
const RESPONSE_TYPES: Readonly<Record<Refusal['errorType'], string>> = {
  MissingAuthenticationTokenException: 'MISSING_AUTHENTICATION_TOKEN',
  IncompleteSignatureException: 'INVALID_SIGNATURE',
  InvalidSignatureException: 'INVALID_SIGNATURE',
  UnrecognizedClientException: 'ACCESS_DENIED',
  ExpiredTokenException: 'EXPIRED_TOKEN',
}
