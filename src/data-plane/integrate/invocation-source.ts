// As what a function's policy sees an API that invokes it: its SourceArn, and its account.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
import { executeApiArn } from '#model/arn.ts'
import type { GatewayRequest } from '../accept/request.ts'
import { methodArn } from '../admit/access-request.ts'
import { type InvocationSource, sourceArn } from '../admit/function-policy.ts'
import type { MethodSource, StageFacts } from '../compiling.ts'

type SourceOf = (request: GatewayRequest) => InvocationSource

/**
 * A method of a REST API. What AWS makes of a path with parameters is not recorded: a policy may name the resource's
 * path, or one of a request's.
 */
export const restSource = ({ stage, resource }: MethodSource): SourceOf =>
  placeSource(stage, resource.path)

/** A route of an HTTP or WebSocket API. AWS: `$default` and the like stand where a method would. [arn-format-reference] */
export const routeSource = (stage: StageFacts, routeKey: string): SourceOf => {
  const space = routeKey.indexOf(' ')
  if (space !== -1) return placeSource(stage, routeKey.slice(space + 1))
  const { scope } = stage
  const own = sourceArn(stage, stage.stageName, routeKey)
  return (request) => ({ scope, arns: [own, methodArn(request, stage)] })
}

const placeSource = (stage: StageFacts, path: string): SourceOf => {
  const { scope, apiId, stageName } = stage
  return (request) => ({
    scope,
    arns: [executeApiArn(scope, apiId, stageName, request.method, path), methodArn(request, stage)],
  })
}

export const authorizerSource = (stage: StageFacts, authorizerId: string): InvocationSource => ({
  scope: stage.scope,
  arns: [sourceArn(stage, 'authorizers', authorizerId)],
})
