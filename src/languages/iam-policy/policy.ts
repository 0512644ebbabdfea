// What a policy is asked, and what it answers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

export type Effect = 'Allow' | 'Deny'

/** Who asks. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'aws'
      readonly accountId: string
      /** `arn:aws:iam::…:user/…`, `arn:aws:iam::…:root`, or of a role's session `arn:aws:sts::…:assumed-role/…/…`. */
      readonly arn: string
      /** Of a role's session. */
      readonly roleArn?: string
      /** `AIDA…` or `AROA…`, without the session's name. */
      readonly uniqueId?: string
    }
  /** For instance `apigateway.amazonaws.com`. */
  | { readonly kind: 'service'; readonly service: string }
  /** An identity provider's ARN, or `cognito-identity.amazonaws.com`. */
  | { readonly kind: 'federated'; readonly provider: string }

export type ContextValue = string | readonly string[]

/** Facts of a request by condition key, in lower case: `aws:sourceip`. An empty list is as good as none. */
export type RequestContext = (key: string) => ContextValue | undefined

export interface AccessRequest {
  /** `execute-api:Invoke` */
  readonly action: string
  /** An ARN. */
  readonly resource: string
  /** Needed by policies that name principals; absent is anonymous. */
  readonly principal?: Principal
  readonly context: RequestContext
}

/** Facts by condition key, in any case. Numbers, dates and booleans are given as policies write them. */
export const contextOf = (facts: Readonly<Record<string, ContextValue>>): RequestContext => {
  const held = new Map(Object.entries(facts).map(([key, value]) => [key.toLowerCase(), value]))
  return (key) => held.get(key)
}

export type Decision = 'allow' | 'deny' | 'implicit-deny'

/** The statement that decided, for "why". */
export interface DecidingStatement {
  /** The policy's name, as it was given to `compilePolicy`. */
  readonly policy: string
  /** Place in the policy, from 0. */
  readonly index: number
  readonly sid?: string
  readonly effect: Effect
}

export interface Evaluation {
  readonly decision: Decision
  /** Absent where every policy was silent. */
  readonly statement?: DecidingStatement
  /**
   * Allowed only by naming the caller's account. AWS: that gives nothing by itself, it lets the account's own
   * policies give it. [reference_policies_elements_principal: AWS account principals]
   */
  readonly delegated?: true
}

/** `deny by statement 0 "NoOffice" of resource policy`, for a developer's eyes. */
export const describeEvaluation = ({ decision, statement }: Evaluation): string => {
  if (statement === undefined) return `${decision}: no statement applies`
  const sid = statement.sid === undefined ? '' : ` "${statement.sid}"`
  return `${decision} by statement ${statement.index}${sid} of ${statement.policy}`
}

/** A policy that is none. The message says where and what; it repeats no more than the policy's own words. */
export class MalformedPolicy extends Error {
  override readonly name = 'MalformedPolicy'
  /** For instance `Statement[0].Effect`. */
  readonly path: string
  constructor(path: string, problem: string) {
    super(path === '' ? problem : `${path}: ${problem}`)
    this.path = path
  }
}
