// How what an API's resource policy says and what the caller's side says become one answer.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
import { IMPLICIT_DENY } from './evaluate.ts'
import type { Decision, Evaluation } from './policy.ts'

type Table = Readonly<Record<Decision, Readonly<Record<Decision, Decision>>>>

/** Caller and API in one account: an allow of either side is enough. First the resource policy, then the caller's side. */
export const SAME_ACCOUNT: Table = {
  allow: { allow: 'allow', 'implicit-deny': 'allow', deny: 'deny' },
  'implicit-deny': { allow: 'allow', 'implicit-deny': 'implicit-deny', deny: 'deny' },
  deny: { allow: 'deny', 'implicit-deny': 'deny', deny: 'deny' },
}

/** In different accounts: both sides must allow. */
export const CROSS_ACCOUNT: Table = {
  allow: { allow: 'allow', 'implicit-deny': 'implicit-deny', deny: 'deny' },
  'implicit-deny': { allow: 'implicit-deny', 'implicit-deny': 'implicit-deny', deny: 'deny' },
  deny: { allow: 'deny', 'implicit-deny': 'deny', deny: 'deny' },
}

/** What a resource policy says; undefined where the API has none. */
export type ResourceEvaluation = Evaluation | undefined

/** AWS_IAM: what the caller's identity policies say counts, and the resource policy with it. */
export const combineWithIdentity = (
  resource: ResourceEvaluation,
  identity: Evaluation,
  accounts: 'same' | 'cross',
): Evaluation => {
  if (accounts === 'cross') return combine(CROSS_ACCOUNT, resource ?? IMPLICIT_DENY, identity)
  // AWS: a policy that names the account leaves it to the account's own policies who of it may.
  const given = resource?.delegated ? IMPLICIT_DENY : resource
  return combine(SAME_ACCOUNT, given ?? IMPLICIT_DENY, identity)
}

/** Phase 1 of a Lambda authorizer: an explicit deny ends it before the function runs. Undefined: go on. */
export const admitToLambdaAuthorizer = (resource: ResourceEvaluation): Evaluation | undefined =>
  resource?.decision === 'deny' ? resource : undefined

/** Phase 2: the policy that the function returned, with the resource policy. AWS: as in one account, always. */
export const combineWithLambdaAuthorizer = (
  resource: ResourceEvaluation,
  authorizer: Evaluation,
): Evaluation => combine(SAME_ACCOUNT, resource ?? IMPLICIT_DENY, authorizer)

/**
 * No authorization, or a Cognito token that was found good before: the resource policy decides alone, and where there
 * is one it must allow. (A private API without a policy admits nobody; who knows that it is private says so.)
 */
export const combineAlone = (resource: ResourceEvaluation): Evaluation => resource ?? UNOPPOSED

const UNOPPOSED: Evaluation = { decision: 'allow' }

/** An identity's policies within its permissions boundary, or a session's within its session policy: both must allow. */
export const combineWithin = (identity: Evaluation, boundary: Evaluation): Evaluation =>
  combine(CROSS_ACCOUNT, boundary, identity)

const combine = (table: Table, resource: Evaluation, caller: Evaluation): Evaluation => {
  const decision = table[resource.decision][caller.decision]
  // The statement that is named is one that said what was decided: a deny of the resource policy is met first.
  const decided = [resource, caller].find((side) => side.decision === decision)
  return decision === 'implicit-deny' || decided?.statement === undefined
    ? { decision }
    : { decision, statement: decided.statement }
}
