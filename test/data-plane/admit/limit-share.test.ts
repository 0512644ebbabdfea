import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createLimitShare } from '#data-plane/admit/limit-share.ts'
import type { Services } from '#data-plane/plan.ts'

const timer = { cancel: () => undefined }

const shareOf = (limitShare: number | undefined, burst: number) => {
  let nowMs = 0
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, setTimer: () => timer }
  // Only what a limit looks at.
  const services = { clock, ...(limitShare !== undefined && { limitShare }) } as unknown as Services
  const bucket = createLimitShare(10, burst, services)
  const taken = () => {
    let count = 0
    while (bucket.take()) count++
    return count
  }
  return { taken, pass: (ms: number) => (nowMs += ms) }
}

it('a process alone hands out the whole limit, two processes half of it each', () => {
  const whole = shareOf(undefined, 20)
  assert.equal(whole.taken(), 20)
  whole.pass(1_000)
  assert.equal(whole.taken(), 10)
  const half = shareOf(0.5, 20)
  assert.equal(half.taken(), 10)
  half.pass(1_000)
  assert.equal(half.taken(), 5)
})

it('a share of a small burst is one token, and of none is none', () => {
  assert.equal(shareOf(0.25, 2).taken(), 1)
  assert.equal(shareOf(0.25, 0).taken(), 0)
})
