// DynamoDB's operations and what becomes of each here. docs/parity.md lists them from this table.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html

/** Handed to the engine as they came. */
const ENGINES = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
] as const

/** Theirs are names and ARNs of tables, which the engine knows without account and region. */
const OF_TABLES = [
  'CreateTable',
  'DeleteTable',
  'DescribeTable',
  'ListTagsOfResource',
  'TagResource',
  'UntagResource',
  'UpdateTable',
] as const

/** What the engine has not, and nobody answers for it. */
const ABSENT: readonly string[] = [
  'BatchExecuteStatement',
  'CreateBackup',
  'CreateGlobalTable',
  'DeleteBackup',
  'DeleteResourcePolicy',
  'DescribeBackup',
  'DescribeContinuousBackups',
  'DescribeContributorInsights',
  'DescribeEndpoints',
  'DescribeExport',
  'DescribeGlobalTable',
  'DescribeGlobalTableSettings',
  'DescribeImport',
  'DescribeKinesisStreamingDestination',
  'DescribeLimits',
  'DescribeTableReplicaAutoScaling',
  'DisableKinesisStreamingDestination',
  'EnableKinesisStreamingDestination',
  'ExecuteStatement',
  'ExecuteTransaction',
  'ExportTableToPointInTime',
  'GetResourcePolicy',
  'ImportTable',
  'ListBackups',
  'ListContributorInsights',
  'ListExports',
  'ListGlobalTables',
  'ListImports',
  'PutResourcePolicy',
  'RestoreTableFromBackup',
  'RestoreTableToPointInTime',
  'TransactGetItems',
  'TransactWriteItems',
  'UpdateContinuousBackups',
  'UpdateContributorInsights',
  'UpdateGlobalTable',
  'UpdateGlobalTableSettings',
  'UpdateKinesisStreamingDestination',
  'UpdateTableReplicaAutoScaling',
  'UpdateTimeToLive',
]

export type OperationKind = 'engine' | 'table' | 'absent'

export const operationKinds: ReadonlyMap<string, OperationKind> = new Map([
  ...ENGINES.map((name) => [name, 'engine'] as const),
  ...OF_TABLES.map((name) => [name, 'table'] as const),
  ...ABSENT.map((name) => [name, 'absent'] as const),
])
