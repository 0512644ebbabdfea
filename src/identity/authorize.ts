// May the signer of a management call do what it asks? The signer's policies say it; AWS's own sentence where not.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
import {
  type AccessDecision,
  type AskedResource,
  createCallerPolicies,
} from '#languages/iam-policy/caller-policies.ts'
import type { SigningIdentity } from '#model/identity.ts'
import { ServiceError } from '#wire/errors.ts'
import type { ContextKeys } from './principal.ts'
import { accessOf } from './access-of.ts'
import type { SignedService } from './authenticate.ts'

/** What is asked, as policies call it. */
export interface Permission {
  /** `apigateway:GET` */
  readonly action: string
  /** An ARN, or `*`. */
  readonly resource: string
}

export type Authorize = (
  identity: SigningIdentity,
  permission: Permission,
  keys: ContextKeys,
  service: SignedService,
  /** Where what is asked for has policies of its own. */
  resource?: AskedResource,
) => ServiceError | undefined

export const createAuthorize = (): Authorize => {
  const policies = createCallerPolicies()
  return (identity, { action, resource }, keys, { protocol, signingName }, asked) => {
    const access = accessOf(identity, action, resource, keys)
    // The sessions of a role that is gone may do nothing, whomever the resource lets in.
    const decision =
      asked === undefined || identity.principal === undefined
        ? policies.evaluate(identity, access)
        : policies.evaluateWith(identity, access, asked)
    if (decision.evaluation.decision === 'allow') return undefined
    const message = `User: ${identity.arn} is not authorized to perform: ${action} on resource: ${resource} ${reasonOf(decision, action)}`
    // AWS: SNS has a code of its own. [API reference: Publish, Errors]
    if (signingName === 'sns') return new ServiceError('AuthorizationErrorException', 403, message)
    if (protocol === 'awsQuery' || protocol === 'restXml')
      return new ServiceError('AccessDenied', 403, message)
    return new ServiceError('AccessDeniedException', protocol === 'restJson1' ? 403 : 400, message)
  }
}

const POLICIES = {
  'identity-based': ['an identity-based policy', 'no identity-based policy allows'],
  'permissions-boundary': ['a permissions boundary', 'no permissions boundary allows'],
  session: ['a session policy', 'no session policy allows'],
  'resource-based': ['a resource-based policy', 'no resource-based policy allows'],
} as const

const reasonOf = (
  { evaluation, deniedBy = 'identity-based' }: AccessDecision,
  action: string,
): string => {
  const [one, none] = POLICIES[deniedBy]
  return evaluation.decision === 'deny'
    ? `with an explicit deny in ${one}`
    : `because ${none} the ${action} action`
}
