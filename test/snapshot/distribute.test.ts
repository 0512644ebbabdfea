import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectoryDelta } from '#model/documents.ts'
import { follow, keepPulling } from '#snapshot/distribute.ts'
import { handClock } from '../support/limits.ts'

test('news that come while a pull is under way are pulled after it, once', async () => {
  const asked: number[] = []
  const first = Promise.withResolvers<DirectoryDelta>()
  const follower = follow({
    source: {
      changes: (since) => {
        asked.push(since)
        return since === 0 ? first.promise : Promise.resolve({ revision: 9, changes: [] })
      },
      document: () => Promise.reject(new Error('none')),
    },
    apply: () => Promise.resolve(),
  })
  const pulls = [follower.pull(), follower.pull(), follower.pull()]
  first.resolve({ revision: 7, changes: [] })
  await Promise.all(pulls)
  assert.deepEqual(asked, [0, 7])
})

test('a pull that failed is tried again until one is through, and told once; what is taken in is told', async () => {
  const clock = handClock()
  const errors: unknown[] = []
  const pulled: number[] = []
  const through = Promise.withResolvers<void>()
  let failed = Promise.withResolvers<void>()
  let tries = 0
  const pull = keepPulling(
    {
      pull: () => {
        tries++
        if (tries > 3) {
          through.resolve()
          return Promise.resolve(7)
        }
        failed.resolve()
        return Promise.reject(new Error('the host is busy'))
      },
    },
    {
      clock,
      onPulled: (revision) => void pulled.push(revision),
      onError: (error) => void errors.push(error),
    },
  )
  pull()
  for (let at = 0; at < 3; at++) {
    await failed.promise
    await Promise.resolve()
    await Promise.resolve()
    failed = Promise.withResolvers()
    clock.advance(1_000)
  }
  await through.promise
  assert.deepEqual([tries, errors.length], [4, 1])
  clock.advance(60_000)
  assert.equal(tries, 4)
  assert.deepEqual(pulled, [7])
})
