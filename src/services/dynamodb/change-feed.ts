// Streams of tables: a change feed around the engine, which has none. The item before and the item after make the
// record, which is kept with the item and then moved to its stream. What a stream keeps is bounded, the oldest goes first.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
import type { ChangeFeed, ItemChange } from '#model/ports.ts'
import { parseArn } from '#model/arn.ts'
import type { Scope } from '#model/scope.ts'
import { canonicalJson, isObject } from '#shared/json.ts'
import { collection, type Store, type Transaction } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { Batch } from './batch.ts'
import type { Engine, Output } from './engine.ts'
import { rangeOf } from './level.ts'
import { TABLE } from './rows.ts'
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
/** By `last`: the number of the last note that is in its stream. */
const passedOn = collection<string>('dynamodb/passedOn')

const numberOf = (count: number): string => String(count).padStart(DIGITS, '0')

export const changeFeed = (store: Store): ChangeFeed => ({
  read: readChanges(store),
  watch: (listener) => store.watch(() => listener()),
})

const readChanges =
  (store: Store): ChangeFeed['read'] =>
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

interface Noted {
  readonly tableName: string
  readonly stream: TableStream
  readonly keys: Output
  readonly oldImage?: Output
  readonly newImage?: Output
  readonly nowMs: number
  readonly id: string
  readonly userIdentity?: ItemChange['userIdentity']
}

/** How many have been noted in an engine; and each until it is in its stream, by its number. */
const COUNT = 'daemun-noted'
const OUTBOX = 'daemun-outbox~'

/**
 * Adds to a batch what the streams of its tables are to tell of it: what is changed and what is told of it are kept
 * together, whatever becomes of the process. True where there is something to tell.
 */
export const noteChanges = async (
  batch: Batch,
  call: StoreCall,
  userIdentity?: ItemChange['userIdentity'],
): Promise<boolean> => {
  const found: Noted[] = []
  for (const { tableName, before, after } of batch.written()) {
    // AWS: a write that changes nothing makes no record.
    if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) continue
    const table = await call.store.read((view) => view.get(tableRecords, call, tableName))
    const item = after ?? before
    if (table?.stream === undefined || item === undefined) continue
    const names = await keyNames(batch, tableName)
    found.push({
      tableName,
      stream: table.stream,
      keys: Object.fromEntries(names.map((name) => [name, item[name]])),
      ...(before !== undefined && { oldImage: before }),
      ...(after !== undefined && { newImage: after }),
      nowMs: call.nowMs,
      id: call.requestId,
      ...(userIdentity && { userIdentity }),
    })
  }
  if (found.length === 0) return false
  // Numbers of a folder that begins anew are above those of one that was deleted.
  let count = Number((await batch.get(COUNT)) ?? call.nowMs * 1_000)
  const rows = found.map((value) => {
    count += 1
    return { type: 'put' as const, key: OUTBOX + numberOf(count), value }
  })
  await batch.change([...rows, { type: 'put', key: COUNT, value: count }])
  return true
}

const keyNames = async (batch: Batch, tableName: string): Promise<readonly string[]> => {
  const row = await batch.get(TABLE + tableName)
  const schema = isObject(row) ? row['KeySchema'] : undefined
  return (Array.isArray(schema) ? schema : [])
    .filter(isObject)
    .map(({ AttributeName }) => String(AttributeName))
}

/** Moves what was noted into the streams. What was moved by a process that died before it could say so is not again. */
export const passOn = async ({ level }: Engine, store: Store, scope: Scope): Promise<void> => {
  const noted: [string, Noted][] = []
  for await (const [key, value] of level.iterator(rangeOf(OUTBOX)))
    noted.push([key.slice(OUTBOX.length), value as Noted]) // Written above.
  if (noted.length === 0) return
  await store.write(async (tx) => {
    const done = (await tx.get(passedOn, scope, 'last')) ?? ''
    for (const [number, one] of noted) if (number > done) await record(tx, scope, one)
    await tx.put(passedOn, scope, 'last', noted.at(-1)?.[0] ?? done)
  })
  await level.batch(noted.map(([number]) => ({ type: 'del', key: OUTBOX + number })))
}

const record = async (tx: Transaction, scope: Scope, noted: Noted): Promise<void> => {
  const name = `${noted.tableName}/${noted.stream.label}`
  const { count: had } = (await tx.get(heads, scope, name)) ?? { count: 0 }
  const count = had + 1
  await tx.put(heads, scope, name, { count })
  await tx.put(changes, scope, `${name}/${numberOf(count)}`, changeOf(noted, count))
  await tx.delete(changes, scope, `${name}/${numberOf(count - CHANGES_MAX)}`)
}

const changeOf = (noted: Noted, count: number): ItemChange => {
  const { stream, keys, oldImage, newImage, nowMs, id, userIdentity } = noted
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
    ...(userIdentity && { userIdentity }),
  }
}
