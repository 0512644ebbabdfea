// What a signer may do: its policies within its permissions boundary and its session's policies, and with them what
// the policy of the thing that is asked for says. A deny of any of them is final. Made once for a process, and used by
// everything that asks: the management APIs, the methods of APIs, the services that have policies of their own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { PrincipalEntry, SigningIdentity } from '#model/identity.ts'
import { combineWithIdentity, combineWithin, type ResourceEvaluation } from './combine.ts'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { evaluatePolicies, IMPLICIT_DENY } from './evaluate.ts'
import { type AccessRequest, type Evaluation, MalformedPolicy, type Principal } from './policy.ts'

/** What decided, for AWS's "because no … policy allows". */
export type DeniedBy = 'identity-based' | 'permissions-boundary' | 'session' | 'resource-based'

export interface AccessDecision {
  readonly evaluation: Evaluation
  /** Absent where it is allowed. */
  readonly deniedBy?: DeniedBy
}

/** The thing that is asked for. */
export interface AskedResource {
  /** Of another account than the signer's, it must consent. */
  readonly accountId: string
  /** What its policy says; undefined where it has none. */
  readonly evaluate: (access: AccessRequest) => ResourceEvaluation
}

export interface CallerPolicies {
  /** The caller's side alone. */
  evaluate(identity: SigningIdentity, access: AccessRequest): AccessDecision
  /** Both sides. */
  evaluateWith(
    identity: SigningIdentity,
    access: AccessRequest,
    resource: AskedResource,
  ): AccessDecision
}

/** Session policies come with their tokens: the last ones that were seen are kept compiled. */
const SESSION_POLICIES_MAX = 256

export const createCallerPolicies = (): CallerPolicies => {
  const principals = new WeakMap<PrincipalEntry, PrincipalPolicies>()
  const sessionPolicies = new Map<string, Policies>()

  const policiesOf = (entry: PrincipalEntry): PrincipalPolicies => {
    const known = principals.get(entry)
    if (known !== undefined) return known
    const compiled = compilePrincipal(entry)
    principals.set(entry, compiled)
    return compiled
  }
  const sessionPolicyOf = (text: string): Policies => {
    const known = sessionPolicies.get(text)
    if (known !== undefined) return known
    const compiled = compileAll([text], 'session policy')
    sessionPolicies.set(text, compiled)
    const oldest = sessionPolicies.keys().next().value
    if (sessionPolicies.size > SESSION_POLICIES_MAX && oldest !== undefined) {
      sessionPolicies.delete(oldest)
    }
    return compiled
  }
  const evaluate: CallerPolicies['evaluate'] = (identity, access) => {
    const { principal } = identity
    // AWS: the sessions of a role that is gone may do nothing.
    if (principal === undefined) return NOTHING
    const own = evaluateOwn(policiesOf(principal), access)
    return within(own, limitsOf(identity, access))
  }
  /** The boundary and the session's policies: what they do not allow, a resource policy cannot give a role. */
  const limitsOf = (
    { principal, sessionPolicies: texts }: SigningIdentity,
    access: AccessRequest,
  ): readonly Limit[] => {
    const limits: Limit[] = []
    const boundary = principal === undefined ? 'none' : policiesOf(principal).boundary
    if (boundary !== 'none') limits.push(['permissions-boundary', evaluateAll(boundary, access)])
    // AWS: the inline policy and the managed ones of a session are one type of policy: what any of them allows, they
    // allow, and the session may what they and the role's own policies both allow. [IAM guide: access_policies,
    // "a logical OR across all of those policies"; STS: AssumeRole, "the intersection of the role's identity-based policy and the session policies"]
    if (texts.length > 0)
      limits.push(['session', evaluateAll(together(texts.map(sessionPolicyOf)), access)])
    return limits
  }
  /**
   * AWS: what a resource policy gives to a role, its boundary and the session's policies still limit; what it gives to
   * the session itself, or to a user, they do not. [reference_policies_evaluation-logic, resource-based policies]
   */
  const limitOnGift = (
    identity: SigningIdentity,
    access: AccessRequest,
    resource: AskedResource,
  ): DeniedBy | undefined => {
    if (identity.principal?.type !== 'role') return undefined
    const limit = limitsOf(identity, access).find(([, { decision }]) => decision !== 'allow')
    if (limit === undefined) return undefined
    const { accountId, arn } = identity
    const session: AccessRequest = { ...access, principal: { kind: 'aws', accountId, arn } }
    return resource.evaluate(session)?.decision === 'allow' ? undefined : limit[0]
  }
  return {
    evaluate,
    evaluateWith: (identity, access, resource) => {
      const own = evaluate(identity, access)
      const given = resource.evaluate(access)
      const accounts = identity.accountId === resource.accountId ? 'same' : 'cross'
      const evaluation = combineWithIdentity(given, own.evaluation, accounts)
      if (evaluation.decision === 'allow') {
        if (own.deniedBy === undefined) return { evaluation }
        const limit = limitOnGift(identity, access, resource)
        return limit === undefined ? { evaluation } : { evaluation: IMPLICIT_DENY, deniedBy: limit }
      }
      const isOfResource = evaluation.decision === 'deny' && given?.decision === 'deny'
      return {
        evaluation,
        deniedBy: isOfResource ? 'resource-based' : (own.deniedBy ?? 'resource-based'),
      }
    },
  }
}

