// AWS::Lambda::EventInvokeConfig and AWS::Lambda::EventSourceMapping.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
import { memberOf } from '../../template/source.ts'
import { json, list, named, number, text, boolean, tags, without } from '../properties.ts'
import type { Reader, Input } from '../properties.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { arnOf, callIfThere, deleting, isOnlyRecord, keysFor } from './lambda-names.ts'

export const eventInvokeConfig: ResourceType = {
  properties: {
    DestinationConfig: json,
    FunctionName: text,
    MaximumEventAgeInSeconds: number,
    MaximumRetryAttempts: number,
    Qualifier: text,
  },
  create: (input, context) => putConfig(input, context),
  update: async (input, existing, context) =>
    existing.physicalId === configId(input, context) ? putConfig(input, context) : undefined,
  delete: deleting('DeleteFunctionEventInvokeConfig'),
}

const configId = (input: Input, context: ResourceContext): string =>
  `${arnOf(String(input['functionName']), context).split(':')[6]}|${input['qualifier']}`

const putConfig = async (input: Input, context: ResourceContext): Promise<Made> => {
  const arn = arnOf(String(input['functionName']), context)
  const [, , , , , , name = ''] = arn.split(':')
  const physicalId = configId(input, context)
  const target = { FunctionName: name, Qualifier: String(input['qualifier'] ?? '$LATEST') }
  if (isOnlyRecord(arn, context)) return { physicalId }
  const called = await callIfThere(context, 'PutFunctionEventInvokeConfig', {
    ...target,
    MaximumRetryAttempts: input['maximumRetryAttempts'],
    MaximumEventAgeInSeconds: input['maximumEventAgeInSeconds'],
    DestinationConfig: input['destinationConfig'],
  })
  return { physicalId, ...(called !== undefined && { keys: keysFor(target) }) }
}

const same = (name: string, read: Reader) => [name, named(name, read)] as const

export const eventSourceMapping: ResourceType = {
  properties: Object.fromEntries([
    same('AmazonManagedKafkaEventSourceConfig', json),
    same('BatchSize', number),
    same('BisectBatchOnFunctionError', boolean),
    same('DestinationConfig', json),
    same('DocumentDBEventSourceConfig', json),
    same('Enabled', boolean),
    same('EventSourceArn', text),
    same('FilterCriteria', json),
    same('FunctionName', text),
    same('FunctionResponseTypes', list(text)),
    same('KmsKeyArn', without('not honoured here: filters are not encrypted')),
    same('LoggingConfig', without('not honoured here: pollers write to the log of the node')),
    same('MaximumBatchingWindowInSeconds', number),
    same('MaximumRecordAgeInSeconds', number),
    same('MaximumRetryAttempts', number),
    same('MetricsConfig', without('not honoured here: there are no metrics of mappings')),
    same('ParallelizationFactor', number),
    same('ProvisionedPollerConfig', without('not honoured here: pollers are not provisioned')),
    same('Queues', list(text)),
    same('ScalingConfig', json),
    same('SelfManagedEventSource', json),
    same('SelfManagedKafkaEventSourceConfig', json),
    same('SourceAccessConfigurations', json),
    same('StartingPosition', text),
    same('StartingPositionTimestamp', number),
    same('Tags', tags),
    same('Topics', list(text)),
    same(
      'TumblingWindowInSeconds',
      without('not provided here: batches have no state, and no window comes to its end'),
    ),
  ]),
  report: ({ report, path, type, properties }) => {
    const source = memberOf(properties, 'EventSourceArn')
    const isPolled = typeof source === 'string' && /^arn:[^:]+:(?:sqs|dynamodb):/.test(source)
    if (isPolled) return
    report(path, type, 'stored: nothing here polls such a source, so the function is not called')
  },
  create: async (input, context) => {
    const arn = arnOf(String(input['FunctionName']), context)
    const { StartingPositionTimestamp: seconds, ...rest } = input
    const called = isOnlyRecord(arn, context)
      ? undefined
      : await callIfThere(context, 'CreateEventSourceMapping', {
          ...rest,
          ...(typeof seconds === 'number' && { StartingPositionTimestamp: seconds * 1000 }),
          FunctionName: arn,
        })
    const UUID = String(called?.['UUID'] ?? context.ids.next(32))
    const { region, accountId } = context.scope
    const EventSourceMappingArn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${UUID}`
    return {
      physicalId: UUID,
      attributes: { Id: UUID, EventSourceMappingArn },
      ...(called !== undefined && { keys: keysFor({ UUID }) }),
    }
  },
  delete: deleting('DeleteEventSourceMapping'),
}
