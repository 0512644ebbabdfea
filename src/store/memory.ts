// The store in memory: for tests and for gateways that keep nothing. The same promises as on disk, but for durability.
import { assert } from '#shared/assert.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { createCommits } from './commits.ts'
import type { Change, Collection, Entry, ListOptions, Store, Transaction, View } from './store.ts'

interface Row {
  readonly value: unknown
  readonly revision: number
}

type Table = Map<string, Row>

const tableName = (collection: Collection<unknown>, scope: Scope): string =>
  `${collection.name} ${scope.accountId} ${scope.region}`

const freeze = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const member of Object.values(value)) freeze(member)
  return value
}

/** A copy that shares nothing with the caller's value, as a round trip through a database would make it. */
const stored = (value: unknown): unknown => freeze(JSON.parse(JSON.stringify(value)))

export const createMemoryStore = (): Store => {
  const tables = new Map<string, Table>()
  const commits = createCommits()
  let revision = 0
  let writing: Promise<unknown> = Promise.resolve()

  const committed: View = viewOf((name) => tables.get(name))

  const write = async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const touched = new Map<string, Table>()
    const next = revision + 1
    const table = (name: string): Table | undefined => touched.get(name) ?? tables.get(name)
    const own = (name: string): Table => {
      const copy = touched.get(name) ?? new Map(tables.get(name))
      touched.set(name, copy)
      return copy
    }
    const { tx, tell } = commits.note({
      ...viewOf(table),
      put: async (collection, scope, key, value) => {
        own(tableName(collection, scope)).set(key, { value: stored(value), revision: next })
      },
      delete: async (collection, scope, key) => {
        const name = tableName(collection, scope)
        if (table(name)?.get(key)?.value === undefined) return false
        own(name).set(key, { value: undefined, revision: next })
        return true
      },
      deletePrefix: async (collection, scope, prefix) => {
        assert(prefix !== '', 'deletePrefix without a prefix')
        const name = tableName(collection, scope)
        const keys = [...(table(name) ?? [])].filter(
          ([key, row]) => key.startsWith(prefix) && row.value !== undefined,
        )
        for (const [key] of keys) own(name).set(key, { value: undefined, revision: next })
        return keys.length
      },
      clear: async () => {
        for (const name of new Set([...tables.keys(), ...touched.keys()])) {
          for (const key of own(name).keys())
            own(name).set(key, { value: undefined, revision: next })
        }
      },
    })
    const result = await work(tx)
    for (const [name, copy] of touched) tables.set(name, copy)
    revision = next
    tell(next)
    return result
  }

  return {
    read: (work) => work(committed),
    write: (work) => {
      const turn = writing.then(() => write(work))
      writing = turn.catch(() => undefined) // The caller has the error; the queue goes on.
      return turn
    },
    revision: async () => revision,
    changes: async <T>(collection: Collection<T>, since: number) => {
      const rows: Table = tables.get(tableName(collection, GLOBAL_SCOPE)) ?? new Map()
      const changed = [...rows].filter(([, row]) => row.revision > since)
      changed.sort(([, left], [, right]) => left.revision - right.revision)
      const changes = changed.map(
        ([key, row]): Change<T> => ({ key, value: row.value as T | undefined }),
      )
      return { revision, changes }
    },
    watch: commits.watch,
    close: async () => commits.forget(),
  }
}

const viewOf = (table: (name: string) => Table | undefined): View => ({
  get: async <T>(collection: Collection<T>, scope: Scope, key: string) =>
    table(tableName(collection, scope))?.get(key)?.value as T | undefined,
  list: async <T>(collection: Collection<T>, scope: Scope, options: ListOptions = {}) => {
    const { prefix = '', after, limit } = options
    const entries: Entry<T>[] = []
    for (const [key, row] of table(tableName(collection, scope)) ?? []) {
      if (row.value === undefined || !key.startsWith(prefix)) continue
      if (after !== undefined && key <= after) continue
      entries.push({ key, value: row.value as T })
    }
    entries.sort((left, right) => (left.key < right.key ? -1 : 1))
    return limit === undefined ? entries : entries.slice(0, limit)
  },
})
