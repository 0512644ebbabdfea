// EventInvokeConfig: what becomes of asynchronous calls of a function.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { keptAttributes, own, pick } from '../draft.ts'
import type { Grants } from '../events/event.ts'

const ACTIONS: Readonly<Record<string, string>> = {
  EventBridge: 'events:PutEvents',
  Lambda: 'lambda:InvokeFunction',
  S3Bucket: 's3:PutObject',
  SNS: 'sns:publish',
  SQS: 'sqs:SendMessage',
}

export const addInvokeConfig = (
  context: SamContext,
  resource: SamResource,
  qualifier: JsonValue | undefined,
  grants: Grants,
): void => {
  const config = objectOf(resource.properties['EventInvokeConfig'])
  if (config === undefined) return
  const destinations = destinationsOf(context, resource, config, grants)
  const id = `${resource.logicalId}EventInvokeConfig`
  addResource(
    context,
    resource,
    id,
    'AWS::Lambda::EventInvokeConfig',
    {
      FunctionName: { Ref: resource.logicalId },
      Qualifier: qualifier ?? '$LATEST',
      ...pick(config, ['MaximumEventAgeInSeconds', 'MaximumRetryAttempts']),
      ...(destinations === undefined ? {} : { DestinationConfig: destinations }),
    },
    keptAttributes(resource.attributes),
  )
}

const destinationsOf = (
  context: SamContext,
  resource: SamResource,
  config: JsonObject,
  grants: Grants,
): JsonObject | undefined => {
  const given = config['DestinationConfig']
  if (given === undefined) return undefined
  const path = ['EventInvokeConfig', 'DestinationConfig']
  const both = objectOf(given)
  if (both === undefined) {
    fail(context, resource, path, '`EventInvokeConfig.DestinationConfig` should be a map')
    return undefined
  }
  const made = ['OnSuccess', 'OnFailure'].flatMap((name): [string, JsonValue][] => {
    const destination = both[name]
    if (destination === undefined) return []
    if (!isObject(destination)) {
      const problem = `\`EventInvokeConfig.DestinationConfig.${name}\` should be a map`
      fail(context, resource, [...path, name], problem)
      return []
    }
    const arn = destinationArn(context, resource, name, objectOf(destination) ?? {}, grants)
    return arn === undefined ? [] : [[name, { Destination: arn }]]
  })
  return Object.fromEntries(made)
}

const destinationArn = (
  context: SamContext,
  resource: SamResource,
  name: string,
  { Type: type, Destination: given }: JsonObject,
  grants: Grants,
): JsonValue | undefined => {
  const path = ['EventInvokeConfig', 'DestinationConfig', name]
  if (type === undefined) return given
  const action = own(ACTIONS, String(type))
  if (action === undefined) {
    fail(context, resource, path, `\`Type\` must be one of ${Object.keys(ACTIONS).join(', ')}`)
    return undefined
  }
  if (given === undefined && type !== 'SQS' && type !== 'SNS') {
    fail(context, resource, path, '`Destination` is required unless `Type` is SQS or SNS')
    return undefined
  }
  const arn = given ?? madeDestination(context, resource, name, String(type))
  grants.inline.push({
    PolicyName: `${resource.logicalId}EventInvokeConfig${name}${String(type)}Policy`,
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: action, Effect: 'Allow', Resource: arn }],
    },
  })
  return arn
}

const madeDestination = (
  context: SamContext,
  resource: SamResource,
  name: string,
  type: string,
): JsonValue => {
  const isQueue = type === 'SQS'
  const id = `${resource.logicalId}EventInvokeConfig${name}${isQueue ? 'Queue' : 'Topic'}`
  const kept = keptAttributes(resource.attributes)
  addResource(context, resource, id, isQueue ? 'AWS::SQS::Queue' : 'AWS::SNS::Topic', {}, kept)
  return isQueue ? { 'Fn::GetAtt': [id, 'Arn'] } : { Ref: id }
}
