// The tables of an account in a region as the rest of this gateway knows them, beside the engine that has their items:
// a record for each, and what a deployment decided and the engine has not been told yet. A deployment is a transaction
// of the store (docs/decisions/0002) that the engine cannot be a part of: it writes intents, which are carried out
// before the next call (carry-out.ts).
import { PARTITION, type Scope } from '#model/scope.ts'
import { isObject } from '#shared/json.ts'
import { collection, type Transaction } from '#store/store.ts'
import { type WriteCall, writes } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { checkDefinition } from './table-definition.ts'
import { attributeOf, setTimeToLive } from './time-to-live-settings.ts'

export interface TableStream {
  /** Part of its ARN: when it was enabled. */
  readonly label: string
  readonly viewType: string
}

export interface TableRecord {
  readonly name: string
  readonly stream?: TableStream
  /** It cannot be deleted. */
  readonly isProtected?: true
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
    refuseWrong(input)
    if ((await call.tx.get(tableRecords, call, record.name)) !== undefined)
      throw new ServiceError('ResourceInUseException', 400, `Table already exists: ${record.name}`)
    await remember(record, 'CreateTable', input, call)
    return description(record, call)
  }),
  UpdateTable: writes(async (input: Input, call: WriteCall) => {
    const before = await call.tx.get(tableRecords, call, String(input['TableName']))
    if (before === undefined) throw noTable(input)
    refuseWrong(input)
    const record = recordOf(input, call.nowMs, before)
    await remember(record, 'UpdateTable', input, call)
    return description(record, call)
  }),
  DeleteTable: writes(async (input: Input, call: WriteCall) => {
    const tableName = String(input['TableName'])
    const record = await call.tx.get(tableRecords, call, tableName)
    if (record === undefined) throw noTable(input)
    refuseProtected(record)
    await forgetTable(call.tx, call, tableName)
    await intend({ operation: 'DeleteTable', tableName, input: { TableName: tableName } }, call)
    return {}
  }),
}

type Input = Readonly<Record<string, unknown>>

/** A stack gives the whole definition, for a change too. */
const refuseWrong = (input: Input): void => {
  const problem = checkDefinition(input)
  if (problem !== undefined) throw new ServiceError('ValidationException', 400, problem)
}

/** A stream that stays of the same view keeps its label. */
export const recordOf = (input: Input, nowMs: number, before?: TableRecord): TableRecord => {
  const name = String(input['TableName'])
  const stream = streamOf(input['StreamSpecification'], nowMs, before?.stream)
  const isProtected = input['DeletionProtectionEnabled'] === true
  return { name, ...(stream && { stream }), ...(isProtected && { isProtected }) }
}

const streamOf = (
  asked: unknown,
  nowMs: number,
  before: TableStream | undefined,
): TableStream | undefined => {
  if (!isObject(asked) || asked['StreamEnabled'] === false) return undefined
  const viewType = String(asked['StreamViewType'] ?? 'NEW_AND_OLD_IMAGES')
  if (before?.viewType === viewType) return before
  // AWS: the label is the time in ISO 8601 without its Z.
  return { label: new Date(nowMs).toISOString().slice(0, -1), viewType }
}

export const refuseProtected = ({ isProtected }: TableRecord): void => {
  if (isProtected === true)
    throw new ServiceError(
      'ValidationException',
      400,
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    )
}

export const forgetTable = async (tx: Transaction, scope: Scope, name: string): Promise<void> => {
  await tx.delete(tableRecords, scope, name)
  await setTimeToLive(tx, scope, name, undefined)
}

const remember = async (
  record: TableRecord,
  operation: IntentOperation,
  input: Input,
  call: WriteCall,
): Promise<void> => {
  await call.tx.put(tableRecords, call, record.name, record)
  const attribute = attributeOf(input['TimeToLiveSpecification'])
  await setTimeToLive(call.tx, call, record.name, attribute)
  await intend({ operation, tableName: record.name, input: withoutOurs(input) }, call)
}

/** What is remembered here, and the engine has not. */
const OURS: ReadonlySet<string> = new Set([
  'DeletionProtectionEnabled',
  'OnDemandThroughput',
  'StreamSpecification',
  'TableClass',
  'TimeToLiveSpecification',
])

export const withoutOurs = (input: Input): Input =>
  Object.fromEntries(Object.entries(input).filter(([name]) => !OURS.has(name)))

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
