// A management call as policies ask about it: who has signed it, and the facts of the request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html
import { principalOf } from '#languages/iam-policy/caller-policies.ts'
import { type AccessRequest, contextOf } from '#languages/iam-policy/policy.ts'
import type { SigningIdentity } from '#model/identity.ts'
import type { ContextKeys } from './principal.ts'

export const accessOf = (
  identity: SigningIdentity,
  action: string,
  resource: string,
  keys: ContextKeys,
): AccessRequest => ({
  action,
  resource,
  principal: principalOf(identity),
  context: contextOf({ ...keys, ...identity.contextKeys }),
})
