// Time to live: items whose attribute says that their time is over are deleted, within a minute or two of it, by sweeps
// that each do a bounded part. A stream tells who did it.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { isObject } from '#shared/json.ts'
import type { StoreCall } from '#store/transactional.ts'
import { act } from './actions.ts'
import { noteChanges, passOn } from './change-feed.ts'
import { EngineError } from './engine-errors.ts'
import { check, type Engine, type Output } from './engine.ts'
import { orderOfNumbers } from './conditions.ts'
import { type TimeToLive, timesToLive } from './time-to-live-settings.ts'

/** Of each table in one sweep. */
const ITEMS_READ_MAX = 1_000
/** AWS: what was over more than five years ago is a mistake, and stays. */
const YEARS_MAX_S = 5 * 365 * 24 * 3_600

const BY_TIME_TO_LIVE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' }

export interface Sweeper {
  sweep(call: Pick<StoreCall, 'store' | 'nowMs' | 'ids' | 'requestId'>): Promise<void>
}

/** A table whose items cannot be deleted is told of, and keeps no other one waiting. */
export const createSweeper = (
  engineOf: (scope: Scope) => Promise<Engine>,
  onError: (error: unknown) => void,
): Sweeper => {
  /** Where the next sweep of a table goes on. */
  const places = new Map<string, unknown>()
  return {
    sweep: async (given) => {
      const all = await given.store.read((view) => view.list(timesToLive, GLOBAL_SCOPE))
      for (const key of places.keys()) if (!all.some((one) => one.key === key)) places.delete(key)
      for (const { key, value } of all) {
        const call = { ...given, accountId: value.accountId, region: value.region }
        try {
          const next = await sweepTable(await engineOf(value), value, call, places.get(key))
          if (next === undefined) places.delete(key)
          else places.set(key, next)
        } catch (error) {
          onError(error)
        }
      }
    },
  }
}

const sweepTable = async (
  engine: Engine,
  { tableName: TableName, attribute }: TimeToLive,
  call: StoreCall,
  start: unknown,
): Promise<unknown> => {
  const now = Math.floor(call.nowMs / 1_000)
  const isOver = (item: unknown): boolean => {
    const held = isObject(item) && Object.hasOwn(item, attribute) ? item[attribute] : undefined
    const time = isObject(held) ? held['N'] : undefined
    return (
      typeof time === 'string' &&
      orderOfNumbers(time, String(now)) < 0 &&
      orderOfNumbers(time, String(now - YEARS_MAX_S)) > 0
    )
  }
  const from = start === undefined ? {} : { ExclusiveStartKey: start }
  const { Table } = await ofTable(engine.ask('DescribeTable', { TableName }))
  const { Items, LastEvaluatedKey } = await ofTable(
    engine.ask('Scan', { TableName, Limit: ITEMS_READ_MAX, ...from }),
  )
  const names = isObject(Table) && Array.isArray(Table['KeySchema']) ? Table['KeySchema'] : []
  for (const item of Array.isArray(Items) ? Items : []) {
    if (!isObject(item) || !isOver(item)) continue
    const Key = Object.fromEntries(
      names.filter(isObject).map(({ AttributeName: name }) => [name, item[String(name)]]),
    )
    await expire(engine, { TableName, Key }, isOver, call)
  }
  return LastEvaluatedKey
}

/** A table that is gone has nothing. */
const ofTable = async (asked: Promise<Output>): Promise<Output> => {
  try {
    return await asked
  } catch (error) {
    if (error instanceof EngineError && error.code === 'ResourceNotFoundException') return {}
    throw error
  }
}

/** Deletes an item whose time is still over. */
const expire = (
  engine: Engine,
  place: Output,
  isOver: (item: unknown) => boolean,
  call: StoreCall,
): Promise<void> =>
  engine.alone(
    async (batch) => {
      const found: unknown = JSON.parse(await act(check('GetItem', structuredClone(place)), batch))
      if (!isObject(found) || !isOver(found['Item'])) return
      await act(check('DeleteItem', structuredClone(place)), batch)
      await noteChanges(batch, call, BY_TIME_TO_LIVE)
    },
    () => passOn(engine, call.store, call),
  )
