import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStageCaches, type StageCaches } from '#state/stage-caches.ts'

const KB = 1024
const open = (caches: StageCaches<string>, name = 'api/prod', generation = 0, bytesMax = 1e9) =>
  caches.open({ name, generation, bytesMax })
const keep = (
  caches: StageCaches<string>,
  key: string,
  bytes: number,
  name?: string,
  max?: number,
) =>
  open(caches, name, 0, max).fetch(
    key,
    () => 0,
    async () => ({ answer: key, bytes }),
  )

test('an answer is found until its time is over, by the time to live of whoever asks', async () => {
  const caches = createStageCaches<string>({ bytesMax: KB * KB })
  await keep(caches, 'a', 10)
  assert.equal(open(caches).find('a', 1_000, 999), 'a')
  assert.equal(open(caches).find('a', 1_000, 1_000), undefined)
  assert.equal(open(caches).find('a', 10, 500), undefined)
})

test('a stage holds no more than its size class: the least recently used answer goes', async () => {
  const caches = createStageCaches<string>({ bytesMax: 1e9 })
  for (const key of ['a', 'b', 'c']) await keep(caches, key, 3 * KB, 'api/prod', 8 * KB)
  const stage = open(caches)
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => stage.find(key, 1, 0)),
    [undefined, 'b', 'c'],
  )
})

test('all stages together hold no more than the node gives: the stage that kept nothing for longest pays', async () => {
  const caches = createStageCaches<string>({ bytesMax: 16 * KB })
  for (let index = 0; index < 100; index++) await keep(caches, `k${index}`, KB, `api/s${index}`)
  assert.ok(caches.bytes <= 16 * KB && caches.bytes > 12 * KB, `${caches.bytes}`)
  assert.equal(open(caches, 'api/s0').find('k0', 1, 0), undefined)
  assert.equal(open(caches, 'api/s99').find('k99', 1, 0), 'k99')
})

test('an answer that is larger than all there is is not kept, and displaces nothing', async () => {
  const caches = createStageCaches<string>({ bytesMax: 8 * KB })
  await keep(caches, 'small', KB)
  await keep(caches, 'large', 9 * KB)
  assert.equal(open(caches).find('large', 1, 0), undefined)
  assert.equal(open(caches).find('small', 1, 0), 'small')
})

test('a flush empties the stage at once, and what was asked for before it is not kept', async () => {
  const caches = createStageCaches<string>({ bytesMax: KB * KB })
  await keep(caches, 'a', 10)
  const asked = Promise.withResolvers<{ answer: string; bytes: number }>()
  const before = open(caches)
  const fetching = before.fetch(
    'b',
    () => 0,
    () => asked.promise,
  )
  const flushed = open(caches, 'api/prod', 1)
  assert.equal(flushed.find('a', 1, 0), undefined)
  assert.equal(caches.bytes, 0)
  asked.resolve({ answer: 'b', bytes: 10 })
  await fetching
  assert.equal(open(caches, 'api/prod', 1).find('b', 1, 0), undefined)
  assert.equal(caches.bytes, 0)
  // A request that began before the flush does not bring the old answers back.
  assert.equal(open(caches, 'api/prod', 0), open(caches, 'api/prod', 1))
})

test('who waits gets the answer; where there is none to keep, or the asking fails, it gets nothing', async () => {
  const caches = createStageCaches<string>({ bytesMax: KB * KB })
  const stage = open(caches)
  const failing = stage.fetch(
    'a',
    () => 0,
    () => Promise.reject(new Error('backend')),
  )
  const waiting = stage.fetched('a')
  await assert.rejects(failing, /backend/)
  assert.equal(await waiting, undefined)
  assert.equal(stage.fetched('a'), undefined)
  const fetching = stage.fetch(
    'a',
    () => 0,
    async () => ({ answer: 'x', bytes: 1 }),
  )
  assert.equal(await stage.fetched('a'), 'x')
  await fetching
})

test('of two fetches for a key the one that began last is kept, whichever ends first', async () => {
  const stage = open(createStageCaches<string>({ bytesMax: KB * KB }))
  const slow = Promise.withResolvers<{ answer: string; bytes: number }>()
  const first = stage.fetch(
    'a',
    () => 0,
    () => slow.promise,
  )
  await stage.fetch(
    'a',
    () => 0,
    async () => ({ answer: 'new', bytes: 1 }),
  )
  slow.resolve({ answer: 'old', bytes: 1 })
  await first
  assert.equal(stage.find('a', 1, 0), 'new')
})
