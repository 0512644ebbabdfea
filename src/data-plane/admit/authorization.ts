// Who is calling, and may they? The authorizer and the resource policy decide together, in this one step: AWS's flow
// charts, one function each.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
import {
  admitToLambdaAuthorizer,
  combineAlone,
  combineWithLambdaAuthorizer,
} from '#languages/iam-policy/combine.ts'
import type { Evaluation } from '#languages/iam-policy/policy.ts'
import { ANONYMOUS, type Caller } from '#model/caller.ts'
import type { MethodSource } from '../compiling.ts'
import { GatewayFailure, type RestMethodPlan, type RestRequest } from '../plan.ts'
import { accessDenied, deniedByAuthorizer } from './access-denied.ts'
import { accessRequest, type ArnPlace, methodArn } from './access-request.ts'
import type { Authorized, RestAuthorizer } from './authorizers/authorizer.ts'
import { compileRestAuthorizer } from './authorizers/index.ts'
import { isPrivate, type ResourcePolicy } from './resource-policy.ts'
import { admitSigned } from './signed-access.ts'

type Authorize = RestMethodPlan['authorize']

/** A method that asks for an authorization that does not exist here refuses everyone: nothing passes unchecked. */
export const compileAuthorization = (source: MethodSource): Authorize => {
  const { api, stage, resourcePolicy: policy } = source
  const authorize = compileFlow(source, policy)
  if (!isPrivate(api)) return authorize
  const endpoints = new Set(api.endpointConfiguration.vpcEndpointIds)
  return (request, services) => {
    const { vpcEndpoint, byAssociation } = request.address
    if (vpcEndpoint === undefined) {
      // The policy speaks first: where it says no, the caller reads the same as behind an endpoint.
      if (policy !== undefined) admitAlone(policy, stage, request)
      throw forbidden('a private API is reached through a VPC endpoint only (--vpc-endpoint)')
    }
    if (byAssociation === true && !endpoints.has(vpcEndpoint.vpceId)) {
      throw forbidden(`the API is not associated with ${vpcEndpoint.vpceId} (vpcEndpointIds)`)
    }
    return authorize(request, services)
  }
}

const forbidden = (hint: string) => new GatewayFailure('FORBIDDEN', 'Forbidden', { hint })

const compileFlow = (source: MethodSource, policy: ResourcePolicy | undefined): Authorize => {
  const { method, stage } = source
  switch (method.authorizationType) {
    case 'NONE':
      return policy === undefined ? admitEveryone : admitByPolicy(policy, stage)
    case 'AWS_IAM':
      return admitSigner(policy, stage)
    case 'CUSTOM':
      return admitByLambda(policy, stage, compileRestAuthorizer(source))
    default:
      return admitByToken(policy, stage, compileRestAuthorizer(source))
  }
}

const admitEveryone: Authorize = () => ANONYMOUS

/** No authorizer: the resource policy decides alone, and where there is one it must allow. */
const admitByPolicy =
  (policy: ResourcePolicy, place: ArnPlace): Authorize =>
  (request) => {
    admitAlone(policy, place, request)
    return ANONYMOUS
  }

/** AWS_IAM: the signature first, then both sides together, as of one account or of two. */
const admitSigner =
  (policy: ResourcePolicy | undefined, place: ArnPlace): Authorize =>
  (request, services) => {
    const resource = methodArn(request, place)
    const { scope } = place
    return admitSigned(request, { action: 'execute-api:Invoke', resource, scope, policy }, services)
  }

/**
 * A Lambda authorizer: an explicit deny of the resource policy ends it before the function runs; then both together.
 * No promise where the authorizer needs none: its policy is cached.
 */
const admitByLambda =
  (policy: ResourcePolicy | undefined, place: ArnPlace, authorizer: RestAuthorizer): Authorize =>
  (request, services) => {
    const arn = methodArn(request, place)
    const resource = policy?.evaluate(accessRequest('execute-api:Invoke', arn, request))
    const ended = admitToLambdaAuthorizer(resource)
    if (ended !== undefined) throw denied(arn, ended, policy)
    const found = authorizer(request, services)
    return found instanceof Promise
      ? found.then((authorized) => admitAuthorized(authorized, resource, arn))
      : admitAuthorized(found, resource, arn)
  }

const admitAuthorized = (
  { caller, evaluation }: Authorized,
  resource: Evaluation | undefined,
  arn: string,
): Caller => {
  const decided = combineWithLambdaAuthorizer(resource, evaluation ?? { decision: 'implicit-deny' })
  if (decided.decision === 'allow') return caller
  throw deniedByAuthorizer(decided, arn)
}

/** Cognito and JWT: the token first, then the resource policy alone, which must allow where there is one. */
const admitByToken =
  (policy: ResourcePolicy | undefined, place: ArnPlace, authorizer: RestAuthorizer): Authorize =>
  (request, services) => {
    const admit = ({ caller }: Authorized): Caller => {
      if (policy !== undefined) admitAlone(policy, place, request)
      return caller
    }
    const found = authorizer(request, services)
    return found instanceof Promise ? found.then(admit) : admit(found)
  }

const admitAlone = (policy: ResourcePolicy, place: ArnPlace, request: RestRequest): void => {
  const arn = methodArn(request, place)
  const access = accessRequest('execute-api:Invoke', arn, request)
  const decided = combineAlone(policy.evaluate(access))
  if (decided.decision !== 'allow') throw denied(arn, decided, policy)
}

const denied = (arn: string, evaluation: Evaluation, policy: ResourcePolicy | undefined) =>
  accessDenied(
    'anonymous',
    'execute-api:Invoke',
    arn,
    evaluation,
    `${policy?.name} does not allow it`,
  )
