// Who is told of commits, and what each has touched: the same for all stores.
import type { Collection, Commit, Transaction } from './store.ts'

export interface NotedTransaction {
  /** To be worked with in place of what it was made of. */
  readonly tx: Transaction
  /** Tells the watchers: once it is committed. */
  tell(revision: number): void
}

export const createCommits = () => {
  const listeners = new Set<(commit: Commit) => void>()
  return {
    watch: (listener: (commit: Commit) => void): (() => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    note: (tx: Transaction): NotedTransaction => {
      const touched = new Set<string>()
      let isAll = false
      const noting =
        <Rest extends readonly unknown[], Done>(
          work: (collection: Collection<unknown>, ...rest: Rest) => Done,
        ) =>
        (collection: Collection<unknown>, ...rest: Rest): Done => {
          touched.add(collection.name)
          return work(collection, ...rest)
        }
      return {
        tx: {
          ...tx,
          put: noting(tx.put),
          delete: noting(tx.delete),
          deletePrefix: noting(tx.deletePrefix),
          clear: () => {
            isAll = true
            return tx.clear()
          },
        },
        tell: (revision) => {
          const touches: Commit['touches'] = ({ name }) => isAll || touched.has(name)
          for (const listener of listeners) listener({ revision, touches })
        },
      }
    },
    forget: (): void => listeners.clear(),
  }
}
