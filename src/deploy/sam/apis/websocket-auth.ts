// Auth of an AWS::Serverless::WebSocketApi: who may open a connection.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { keptAttributes } from '../draft.ts'
import { given } from '../events/event.ts'

/** What the `$connect` route says of it; makes the authorizer and the permission to call it. */
export const addWebSocketAuth = (
  context: SamContext,
  resource: SamResource,
  prefix: string,
): JsonObject => {
  const auth = objectOf(resource.properties['Auth'])
  const type = auth?.['AuthType']
  if (auth === undefined || type === undefined) return {}
  if (typeof type !== 'string' || type.toUpperCase() !== 'CUSTOM')
    return { AuthorizationType: type }
  const arn = auth['AuthArn'] ?? null
  const { logicalId, attributes } = resource
  const kept = keptAttributes(attributes)
  const id = `${prefix}Authorizer`
  addResource(
    context,
    resource,
    id,
    'AWS::ApiGatewayV2::Authorizer',
    {
      ApiId: { Ref: logicalId },
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocationUri('AuthArn', arn),
      Name: auth['Name'] ?? id,
      ...given({
        AuthorizerCredentialsArn: auth['InvokeRole'],
        IdentitySource: auth['IdentitySource'],
      }),
    },
    kept,
  )
  if (auth['InvokeRole'] === undefined) addPermission(context, resource, arn, kept)
  return { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: id } }
}

const addPermission = (
  context: SamContext,
  resource: SamResource,
  arn: JsonValue,
  kept: JsonObject,
): void => {
  const { logicalId } = resource
  addResource(
    context,
    resource,
    `${logicalId}AuthorizerPermission`,
    'AWS::Lambda::Permission',
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: arn,
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Sub': [
          'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*',
          { __ApiId__: { Ref: logicalId } },
        ],
      },
    },
    kept,
  )
}

/** Whether the section makes sense. */
export const checkWebSocketAuth = (context: SamContext, resource: SamResource): boolean => {
  const auth = objectOf(resource.properties['Auth'])
  if (auth === undefined) return true
  const { AuthType: type, AuthArn: arn } = auth
  const hasConnect = objectOf(resource.properties['Routes'])?.['$connect'] !== undefined
  const problem = !hasConnect
    ? 'authorization is only available if there is a $connect route'
    : type === undefined
      ? 'AuthType must be specified for additional auth configurations'
      : String(type).toUpperCase() === 'CUSTOM' && arn === undefined
        ? 'AuthArn must be specified if AuthType is CUSTOM'
        : undefined
  if (problem === undefined) return true
  fail(context, resource, ['Auth'], problem)
  return false
}

export const invocationUri = (name: string, arn: JsonValue): JsonObject => ({
  'Fn::Sub': [
    `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}}/invocations`,
    { [name]: arn },
  ],
})
