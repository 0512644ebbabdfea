// May this signer do that? The caller's side alone: what the principal's policies allow, within its boundary and
// within what its session narrows them to.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { combineWithin } from '#languages/iam-policy/combine.ts'
import { type CompiledPolicy, compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies, IMPLICIT_DENY } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  contextOf,
  type Evaluation,
  type Principal,
} from '#languages/iam-policy/policy.ts'
import type { PrincipalEntry, SigningIdentity } from '#model/identity.ts'
import type { ContextKeys } from './principal.ts'

/** What decided, for AWS's "because no … policy allows": absent where it is allowed. */
export type DeniedBy = 'identity-based' | 'permissions-boundary' | 'session'

export interface IdentityDecision {
  readonly evaluation: Evaluation
  readonly deniedBy?: DeniedBy
}

export interface IdentityEvaluator {
  evaluate(
    identity: SigningIdentity,
    action: string,
    resource: string,
    keys: ContextKeys,
  ): IdentityDecision
}

interface CompiledPrincipal {
  readonly policies: readonly CompiledPolicy[]
  readonly boundary?: CompiledPolicy
}

export const createIdentityEvaluator = (): IdentityEvaluator => {
  const compiled = new WeakMap<PrincipalEntry, CompiledPrincipal>()
  const compiledOf = (principal: PrincipalEntry): CompiledPrincipal => {
    const held = compiled.get(principal)
    if (held !== undefined) return held
    const made = compilePrincipal(principal)
    compiled.set(principal, made)
    return made
  }
  return {
    evaluate: (identity, action, resource, keys) => {
      // AWS: the sessions of a role that is gone may do nothing.
      if (identity.principal === undefined) return NOTHING
      const request: AccessRequest = {
        action,
        resource,
        principal: principalOf(identity),
        context: contextOf({ ...keys, ...identity.contextKeys }),
      }
      const { policies, boundary } = compiledOf(identity.principal)
      const own = evaluatePolicies(policies, request)
      const layers: (readonly [DeniedBy, Evaluation])[] = [['identity-based', own]]
      if (boundary !== undefined)
        layers.push(['permissions-boundary', evaluatePolicies([boundary], request)])
      if (identity.sessionPolicies.length > 0) {
        const session = identity.sessionPolicies.map((text) =>
          compilePolicy(text, { name: 'session policy', lengthMax: LENGTH_MAX }),
        )
        layers.push(['session', evaluatePolicies(session, request)])
      }
      return decide(layers)
    },
  }
}

/** An explicit deny of any layer comes first; then the first layer that does not allow. */
const decide = (layers: readonly (readonly [DeniedBy, Evaluation])[]): IdentityDecision => {
  const denied =
    layers.find(([, { decision }]) => decision === 'deny') ??
    layers.find(([, { decision }]) => decision !== 'allow')
  if (denied !== undefined) return { evaluation: denied[1], deniedBy: denied[0] }
  const evaluations = layers.map(([, evaluation]) => evaluation)
  return { evaluation: evaluations.reduce((inner, outer) => combineWithin(inner, outer)) }
}

/** The signer as policies that name principals see it. */
export const principalOf = (identity: SigningIdentity): Principal => ({
  kind: 'aws',
  accountId: identity.accountId,
  arn: identity.arn,
  uniqueId: identity.userId.split(':')[0] ?? '',
  ...(identity.principal?.type === 'role' && { roleArn: identity.principal.arn }),
})

const NOTHING: IdentityDecision = { evaluation: IMPLICIT_DENY, deniedBy: 'identity-based' }

/** Documents were checked when they were stored, each against its own quota. */
const LENGTH_MAX = 131_072

const compilePrincipal = (principal: PrincipalEntry): CompiledPrincipal => ({
  policies: principal.policies.map((text, index) =>
    compilePolicy(text, { name: `policy ${index + 1} of ${principal.arn}`, lengthMax: LENGTH_MAX }),
  ),
  ...(principal.permissionsBoundary !== undefined && {
    boundary: compilePolicy(principal.permissionsBoundary, {
      name: `permissions boundary of ${principal.arn}`,
      lengthMax: LENGTH_MAX,
    }),
  }),
})
