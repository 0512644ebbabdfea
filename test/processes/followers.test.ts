import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createFollowers } from '#processes/followers.ts'
import { handClock } from '../support/limits.ts'

const open = () => {
  const clock = handClock()
  const followers = createFollowers(clock, 2_000)
  /** Asks without waiting: whether it has been fulfilled. */
  const reached = (revision: number) => {
    const asked = { isDone: false }
    followers.reached(revision).then(
      () => (asked.isDone = true),
      () => undefined,
    )
    return async () => {
      await turn()
      return asked.isDone
    }
  }
  return { clock, ...followers, reached }
}

it('a change is reached when every process has taken it in, or is gone', async () => {
  const { reached, took, gone } = open()
  assert.equal(await reached(9)(), true)
  for (const peer of [1, 2, 3]) took(peer, 4)
  const isReached = reached(5)
  took(1, 5)
  took(2, 6)
  assert.equal(await isReached(), false)
  gone(3)
  assert.equal(await isReached(), true)
})

it('who is late is waited for once, and again when it has caught up', async () => {
  const { reached, took, clock } = open()
  took(1, 4)
  took(2, 4)
  const isReached = reached(5)
  took(1, 5)
  clock.advance(1_999)
  assert.equal(await isReached(), false)
  clock.advance(1)
  assert.equal(await isReached(), true)
  took(1, 6)
  assert.equal(await reached(6)(), true)
  took(2, 6)
  took(1, 7)
  assert.equal(await reached(7)(), false)
})
