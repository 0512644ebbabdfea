import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiKeyEntry } from '#model/documents.ts'
import { EMPTY_ENTRIES } from '#snapshot/entry-map.ts'

const entry = (id: string): ApiKeyEntry => ({ kind: 'api-key', id, enabled: true, usagePlans: [] })

test('a change makes another map and leaves the one before as it was', () => {
  const one = EMPTY_ENTRIES.with([['api-key/a', entry('a')]])
  const two = one.with([
    ['api-key/a', null],
    ['api-key/b', entry('b')],
  ])
  assert.equal(one.get('api-key/a')?.kind, 'api-key')
  assert.equal(one.get('api-key/b'), undefined)
  assert.equal(two.get('api-key/a'), undefined)
  assert.equal(two.get('api-key/b')?.kind, 'api-key')
  assert.equal(EMPTY_ENTRIES.get('api-key/b'), undefined)
})

test('of 100,000 keys a change copies a small part', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `api-key/1/r/${index * 7_919}`)
  let entries = EMPTY_ENTRIES.with(keys.map((key) => [key, entry(key)] as const))
  const started = process.cpuUsage()
  for (const key of keys.slice(0, 500)) entries = entries.with([[key, entry('other')]])
  const { user } = process.cpuUsage(started)
  // Copying all would be 50 million entries, minutes of work; this is a bound, not a measurement.
  assert.ok(user < 5_000_000, `${user} µs`)
  assert.equal(keys.filter((key) => entries.get(key) !== undefined).length, keys.length)
})
