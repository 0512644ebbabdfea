// The store of one machine: a SQLite file in WAL mode, opened by the host process alone. One connection writes, a
// few read, so that a long transaction never shows its half-done work to anybody.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import { assert } from '#shared/assert.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { createCommits } from './commits.ts'
import { damaged, isDamaged } from './lock.ts'
import { type Rewrite, rewriteStored } from './rewrite-stored.ts'
import type { Change, Collection, ListOptions, Store, Transaction, View } from './store.ts'

interface Tables {
  entries: {
    collection: string
    account: string
    region: string
    key: string
    /** JSON text; null marks a deletion that `changes` still has to tell of. */
    value: string | null
    revision: number
  }
  revision: { id: number; value: number }
}

type Database = Kysely<Tables>

/** Views that may be open at once; further ones wait. A view inside a view takes a second place. */
const READERS_MAX = 8
/** Greater than every key that begins with the text before it. */
const LAST_CHARACTER = '\u{10FFFF}'

/**
 * Opens (and, where it is new, makes) the database at `path`. The caller holds the data directory's lock. Throws
 * `DataDirectoryError` where the file is no database. `rewrites` are done before anybody reads.
 */
export const openSqliteStore = (path: string, rewrites: readonly Rewrite[] = []): Store => {
  const file = openPrepared(path)
  for (const rewrite of rewrites) rewriteStored(file, rewrite)
  const writer = kyselyOf(file)
  const readers = createReaders(path)
  const commits = createCommits()
  let writing: Promise<unknown> = Promise.resolve()

  const write = async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    let tell = (): void => undefined
    const result = await writer.transaction().execute(async (database) => {
      const { value: revision } = await database
        .updateTable('revision')
        .set({ value: sql<number>`value + 1` })
        .returning('value')
        .executeTakeFirstOrThrow()
      const noted = commits.note(transactionOf(database, revision))
      tell = () => noted.tell(revision)
      return work(noted.tx)
    })
    tell()
    return result
  }

  return {
    read: (work) => readers.use((database) => work(viewOf(database))),
    write: (work) => {
      const turn = writing.then(() => write(work))
      writing = turn.catch(() => undefined) // The caller has the error; the queue goes on.
      return turn
    },
    revision: () => readers.use(revisionOf),
    changes: <T>(collection: Collection<T>, since: number) =>
      readers.use(async (database) => {
        const rows = await database
          .selectFrom('entries')
          .select(['key', 'value'])
          .where('collection', '=', collection.name)
          .where('account', '=', GLOBAL_SCOPE.accountId)
          .where('region', '=', GLOBAL_SCOPE.region)
          .where('revision', '>', since)
          .orderBy('revision')
          .execute()
        const changes = rows.map(
          (row): Change<T> => ({
            key: row.key,
            value: row.value === null ? undefined : parse<T>(row.value),
          }),
        )
        return { revision: await revisionOf(database), changes }
      }),
    watch: commits.watch,
    close: async () => {
      commits.forget()
      await writing
      await readers.close()
      await writer.destroy()
    },
  }
}

const openPrepared = (path: string): DatabaseSync => {
  try {
    const file = openFile(path)
    prepareFile(file)
    return file
  } catch (error) {
    throw isDamaged(error) ? damaged(path, error) : error
  }
}

const openFile = (path: string): DatabaseSync => {
  const file = new DatabaseSync(path, { timeout: 5_000 })
  try {
    // FULL: a commit is on the disk when it returns, so that neither kill -9 nor a power cut takes it back.
    file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

const prepareFile = (file: DatabaseSync): void => {
  file.exec(`
    CREATE TABLE IF NOT EXISTS entries (
      collection TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, key TEXT NOT NULL,
      value TEXT, revision INTEGER NOT NULL,
      PRIMARY KEY (collection, account, region, key)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entries_by_revision
      ON entries (collection, account, region, revision) WHERE account = '';
    CREATE TABLE IF NOT EXISTS revision (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
    INSERT OR IGNORE INTO revision (id, value) VALUES (1, 0);
  `)
}

const kyselyOf = (file: DatabaseSync): Database =>
  new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapted(file) }) })

/** Kysely knows better-sqlite3's interface; node:sqlite's is the same but for these few lines. */
const adapted = (file: DatabaseSync): SqliteDatabase => {
  const prepared = new Map<string, ReturnType<SqliteDatabase['prepare']>>()
  return {
    close: () => file.close(),
    prepare: (text) => {
      // A full disk has ended the transaction already, and its error is the one to tell.
      if (text === 'rollback' && !file.isTransaction) return NOTHING
      const known = prepared.get(text)
      if (known !== undefined) return known
      if (prepared.size >= STATEMENTS_MAX) prepared.clear()
      const made = statementOf(file.prepare(text))
      prepared.set(text, made)
      return made
    },
  }
}

