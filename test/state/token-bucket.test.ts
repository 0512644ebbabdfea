import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Clock } from '#shared/clock.ts'
import { createTokenBucket } from '#state/token-bucket.ts'

const handClock = () => {
  let ms = 0
  const clock: Clock = {
    nowMs: () => ms,
    monotonicMs: () => ms,
    setTimer: () => ({ cancel: () => undefined }),
  }
  return { clock, advance: (byMs: number) => void (ms += byMs) }
}

const takeAll = (take: () => boolean): number => {
  let taken = 0
  while (taken < 10_000 && take()) taken++
  return taken
}

test('a full bucket gives its burst, then nothing', () => {
  const bucket = createTokenBucket(10, 3, handClock().clock)
  assert.equal(
    takeAll(() => bucket.take()),
    3,
  )
})

test('tokens flow in by the rate, fractions of one too', () => {
  const { clock, advance } = handClock()
  const bucket = createTokenBucket(10, 3, clock)
  takeAll(() => bucket.take())
  advance(50)
  assert.equal(bucket.take(), false)
  advance(50)
  assert.equal(bucket.take(), true)
  assert.equal(bucket.take(), false)
})

test('a long pause fills no more than the burst', () => {
  const { clock, advance } = handClock()
  const bucket = createTokenBucket(1000, 5, clock)
  advance(3_600_000)
  assert.equal(
    takeAll(() => bucket.take()),
    5,
  )
})

test('a refund gives one token back, and never more than the burst', () => {
  const bucket = createTokenBucket(0, 2, handClock().clock)
  bucket.refund()
  assert.equal(
    takeAll(() => bucket.take()),
    2,
  )
  bucket.refund()
  assert.equal(
    takeAll(() => bucket.take()),
    1,
  )
})

test('a burst of 0 lets nobody pass', () => {
  const { clock, advance } = handClock()
  const bucket = createTokenBucket(100, 0, clock)
  advance(10_000)
  assert.equal(bucket.take(), false)
})

test('under steady demand, no more pass than burst + rate × time, and no fewer than one less', () => {
  const rates = fc.integer({ min: 1, max: 200 })
  const steps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 20, maxLength: 200 })
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 50 }), steps, (rate, burst, pausesMs) => {
      const { clock, advance } = handClock()
      const bucket = createTokenBucket(rate, burst, clock)
      let passed = takeAll(() => bucket.take())
      let elapsedMs = 0
      for (const pauseMs of pausesMs) {
        advance(pauseMs)
        elapsedMs += pauseMs
        passed += takeAll(() => bucket.take())
      }
      // Pauses stay shorter than what fills the burst only where the burst is large enough.
      const allowed = burst + (rate * elapsedMs) / 1000
      assert.ok(passed <= allowed + 1e-6, `${passed} > ${allowed}`)
      if ((rate * 40) / 1000 < burst - 1) assert.ok(passed > allowed - 1 - 1e-6)
    }),
    { numRuns: 100 },
  )
})
