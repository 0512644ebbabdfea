import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLogEventStore } from '#observability/logs/event-store.ts'

const bounds = { groupBytesMax: 10_000, bytesMax: 25_000 }
const page = { limit: 100_000, bytesMax: 1_000_000_000 }
const events = (count: number, atMs = 1_000) =>
  Array.from({ length: count }, (_, index) => ({
    timestampMs: atMs + index,
    message: `${index} `.padEnd(74, 'x'),
  }))

test('a group keeps the newest of its bytes, and all groups together those of theirs', () => {
  const store = openLogEventStore(':memory:', bounds)
  store.append([{ groupId: 'a', streamName: 's', events: events(500) }], 1)
  assert.ok(store.storedBytes('a') <= bounds.groupBytesMax)
  const kept = store.events({ groupId: 'a', ...page }).events
  assert.equal(kept.at(-1)?.atMs, 1_499)
  for (const groupId of ['b', 'c', 'd', 'e']) {
    store.append([{ groupId, streamName: 's', events: events(90) }], 1)
  }
  const total = ['a', 'b', 'c', 'd', 'e'].reduce((sum, id) => sum + store.storedBytes(id), 0)
  assert.ok(total <= bounds.bytesMax, String(total))
  store.close()
})

test('retention deletes what is older; groups that are gone go with the second look', () => {
  const store = openLogEventStore(':memory:', bounds)
  store.append([{ groupId: 'a', streamName: 's', events: events(20) }], 1)
  store.append([{ groupId: 'gone', streamName: 's', events: events(20) }], 1)
  const groups = new Map([['a', { keptSinceMs: 1_010 }]])
  const unknown = store.sweep(groups, new Set())
  assert.deepEqual([...unknown], ['gone'])
  assert.ok(store.storedBytes('gone') > 0)
  store.sweep(groups, unknown)
  assert.equal(store.storedBytes('gone'), 0)
  assert.equal(store.events({ groupId: 'a', ...page }).events.length, 10)
  assert.equal(store.storedBytes('a'), 1_000)
  store.close()
})

test('pages go on where they ended, by time and in the order of arrival', () => {
  const store = openLogEventStore(':memory:', bounds)
  const same = Array.from({ length: 7 }, (_, index) => ({ timestampMs: 5, message: `m${index}` }))
  store.append([{ groupId: 'a', streamName: 's', events: same }], 1)
  const seen: string[] = []
  let after: { atMs: number; id: number } | undefined
  do {
    const read = store.events({ groupId: 'a', ...page, limit: 3, ...(after && { after }) })
    seen.push(...read.events.map(({ message }) => message))
    after = read.last
  } while (after !== undefined)
  assert.deepEqual(seen, ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6'])
  store.close()
})

test('what was written is there after kill -9', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-events-'))
  const path = join(folder, 'logs.db')
  const program = `
    const { openLogEventStore } = await import('#observability/logs/event-store.ts')
    const store = openLogEventStore(${JSON.stringify(path)}, { groupBytesMax: 1e9, bytesMax: 1e9 })
    for (let at = 1; ; at++) {
      store.append([{ groupId: 'a', streamName: 's', events: [{ timestampMs: at, message: 'm' + at }] }], at)
      if (at === 200) process.stdout.write('written')
    }`
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', program],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(import.meta.dirname, '../../..') },
  )
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const store = openLogEventStore(path, { groupBytesMax: 1e9, bytesMax: 1e9 })
  const kept = store.events({ groupId: 'a', ...page }).events
  assert.ok(kept.length >= 200)
  kept.forEach(({ message }, index) => assert.equal(message, `m${index + 1}`))
  assert.equal(
    store.storedBytes('a'),
    kept.reduce((sum, { message }) => sum + message.length + 26, 0),
  )
  store.close()
  await rm(folder, { recursive: true, force: true })
})
