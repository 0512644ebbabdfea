// The entries of a directory, of which a change copies a small part: a hundred thousand keys change one at a time.
import type { DirectoryEntry } from '#model/documents.ts'

export interface EntryMap {
  get(key: string): DirectoryEntry | undefined
  /** Another map with these entries in place of (null: without) those of the same keys. This one stays as it is. */
  with(changes: Iterable<readonly [key: string, entry: DirectoryEntry | null]>): EntryMap
}

const SHARDS = 1_024
/** The end of a key tells keys apart: it begins with its kind. */
const HASHED_CHARACTERS = 10

type Shard = ReadonlyMap<string, DirectoryEntry>

const entryMapOf = (shards: readonly Shard[]): EntryMap => ({
  get: (key) => shards[shardOf(key)]?.get(key),
  with: (changes) => {
    const next = [...shards]
    const copied = new Map<number, Map<string, DirectoryEntry>>()
    for (const [key, entry] of changes) {
      const index = shardOf(key)
      let shard = copied.get(index)
      if (shard === undefined) {
        shard = new Map(next[index])
        copied.set(index, shard)
        next[index] = shard
      }
      if (entry === null) shard.delete(key)
      else shard.set(key, entry)
    }
    return copied.size === 0 ? entryMapOf(shards) : entryMapOf(next)
  },
})

const shardOf = (key: string): number => {
  let hash = key.length
  for (let at = Math.max(0, key.length - HASHED_CHARACTERS); at < key.length; at++) {
    hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0
  }
  return hash & (SHARDS - 1)
}

const NO_ENTRIES: Shard = new Map()

export const EMPTY_ENTRIES: EntryMap = entryMapOf(Array.from({ length: SHARDS }, () => NO_ENTRIES))
