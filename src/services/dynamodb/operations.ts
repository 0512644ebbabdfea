// DynamoDB's operations and what becomes of each here. docs/parity.md lists them from this table.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html

/** Reads: handed to the engine as they came. */
const ENGINES = ['BatchGetItem', 'GetItem', 'ListTables', 'Query', 'Scan'] as const

/** The engine's, alone and whole, and told to streams. */
const WRITES = ['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'] as const

/** Made of the engine's. */
const TRANSACTIONS = ['TransactGetItems', 'TransactWriteItems'] as const

const TIMES_TO_LIVE = ['DescribeTimeToLive', 'UpdateTimeToLive'] as const

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
  'UpdateContinuousBackups',
  'UpdateContributorInsights',
  'UpdateGlobalTable',
  'UpdateGlobalTableSettings',
  'UpdateKinesisStreamingDestination',
  'UpdateTableReplicaAutoScaling',
]

export type OperationKind = 'engine' | 'write' | 'transaction' | 'time-to-live' | 'table' | 'absent'

export const operationKinds: ReadonlyMap<string, OperationKind> = new Map([
  ...ENGINES.map((name) => [name, 'engine'] as const),
  ...WRITES.map((name) => [name, 'write'] as const),
  ...TRANSACTIONS.map((name) => [name, 'transaction'] as const),
  ...TIMES_TO_LIVE.map((name) => [name, 'time-to-live'] as const),
  ...OF_TABLES.map((name) => [name, 'table'] as const),
  ...ABSENT.map((name) => [name, 'absent'] as const),
])
