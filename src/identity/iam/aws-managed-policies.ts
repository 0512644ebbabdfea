// The policies of AWS's own that somebody beside an API gateway attaches. AWS has well over a thousand; one that is not
// here is answered NoSuchEntity, never taken and ignored.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html

export interface AwsManagedPolicy {
  readonly arn: string
  readonly name: string
  readonly path: string
  /** JSON text. */
  readonly document: string
}

interface Statement {
  readonly Effect: 'Allow'
  readonly Action?: readonly string[] | string
  readonly NotAction?: readonly string[]
  readonly Resource: readonly string[] | string
}

const allow = (
  Action: readonly string[] | string,
  Resource: readonly string[] | string = '*',
): Statement => ({ Effect: 'Allow', Action, Resource })

const LOGS = allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'])

const XRAY = allow([
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:GetSamplingStatisticSummaries',
])

/** By what follows `policy/` in the ARN. */
const STATEMENTS: Readonly<Record<string, readonly Statement[]>> = {
  AdministratorAccess: [allow('*')],
  PowerUserAccess: [
    {
      Effect: 'Allow',
      NotAction: ['iam:*', 'organizations:*', 'account:*'],
      Resource: '*',
    },
    allow([
      'account:GetAccountInformation',
      'account:GetPrimaryEmail',
      'account:ListRegions',
      'iam:CreateServiceLinkedRole',
      'iam:DeleteServiceLinkedRole',
      'iam:ListRoles',
      'organizations:DescribeOrganization',
    ]),
  ],
  // AWS's own lists some thousand actions; these are those of them that a service of this gateway has.
  ReadOnlyAccess: [
    allow([
      'apigateway:GET',
      'cloudformation:Describe*',
      'cloudformation:Get*',
      'cloudformation:List*',
      'cloudwatch:Describe*',
      'cloudwatch:Get*',
      'cloudwatch:List*',
      'cognito-identity:Describe*',
      'cognito-identity:Get*',
      'cognito-identity:List*',
      'cognito-idp:Describe*',
      'cognito-idp:Get*',
      'cognito-idp:List*',
      'dynamodb:BatchGet*',
      'dynamodb:Describe*',
      'dynamodb:Get*',
      'dynamodb:List*',
      'dynamodb:Query',
      'dynamodb:Scan',
      'events:Describe*',
      'events:List*',
      'iam:Generate*',
      'iam:Get*',
      'iam:List*',
      'iam:Simulate*',
      'lambda:Get*',
      'lambda:List*',
      'logs:Describe*',
      'logs:FilterLogEvents',
      'logs:Get*',
      's3:Get*',
      's3:List*',
      'sns:Get*',
      'sns:List*',
      'sqs:Get*',
      'sqs:List*',
      'states:Describe*',
      'states:GetExecutionHistory',
      'states:List*',
      'sts:GetCallerIdentity',
    ]),
  ],
  'service-role/AWSLambdaBasicExecutionRole': [LOGS],
  'service-role/AWSLambdaVPCAccessExecutionRole': [
    allow([
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ]),
  ],
  'service-role/AWSLambdaDynamoDBExecutionRole': [
    LOGS,
    allow([
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
    ]),
  ],
  'service-role/AWSLambdaKinesisExecutionRole': [
    LOGS,
    allow([
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
      'kinesis:ListStreams',
      'kinesis:SubscribeToShard',
    ]),
  ],
  'service-role/AWSLambdaSQSQueueExecutionRole': [
    LOGS,
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']),
  ],
  'service-role/AWSLambdaRole': [allow('lambda:InvokeFunction')],
  AWSLambdaExecute: [
    allow('logs:*', 'arn:aws:logs:*:*:*'),
    allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::*'),
  ],
  AWSXRayDaemonWriteAccess: [XRAY],
  AWSXrayWriteOnlyAccess: [XRAY],
  AmazonAPIGatewayAdministrator: [allow('apigateway:*', 'arn:aws:apigateway:*::/*')],
  AmazonAPIGatewayInvokeFullAccess: [
    allow(['execute-api:Invoke', 'execute-api:ManageConnections'], 'arn:aws:execute-api:*:*:*'),
  ],
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs': [
    allow([
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      'logs:GetLogEvents',
      'logs:FilterLogEvents',
    ]),
  ],
  AmazonS3FullAccess: [allow(['s3:*', 's3-object-lambda:*'])],
  AmazonS3ReadOnlyAccess: [
    allow([
      's3:Get*',
      's3:List*',
      's3:Describe*',
      's3-object-lambda:Get*',
      's3-object-lambda:List*',
    ]),
  ],
  AmazonSQSFullAccess: [allow('sqs:*')],
  AmazonSQSReadOnlyAccess: [
    allow([
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ListDeadLetterSourceQueues',
      'sqs:ListQueues',
      'sqs:ListMessageMoveTasks',
      'sqs:ListQueueTags',
    ]),
  ],
  AWSStepFunctionsFullAccess: [allow('states:*')],
  IAMReadOnlyAccess: [
    allow([
      'iam:GenerateCredentialReport',
      'iam:GenerateServiceLastAccessedDetails',
      'iam:Get*',
      'iam:List*',
      'iam:SimulateCustomPolicy',
      'iam:SimulatePrincipalPolicy',
    ]),
  ],
}

const PREFIX = 'arn:aws:iam::aws:policy/'

export const isAwsManaged = (arn: string): boolean => arn.startsWith(PREFIX)

/** Undefined where AWS has none of that ARN, or has one that is not known here. */
export const findAwsManagedPolicy = (arn: string): AwsManagedPolicy | undefined => {
  if (!isAwsManaged(arn)) return undefined
  const place = arn.slice(PREFIX.length)
  const statements = Object.hasOwn(STATEMENTS, place) ? STATEMENTS[place] : undefined
  if (statements === undefined) return undefined
  const slash = place.lastIndexOf('/')
  return {
    arn,
    name: place.slice(slash + 1),
    path: `/${place.slice(0, slash + 1)}`,
    document: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  }
}

/** All that are known, in the order of their names. */
export const awsManagedPolicies = (): readonly AwsManagedPolicy[] =>
  Object.keys(STATEMENTS).flatMap((place) => findAwsManagedPolicy(`${PREFIX}${place}`) ?? [])
