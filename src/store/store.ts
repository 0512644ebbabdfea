// What operators change: typed collections of JSON values per account and region, with one monotonic revision.
// Every write happens in a transaction that commits whole or not at all and raises the revision by one.
// Implementations: memory.ts, sqlite.ts (one machine), later postgres.
import type { Scope } from '#model/scope.ts'

/** The name of a set of values of one type. `T` exists for the compiler only. */
export interface Collection<T> {
  readonly name: string
  readonly type?: T
}

export const collection = <T>(name: string): Collection<T> => ({ name })

export interface Entry<T> {
  readonly key: string
  readonly value: T
}

export interface ListOptions {
  /** Only keys that begin so, for instance `{apiId}/`. */
  readonly prefix?: string
  /** Only keys after this one, in code-unit order: the place to go on from. */
  readonly after?: string
  readonly limit?: number
}

/** A consistent sight of the store. Values are frozen copies: changing one changes nothing. */
export interface View {
  get<T>(collection: Collection<T>, scope: Scope, key: string): Promise<T | undefined>
  /** Entries in code-unit order of their keys. */
  list<T>(
    collection: Collection<T>,
    scope: Scope,
    options?: ListOptions,
  ): Promise<readonly Entry<T>[]>
}

export interface Transaction extends View {
  put<T>(collection: Collection<T>, scope: Scope, key: string, value: T): Promise<void>
  /** True where there was something to delete. */
  delete<T>(collection: Collection<T>, scope: Scope, key: string): Promise<boolean>
  /** Deletes every key that begins with `prefix` (never empty) and says how many. */
  deletePrefix<T>(collection: Collection<T>, scope: Scope, prefix: string): Promise<number>
  /** Deletes everything, in all collections and scopes. */
  clear(): Promise<void>
}

/** A key of a collection that changed after some revision; `value` is undefined where it was deleted. */
export interface Change<T> {
  readonly key: string
  readonly value: T | undefined
}

export interface Commit {
  readonly revision: number
  /** Whether anything of the collection was written or deleted. */
  touches(collection: Collection<unknown>): boolean
}

export interface Store {
  /** Runs `work` on the last committed state. */
  read<T>(work: (view: View) => Promise<T>): Promise<T>
  /**
   * Runs `work` alone: transactions do not overlap. It sees its own writes; others see them after the commit,
   * which is durable when the promise fulfils. A throw rolls everything back.
   */
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** The revision of the last committed write; 0 for a new store. */
  revision(): Promise<number>
  /**
   * What changed in a collection of the global scope after revision `since`, and the revision up to which that is true.
   * Deletions are remembered for as long as the store lives.
   */
  changes<T>(
    collection: Collection<T>,
    since: number,
  ): Promise<{ readonly revision: number; readonly changes: readonly Change<T>[] }>
  /** Calls back after each commit, until the returned function is called. */
  watch(listener: (commit: Commit) => void): () => void
  close(): Promise<void>
}