/** The signer as policies that name principals see it. */
export const principalOf = ({ accountId, arn, principal }: SigningIdentity): Principal => ({
  kind: 'aws',
  accountId,
  arn,
  ...(principal?.type === 'role' && { roleArn: principal.arn }),
  ...(principal !== undefined && { uniqueId: principal.principalId }),
})

type Limit = readonly [DeniedBy, Evaluation]

/** Undefined where one of them cannot be read: then none counts. */
type Policies = readonly CompiledPolicy[] | undefined

interface PrincipalPolicies {
  readonly isRoot: boolean
  readonly own: Policies
  readonly boundary: Policies | 'none'
}

const NOTHING: AccessDecision = { evaluation: IMPLICIT_DENY, deniedBy: 'identity-based' }
const ALLOWED: Evaluation = { decision: 'allow' }
/** A policy that cannot be read might have denied: it denies. */
const UNREADABLE: Evaluation = {
  decision: 'deny',
  statement: { policy: 'a policy that cannot be read', index: 0, effect: 'Deny' },
}
/** Documents were checked when they were stored, each against its own quota. */
const LENGTH_MAX = 131_072

const compilePrincipal = (entry: PrincipalEntry): PrincipalPolicies => ({
  isRoot: entry.type === 'root',
  own: compileAll(entry.policies, `identity policy of ${entry.name}`),
  boundary:
    entry.permissionsBoundary === undefined
      ? 'none'
      : compileAll([entry.permissionsBoundary], `permissions boundary of ${entry.name}`),
})

const compileAll = (texts: readonly string[], name: string): Policies => {
  try {
    return texts.map((text) => compilePolicy(text, { name, lengthMax: LENGTH_MAX }))
  } catch (error) {
    if (error instanceof MalformedPolicy) return undefined
    throw error
  }
}

const together = (sets: readonly Policies[]): Policies => {
  const [first] = sets
  if (sets.length === 1) return first
  const readable = sets.filter((set) => set !== undefined)
  return readable.length === sets.length ? readable.flat() : undefined
}

const evaluateAll = (policies: Policies, access: AccessRequest): Evaluation =>
  policies === undefined ? UNREADABLE : evaluatePolicies(policies, access)

/** AWS: an account's root may do everything in it, and no policy of its own says so. */
const evaluateOwn = ({ isRoot, own }: PrincipalPolicies, access: AccessRequest): Evaluation => {
  const evaluation = evaluateAll(own, access)
  return isRoot && evaluation.decision !== 'deny' ? ALLOWED : evaluation
}

/** An explicit deny of any layer comes first; then the first layer that does not allow. */
const within = (own: Evaluation, limits: readonly Limit[]): AccessDecision => {
  if (limits.length === 0 && own.decision === 'allow') return { evaluation: own }
  const layers: readonly Limit[] = [['identity-based', own], ...limits]
  const denied =
    layers.find(([, { decision }]) => decision === 'deny') ??
    layers.find(([, { decision }]) => decision !== 'allow')
  if (denied !== undefined) return { evaluation: denied[1], deniedBy: denied[0] }
  const evaluations = layers.map(([, evaluation]) => evaluation)
  return { evaluation: evaluations.reduce((inner, outer) => combineWithin(inner, outer)) }
}
