// The tables of an account in a region as the rest of this gateway knows them, beside the engine that has their items:
// a record for each, and what a deployment decided and the engine has not been told yet. A deployment is a transaction
// of the store (docs/decisions/0002) that the engine cannot be a part of: it writes intents, which are carried out
// before the next call (carry-out.ts).
import { PARTITION, type Scope } from '#model/scope.ts'
import { isObject } from '#shared/json.ts'
import { collection } from '#store/store.ts'
import { type WriteCall, writes } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { checkDefinition } from './table-definition.ts'

export interface TableStream {
  /** Part of its ARN: when it was enabled. */
  readonly label: string
  readonly viewType: string
}

export interface TableRecord {
  readonly name: string
  readonly stream?: TableStream
}

export type IntentOperation = 'CreateTable' | 'UpdateTable' | 'DeleteTable'

export interface Intent {
  readonly operation: IntentOperation
  readonly tableName: string
  readonly input: Readonly<Record<string, unknown>>
}

/** By the table's name. */
export const tableRecords = collection<TableRecord>('dynamodb/tables')
/** By their order, ten digits. */
export const intents = collection<Intent>('dynamodb/intents')

export const tableArn = (scope: Scope, name: string): string =>
  `arn:${PARTITION}:dynamodb:${scope.region}:${scope.accountId}:table/${name}`

export const streamArn = (scope: Scope, { name, stream }: TableRecord): string | undefined =>
  stream && `${tableArn(scope, name)}/stream/${stream.label}`

/** What a stack calls. */
export const declaredTableOperations = {
  CreateTable: writes(async (input: Input, call: WriteCall) => {
    const record = recordOf(input, call.nowMs)
    const problem = checkDefinition(input)
    if (problem !== undefined) throw new ServiceError('ValidationException', 400, problem)
    if ((await call.tx.get(tableRecords, call, record.name)) !== undefined)
      throw new ServiceError('ResourceInUseException', 400, `Table already exists: ${record.name}`)
    await remember(record, 'CreateTable', input, call)
    return description(record, call)
  }),
  UpdateTable: writes(async (input: Input, call: WriteCall) => {
    const before = await call.tx.get(tableRecords, call, String(input['TableName']))
    if (before === undefined) throw noTable(input)
    const record = recordOf(input, call.nowMs, before)
    await remember(record, 'UpdateTable', input, call)
    return description(record, call)
  }),
  DeleteTable: writes(async (input: Input, call: WriteCall) => {
    const tableName = String(input['TableName'])
    if (!(await call.tx.delete(tableRecords, call, tableName))) throw noTable(input)
    await intend({ operation: 'DeleteTable', tableName, input: { TableName: tableName } }, call)
    return {}
  }),
}

type Input = Readonly<Record<string, unknown>>

/** A stream that stays of the same view keeps its label. */
export const recordOf = (input: Input, nowMs: number, before?: TableRecord): TableRecord => {
  const name = String(input['TableName'])
  const asked = input['StreamSpecification']
  if (!isObject(asked) || asked['StreamEnabled'] === false) return { name }
  const viewType = String(asked['StreamViewType'] ?? 'NEW_AND_OLD_IMAGES')
  if (before?.stream?.viewType === viewType) return before
  // AWS: the label is the time in ISO 8601 without its Z.
  return { name, stream: { label: new Date(nowMs).toISOString().slice(0, -1), viewType } }
}

const remember = async (
  record: TableRecord,
  operation: IntentOperation,
  input: Input,
  call: WriteCall,
): Promise<void> => {
  const { StreamSpecification: _kept, ...engines } = input
  await call.tx.put(tableRecords, call, record.name, record)
  await intend({ operation, tableName: record.name, input: engines }, call)
}

const intend = async (intent: Intent, call: WriteCall): Promise<void> => {
  const last = (await call.tx.list(intents, call)).at(-1)
  const next = last === undefined ? 1 : Number(last.key) + 1
  await call.tx.put(intents, call, String(next).padStart(10, '0'), intent)
}

const description = (record: TableRecord, scope: Scope) => {
  const LatestStreamArn = streamArn(scope, record)
  const TableArn = tableArn(scope, record.name)
  return {
    TableDescription: { TableArn, ...(LatestStreamArn !== undefined && { LatestStreamArn }) },
  }
}

const noTable = (input: Input): ServiceError =>
  new ServiceError(
    'ResourceNotFoundException',
    400,
    `Requested resource not found: Table: ${String(input['TableName'])} not found`,
  )
