// The SQLite file of messages and deliveries, beside the store: opened by the host process alone. Whatever comes in one
// turn of the event loop is one transaction, and nobody is answered before it is committed.
import { DatabaseSync } from 'node:sqlite'

/** What must not be forgotten: a commit is in the log of the file when `run` fulfils, so that kill -9 loses nothing. */
export interface MessageFile {
  readonly database: DatabaseSync
  /**
   * Runs `work` in the transaction of this turn; fulfils when it is committed. `work` checks before it writes: a throw
   * of SQLite takes the whole turn back, and everyone in it is told.
   */
  run<T>(work: (database: DatabaseSync) => T): Promise<T>
  close(): Promise<void>
}

const openPrepared = (path: string, schema: readonly string[]): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: BUSY_MS })
  try {
    // NORMAL: a killed process loses nothing; a power cut may take the last moments. The store is for what may not be.
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY',
    )
    for (const statement of schema) database.exec(statement)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

interface Turn {
  readonly committed: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  failed: boolean
}

const BUSY_MS = 5_000

export const openMessageFile = (path: string, schema: readonly string[]): MessageFile => {
  const database = openPrepared(path, schema)
  let turn: Turn | undefined

  const begin = (): Turn => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => undefined) // Everyone in the turn has the error; there may be nobody yet.
    database.exec('BEGIN IMMEDIATE')
    const opened: Turn = { committed: promise, resolve, reject, failed: false }
    setImmediate(() => end(opened))
    return opened
  }

  const end = (ending: Turn): void => {
    if (turn === ending) turn = undefined
    if (ending.failed) return
    try {
      database.exec('COMMIT')
      ending.resolve()
    } catch (error) {
      takeBack(ending, error)
    }
  }

  const takeBack = (failing: Turn, error: unknown): void => {
    failing.failed = true
    if (turn === failing) turn = undefined
    if (database.isTransaction) database.exec('ROLLBACK')
    failing.reject(error)
  }

  return {
    database,
    run: async (work) => {
      turn ??= begin()
      const mine = turn
      let result: ReturnType<typeof work>
      try {
        result = work(database)
      } catch (error) {
        takeBack(mine, error)
        throw error
      }
      await mine.committed
      return result
    },
    close: async () => {
      if (turn !== undefined) await turn.committed.catch(() => undefined) // Its callers have the error.
      database.close()
    },
  }
}
