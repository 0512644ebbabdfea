// dynalite, embedded: the tables of one account in one region, in a folder of their own. Its rules and its actions are
// called, not its server; what they read and write are rows of a LevelDB that this file opens, and whose lock keeps other
// processes out. Whoever changes anything is alone, and what is changed becomes one batch.
// https://github.com/architect/dynalite
import { mkdir } from 'node:fs/promises'
import { isObject } from '#shared/json.ts'
import { act, type ActionName, checkInput, type CheckedInput, isActionName } from './actions.ts'
import { type Batch, openBatch } from './batch.ts'
import { EngineError } from './engine-errors.ts'
import { changeIndexes, clearDeleted, indexChangesOf } from './index-changes.ts'
import { checkItem } from './item-size.ts'
import { type Level, levelAt } from './level.ts'
import { checkExpressions, checkSizes } from './request-bounds.ts'
import { rowsOf, TABLE } from './rows.ts'
import { settleTables } from './settle-tables.ts'

export type Output = Readonly<Record<string, unknown>>

export interface Engine {
  /** Throws `EngineError` where it is refused. The answer is JSON. */
  send(operation: ActionName, input: Output): Promise<string>
  ask(operation: ActionName, input: Output): Promise<Output>
  /**
   * Runs `work` with nobody else changing anything. What it has written into the batch is kept whole, or not at all
   * where it throws. `afterwards` runs before the next one's turn.
   */
  alone<T>(
    work: (batch: Batch) => Promise<T>,
    afterwards?: (result: T) => Promise<void>,
  ): Promise<T>
  readonly level: Level
  close(): Promise<void>
}

export const openEngine = async (folder: string): Promise<Engine> => {
  await mkdir(folder, { recursive: true })
  const level = levelAt(folder)
  await level.open()
  const leaving = await settleTables(level)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn.catch(() => {})
    return turn
  }
  const alone: Engine['alone'] = (work, afterwards = async () => {}) =>
    inTurn(async () => {
      const batch = openBatch(level)
      try {
        const result = await work(batch)
        for (const { after } of batch.written()) if (after !== undefined) checkItem(after)
        await batch.commit()
        await afterwards(result)
        return result
      } finally {
        batch.close()
      }
    })
  const send: Engine['send'] = async (operation, input) => {
    if (operation === 'UpdateTable')
      return alone(
        (batch) => updateTable(batch, input),
        () => clearDeleted(level, input),
      )
    const checked = check(operation, input)
    if (operation === 'DeleteTable') return inTurn(() => deleteTable(level, checked))
    if (operation === 'CreateTable') return alone((batch) => settled(batch, checked))
    return CHANGES.has(operation)
      ? alone((batch) => act(checked, batch))
      : act(checked, rowsOf(level))
  }
  const ask: Engine['ask'] = async (operation, input) => {
    const output: unknown = JSON.parse(await send(operation, input))
    return isObject(output) ? output : {}
  }
  for (const TableName of leaving) await ask('DeleteTable', { TableName })
  return {
    send,
    ask,
    alone,
    level,
    close: async () => {
      await last
      await level.close()
    },
  }
}

/** Changes what it is given: the engine's rules normalise in place. */
export const check = (operation: ActionName, input: Output): CheckedInput => {
  checkExpressions(input)
  checkSizes(operation, input)
  return checkInput(operation, input)
}

export const actionNamed = (operation: string): ActionName => {
  if (isActionName(operation)) return operation
  throw new EngineError('UnknownOperationException', '')
}

const CHANGES: ReadonlySet<string> = new Set([
  'BatchWriteItem',
  'DeleteItem',
  'PutItem',
  'TagResource',
  'UntagResource',
  'UpdateItem',
])

/** The engine writes a table twice: as it is changing, and a moment later as it is changed. */
const settled = async (batch: Batch, checked: CheckedInput): Promise<string> => {
  const answer = await act(checked, batch)
  await batch.changed(2)
  return answer
}

/** The engine knows indexes of new tables alone: those that come and go later are ours. */
const updateTable = async (batch: Batch, input: Output): Promise<string> => {
  const { changes, rest } = indexChangesOf(input)
  const others = Object.keys(rest).filter((name) => !NO_CHANGE.has(name))
  const answer = others.length > 0 ? await settled(batch, check('UpdateTable', rest)) : undefined
  if (changes.length === 0 && answer !== undefined) return answer
  if (changes.length === 0) checkInput('UpdateTable', rest)
  const table = await changeIndexes(batch, input, changes)
  return JSON.stringify({ TableDescription: { ...table, TableStatus: 'UPDATING' } })
}

const NO_CHANGE: ReadonlySet<string> = new Set(['TableName', 'AttributeDefinitions'])

/** A table can be larger than a batch: it is DELETING until its last row is gone (settle-tables.ts). */
const deleteTable = async (level: Level, checked: CheckedInput): Promise<string> => {
  let isOpen = true
  const rows = rowsOf(level)
  const answer = await act(checked, {
    ...rows,
    change: async (changes) => {
      if (isOpen) await rows.change(changes)
    },
  })
  isOpen = false
  await level.batch([{ type: 'del', key: `${TABLE}${String(checked.data['TableName'])}` }])
  return answer
}
