// What is read of a few collections for many who ask at once: each is read once, and again when one of the collections
// is written to.
import type { Collection, Store } from './store.ts'

export interface Readings<T> {
  /** What `read` gave, which is called where nothing is known. */
  of(key: string, read: () => Promise<T>): Promise<T>
  close(): void
}

/** At `keysMax` it begins anew. */
export const createReadings = <T>(
  store: Pick<Store, 'watch'>,
  collections: readonly Collection<unknown>[],
  keysMax: number,
): Readings<T> => {
  const known = new Map<string, Promise<T>>()
  const close = store.watch(({ touches }) => {
    if (collections.some(touches)) known.clear()
  })
  return {
    of: (key, read) => {
      const before = known.get(key)
      if (before !== undefined) return before
      if (known.size >= keysMax) known.clear()
      const reading = read()
      known.set(key, reading)
      // The caller has the error. One that is known by now is another's.
      reading.catch(() => known.get(key) === reading && known.delete(key))
      return reading
    },
    close,
  }
}