/** The store has some dozen texts; their values are parameters. */
const STATEMENTS_MAX = 200

const statementOf = (statement: StatementSync): ReturnType<SqliteDatabase['prepare']> => {
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
  }
}

const NOTHING = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

/** A bounded set of reading connections, made as they are needed. */
const createReaders = (path: string) => {
  const idle: Database[] = []
  const waiting: (() => void)[] = []
  let opened = 0

  const take = async (): Promise<Database> => {
    for (;;) {
      const database = idle.pop()
      if (database !== undefined) return database
      if (opened < READERS_MAX) {
        const opening = kyselyOf(openFile(path))
        opened++
        return opening
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }

  return {
    use: async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
      const database = await take()
      try {
        return await database.transaction().execute(work)
      } finally {
        idle.push(database)
        waiting.shift()?.()
      }
    },
    close: async () => {
      for (const database of idle.splice(0)) await database.destroy()
    },
  }
}

const revisionOf = async (database: Database): Promise<number> =>
  (await database.selectFrom('revision').select('value').executeTakeFirstOrThrow()).value

const viewOf = (database: Database): View => ({
  get: async <T>(collection: Collection<T>, scope: Scope, key: string) => {
    const row = await rowsOf(database, collection, scope).where('key', '=', key).executeTakeFirst()
    return row?.value == null ? undefined : parse<T>(row.value)
  },
  list: async <T>(collection: Collection<T>, scope: Scope, options: ListOptions = {}) => {
    const { prefix = '', after, limit } = options
    let query = rowsOf(database, collection, scope).where('value', 'is not', null).orderBy('key')
    if (prefix !== '') {
      query = query.where('key', '>=', prefix).where('key', '<', prefix + LAST_CHARACTER)
    }
    if (after !== undefined) query = query.where('key', '>', after)
    if (limit !== undefined) query = query.limit(limit)
    const rows = await query.execute()
    return rows.map((row) => ({ key: row.key, value: parse<T>(row.value ?? 'null') }))
  },
})

const rowsOf = (database: Database, collection: Collection<unknown>, scope: Scope) =>
  database
    .selectFrom('entries')
    .select(['key', 'value'])
    .where('collection', '=', collection.name)
    .where('account', '=', scope.accountId)
    .where('region', '=', scope.region)

const transactionOf = (database: Database, revision: number): Transaction => ({
  ...viewOf(database),
  put: async (collection, scope, key, value) => {
    const text = JSON.stringify(value)
    await database
      .insertInto('entries')
      .values({
        collection: collection.name,
        account: scope.accountId,
        region: scope.region,
        key,
        value: text,
        revision,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['collection', 'account', 'region', 'key'])
          .doUpdateSet({ value: text, revision }),
      )
      .execute()
  },
  delete: async (collection, scope, key) =>
    (await remove(database, collection, scope, revision, { from: key, through: key })) > 0,
  deletePrefix: async (collection, scope, prefix) => {
    assert(prefix !== '', 'deletePrefix without a prefix')
    const keys = { from: prefix, through: prefix + LAST_CHARACTER }
    return remove(database, collection, scope, revision, keys)
  },
  clear: async () => {
    const { accountId } = GLOBAL_SCOPE
    const marked = { value: null, revision }
    await database.updateTable('entries').set(marked).where('account', '=', accountId).execute()
    await database.deleteFrom('entries').where('account', '!=', accountId).execute()
  },
})

/** Deletes rows; those of the global scope leave a mark behind, because nodes ask what has changed there. */
const remove = async (
  database: Database,
  collection: Collection<unknown>,
  scope: Scope,
  revision: number,
  keys: { readonly from: string; readonly through: string },
): Promise<number> => {
  const where = {
    collection: collection.name,
    account: scope.accountId,
    region: scope.region,
  }
  if (scope.accountId === GLOBAL_SCOPE.accountId) {
    const marked = await database
      .updateTable('entries')
      .set({ value: null, revision })
      .where((row) => row.and(where))
      .where('key', '>=', keys.from)
      .where('key', '<=', keys.through)
      .where('value', 'is not', null)
      .executeTakeFirst()
    return Number(marked.numUpdatedRows)
  }
  const deleted = await database
    .deleteFrom('entries')
    .where((row) => row.and(where))
    .where('key', '>=', keys.from)
    .where('key', '<=', keys.through)
    .executeTakeFirst()
  return Number(deleted.numDeletedRows)
}

const parse = <T>(text: string): T => freeze(JSON.parse(text)) as T

const freeze = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) freeze(member)
  return Object.freeze(value)
}
