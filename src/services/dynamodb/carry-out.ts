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
  const mode = wanted['BillingMode'] ?? 'PROVISIONED'
  const modeNow = isObject(table['BillingModeSummary'])
    ? table['BillingModeSummary']['BillingMode']
    : 'PROVISIONED'
  const throughput = wanted['ProvisionedThroughput']
  if (mode !== modeNow) {
    await engine.ask('UpdateTable', {
      TableName,
      BillingMode: mode,
      ...(mode === 'PROVISIONED' && { ProvisionedThroughput: throughput }),
    })
  } else if (mode === 'PROVISIONED' && !sameThroughput(throughput, table)) {
    await engine.ask('UpdateTable', { TableName, ProvisionedThroughput: throughput })
  }
  const change = (update: Output) =>
    engine.ask('UpdateTable', {
      TableName,
      AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [update],
    })
  const [now, then] = [table, wanted].map((one) => byName(one['GlobalSecondaryIndexes']))
  for (const [IndexName, index] of now ?? []) {
    const other = then?.get(IndexName)
    if (other === undefined || shapeOf(other) !== shapeOf(index))
      await change({ Delete: { IndexName } })
  }
  for (const [IndexName, index] of then ?? []) {
    const other = now?.get(IndexName)
    if (other === undefined || shapeOf(other) !== shapeOf(index)) await change({ Create: index })
  }
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
