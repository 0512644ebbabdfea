// Who is calling, and may they? The authorizer and the resource policy decide together, in this one step.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
import { ANONYMOUS } from '#model/caller.ts'
import type { MethodSource } from '../compiling.ts'
import type { RestMethodPlan } from '../plan.ts'
import { compileResourcePolicy } from './resource-policy.ts'

/** A method that asks for an authorization that does not exist here refuses everyone: nothing passes unchecked. */
export const compileAuthorization = (source: MethodSource): RestMethodPlan['authorize'] => {
  const { method, limits } = source
  const policy = compileResourcePolicy(source)
  const type = method.authorizationType
  if (type !== 'NONE') return limits.refuse(FEATURES.get(type) ?? `${type} authorization`)
  return policy ?? (() => ANONYMOUS)
}

const FEATURES: ReadonlyMap<string, string> = new Map([
  ['AWS_IAM', 'AWS_IAM authorization'],
  ['CUSTOM', 'Lambda authorizers'],
  ['COGNITO_USER_POOLS', 'Cognito user pool authorizers'],
  ['JWT', 'JWT authorizers'],
])
