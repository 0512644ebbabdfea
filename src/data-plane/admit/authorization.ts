// Who is calling, and may they? The authorizer and the resource policy decide together, in this one step.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
import type { Evaluation } from '#languages/iam-policy/policy.ts'
import { describeEvaluation } from '#languages/iam-policy/policy.ts'
import { ANONYMOUS, type Caller } from '#model/caller.ts'
import type { MethodSource } from '../compiling.ts'
import { GatewayFailure, type RestMethodPlan } from '../plan.ts'
import type { Authorized, RestAuthorizer } from './authorizers/authorizer.ts'
import { compileRestAuthorizer } from './authorizers/index.ts'
import { compileResourcePolicy } from './resource-policy.ts'

/** A method that asks for an authorization that does not exist here refuses everyone: nothing passes unchecked. */
export const compileAuthorization = (source: MethodSource): RestMethodPlan['authorize'] => {
  const policy = compileResourcePolicy(source)
  switch (source.method.authorizationType) {
    case 'NONE':
      return policy ?? (() => ANONYMOUS)
    case 'AWS_IAM':
      return source.limits.refuse('AWS_IAM authorization')
    default:
      return policy ?? admitAuthorized(compileRestAuthorizer(source))
  }
}

/** No promise where the authorizer needs none. */
const admitAuthorized =
  (authorizer: RestAuthorizer): RestMethodPlan['authorize'] =>
  (request, services) => {
    const found = authorizer(request, services)
    return found instanceof Promise ? found.then(admitEvaluated) : admitEvaluated(found)
  }

const admitEvaluated = ({ caller, evaluation }: Authorized): Caller => {
  if (evaluation === undefined || evaluation.decision === 'allow') return caller
  throw accessDenied(evaluation)
}

/** AWS: the text tells an explicit deny from silence. [behaviour.md 4] */
const accessDenied = (evaluation: Evaluation): GatewayFailure => {
  const explicit = evaluation.decision === 'deny' ? ' with an explicit deny' : ''
  return new GatewayFailure(
    'ACCESS_DENIED',
    `User is not authorized to access this resource${explicit}`,
    { hint: `the authorizer's policy: ${describeEvaluation(evaluation)}` },
  )
}
