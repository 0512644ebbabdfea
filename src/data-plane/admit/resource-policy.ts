// The API's own policy: which principals, addresses and VPC endpoints may call it. Compiled with its deployment, so
// a change of it takes a deployment to hold, as on AWS.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import {
  type AccessRequest,
  type Evaluation,
  MalformedPolicy,
} from '#languages/iam-policy/policy.ts'
import type { RestApi } from '#model/apigateway/rest-api.ts'
import { PARTITION } from '#model/scope.ts'
import type { Limits, StageFacts } from '../compiling.ts'

export interface ResourcePolicy {
  readonly evaluate: (access: AccessRequest) => Evaluation
  /** For the log: what to look at where it said no. */
  readonly name: string
}

/** Undefined where the API has no policy, and then everyone may. */
export const compileResourcePolicy = (
  api: RestApi,
  stage: StageFacts,
  limits: Limits,
): ResourcePolicy | undefined => {
  const text = api.policy?.trim() ?? ''
  if (text !== '') return compileText(text, stage, limits)
  // AWS: a private API without a policy admits nobody. [guide: apigateway-private-apis]
  return isPrivate(api) ? NOBODY : undefined
}

export const isPrivate = (api: RestApi): boolean =>
  api.endpointConfiguration.types?.includes('PRIVATE') === true

const NOBODY: ResourcePolicy = {
  evaluate: () => ({ decision: 'implicit-deny' }),
  name: 'the resource policy, which a private API must have and this one lacks',
}

const compileText = (text: string, stage: StageFacts, limits: Limits): ResourcePolicy => {
  try {
    const policy = compilePolicy(text, {
      kind: 'resource',
      name: 'the resource policy',
      expandResource: expandResource(stage),
    })
    return {
      evaluate: (access) => evaluatePolicies([policy], access),
      name: 'the resource policy',
    }
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error
    const refuse = limits.refuse(`its resource policy cannot be read (${error.message})`)
    return { evaluate: refuse, name: 'the resource policy' }
  }
}

/** AWS: `execute-api:/stage/GET/path` stands for this API's ARN. [guide: apigateway-resource-policies-examples] */
const expandResource = ({ scope, apiId }: StageFacts) => {
  const api = `arn:${PARTITION}:execute-api:${scope.region}:${scope.accountId}:${apiId}/`
  return (resource: string): string =>
    resource.startsWith('execute-api:/') ? api + resource.slice('execute-api:/'.length) : resource
}
