// What every call asks for and few calls change: kept until something is committed, whatever that was.
import type { Store } from './store.ts'

export interface Remembered<T> {
  has(key: string): boolean
  get(key: string): T | undefined
  /** Before a look into the store: what is found there is kept, unless something is committed meanwhile. */
  reading(): (found: Iterable<readonly [key: string, value: T]>) => void
}

/** Full, it begins anew. */
const KEYS_MAX = 10_000

export const createRemembered = <T>(
  store: Pick<Store, 'watch'>,
  keysMax: number = KEYS_MAX,
): Remembered<T> => {
  const known = new Map<string, T>()
  let commits = 0
  // Called before the one who has written is answered: nobody who knows of a change meets what was before it.
  store.watch(() => {
    commits += 1
    known.clear()
  })
  return {
    has: (key) => known.has(key),
    get: (key) => known.get(key),
    reading: () => {
      const before = commits
      return (found) => {
        if (commits !== before) return
        for (const [key, value] of found) {
          if (known.size >= keysMax) known.clear()
          known.set(key, value)
        }
      }
    },
  }
}
