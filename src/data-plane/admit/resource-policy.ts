// The API's own policy: which principals, addresses and VPC endpoints may call it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
import type { MethodSource } from '../compiling.ts'

/** Undefined where the API has no policy, and then everyone may. A private API without one admits nobody on AWS. */
export const compileResourcePolicy = ({ api, limits }: MethodSource): (() => never) | undefined => {
  const hasPolicy = api.policy !== undefined && api.policy.trim() !== ''
  if (hasPolicy) return limits.refuse('resource policies')
  const isPrivate = api.endpointConfiguration.types?.includes('PRIVATE') === true
  return isPrivate ? limits.refuse('private endpoints') : undefined
}
