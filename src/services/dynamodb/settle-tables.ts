// Tables that a killed process was about to change: the engine would leave them CREATING or DELETING for ever. Before
// it opens its folder, what was begun is brought to an end in the rows that describe the tables.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isObject } from '#shared/json.ts'

export interface SettledTables {
  /** To be deleted again: their deletion had begun. */
  readonly leaving: readonly string[]
}

/** The engine's own store, as far as it is used here. */
interface LevelStore {
  open(): Promise<void>
  iterator(range: { gte: string; lt: string }): AsyncIterable<readonly [string, string]>
  put(key: string, value: string): Promise<void>
  close(): Promise<void>
}

const TABLE_ROWS = { gte: 'table~', lt: 'table~\uffff' }

export const settleTables = async (folder: string): Promise<SettledTables> => {
  if (!existsSync(join(folder, 'CURRENT'))) return { leaving: [] }
  const store = openLevel(folder)
  await store.open()
  try {
    const leaving: string[] = []
    for await (const [key, text] of store.iterator(TABLE_ROWS)) {
      const row: unknown = JSON.parse(text)
      if (!isObject(row) || isSettled(row)) continue
      if (row['TableStatus'] === 'DELETING') leaving.push(String(row['TableName']))
      await store.put(key, JSON.stringify(settle(row)))
    }
    return { leaving }
  } finally {
    await store.close()
  }
}

const openLevel = (folder: string): LevelStore => {
  // The very package that the engine opens the folder with.
  const ofEngine = createRequire(createRequire(import.meta.url).resolve('dynalite'))
  const { Level } = ofEngine('level') as { Level: new (path: string) => LevelStore }
  return new Level(folder)
}

const isSettled = (row: Readonly<Record<string, unknown>>): boolean =>
  row['TableStatus'] === 'ACTIVE' && indexesOf(row).every((index) => isActive(index))

const isActive = (index: unknown): boolean =>
  !isObject(index) || index['IndexStatus'] === undefined || index['IndexStatus'] === 'ACTIVE'

const indexesOf = (row: Readonly<Record<string, unknown>>): readonly unknown[] =>
  Array.isArray(row['GlobalSecondaryIndexes']) ? row['GlobalSecondaryIndexes'] : []

const settle = (row: Readonly<Record<string, unknown>>) => ({
  ...row,
  TableStatus: 'ACTIVE',
  ...(Array.isArray(row['GlobalSecondaryIndexes']) && {
    GlobalSecondaryIndexes: indexesOf(row).map((index) =>
      isObject(index) ? { ...index, IndexStatus: 'ACTIVE' } : index,
    ),
  }),
})
