// When a schedule fires: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-11-21T12:00:00)`.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
import { compileCron } from './cron.ts'
import { createZone } from './zone.ts'

export class InvalidSchedule extends Error {
  override readonly name = 'InvalidSchedule'
}

export interface Schedule {
  /** The first time after `afterMs`; undefined where there is none. `startMs` is what rates count from. */
  next(afterMs: number, startMs: number): number | undefined
}

const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** Throws `InvalidSchedule`. Cron and at go by `timeZone`, an IANA name; UTC without. */
export const parseSchedule = (expression: string, timeZone = 'UTC'): Schedule => {
  const [, kind, inside = ''] = /^(rate|cron|at)\(([^()]{1,256})\)$/.exec(expression.trim()) ?? []
  switch (kind) {
    case 'rate':
      return rate(inside)
    case 'cron': {
      const zone = zoneOf(timeZone)
      const fields = compileCron(inside)
      if (fields === undefined) throw invalid()
      return { next: (afterMs) => fields(afterMs, zone) }
    }
    case 'at': {
      const zone = zoneOf(timeZone)
      const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(inside)
      if (parts === null || Number.isNaN(Date.parse(`${inside}Z`))) throw invalid()
      const atMs = zone.utcOf(Date.parse(`${inside}Z`))
      return { next: (afterMs) => (atMs > afterMs ? atMs : undefined) }
    }
    default:
      throw invalid()
  }
}

const rate = (inside: string): Schedule => {
  const [, count = '', unit = '', plural] = /^(\d{1,9}) +(minute|hour|day)(s?)$/.exec(inside) ?? []
  const every = Number(count)
  const ms = every * (UNITS[unit] ?? Number.NaN)
  // AWS: one is singular, more are plural.
  if (!(ms > 0) || (every === 1) !== (plural === '')) throw invalid()
  return {
    next: (afterMs, startMs) =>
      afterMs < startMs ? startMs + ms : startMs + (Math.floor((afterMs - startMs) / ms) + 1) * ms,
  }
}

const zoneOf = (timeZone: string) => {
  const zone = createZone(timeZone)
  if (zone === undefined) throw new InvalidSchedule('Invalid Schedule Expression Timezone.')
  return zone
}

const invalid = (): InvalidSchedule =>
  new InvalidSchedule('Parameter ScheduleExpression is not valid.')
