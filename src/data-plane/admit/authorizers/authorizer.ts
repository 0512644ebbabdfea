// What a compiled authorizer is, and what it answers. authorization.ts (REST) and http-api-authorization.ts run it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
import type { Evaluation } from '#languages/iam-policy/policy.ts'
import type { Caller } from '#model/caller.ts'
import type { HttpApiRequest, RestRequest, Services } from '../../plan.ts'

/** What an authorizer of a REST API found out. */
export interface Authorized {
  readonly caller: Caller
  /**
   * What the policy that a Lambda authorizer gave says of this method's ARN; the resource policy is combined with it.
   * Undefined: the authorizer only says who calls (Cognito, JWT).
   */
  readonly evaluation: Evaluation | undefined
}

/**
 * Throws a GatewayFailure where the caller is nobody (401) and where the authorizer fails (500). A policy that does
 * not allow is no failure here. Without a promise where nothing waits: a cached policy, a known key.
 */
export type RestAuthorizer = (
  request: RestRequest,
  services: Services,
) => Authorized | Promise<Authorized>

/** HTTP APIs have no resource policy: what is not allowed is thrown (403), with all the others. */
export type HttpApiAuthorizer = (
  request: HttpApiRequest,
  services: Services,
) => Caller | Promise<Caller>
