import assert from 'node:assert/strict'
import { it } from 'node:test'
import { LRUCache } from 'lru-cache'
import { counted } from '#shared/counted.ts'

it('a cache holds as many entries as it is told, whatever they are, and the newest', () => {
  const cache = new LRUCache<string, string>(counted(2))
  for (const key of ['first', 'second', 'third']) cache.set(key, key.repeat(1_000))
  assert.deepEqual([...cache.keys()], ['third', 'second'])
})
