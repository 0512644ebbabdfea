// Amazon Resource Names: taking them apart and putting them together.
import { PARTITION, type Scope } from './scope.ts'

export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly accountId: string
  /** Everything after the fifth colon. */
  readonly resource: string
}

/** Undefined where the text is not `arn:partition:service:region:account:resource`. */
export const parseArn = (text: string): Arn | undefined => {
  const [prefix, partition, service, region, accountId, ...resource] = text.split(':')
  if (prefix !== 'arn' || !partition || !service || resource.length === 0) return undefined
  return {
    partition,
    service,
    region: region ?? '',
    accountId: accountId ?? '',
    resource: resource.join(':'),
  }
}

export const functionArn = (scope: Scope, functionName: string): string =>
  `arn:${PARTITION}:lambda:${scope.region}:${scope.accountId}:function:${functionName}`

/** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path without its first slash}` */
export const executeApiArn = (
  scope: Scope,
  apiId: string,
  stage: string,
  method: string,
  path: string,
): string =>
  `arn:${PARTITION}:execute-api:${scope.region}:${scope.accountId}:${apiId}/${stage}/${method}/${path.replace(/^\//, '')}`

/** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{routeKey}`: a route of a WebSocket API. */
export const routeArn = (scope: Scope, apiId: string, stage: string, routeKey: string): string =>
  `arn:${PARTITION}:execute-api:${scope.region}:${scope.accountId}:${apiId}/${stage}/${routeKey}`

/**
 * The function that an integration or authorizer URI names: of
 * `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{functionArn}/invocations` the function's ARN,
 * and a bare function ARN as it is. Stage variables must have been put in before.
 */
export const functionOfUri = (uri: string): string | undefined => {
  const match =
    /^arn:[^:]+:apigateway:[^:]*:lambda:path\/[^/]+\/functions\/(.+)\/(?:response-streaming-)?invocations$/.exec(
      uri,
    )
  if (match) return match[1]
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:.+$/.test(uri) ? uri : undefined
}
