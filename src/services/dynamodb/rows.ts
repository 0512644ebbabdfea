// What the engine's actions read and write, as they expect to find it: tables, items, indexes and tags, each rows of one
// LevelDB under a prefix, by callbacks. An action never touches the disk by itself: it reads through `Rows` and writes
// into them, and what it has written becomes a batch of its caller's (batch.ts).
import { Readable } from 'node:stream'
import { type Level, type Range, rangeOf, type RowChange } from './level.ts'

export interface Rows {
  get(key: string): Promise<unknown>
  change(changes: readonly RowChange[]): Promise<void>
  entries(range: Range): AsyncIterable<readonly [string, unknown]>
}

export const TABLE = 'table~'
export const itemPrefix = (table: string): string => `item-${table}~`
export const indexPrefix = (kind: string, table: string, index: string): string =>
  `index-${kind.toLowerCase()}~${table}~${index}~`
const tagPrefix = (table: string): string => `tag-${table}~`

export const ITEM_BYTES_MAX = 409_600

export const rowsOf = (level: Level): Rows => ({
  get: (key) => level.get(key),
  change: (changes) => level.batch([...changes]),
  entries: (range) => level.iterator(range),
})

type Callback = (error: unknown, value?: unknown) => void

/** The store of an action. What is thrown in a callback of the action's is `fail`'s: there is nobody else to catch it. */
export const storeOver = (rows: Rows, fail: (error: unknown) => void): object => {
  const answer = (asked: Promise<unknown>, tell: Callback): void => {
    asked
      .then(
        (value) => tell(null, value),
        (error: unknown) => tell(error),
      )
      .catch(fail)
  }
  const under = (prefix: string) => ({
    get: (key: string, callback: Callback) => answer(rows.get(prefix + key), callback),
    put: (key: string, value: unknown, callback: Callback) =>
      answer(rows.change([{ type: 'put', key: prefix + key, value }]), callback),
    del: (key: string, callback: Callback) =>
      answer(rows.change([{ type: 'del', key: prefix + key }]), callback),
    batch: (changes: readonly RowChange[], callback: Callback) =>
      answer(
        rows.change(changes.map((change) => ({ ...change, key: prefix + change.key }))),
        callback,
      ),
    createKeyStream: () => Readable.from(keysUnder(rows, prefix)),
    createValueStream: () => Readable.from(valuesUnder(rows, prefix)),
    // Whoever changes anything is alone: engine.ts.
    lock: (_key: string, work: (release: (callback: Callback) => Callback) => void) =>
      work((callback) => callback),
  })
  const drop = (prefix: string, callback: Callback): void =>
    answer(dropUnder(rows, prefix), callback)
  const tableDb = { ...under(TABLE), awsAccountId: '000000000000', awsRegion: 'us-east-1' }
  return {
    options: { maxItemSize: ITEM_BYTES_MAX, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 },
    tableDb,
    getItemDb: (table: string) => under(itemPrefix(table)),
    deleteItemDb: (table: string, callback: Callback) => drop(itemPrefix(table), callback),
    getIndexDb: (kind: string, table: string, index: string) =>
      under(indexPrefix(kind, table, index)),
    deleteIndexDb: (kind: string, table: string, index: string, callback: Callback) =>
      drop(indexPrefix(kind, table, index), callback),
    getTagDb: (table: string) => under(tagPrefix(table)),
    deleteTagDb: (table: string, callback: Callback) => drop(tagPrefix(table), callback),
    getTable: (name: string, ...rest: readonly unknown[]) => {
      const callback = rest.at(-1) as Callback // Its last argument, as all of the engine's are.
      const found = rows.get(TABLE + name).then((row) => {
        if (row === undefined) throw noTable(rest.length > 1 ? name : undefined)
        return row
      })
      answer(found, callback)
    },
    rows,
  }
}

const noTable = (name: string | undefined): Error => {
  const where = name === undefined ? '' : `: Table: ${name} not found`
  return Object.assign(new Error('no table'), {
    name: 'NotFoundError',
    statusCode: 400,
    body: {
      __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
      message: `Requested resource not found${where}`,
    },
  })
}

async function* keysUnder(rows: Rows, prefix: string): AsyncGenerator<string> {
  for await (const [key] of rows.entries(rangeOf(prefix))) yield key.slice(prefix.length)
}

async function* valuesUnder(rows: Rows, prefix: string): AsyncGenerator<unknown> {
  for await (const [, value] of rows.entries(rangeOf(prefix))) yield value
}

const DROPPED_AT_ONCE = 1_000

export const dropUnder = async (rows: Rows, prefix: string): Promise<void> => {
  let due: RowChange[] = []
  for await (const [key] of rows.entries(rangeOf(prefix))) {
    due.push({ type: 'del', key })
    if (due.length < DROPPED_AT_ONCE) continue
    await rows.change(due)
    due = []
  }
  if (due.length > 0) await rows.change(due)
}
