// source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  InvalidSchedule,
  parseSchedule,
} from '#languages/schedule-expression/schedule-expression.ts'

const FROM = Date.parse('2026-11-21T12:00:00Z') // A Saturday.

const CASES: readonly (readonly [string, string, string?])[] = [
  ['rate(5 minutes)', '2026-11-21T12:05:00.000Z'],
  ['rate(1 day)', '2026-11-22T12:00:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-11-21T12:15:00.000Z'],
  ['cron(0 10 * * ? *)', '2026-11-22T10:00:00.000Z'],
  ['cron(0 18 ? * MON-FRI *)', '2026-11-23T18:00:00.000Z'],
  ['cron(0 8 1 * ? *)', '2026-12-01T08:00:00.000Z'],
  ['cron(0 8 L * ? *)', '2026-11-30T08:00:00.000Z'],
  ['cron(0 8 ? * 6#1 *)', '2026-12-04T08:00:00.000Z'],
  ['cron(0 8 ? * 6L *)', '2026-11-27T08:00:00.000Z'],
  ['cron(0 9 * * ? *)', '2026-11-22T08:00:00.000Z', 'Europe/Berlin'],
  ['at(2026-11-21T13:00:00)', '2026-11-21T13:00:00.000Z'],
]

for (const [expression, next, zone] of CASES) {
  test(`${expression} ${zone ?? ''} is next at ${next}`, () => {
    const found = parseSchedule(expression, zone).next(FROM, FROM)
    assert.equal(found && new Date(found).toISOString(), next)
  })
}

const DST: readonly (readonly [string, string, string, string, string])[] = [
  // Clocks in Berlin go from 02:00 to 03:00 on 2027-03-28: there is no 02:30, and the next is a day later.
  ['skips', 'cron(30 2 * * ? *)', 'Europe/Berlin', '2027-03-27T12:00:00Z', '2027-03-29T00:30:00Z'],
  ['keeps', 'cron(30 3 * * ? *)', 'Europe/Berlin', '2027-03-27T12:00:00Z', '2027-03-28T01:30:00Z'],
  // 02:30 is twice on 2026-10-25: the first counts, and it alone.
  ['first', 'cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z'],
  ['once', 'cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
  [
    'first',
    'cron(30 1 * * ? *)',
    'America/New_York',
    '2026-10-31T12:00:00Z',
    '2026-11-01T05:30:00Z',
  ],
  [
    'once',
    'cron(30 1 * * ? *)',
    'America/New_York',
    '2026-11-01T05:30:00Z',
    '2026-11-02T06:30:00Z',
  ],
  [
    'half an hour',
    'cron(0 9 * * ? *)',
    'Australia/Lord_Howe',
    '2026-10-03T12:00:00Z',
    '2026-10-03T22:00:00Z',
  ],
]

for (const [what, expression, zone, after, next] of DST) {
  test(`${zone}: ${expression} after ${after} is at ${next} (${what}) [re:Post eventbridge-scheduler-adjust-dst]`, () => {
    const found = parseSchedule(expression, zone).next(Date.parse(after), 0)
    assert.equal(found, Date.parse(next))
  })
}

test('what is no schedule is refused', () => {
  for (const bad of [
    '',
    'rate(5 minute)',
    'rate(1 minutes)',
    'rate(0 days)',
    'cron(0 0 * * * *)',
    'cron(61 * * * ? *)',
  ]) {
    assert.throws(() => parseSchedule(bad), InvalidSchedule, bad)
  }
})
