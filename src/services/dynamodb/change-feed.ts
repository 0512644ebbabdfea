// Streams of tables: a change feed around the engine, which has none. Writes to a table with a stream go one after the
// other; the item before and the item after make the record. What is kept is bounded, the oldest goes first.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
import type { ChangeFeed, ItemChange } from '#model/ports.ts'
import { parseArn } from '#model/arn.ts'
import type { Scope } from '#model/scope.ts'
import { canonicalJson, isObject } from '#shared/json.ts'
import { collection, type Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { type Engine, type EngineAnswer, type Output, readJson } from './engine.ts'
import { tableRecords, type TableStream } from './tables.ts'

/** AWS keeps a day; here as many changes of a stream are kept, however old. */
const CHANGES_MAX = 10_000
/** A sequence number has so many digits: as text they sort as numbers do. */
const DIGITS = 21

interface Head {
  /** How many changes there have been. */
  readonly count: number
}

/** By `{table}/{label}/{sequence number}`. */
const changes = collection<ItemChange>('dynamodb/changes')
/** By `{table}/{label}`. */
const heads = collection<Head>('dynamodb/streamHeads')

const numberOf = (count: number): string => String(count).padStart(DIGITS, '0')

export const readChanges =
  (store: Store): ChangeFeed =>
  async ({ streamArn, after, limit }) => {
    const arn = parseArn(streamArn)
    const [, name, label] = /^table\/([^/]+)\/stream\/(.+)$/.exec(arn?.resource ?? '') ?? []
    if (arn === undefined || name === undefined || label === undefined) return undefined
    const scope = { accountId: arn.accountId, region: arn.region }
    return store.read(async (view) => {
      const table = await view.get(tableRecords, scope, name)
      if (table?.stream?.label !== label) return undefined
      const stream = `${name}/${label}`
      const { count } = (await view.get(heads, scope, stream)) ?? { count: 0 }
      if (after === 'LATEST') return { changes: [], next: numberOf(count) }
      const found = await view.list(changes, scope, {
        prefix: `${stream}/`,
        ...(after !== 'TRIM_HORIZON' && { after: `${stream}/${after}` }),
        limit,
      })
      const start = after === 'TRIM_HORIZON' ? numberOf(0) : after
      const next = found.at(-1)?.value.sequenceNumber ?? start
      return { changes: found.map(({ value }) => value), next }
    })
  }

/** Sends a write to the engine, and records what it changed in tables that have a stream. */
export interface Recorder {
  send(engine: Engine, operation: string, body: Uint8Array, call: StoreCall): Promise<EngineAnswer>
}

export const WRITES: ReadonlySet<string> = new Set([
  'BatchWriteItem',
  'DeleteItem',
  'PutItem',
  'UpdateItem',
])

interface Touched {
  readonly tableName: string
  readonly stream: TableStream
  readonly keys: Output
}

export const createRecorder = (store: Store): Recorder => {
  /** Of each account and region the last write of a table with a stream: the next one waits for it. */
  const last = new Map<string, Promise<unknown>>()
  return {
    send: async (engine, operation, body, call) => {
      const touched = await touchedBy(engine, operation, readJson(body), call)
      if (touched.length === 0) return engine.send(operation, body)
      const key = `${call.accountId} ${call.region}`
      const work = async (): Promise<EngineAnswer> => {
        const before = await itemsOf(engine, touched)
        const answer = await engine.send(operation, body)
        if (answer.statusCode === 200) {
          await record(store, call, touched, before, await itemsOf(engine, touched))
        }
        return answer
      }
      const turn = (last.get(key) ?? Promise.resolve()).then(work, work)
      last.set(key, turn)
      try {
        return await turn
      } finally {
        if (last.get(key) === turn) last.delete(key)
      }
    },
  }
}

const touchedBy = async (
  engine: Engine,
  operation: string,
  input: Output,
  call: StoreCall,
): Promise<readonly Touched[]> => {
  const touched: Touched[] = []
  for (const [tableName, items] of writesOf(operation, input)) {
    const table = await call.store.read((view) => view.get(tableRecords, call, tableName))
    if (table?.stream === undefined) continue
    const { Table: description } = await engine.ask('DescribeTable', { TableName: tableName })
    const schema = isObject(description) ? description['KeySchema'] : undefined
    const names = (Array.isArray(schema) ? schema : [])
      .filter(isObject)
      .map(({ AttributeName }) => String(AttributeName))
    for (const item of items) {
      const keys = Object.fromEntries(names.map((name) => [name, item[name]]))
      touched.push({ tableName, stream: table.stream, keys })
    }
  }
  return touched
}

/** Tables, and of each the keys or whole items that are written. What cannot be read is the engine's to refuse. */
const writesOf = (operation: string, input: Output): ReadonlyMap<string, readonly Output[]> => {
  if (operation !== 'BatchWriteItem') {
    const item = operation === 'PutItem' ? input['Item'] : input['Key']
    return new Map(isObject(item) ? [[String(input['TableName']), [item]]] : [])
  }
  const asked = isObject(input['RequestItems']) ? input['RequestItems'] : {}
  return new Map(
    Object.entries(asked).map(([tableName, requests]) => [
      tableName,
      (Array.isArray(requests) ? requests : []).filter(isObject).flatMap((request) => {
        const [put, gone] = [request['PutRequest'], request['DeleteRequest']]
        const item = isObject(put) ? put['Item'] : isObject(gone) ? gone['Key'] : undefined
        return isObject(item) ? [item] : []
      }),
    ]),
  )
}

type Item = Output | undefined

const itemsOf = async (engine: Engine, touched: readonly Touched[]): Promise<readonly Item[]> => {
  const items: Item[] = []
  for (const { tableName, keys } of touched) {
    const asked = { TableName: tableName, Key: keys, ConsistentRead: true }
    // A key that is none is refused with the write itself.
    const { statusCode, body } = await engine.send('GetItem', Buffer.from(JSON.stringify(asked)))
    const { Item: item } = statusCode === 200 ? readJson(body) : {}
    items.push(isObject(item) ? item : undefined)
  }
  return items
}

const record = (
  store: Store,
  call: StoreCall,
  touched: readonly Touched[],
  before: readonly Item[],
  after: readonly Item[],
): Promise<void> =>
  store.write(async (tx) => {
    for (const [at, { tableName, stream, keys }] of touched.entries()) {
      const [oldImage, newImage] = [before[at], after[at]]
      // AWS: a write that changes nothing makes no record.
      if (canonicalJson(oldImage ?? null) === canonicalJson(newImage ?? null)) continue
      const name = `${tableName}/${stream.label}`
      const scope: Scope = call
      const { count: had } = (await tx.get(heads, scope, name)) ?? { count: 0 }
      const count = had + 1
      await tx.put(heads, scope, name, { count })
      const { nowMs } = call
      const change = changeOf({
        count,
        stream,
        keys,
        oldImage,
        newImage,
        nowMs,
        id: call.requestId,
      })
      await tx.put(changes, scope, `${name}/${numberOf(count)}`, change)
      await tx.delete(changes, scope, `${name}/${numberOf(count - CHANGES_MAX)}`)
    }
  })

const changeOf = (given: {
  readonly count: number
  readonly stream: TableStream
  readonly keys: Output
  readonly oldImage: Item
  readonly newImage: Item
  readonly nowMs: number
  readonly id: string
}): ItemChange => {
  const { count, stream, keys, oldImage, newImage, nowMs, id } = given
  const { viewType } = stream
  const showsNew = viewType.startsWith('NEW_') && newImage !== undefined
  const showsOld = viewType.includes('OLD_IMAGE')
  const images = {
    ...(showsNew && { newImage }),
    ...(showsOld && oldImage !== undefined && { oldImage }),
  }
  return {
    eventID: `${id.replaceAll('-', '')}${count}`,
    eventName: oldImage === undefined ? 'INSERT' : newImage === undefined ? 'REMOVE' : 'MODIFY',
    sequenceNumber: numberOf(count),
    approximateCreationMs: nowMs,
    sizeBytes: Buffer.byteLength(JSON.stringify({ keys, ...images })),
    streamViewType: viewType,
    keys,
    ...images,
  }
}
