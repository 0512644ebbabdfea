// The operations on tables themselves: the engine has one account and one region, so that ARNs are written anew on
// their way in and out, and streams are remembered here.
import { isObject } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import type { StoreCall } from '#store/transactional.ts'
import { validationError } from './engine-errors.ts'
import { actionNamed, type Engine, type Output } from './engine.ts'
import {
  forgetTable,
  recordOf,
  refuseProtected,
  streamArn,
  tableArn,
  type TableRecord,
  tableRecords,
  withoutOurs,
} from './tables.ts'

export const callTables = async (
  engine: Engine,
  operation: string,
  input: Output,
  call: StoreCall,
): Promise<Output> => {
  switch (operation) {
    case 'CreateTable':
      return createTable(engine, input, call)
    case 'UpdateTable':
      return updateTable(engine, input, call)
    case 'DeleteTable': {
      const record = await recorded(input, call)
      if (record !== undefined) refuseProtected(record)
      const { TableDescription } = await engine.ask('DeleteTable', input)
      await call.store.write((tx) => forgetTable(tx, call, String(input['TableName'])))
      return { TableDescription: described(TableDescription, record, call) }
    }
    case 'DescribeTable': {
      const { Table } = await engine.ask('DescribeTable', input)
      return { Table: described(Table, await recorded(input, call), call) }
    }
    default:
      return engine.ask(actionNamed(operation), withEngineArn(input, call))
  }
}

const createTable = async (engine: Engine, input: Output, call: StoreCall): Promise<Output> => {
  const { Tags, ...definition } = input
  checkTags(Tags)
  const output = await engine.ask('CreateTable', withoutOurs(definition))
  const record = recordOf(input, call.nowMs)
  await call.store.write((tx) => tx.put(tableRecords, call, record.name, record))
  if (Array.isArray(Tags) && Tags.length > 0)
    await engine.ask('TagResource', { ResourceArn: engineArn(record.name), Tags })
  return { TableDescription: described(output['TableDescription'], record, call) }
}

const checkTags = (tags: unknown): void => {
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => isObject(tag))))
    throw validationError('Tags must be a list of keys and values')
}

/** What the engine has not is remembered here, and is a change by itself. */
const updateTable = async (engine: Engine, input: Output, call: StoreCall): Promise<Output> => {
  const rest = withoutOurs(input)
  const isEngines = Object.keys(rest).some((name) => !NO_CHANGE.has(name))
  const isOurs = Object.keys(rest).length < Object.keys(input).length
  const { TableName } = input
  const output =
    isEngines || !isOurs
      ? (await engine.ask('UpdateTable', rest))['TableDescription']
      : (await engine.ask('DescribeTable', { TableName }))['Table']
  const record = await call.store.write(async (tx) => {
    const name = String(TableName)
    const before = await tx.get(tableRecords, call, name)
    const changed = recordOf({ ...definitionOf(before), ...input }, call.nowMs, before)
    await tx.put(tableRecords, call, name, changed)
    return changed
  })
  return { TableDescription: described(output, record, call) }
}

const NO_CHANGE: ReadonlySet<string> = new Set(['TableName', 'AttributeDefinitions'])

/** What a call says nothing of stays. */
const definitionOf = (record: TableRecord | undefined): Output => ({
  ...(record?.stream && { StreamSpecification: { StreamViewType: record.stream.viewType } }),
  ...(record?.isProtected && { DeletionProtectionEnabled: true }),
})

const recorded = (input: Output, call: StoreCall): Promise<TableRecord | undefined> =>
  call.store.read((view) => view.get(tableRecords, call, String(input['TableName'])))

/** The engine's own ARNs: its region is its own, its account all zeros. */
const ENGINE_ARN = /^arn:aws:dynamodb:[a-z0-9-]*:0{12}:/
const ENGINE_PREFIX = 'arn:aws:dynamodb:us-east-1:000000000000:'

/** The ARN of a table where the engine is asked for one. */
export const engineArn = (tableName: string): string => `${ENGINE_PREFIX}table/${tableName}`

const withEngineArn = (input: Output, scope: Scope): Output => {
  const arn = input['ResourceArn']
  if (typeof arn !== 'string') return input
  const ours = tableArn(scope, '').replace(/table\/$/, '')
  const rest = arn.startsWith(ours) ? arn.slice(ours.length) : undefined
  if (rest === undefined) return input
  return { ...input, ResourceArn: `${ENGINE_PREFIX}${rest}` }
}

const described = (description: unknown, record: TableRecord | undefined, scope: Scope): Output => {
  if (!isObject(description)) return {}
  const LatestStreamArn = record && streamArn(scope, record)
  return {
    ...(withOurArns(description, scope) as Output), // An object stays one.
    DeletionProtectionEnabled: record?.isProtected ?? false,
    ...(record?.stream !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: record.stream.viewType },
      LatestStreamLabel: record.stream.label,
      LatestStreamArn,
    }),
  }
}

const withOurArns = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((one) => withOurArns(one, scope))
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        key.endsWith('Arn') && typeof member === 'string'
          ? member.replace(ENGINE_ARN, tableArn(scope, '').replace(/table\/$/, ''))
          : withOurArns(member, scope),
      ]),
    )
  }
  return value
}
