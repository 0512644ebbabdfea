// The statements of connectors' policies, by what is reached.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import type { End } from './ends.ts'

const allow = (Action: readonly string[], ...Resource: readonly JsonValue[]): JsonObject => ({
  Effect: 'Allow',
  Action,
  Resource,
})

const arnOf = ({ arn }: End): JsonValue => arn ?? null

export const onArn =
  (...actions: readonly string[]) =>
  (_: End, destination: End): readonly JsonObject[] => [allow(actions, arnOf(destination))]

const below = (name: string, arn: JsonValue, end: string): JsonObject => ({
  'Fn::Sub': [`\${${name}}${end}`, { [name]: arn }],
})

export const invokeAny = (_: End, destination: End): readonly JsonObject[] => {
  const arn = arnOf(destination)
  const versions = below('DestinationArn', arn, ':*')
  return [allow(['lambda:InvokeAsync', 'lambda:InvokeFunction'], arn, versions)]
}

const onTable = (actions: readonly string[]) => (_: End, destination: End) => {
  const arn = arnOf(destination)
  return [
    allow(
      actions.map((action) => `dynamodb:${action}`),
      arn,
      below('DestinationArn', arn, '/index/*'),
    ),
  ]
}

export const readTable = onTable([
  'GetItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'ConditionCheckItem',
  'PartiQLSelect',
])

export const writeTable = onTable([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLDelete',
  'PartiQLInsert',
  'PartiQLUpdate',
])

export const readStream = (source: End): readonly JsonObject[] => [
  allow(
    [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
    ],
    below('SourceArn', arnOf(source), '/stream/*'),
  ),
]

const onBucket = (actions: readonly string[]) => (_: End, destination: End) => {
  const arn = arnOf(destination)
  return [
    allow(
      actions.map((action) => `s3:${action}`),
      arn,
      below('DestinationArn', arn, '/*'),
    ),
  ]
}

export const readBucket = onBucket([
  'GetObject',
  'GetObjectAcl',
  'GetObjectLegalHold',
  'GetObjectRetention',
  'GetObjectTorrent',
  'GetObjectVersion',
  'GetObjectVersionAcl',
  'GetObjectVersionForReplication',
  'GetObjectVersionTorrent',
  'ListBucket',
  'ListBucketMultipartUploads',
  'ListBucketVersions',
  'ListMultipartUploadParts',
])

export const writeBucket = onBucket([
  'AbortMultipartUpload',
  'DeleteObject',
  'DeleteObjectVersion',
  'PutObject',
  'PutObjectLegalHold',
  'PutObjectRetention',
  'RestoreObject',
])

export const readQueue = onArn('sqs:ReceiveMessage', 'sqs:GetQueueAttributes')
export const writeQueue = onArn(
  'sqs:DeleteMessage',
  'sqs:SendMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:PurgeQueue',
)

export const pollQueue = (source: End): readonly JsonObject[] => [
  allow(['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'], arnOf(source)),
]
export const clearQueue = (source: End): readonly JsonObject[] => [
  allow(['sqs:DeleteMessage'], arnOf(source)),
]

const executions = ({ name }: End): JsonObject => ({
  'Fn::Sub': [
    'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${DestinationName}:*',
    { DestinationName: name ?? null },
  ],
})

export const readMachine = (_: End, destination: End): readonly JsonObject[] => [
  allow(['states:DescribeStateMachine', 'states:ListExecutions'], arnOf(destination)),
  allow(
    [
      'states:DescribeExecution',
      'states:DescribeStateMachineForExecution',
      'states:GetExecutionHistory',
    ],
    executions(destination),
  ),
]

export const startMachine = (_: End, destination: End): readonly JsonObject[] => [
  allow(['states:StartExecution', 'states:StartSyncExecution'], arnOf(destination)),
  allow(['states:StopExecution'], executions(destination)),
]

/** The rule by which Step Functions learns that a nested execution has ended. */
const NESTED_RULE = {
  'Fn::Sub':
    'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
}

export const readNested = (_: End, destination: End): readonly JsonObject[] => [
  allow(['states:DescribeExecution'], executions(destination)),
  allow(['events:DescribeRule'], NESTED_RULE),
]

export const startNested = (_: End, destination: End): readonly JsonObject[] => [
  allow(['states:StartExecution'], arnOf(destination)),
  allow(['states:StopExecution'], executions(destination)),
  allow(['events:PutTargets', 'events:PutRule'], NESTED_RULE),
]

export const readPlaces = onArn(
  'geo:DescribePlaceIndex',
  'geo:GetPlace',
  'geo:SearchPlaceIndexForPosition',
  'geo:SearchPlaceIndexForSuggestions',
  'geo:SearchPlaceIndexForText',
)
