import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdjustableClock } from '#shared/adjustable-clock.ts'
import { handClock } from '../support/limits.ts'

test('a clock that was set runs on from there, or stands still', () => {
  const real = handClock(1_000)
  const clock = createAdjustableClock(real)
  assert.equal(clock.setting(), undefined)
  clock.set({ nowMs: 50_000, isFixed: false })
  real.advance(10)
  assert.equal(clock.nowMs(), 50_010)
  clock.set({ nowMs: 60_000, isFixed: true })
  const before = clock.monotonicMs()
  real.advance(10)
  assert.equal(clock.nowMs(), 60_000)
  assert.equal(clock.monotonicMs(), before)
  clock.set(undefined)
  assert.equal(clock.nowMs(), 1_020)
})

test('a clock that stands still is exactly as far as it was set forward', () => {
  const real = handClock(1_000)
  real.advance(0.1)
  const clock = createAdjustableClock(real)
  clock.set({ nowMs: 0, isFixed: true })
  const start = clock.monotonicMs()
  for (let step = 1; step <= 1_000; step++) clock.set({ nowMs: step * 7_001, isFixed: true })
  assert.equal(clock.monotonicMs() - start, 7_001_000)
  assert.ok(start >= real.monotonicMs())
})

test('what only runs forward jumps forward with the time of day, and never back', () => {
  const clock = createAdjustableClock(handClock(1_000))
  const start = clock.monotonicMs()
  clock.set({ nowMs: 3_601_000, isFixed: false })
  assert.equal(clock.monotonicMs() - start, 3_600_000)
  clock.set({ nowMs: 1_000, isFixed: false })
  assert.equal(clock.monotonicMs() - start, 3_600_000)
})
