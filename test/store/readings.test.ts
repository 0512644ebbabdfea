import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createMemoryStore } from '#store/memory.ts'
import { createReadings } from '#store/readings.ts'
import { collection } from '#store/store.ts'

const things = collection<number>('test/things')
const others = collection<number>('test/others')
const SCOPE = { accountId: '1', region: 'r' }

const open = (keysMax = 10) => {
  const store = createMemoryStore()
  const readings = createReadings<number>(store, [things], keysMax)
  let reads = 0
  const read = (key: string) => readings.of(key, async () => ++reads)
  const write = (to = things) => store.write((tx) => tx.put(to, SCOPE, 'x', 1))
  return { readings, read, write }
}

it('who asks at once and later gets one reading, until its collection is written to', async () => {
  const { read, write, readings } = open()
  assert.deepEqual(await Promise.all([read('a'), read('a'), read('b')]), [1, 1, 2])
  await write(others)
  assert.equal(await read('a'), 1)
  await write()
  assert.equal(await read('a'), 3)
  readings.close()
  await write()
  assert.equal(await read('a'), 3)
})

it('a reading that was begun before a write is nobody’s after it, and one that failed is tried again', async () => {
  const { read, write, readings } = open()
  const gate = Promise.withResolvers<number>()
  const early = readings.of('a', () => gate.promise)
  await write()
  assert.equal(await read('a'), 1)
  gate.reject(new Error('full'))
  await assert.rejects(early, /full/)
  assert.equal(await read('a'), 1)
  await assert.rejects(
    readings.of('b', () => Promise.reject(new Error('full'))),
    /full/,
  )
  assert.equal(await read('b'), 2)
})

it('so many are known and no more', async () => {
  const { read } = open(2)
  for (const key of ['a', 'b', 'c']) await read(key)
  assert.deepEqual([await read('c'), await read('a')], [3, 4])
})
