// What an event source mapping may say, by the kind of its source.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda'
import {
  compileEventPattern,
  InvalidPattern,
  parseEventPattern,
} from '#languages/event-pattern/event-pattern.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { checkRange, invalidParameter } from './errors.ts'

type Mapping = Shape<EventSourceMappingConfiguration>
type Member = keyof Mapping

const FILTERS_MAX = 10
/** AWS: a batch of more than ten messages waits for them. [guide: services-sqs-configure] */
const BATCH_WITHOUT_WINDOW_MAX = 10

/** AWS refuses with a source what only others have. */
const ONLY_QUEUES: readonly Member[] = ['ScalingConfig']
const ONLY_STREAMS: readonly Member[] = [
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ParallelizationFactor',
  'StartingPosition',
  'StartingPositionTimestamp',
  'TumblingWindowInSeconds',
]

/** What changes which records a function gets, or what is told of it, and is not built. */
const NOT_PROVIDED: readonly Member[] = [
  'KMSKeyArn',
  'LoggingConfig',
  'MetricsConfig',
  'ProvisionedPollerConfig',
  'TumblingWindowInSeconds',
]

export const checkEventSourceMapping = (mapping: Mapping): void => {
  const { EventSourceArn: source = '', BatchSize, MaximumBatchingWindowInSeconds } = mapping
  checkRange('batchSize', BatchSize, 1, 10_000)
  checkRange('maximumBatchingWindowInSeconds', MaximumBatchingWindowInSeconds, 0, 300)
  checkRange('parallelizationFactor', mapping.ParallelizationFactor, 1, 10)
  checkRange('maximumRetryAttempts', mapping.MaximumRetryAttempts, -1, 10_000)
  checkRange('maximumRecordAgeInSeconds', mapping.MaximumRecordAgeInSeconds, -1, 604_800)
  checkRange('tumblingWindowInSeconds', mapping.TumblingWindowInSeconds, 0, 900)
  checkRange('maximumConcurrency', mapping.ScalingConfig?.MaximumConcurrency, 2, 1_000)
  checkFilters(mapping)
  const [, , service] = source.split(':')
  // Other sources are stored only: what they have is theirs.
  if (service !== 'sqs' && service !== 'dynamodb') return
  refuse(mapping, service === 'sqs' ? ONLY_STREAMS : ONLY_QUEUES)
  const absent = NOT_PROVIDED.find((member) => isGiven(mapping[member]))
  if (absent !== undefined) {
    throw notImplemented(`${absent} of an event source mapping is not provided here.`)
  }
  if (service === 'sqs') checkQueue(mapping)
  else checkStream(mapping)
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== 0

const refuse = (mapping: Mapping, members: readonly Member[]): void => {
  const member = members.find((name) => isGiven(mapping[name]))
  if (member === undefined) return
  throw invalidParameter(`Unsupported ${member} parameter for given event source mapping type.`)
}

const checkQueue = ({
  EventSourceArn = '',
  BatchSize = 0,
  MaximumBatchingWindowInSeconds: window = 0,
}: Mapping): void => {
  if (EventSourceArn.endsWith('.fifo')) {
    if (window > 0) {
      throw invalidParameter('Batching window is not supported for FIFO queues.')
    }
    checkRange('batchSize', BatchSize, 1, BATCH_WITHOUT_WINDOW_MAX)
  } else if (BatchSize > BATCH_WITHOUT_WINDOW_MAX && window < 1) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    )
  }
}

const checkStream = ({
  StartingPosition,
  MaximumRecordAgeInSeconds: age,
  DestinationConfig,
}: Mapping): void => {
  if (StartingPosition === undefined) {
    throw invalidParameter('StartingPosition is required for this event source type.')
  }
  // AWS: a time is for Kinesis and Kafka. [API reference: StartingPosition]
  if (StartingPosition === 'AT_TIMESTAMP') {
    throw invalidParameter(
      'Unsupported starting position for arn type: AT_TIMESTAMP. Use TRIM_HORIZON or LATEST.',
    )
  }
  if (age !== undefined && age !== -1) checkRange('maximumRecordAgeInSeconds', age, 60, 604_800)
  const destination = DestinationConfig?.OnFailure?.Destination
  if (destination !== undefined && destination !== '' && !DESTINATION.test(destination)) {
    throw invalidParameter(
      `The provided destination config DestinationConfig(onFailure=OnFailure(destination=${destination.slice(0, 200)})) is invalid. Queues, topics and buckets are provided here.`,
    )
  }
}

/** AWS: standard queues and topics, and buckets. [guide: services-dynamodb-failure] */
const DESTINATION =
  /^arn:[^:]+:(?:(?:sqs|sns):[a-z0-9-]+:\d{12}:(?!.*\.fifo$)[^:]+|s3:::[a-z0-9][a-z0-9.-]+)$/

const checkFilters = ({ FilterCriteria }: Mapping): void => {
  const filters = FilterCriteria?.Filters ?? []
  if (filters.length > FILTERS_MAX) {
    throw invalidParameter(`An event source mapping has at most ${FILTERS_MAX} filters.`)
  }
  for (const { Pattern } of filters) {
    try {
      if (Pattern === undefined) compileEventPattern(Pattern)
      else parseEventPattern(Pattern)
    } catch (error) {
      if (!(error instanceof InvalidPattern)) throw error
      throw invalidParameter(`Invalid filter pattern definition. ${error.message}`)
    }
  }
}
