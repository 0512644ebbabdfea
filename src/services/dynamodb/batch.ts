// What one call writes, kept until it is whole: items, their rows in indexes and what else belongs to them go to the
// disk in one step of LevelDB's, so that a process that is killed leaves all of it or nothing.
import type { Output } from './engine.ts'
import { type Level, type RowChange } from './level.ts'
import { type Rows, rowsOf } from './rows.ts'

export interface ItemWrite {
  readonly tableName: string
  readonly before: Output | undefined
  readonly after: Output | undefined
}

export interface Batch extends Rows {
  /** Past the batch, for what nobody can see yet and is too large for one. */
  readonly direct: Rows
  /** The items that would change, in the order in which they were first written. */
  written(): readonly ItemWrite[]
  /** The item of a table that was read last. */
  read(tableName: string): unknown
  /** Fulfils when rows have been written so many times. */
  changed(times: number): Promise<void>
  commit(): Promise<void>
  /** Whatever is written after this is lost. */
  close(): void
}

/** `item-{table}~{key}`: no name of a table has a tilde. */
const ITEM_ROW = /^item-([^~]+)~/

export const openBatch = (level: Level): Batch => {
  const rows = rowsOf(level)
  const pending = new Map<string, unknown>()
  const before = new Map<string, unknown>()
  let isOpen = true
  let changes = 0
  const waiting: { readonly times: number; readonly go: () => void }[] = []
  const readBefore = async (key: string): Promise<unknown> => {
    const row = await rows.get(key)
    if (!before.has(key)) before.set(key, row)
    return row
  }
  return {
    direct: rows,
    get: async (key) => (pending.has(key) ? pending.get(key) : readBefore(key)),
    entries: rows.entries,
    change: async (wanted) => {
      if (!isOpen) return
      for (const change of wanted) {
        if (ITEM_ROW.test(change.key) && !before.has(change.key)) await readBefore(change.key)
        pending.set(change.key, change.type === 'put' ? change.value : undefined)
      }
      changes += 1
      for (const { times, go } of waiting) if (changes >= times) go()
    },
    written: () =>
      [...pending].flatMap(([key, row]) => {
        const tableName = ITEM_ROW.exec(key)?.[1]
        if (tableName === undefined) return []
        // Rows of items are items.
        return [{ tableName, before: before.get(key) as Output, after: row as Output }]
      }),
    read: (tableName) => {
      const read = [...before].findLast(([key]) => ITEM_ROW.exec(key)?.[1] === tableName)
      return read?.[1]
    },
    changed: (times) =>
      changes >= times
        ? Promise.resolve()
        : new Promise((go) => {
            waiting.push({ times, go })
          }),
    commit: async () => {
      isOpen = false
      const found = [...pending].map(
        ([key, value]): RowChange =>
          value === undefined ? { type: 'del', key } : { type: 'put', key, value },
      )
      if (found.length > 0) await level.batch(found)
    },
    close: () => {
      isOpen = false
    },
  }
}
