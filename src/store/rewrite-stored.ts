// What an earlier version has stored in another form, brought into today's when the file is opened. What stood there
// before is wiped, not only let go of: a form may change because it said too much.
import type { DatabaseSync } from 'node:sqlite'

export interface Rewrite {
  /** Name of the collection; its entries of every account and region. */
  readonly collection: string
  /** The entry in its new form; undefined where it has that already. */
  readonly rewrite: (value: unknown, key: string) => unknown
}

export const rewriteStored = (file: DatabaseSync, { collection, rewrite }: Rewrite): void => {
  const rows = file
    .prepare(
      'SELECT account, region, key, value FROM entries WHERE collection = ? AND value IS NOT NULL',
    )
    .all(collection)
  const changed = rows.flatMap(({ account = null, region = null, key = null, value }) => {
    const written = rewrite(JSON.parse(String(value)), String(key))
    return written === undefined ? [] : [[JSON.stringify(written), account, region, key] as const]
  })
  if (changed.length === 0) return
  const { secure_delete: before = 0 } = file.prepare('PRAGMA secure_delete').get() ?? {}
  file.exec('PRAGMA secure_delete = ON; BEGIN IMMEDIATE')
  try {
    const update = file.prepare(
      'UPDATE entries SET value = ? WHERE account = ? AND region = ? AND key = ? AND collection = ?',
    )
    for (const values of changed) update.run(...values, collection)
    file.exec('COMMIT')
  } catch (error) {
    if (file.isTransaction) file.exec('ROLLBACK')
    throw error
  }
  // Pages as they were are in the log as well, until it is emptied.
  file.exec(`PRAGMA wal_checkpoint(TRUNCATE); PRAGMA secure_delete = ${Number(before)}`)
}
