// Carries out what deployments decided about tables, in order, before the engine is asked anything else. Each step may
// be done twice: a process can end between the engine's part and the store's.
import type { Scope } from '#model/scope.ts'
import { canonicalJson, isObject } from '#shared/json.ts'
import type { Store } from '#store/store.ts'
import { EngineError } from './engine-errors.ts'
import type { Engine, Output } from './engine.ts'
import { engineArn } from './table-calls.ts'
import { type Intent, intents } from './tables.ts'

export const carryOutIntents = async (
  engine: Engine,
  store: Store,
  scope: Scope,
  onError: (error: unknown) => void,
): Promise<void> => {
  const due = await store.read((view) => view.list(intents, scope))
  for (const { key, value } of due) {
    try {
      await carryOut(engine, value)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      const { operation, tableName } = value
      onError(new Error(`${operation} of the table ${tableName}: ${error.message}`))
    }
    await store.write((tx) => tx.delete(intents, scope, key))
  }
}

const carryOut = async (engine: Engine, { operation, input }: Intent): Promise<void> => {
  switch (operation) {
    case 'CreateTable': {
      const { Tags, ...definition } = input
      await unless('ResourceInUseException', engine.ask(operation, definition))
      return setTags(engine, String(input['TableName']), Tags)
    }
    case 'DeleteTable':
      return unless('ResourceNotFoundException', engine.ask(operation, input))
    case 'UpdateTable':
      await updateTable(engine, input)
      return setTags(engine, String(input['TableName']), input['Tags'])
  }
}

/** AWS: what a template does not say any more is gone. */
const setTags = async (engine: Engine, tableName: string, wanted: unknown): Promise<void> => {
  const ResourceArn = engineArn(tableName)
  const Tags = Array.isArray(wanted) ? wanted.filter(isObject) : []
  const { Tags: now } = await engine.ask('ListTagsOfResource', { ResourceArn })
  const keys = new Set(Tags.map(({ Key }) => Key))
  const TagKeys = (Array.isArray(now) ? now.filter(isObject) : [])
    .map(({ Key }) => Key)
    .filter((key) => !keys.has(key))
  if (TagKeys.length > 0) await engine.ask('UntagResource', { ResourceArn, TagKeys })
  if (Tags.length > 0) await engine.ask('TagResource', { ResourceArn, Tags })
}

const unless = async (code: string, asked: Promise<unknown>): Promise<void> => {
  try {
    await asked
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== code) throw error
  }
}

/** The definition as it is to be, against the table as it is: AWS takes one change of an index at a time. */
const updateTable = async (engine: Engine, wanted: Output): Promise<void> => {
  const { TableName, AttributeDefinitions } = wanted
  const { Table } = await engine.ask('DescribeTable', { TableName })
  const table = isObject(Table) ? Table : {}
  const change = (update: Output) =>
    engine.ask('UpdateTable', {
      TableName,
      AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [update],
    })
  const [now, then] = [table, wanted].map((one) => byName(one['GlobalSecondaryIndexes']))
  const stays = ([name, index]: readonly [string, Output]): boolean => {
    const other = then?.get(name)
    return other !== undefined && shapeOf(other) === shapeOf(index)
  }
  const before = [...(now ?? [])]
  for (const one of before) if (!stays(one)) await change({ Delete: { IndexName: one[0] } })
  const staying = new Map(before.filter(stays))
  await updateThroughput(engine, wanted, table, staying)
  for (const [name, index] of then ?? []) if (!staying.has(name)) await change({ Create: index })
}

/** The indexes that stay change together with their table: the engine asks for all of them where the mode changes. */
const updateThroughput = async (
  engine: Engine,
  wanted: Output,
  table: Output,
  staying: ReadonlyMap<string, Output>,
): Promise<void> => {
  const { TableName, ProvisionedThroughput } = wanted
  const mode = wanted['BillingMode'] ?? 'PROVISIONED'
  const modeNow = isObject(table['BillingModeSummary'])
    ? table['BillingModeSummary']['BillingMode']
    : 'PROVISIONED'
  if (mode === 'PAY_PER_REQUEST') {
    if (mode !== modeNow) await engine.ask('UpdateTable', { TableName, BillingMode: mode })
    return
  }
  const updates = [...byName(wanted['GlobalSecondaryIndexes'])].flatMap(([IndexName, index]) => {
    const now = staying.get(IndexName)
    if (now === undefined || sameThroughput(index['ProvisionedThroughput'], now)) return []
    return [{ Update: { IndexName, ProvisionedThroughput: index['ProvisionedThroughput'] } }]
  })
  const isSame = mode === modeNow && sameThroughput(ProvisionedThroughput, table)
  if (isSame && updates.length === 0) return
  await engine.ask('UpdateTable', {
    TableName,
    ...(!isSame && { BillingMode: mode, ProvisionedThroughput }),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  })
}

const sameThroughput = (wanted: unknown, table: Output): boolean => {
  const now = table['ProvisionedThroughput']
  return ['ReadCapacityUnits', 'WriteCapacityUnits'].every(
    (unit) => isObject(wanted) && isObject(now) && wanted[unit] === now[unit],
  )
}

const byName = (indexes: unknown): ReadonlyMap<string, Output> =>
  new Map(
    (Array.isArray(indexes) ? indexes : [])
      .filter(isObject)
      .map((index) => [String(index['IndexName']), index]),
  )

const shapeOf = ({ KeySchema, Projection }: Output): string =>
  canonicalJson({ KeySchema, Projection })
