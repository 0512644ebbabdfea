// Global secondary indexes that come and go after their table was made: the engine has none of it. An index that comes
// has all items of its table when the call is answered.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
import db from 'dynalite/db/index.js'
import { isObject } from '#shared/json.ts'
import type { Batch } from './batch.ts'
import { EngineError, validationError } from './engine-errors.ts'
import type { Output } from './engine.ts'
import { type Level, rangeOf, type RowChange } from './level.ts'
import { dropUnder, indexPrefix, itemPrefix, type Rows, rowsOf, TABLE } from './rows.ts'

export type IndexChange =
  | { readonly kind: 'create'; readonly name: string; readonly index: Output }
  | { readonly kind: 'delete'; readonly name: string }

/** AWS: 20 of a table, by default. */
const INDEXES_MAX = 20
const ROWS_AT_ONCE = 200

/** The changes that are ours, and the call without them. */
export const indexChangesOf = (
  input: Output,
): { readonly changes: readonly IndexChange[]; readonly rest: Output } => {
  const updates = Array.isArray(input['GlobalSecondaryIndexUpdates'])
    ? input['GlobalSecondaryIndexUpdates'].filter(isObject)
    : []
  const changes = updates.flatMap(({ Create, Delete }): IndexChange[] =>
    isObject(Create)
      ? [{ kind: 'create', name: String(Create['IndexName']), index: Create }]
      : isObject(Delete)
        ? [{ kind: 'delete', name: String(Delete['IndexName']) }]
        : [],
  )
  if (changes.length === 0) return { changes, rest: input }
  if (updates.length > 1)
    throw new EngineError(
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    )
  const { GlobalSecondaryIndexUpdates: _ours, ...rest } = input
  return { changes, rest }
}

type Table = Parameters<typeof db.createKey>[1]

export const changeIndexes = async (
  batch: Batch,
  input: Output,
  changes: readonly IndexChange[],
): Promise<Output> => {
  const name = String(input['TableName'])
  const row = await batch.get(TABLE + name)
  if (!isObject(row))
    throw new EngineError(
      'ResourceNotFoundException',
      `Requested resource not found: Table: ${name} not found`,
    )
  let table: Output = row
  for (const change of changes) {
    table = change.kind === 'create' ? withIndex(table, change, input) : without(table, change)
    if (change.kind === 'delete') continue
    // Of an index that had not been finished when a process died.
    await dropUnder(batch.direct, indexPrefix('global', name, change.name))
    await fill(batch.direct, table, change.name)
  }
  await batch.change([{ type: 'put', key: TABLE + name, value: table }])
  return table
}

const indexesOf = (table: Output): readonly Output[] =>
  Array.isArray(table['GlobalSecondaryIndexes']) ? table['GlobalSecondaryIndexes'] : []

const without = (table: Output, { name }: IndexChange): Output => {
  const left = indexesOf(table).filter((index) => index['IndexName'] !== name)
  if (left.length === indexesOf(table).length)
    throw new EngineError(
      'ResourceNotFoundException',
      `Requested resource not found: Index: ${name} not found`,
    )
  const { GlobalSecondaryIndexes: _all, ...rest } = table
  return left.length === 0 ? rest : { ...rest, GlobalSecondaryIndexes: left }
}

const withIndex = (
  table: Output,
  { name, index }: IndexChange & { readonly kind: 'create' },
  input: Output,
): Output => {
  const indexes = indexesOf(table)
  const locals = Array.isArray(table['LocalSecondaryIndexes']) ? table['LocalSecondaryIndexes'] : []
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(name))
    throw validationError(`The index name ${name.slice(0, 255)} is not valid`)
  if ([...indexes, ...locals].some((one) => isObject(one) && one['IndexName'] === name))
    throw validationError(
      `One or more parameter values were invalid: Duplicate index name: ${name}`,
    )
  if (indexes.length >= INDEXES_MAX)
    throw new EngineError('LimitExceededException', `At most ${INDEXES_MAX} indexes of a table`)
  const keys = namesOf(index['KeySchema'])
  if (keys.length === 0 || keys.length > 2 || !isObject(index['Projection']))
    throw validationError(
      'One or more parameter values were invalid: KeySchema and Projection of an index are required',
    )
  const definitions = new Map(
    [table['AttributeDefinitions'], input['AttributeDefinitions']]
      .flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []))
      .map((one) => [String(one['AttributeName']), one]),
  )
  const unknown = keys.find((key) => !definitions.has(key))
  if (unknown !== undefined)
    throw validationError(
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${unknown}], AttributeDefinitions: [${[...definitions.keys()].join(', ')}]`,
    )
  const made = {
    ...index,
    IndexArn: `${String(table['TableArn'])}/index/${name}`,
    IndexStatus: 'ACTIVE',
    IndexSizeBytes: 0,
    ItemCount: 0,
    ProvisionedThroughput: {
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
      ...(isObject(index['ProvisionedThroughput']) && index['ProvisionedThroughput']),
      NumberOfDecreasesToday: 0,
    },
  }
  return {
    ...table,
    AttributeDefinitions: [...definitions.values()],
    GlobalSecondaryIndexes: [...indexes, made],
  }
}

const namesOf = (schema: unknown): readonly string[] =>
  (Array.isArray(schema) ? schema : [])
    .filter(isObject)
    .map(({ AttributeName }) => String(AttributeName))

/** The rows of indexes that their table has no more. */
export const clearDeleted = async (level: Level, input: Output): Promise<void> => {
  for (const { kind, name } of indexChangesOf(input).changes)
    if (kind === 'delete')
      await dropUnder(rowsOf(level), indexPrefix('global', String(input['TableName']), name))
}

/** AWS: an item whose attribute has another type than the index's key is not in it. */
const fill = async (rows: Rows, table: Output, name: string): Promise<void> => {
  const described = table as Table // What is kept of a table is one.
  const [index] = indexesOf(table).filter((one) => one['IndexName'] === name)
  if (index === undefined) return
  const types = new Map(
    (Array.isArray(table['AttributeDefinitions']) ? table['AttributeDefinitions'] : [])
      .filter(isObject)
      .map((one) => [String(one['AttributeName']), String(one['AttributeType'])]),
  )
  const keys = namesOf(index['KeySchema'])
  const prefix = indexPrefix('global', described.TableName, name)
  let due: RowChange[] = []
  for await (const [, value] of rows.entries(rangeOf(itemPrefix(described.TableName)))) {
    const item = value as Parameters<typeof db.createKey>[0] // Rows of items are items.
    const isIn = keys.every((key) => {
      const held = item[key]?.[types.get(key) ?? '']
      return held !== undefined && held !== ''
    })
    if (!isIn) continue
    const { puts } = db.getIndexActions([index], undefined, item, described)
    for (const { key, item: row } of puts) due.push({ type: 'put', key: prefix + key, value: row })
    if (due.length < ROWS_AT_ONCE) continue
    await rows.change(due)
    due = []
  }
  await rows.change(due)
}
