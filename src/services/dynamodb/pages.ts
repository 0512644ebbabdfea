// A page of a query or a scan: as many rows as were asked for, 1 MB of them at most, those that meet the filter.
import db from 'dynalite/db/index.js'
import { isObject } from '#shared/json.ts'
import type { ReadCondition } from './condition-groups.ts'
import { meets } from './conditions.ts'
import type { Output } from './engine.ts'
import { itemBytes } from './item-size.ts'
import type { Range } from './level.ts'
import { indexPrefix, itemPrefix, type Rows } from './rows.ts'

/** AWS: before the filter. [guide: Query.Pagination] */
const PAGE_BYTES_MAX = 1024 * 1024

/** What a query or scan is, after the engine has checked it. */
interface Asked {
  readonly TableName: string
  readonly IndexName?: string
  readonly Limit?: number
  readonly Select?: string
  readonly ConsistentRead?: boolean
  readonly ReturnConsumedCapacity?: string
  readonly AttributesToGet?: readonly string[]
  readonly ConditionalOperator?: unknown
  readonly QueryFilter?: object
  readonly ScanFilter?: object
  readonly _filter?: ReadCondition
  readonly _projection?: { readonly paths: readonly unknown[] }
}

type Table = Parameters<typeof db.createKey>[1]
type Item = Parameters<typeof db.createKey>[0]

/** The engine's own signature: it calls this. */
export const readPage = (
  { rows }: { readonly rows: Rows },
  table: Table,
  asked: Asked,
  range: Range,
  isLocal: boolean,
  fetchesItems: boolean,
  keyNames: readonly string[],
  tell: (error: unknown, output?: Output) => void,
): void => {
  const prefix =
    asked.IndexName === undefined
      ? itemPrefix(asked.TableName)
      : indexPrefix(isLocal ? 'local' : 'global', asked.TableName, asked.IndexName)
  const whole = async (row: Item): Promise<Item> =>
    fetchesItems
      ? ((await rows.get(itemPrefix(asked.TableName) + db.createKey(row, table))) as Item) // Its item.
      : row
  collect(rows, withPrefix(range, prefix), asked, whole).then(
    (page) => tell(null, answerOf(asked, page, isLocal, keyNames)),
    (error: unknown) => tell(error),
  )
}

interface Page {
  readonly items: readonly Item[]
  readonly count: number
  readonly bytes: number
  /** Where it ended because it was full. */
  readonly last?: Item
}

const collect = async (
  rows: Rows,
  range: Range,
  asked: Asked,
  whole: (row: Item) => Promise<Item>,
): Promise<Page> => {
  const items: Item[] = []
  let [count, bytes] = [0, 0]
  for await (const [, value] of rows.entries(range)) {
    const row = value as Item // Rows of items and of indexes are items.
    const item = await whole(row)
    count += 1
    bytes += itemBytes(item)
    if (passes(item, asked)) items.push(item)
    if (count >= (asked.Limit ?? Infinity) || bytes >= PAGE_BYTES_MAX)
      return { items, count, bytes, last: row }
  }
  return { items, count, bytes }
}

const passes = (item: Item, asked: Asked): boolean => {
  if (asked._filter !== undefined) return meets(item, asked._filter.expression)
  const filter = asked.QueryFilter ?? asked.ScanFilter
  return !isObject(filter) || db.matchesFilter(item, filter, asked.ConditionalOperator)
}

const withPrefix = (range: Range, prefix: string): Range => {
  const { gt, gte, lt, lte } = range
  return {
    ...(gt !== undefined ? { gt: prefix + gt } : { gte: prefix + (gte ?? '') }),
    ...(lt !== undefined ? { lt: prefix + lt } : { lte: prefix + (lte ?? '\uffff') }),
    ...(range.reverse === true && { reverse: true }),
  }
}

const answerOf = (
  asked: Asked,
  { items, count, bytes, last }: Page,
  isLocal: boolean,
  keyNames: readonly string[],
): Output => {
  const paths = asked._projection?.paths ?? asked.AttributesToGet
  return {
    ...(asked.Select !== 'COUNT' && {
      Items: paths === undefined ? items : items.map((item) => db.mapPaths(paths, item)),
    }),
    Count: items.length,
    ScannedCount: count,
    ...(last !== undefined && {
      LastEvaluatedKey: Object.fromEntries(keyNames.map((name) => [name, last[name]])),
    }),
    ...consumed(asked, bytes, isLocal),
  }
}

const consumed = (asked: Asked, bytes: number, isLocal: boolean): Output => {
  const { ReturnConsumedCapacity: wanted, IndexName: index, TableName } = asked
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return {}
  const CapacityUnits = Math.ceil(bytes / 4_096) * (asked.ConsistentRead === true ? 1 : 0.5)
  const kind = isLocal ? 'LocalSecondaryIndexes' : 'GlobalSecondaryIndexes'
  const ofIndex = index === undefined ? {} : { [kind]: { [index]: { CapacityUnits } } }
  const Table = { CapacityUnits: index === undefined ? CapacityUnits : 0 }
  const ConsumedCapacity = {
    CapacityUnits,
    TableName,
    ...(wanted === 'INDEXES' && { Table, ...ofIndex }),
  }
  return { ConsumedCapacity }
}
