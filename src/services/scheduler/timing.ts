// When a schedule runs: its expression in its place, between its start and its end.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
import { createHash } from 'node:crypto'
import {
  InvalidSchedule,
  parseSchedule,
} from '#languages/schedule-expression/schedule-expression.ts'
import { createZone } from '#languages/schedule-expression/zone.ts'
import { type ScheduleRecord, validation } from './records.ts'

type Timed = Pick<
  ScheduleRecord,
  'expression' | 'timezone' | 'startMs' | 'endMs' | 'modifiedMs' | 'window' | 'generation'
>

export interface Timing {
  /** The first time after `afterMs`; undefined where there is none any more. */
  next(afterMs: number): number | undefined
  /** After this it has its first. */
  readonly beginsMs: number
  readonly windowMs: number
  /** How much later than its time a run is, at most a window: the same whenever it is asked for. */
  delayMs(atMs: number): number
}

/** AWS: a start is at most so long ago. [re:Post: "cannot be earlier than 5 minutes ago"] */
const START_AGO_MS_MAX = 300_000
const MINUTE_MS = 60_000

export const compileTiming = (record: Timed): Timing => {
  const { expression, timezone, startMs, endMs, modifiedMs, window, generation } = record
  const schedule = parseSchedule(expression, timezone)
  const kind = kindOf(expression)
  // AWS: one-time schedules have no start and no end. [API reference: CreateSchedule StartDate]
  const endsMs = kind === 'at' ? undefined : endMs
  const firstMs = kind === 'at' ? modifiedMs : (startMs ?? modifiedMs)
  const within = (ms: number | undefined): number | undefined =>
    ms === undefined || (endsMs !== undefined && ms > endsMs) ? undefined : ms
  const windowMs = (window.MaximumWindowInMinutes ?? 0) * MINUTE_MS
  return {
    // AWS: a rate runs at its start for the first time. [guide: schedule-types, "Rate-based schedules"]
    next: (afterMs) =>
      within(
        kind === 'rate' && afterMs < firstMs
          ? firstMs
          : schedule.next(Math.max(afterMs, firstMs - 1), firstMs),
      ),
    beginsMs: firstMs - 1,
    windowMs,
    delayMs: (atMs) => {
      if (windowMs === 0) return 0
      const drawn = createHash('sha256').update(`${generation} ${atMs}`).digest().readUInt32BE(0)
      return Math.floor((drawn / 2 ** 32) * windowMs)
    },
  }
}

/** Throws what AWS says of a schedule that cannot be. */
export const checkTiming = (record: Timed, nowMs: number): void => {
  const { expression, timezone, startMs, endMs } = record
  if (createZone(timezone) === undefined) {
    throw validation(`Invalid Schedule Expression Timezone ${timezone.slice(0, 50)}.`)
  }
  const problem = problemOf(record)
  // AWS: a time that has passed is refused too.
  const isOver =
    problem === undefined &&
    kindOf(expression) === 'at' &&
    compileTiming(record).next(nowMs - 1) === undefined
  if (problem !== undefined || isOver) {
    throw validation(`Invalid Schedule Expression ${expression.slice(0, 256)}.`)
  }
  if (kindOf(expression) === 'at') return
  if (startMs !== undefined && startMs < nowMs - START_AGO_MS_MAX) {
    throw validation('The StartDate you specify cannot be earlier than 5 minutes ago.')
  }
  if (endMs !== undefined && endMs <= nowMs) {
    throw validation('The EndDate you specify cannot be earlier than now.')
  }
  if (endMs !== undefined && startMs !== undefined && endMs <= startMs) {
    throw validation('The EndDate you specify must come after StartDate.')
  }
}

const problemOf = (record: Timed): InvalidSchedule | undefined => {
  try {
    parseSchedule(record.expression, record.timezone)
    return undefined
  } catch (error) {
    if (error instanceof InvalidSchedule) return error
    throw error
  }
}

const kindOf = (expression: string): string => expression.trim().split('(')[0] ?? ''
