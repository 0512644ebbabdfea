// What a piece of work changed, with what was there before: so that work which had to commit in the middle can be taken
// back, by whoever did it or, after a crash, by the next start. The log lies in the store and commits with the changes.
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { collection, type Store, type Transaction } from './store.ts'

interface UndoEntry {
  readonly collection: string
  readonly scope: Scope
  readonly key: string
  /** Null where there was nothing. */
  readonly before: unknown
}

/** By `{work}/{number}`. */
const undoEntries = collection<UndoEntry>('store/undo')

export interface UndoLog {
  /** The transaction, every change of which is remembered. */
  recording(tx: Transaction): Transaction
  /** Writes what was remembered since the last time: before a commit. */
  write(tx: Transaction): Promise<void>
  /** True where the log is what this work wrote: nobody cleared the store meanwhile. */
  isWhole(tx: Transaction): Promise<boolean>
  /** Forgets the log: with the commit after which there is no way back. */
  forget(tx: Transaction): Promise<void>
}

const NUMBER_DIGITS = 9

/** `work` names what is done and has no slash. */
export const createUndoLog = (work: string): UndoLog => {
  const seen = new Set<string>()
  let fresh: UndoEntry[] = []
  let written = 0

  const remember = (name: string, scope: Scope, key: string, before: unknown): void => {
    const id = JSON.stringify([name, scope.accountId, scope.region, key])
    if (seen.has(id)) return
    seen.add(id)
    const { accountId, region } = scope
    fresh.push({ collection: name, scope: { accountId, region }, key, before: before ?? null })
  }

  return {
    recording: (tx) => ({
      ...tx,
      put: async (into, scope, key, value) => {
        remember(into.name, scope, key, await tx.get(into, scope, key))
        await tx.put(into, scope, key, value)
      },
      delete: async (from, scope, key) => {
        remember(from.name, scope, key, await tx.get(from, scope, key))
        return tx.delete(from, scope, key)
      },
      deletePrefix: async (from, scope, prefix) => {
        for (const { key, value } of await tx.list(from, scope, { prefix })) {
          remember(from.name, scope, key, value)
        }
        return tx.deletePrefix(from, scope, prefix)
      },
    }),
    write: async (tx) => {
      for (const entry of fresh) {
        const number = String(written++).padStart(NUMBER_DIGITS, '0')
        await tx.put(undoEntries, GLOBAL_SCOPE, `${work}/${number}`, entry)
      }
      fresh = []
    },
    isWhole: async (tx) => {
      const rows = await tx.list(undoEntries, GLOBAL_SCOPE, { prefix: `${work}/` })
      return rows.length === written
    },
    forget: async (tx) => {
      await tx.deletePrefix(undoEntries, GLOBAL_SCOPE, `${work}/`)
    },
  }
}

/** Takes back what the work wrote a log of, in one transaction. True where there was something. */
export const undoWork = (store: Store, work: string): Promise<boolean> => undo(store, `${work}/`)

/** Takes back everything that was begun and never finished: a process that died in the middle left it. */
export const undoUnfinished = async (store: Store): Promise<boolean> => {
  const [first] = await store.read((view) => view.list(undoEntries, GLOBAL_SCOPE, { limit: 1 }))
  return first === undefined ? false : undo(store, '')
}

const undo = (store: Store, prefix: string): Promise<boolean> =>
  store.write(async (tx) => {
    const rows = await tx.list(undoEntries, GLOBAL_SCOPE, { prefix })
    for (const { key, value } of rows.toReversed()) {
      const from = collection<unknown>(value.collection)
      if (value.before === null) await tx.delete(from, value.scope, value.key)
      else await tx.put(from, value.scope, value.key, value.before)
      await tx.delete(undoEntries, GLOBAL_SCOPE, key)
    }
    return rows.length > 0
  })
