import assert from 'node:assert/strict'
import { test } from 'node:test'
import { windowAt } from '#state/quota-window.ts'

const at = (time: string) => Date.parse(time)
const days = (period: 'DAY' | 'WEEK' | 'MONTH', offset: number, time: string) => {
  const { firstDay, lastDay } = windowAt({ period, offset }, 'start-day', at(time))
  return `${firstDay} ${lastDay}`
}

test('9 "Quota": a day begins at 00:00 UTC', () => {
  assert.equal(days('DAY', 0, '2026-11-21T23:59:59.999Z'), '2026-11-21 2026-11-21')
  assert.equal(days('DAY', 0, '2026-11-22T00:00:00Z'), '2026-11-22 2026-11-22')
})

test('9 "Quota": a week begins on Sunday, or as many days later as its offset', () => {
  assert.equal(days('WEEK', 0, '2026-11-21T12:00:00Z'), '2026-11-15 2026-11-21')
  assert.equal(days('WEEK', 1, '2026-11-22T12:00:00Z'), '2026-11-16 2026-11-22')
  assert.equal(days('WEEK', 6, '2026-11-21T00:00:00Z'), '2026-11-21 2026-11-27')
})

test('9 "Quota": a month has its own length, in leap years too, and may begin on another day', () => {
  assert.equal(days('MONTH', 0, '2027-02-28T23:59:59Z'), '2027-02-01 2027-02-28')
  assert.equal(days('MONTH', 0, '2028-02-29T12:00:00Z'), '2028-02-01 2028-02-29')
  assert.equal(days('MONTH', 27, '2028-03-01T00:00:00Z'), '2028-02-28 2028-03-27')
  assert.equal(days('MONTH', 14, '2027-01-01T00:00:00Z'), '2026-12-15 2027-01-14')
  assert.equal(days('MONTH', 0, '2026-12-31T23:59:59Z'), '2026-12-01 2026-12-31')
})

test('as requests of the first period, an offset moves no day', () => {
  const { firstDay } = windowAt({ period: 'WEEK', offset: 100 }, 'first-period', at('2026-11-21'))
  assert.equal(firstDay, '2026-11-15')
})
