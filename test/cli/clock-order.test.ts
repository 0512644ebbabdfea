import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readClockOrder } from '#cli/clock-order.ts'

describe('a time that is typed', () => {
  for (const [text, order] of [
    ['+1d', { advanceMs: 86_400_000 }],
    ['90m', { advanceMs: 5_400_000 }],
    ['1h30m', { advanceMs: 5_400_000 }],
    ['+250ms', { advanceMs: 250 }],
    ['real', { set: 'real' }],
    ['fixed', { fixed: true }],
    ['2026-12-01T00:00:00Z', { set: '2026-12-01T00:00:00Z' }],
    // Date.parse would take these for years.
    ['12', undefined],
    ['tomorrow', undefined],
    ['-1d', undefined],
    ['1d ', undefined],
  ] as const) {
    it(`${JSON.stringify(text)} is ${order === undefined ? 'none' : JSON.stringify(order)}`, () =>
      assert.deepEqual(readClockOrder(text), order))
  }
})
