// Tables that a killed process was about to change: the engine would leave them CREATING or DELETING for ever. Before
// it opens its folder, what was begun is brought to an end in the rows that describe the tables.
import { isObject } from '#shared/json.ts'
import { type Level, rangeOf } from './level.ts'
import { TABLE } from './rows.ts'

/** Answers the tables that are to be deleted again: their deletion had begun. */
export const settleTables = async (level: Level): Promise<readonly string[]> => {
  const leaving: string[] = []
  for await (const [key, row] of level.iterator(rangeOf(TABLE))) {
    if (!isObject(row) || isSettled(row)) continue
    if (row['TableStatus'] === 'DELETING') leaving.push(String(row['TableName']))
    await level.batch([{ type: 'put', key, value: settle(row) }])
  }
  return leaving
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
