// May this request? Explicit deny, then explicit allow, then no.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
import type { CompiledPolicy, CompiledStatement, Question } from './compile-policy.ts'
import type { AccessRequest, DecidingStatement, Evaluation } from './policy.ts'

/** What policies of one kind say together: those of a user and their groups, or the one of an API. */
export const evaluatePolicies = (
  policies: readonly CompiledPolicy[],
  request: AccessRequest,
): Evaluation => {
  const question: Question = {
    action: request.action.toLowerCase(),
    resource: request.resource,
    principal: request.principal ?? ANONYMOUS,
    context: request.context,
  }
  for (const policy of policies) {
    for (const statement of policy.denies) {
      if (statement.applies(question) !== 'no') {
        return { decision: 'deny', statement: deciding(statement) }
      }
    }
  }
  let delegated: CompiledStatement | undefined
  for (const policy of policies) {
    for (const statement of policy.allows) {
      const match = statement.applies(question)
      if (match === 'yes') return { decision: 'allow', statement: deciding(statement) }
      if (match === 'account') delegated ??= statement
    }
  }
  if (delegated === undefined) return IMPLICIT_DENY
  return { decision: 'allow', statement: deciding(delegated), delegated: true }
}

const ANONYMOUS = { kind: 'anonymous' } as const

export const IMPLICIT_DENY: Evaluation = { decision: 'implicit-deny' }

const deciding = ({ policy, index, sid, effect }: CompiledStatement): DecidingStatement => ({
  policy,
  index,
  effect,
  ...(sid !== undefined && { sid }),
})
