// Events that Lambda reads for itself: an event source mapping, and what the function's role needs to read it.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { words } from '../../words.ts'
import { objectOf } from '../../template/source.ts'
import { type Draft, isIntrinsic, pick } from '../draft.ts'
import { addOfEvent, failEvent, failNamed, given, type SamEvent } from './event.ts'
import { sourcePolicy } from './source-policies.ts'

const SAME = [
  ...words('BatchSize BisectBatchOnFunctionError Enabled FilterCriteria FunctionResponseTypes'),
  ...words('KmsKeyArn LoggingConfig MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds'),
  ...words('MaximumRetryAttempts MetricsConfig ParallelizationFactor ProvisionedPollerConfig'),
  ...words('Queues ScalingConfig SourceAccessConfigurations StartingPosition'),
  ...words('StartingPositionTimestamp Topics TumblingWindowInSeconds'),
]

const OTHERS = [
  ...words(
    'CollectionName ConsumerGroupId DatabaseName DestinationConfig DynamicPolicyName FullDocument',
  ),
  ...words('KafkaBootstrapServers SchemaRegistryConfig SecretsManagerKmsKeyId'),
]

const SERVICE_ROLES = 'arn:aws:iam::aws:policy/service-role/'

interface Source {
  /** The property that holds the source's ARN. */
  readonly arn?: string
  /** The managed policy that lets the function read it. */
  readonly managed?: string
}

export const SOURCES: Readonly<Record<string, Source>> = {
  DocumentDB: { arn: 'Cluster' },
  DynamoDB: { arn: 'Stream', managed: 'AWSLambdaDynamoDBExecutionRole' },
  Kinesis: { arn: 'Stream', managed: 'AWSLambdaKinesisExecutionRole' },
  MQ: { arn: 'Broker' },
  MSK: { arn: 'Stream', managed: 'AWSLambdaMSKExecutionRole' },
  SQS: { arn: 'Queue', managed: 'AWSLambdaSQSQueueExecutionRole' },
  SelfManagedKafka: {},
}

export const addSource = (event: SamEvent, source: Source): void => {
  const { kind, properties } = event
  if (properties['ConsumerGroupId'] !== undefined && !/^(MSK|SelfManagedKafka)$/.test(kind)) {
    failEvent(event, ['ConsumerGroupId'], `\`ConsumerGroupId\` is not a property of ${kind} events`)
    return
  }
  const unknown = Object.keys(properties).find(
    (name) => name !== source.arn && !SAME.includes(name) && !OTHERS.includes(name),
  )
  if (unknown !== undefined) {
    failNamed(event, [unknown], `\`${unknown}\` is not a property of ${kind} events`)
    return
  }
  const access = properties['SourceAccessConfigurations']
  if (access !== undefined && !Array.isArray(access) && !isIntrinsic(access) && kind === 'MSK') {
    failNamed(event, [], "the type of property 'SourceAccessConfigurations' is invalid")
    return
  }
  const arn = source.arn === undefined ? undefined : properties[source.arn]
  if (source.arn !== undefined && arn === undefined) {
    failEvent(event, [], `no ${source.arn} is given for a ${kind} event`)
    return
  }
  const policy = sourcePolicy(event)
  if (policy === 'refused') return
  if (source.managed !== undefined) event.grants.managed.push(`${SERVICE_ROLES}${source.managed}`)
  if (policy !== undefined) event.grants.inline.push(policy)
  const destination = destinationOf(event)
  addOfEvent(event, event.id, 'AWS::Lambda::EventSourceMapping', {
    ...given({ EventSourceArn: arn }),
    FunctionName: event.name,
    ...pick(properties, SAME),
    ...(destination === undefined ? {} : { DestinationConfig: destination }),
    ...configOf(event),
  })
}

const configOf = ({ kind, properties }: SamEvent): Draft => {
  const kafka = given({
    ConsumerGroupId: properties['ConsumerGroupId'],
    SchemaRegistryConfig: properties['SchemaRegistryConfig'],
  })
  const isConfigured = Object.keys(kafka).length > 0
  if (kind === 'MSK') return isConfigured ? { AmazonManagedKafkaEventSourceConfig: kafka } : {}
  if (kind === 'SelfManagedKafka') {
    const servers = properties['KafkaBootstrapServers']
    return {
      ...(isConfigured ? { SelfManagedKafkaEventSourceConfig: kafka } : {}),
      SelfManagedEventSource: { Endpoints: given({ KafkaBootstrapServers: servers }) },
    }
  }
  if (kind !== 'DocumentDB') return {}
  return {
    DocumentDBEventSourceConfig: pick(properties, [
      'CollectionName',
      'DatabaseName',
      'FullDocument',
    ]),
  }
}

/** What could not be handled goes to a queue, a topic or elsewhere; the function needs the right to send it. */
const destinationOf = (event: SamEvent): JsonValue | undefined => {
  const config = event.properties['DestinationConfig']
  const failure = objectOf(objectOf(config)?.['OnFailure'])
  if (failure === undefined) return config
  const { Type: type, Destination: destination } = failure
  const action = type === 'SQS' ? 'sqs:SendMessage' : type === 'SNS' ? 'sns:Publish' : undefined
  if (action !== undefined && destination !== undefined) {
    event.grants.inline.push(destinationPolicy(event.id, action, destination))
  }
  return { ...objectOf(config), OnFailure: given({ Destination: destination }) }
}

const destinationPolicy = (id: string, Action: string, Resource: JsonValue): JsonObject => ({
  PolicyName: `${id}${Action.startsWith('sqs') ? 'SQS' : 'SNS'}Policy`,
  PolicyDocument: { Version: '2012-10-17', Statement: [{ Action, Effect: 'Allow', Resource }] },
})
