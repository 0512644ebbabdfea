import assert from 'node:assert/strict'
import { it } from 'node:test'
import { collection } from '#store/store.ts'
import { createMemoryStore } from '#store/memory.ts'
import { createRemembered } from '#store/remembered.ts'

const things = collection<number>('test/things')
const SCOPE = { accountId: '1', region: 'r' }

it('what was read is known until something is committed', async () => {
  const store = createMemoryStore()
  const known = createRemembered<number>(store)
  known.reading()([['a', 1]])
  assert.deepEqual([known.has('a'), known.get('a'), known.has('b')], [true, 1, false])
  await store.write((tx) => tx.put(things, SCOPE, 'x', 1))
  assert.equal(known.has('a'), false)
})

it('what was read before a commit is not kept after it', async () => {
  const store = createMemoryStore()
  const known = createRemembered<number>(store)
  const keep = known.reading()
  await store.write((tx) => tx.put(things, SCOPE, 'x', 1))
  keep([['a', 1]])
  assert.equal(known.has('a'), false)
})

it('it is bounded', () => {
  const known = createRemembered<number>(createMemoryStore())
  const keep = known.reading()
  for (let at = 0; at <= 10_000; at++) keep([[`${at}`, at]])
  assert.equal(known.has('0'), false)
  assert.equal(known.get('10000'), 10_000)
})
