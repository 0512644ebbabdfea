// May this request? Explicit deny, then explicit allow, then no.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
import type { CompiledPolicy, Question } from './compile-policy.ts'
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
    for (const { covers, statements } of policy.denies) {
      if (!covers(question)) continue
      for (const { applies, deciding } of statements) {
        if (applies(question.principal, question.context) === 'no') continue
        return { decision: 'deny', statement: deciding }
      }
    }
  }
  let delegated: DecidingStatement | undefined
  for (const policy of policies) {
    for (const { covers, statements } of policy.allows) {
      if (!covers(question)) continue
      for (const { applies, deciding } of statements) {
        const match = applies(question.principal, question.context)
        if (match === 'yes') return { decision: 'allow', statement: deciding }
        if (match === 'account') delegated ??= deciding
      }
    }
  }
  if (delegated === undefined) return IMPLICIT_DENY
  return { decision: 'allow', statement: delegated, delegated: true }
}

const ANONYMOUS = { kind: 'anonymous' } as const

export const IMPLICIT_DENY: Evaluation = { decision: 'implicit-deny' }
