import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '#shared/random.ts'

test('small draws are cut from a larger one, and no bytes are handed out twice', () => {
  const drawn = new Set(
    Array.from({ length: 2_000 }, () => Buffer.from(systemRandom.bytes(12)).toString('hex')),
  )
  assert.equal(drawn.size, 2_000)
})

test('a draw has the length asked for, small or large', () => {
  for (const length of [0, 1, 64, 65, 5_000]) {
    assert.equal(systemRandom.bytes(length).length, length)
  }
})

test('what was drawn belongs to its owner: a later draw does not change it', () => {
  const first = systemRandom.bytes(16)
  const copy = Uint8Array.from(first)
  for (let draw = 0; draw < 1_000; draw++) systemRandom.bytes(16)
  assert.deepEqual(first, copy)
})
