// The periods of quotas: days, weeks and months of the calendar in UTC, which begin at 00:00 of their first day.
// https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
import type { OffsetMeaning, QuotaPeriod } from '#model/limits.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export interface QuotaWindow {
  /** Milliseconds since the epoch: the first of the period, and the first after it. */
  readonly startMs: number
  readonly endMs: number
  readonly firstDay: string
  readonly lastDay: string
}

interface Calendar {
  readonly period: QuotaPeriod
  readonly offset: number
}

/** The period that a moment lies in. */
export const windowAt = (
  { period, offset }: Calendar,
  offsetMeans: OffsetMeaning,
  ms: number,
): QuotaWindow => {
  const startDay = offsetMeans === 'start-day' ? offset : 0
  const today = Math.floor(ms / DAY_MS) * DAY_MS
  if (period === 'DAY') return windowOf(today, today + DAY_MS)
  if (period === 'WEEK') {
    // AWS: a week begins on Sunday, and `offset` days later. [UpdateUsagePlan: offset of a WEEK is 0 to 6]
    const sinceStart = (new Date(today).getUTCDay() - (startDay % 7) + 7) % 7
    const startMs = today - sinceStart * DAY_MS
    return windowOf(startMs, startMs + 7 * DAY_MS)
  }
  // A month begins `offset` days after its first: 27 at most, so that every month has such a day.
  const date = new Date(today)
  const day = 1 + Math.min(startDay, 27)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const first = date.getUTCDate() < day ? month - 1 : month
  return windowOf(Date.UTC(year, first, day), Date.UTC(year, first + 1, day))
}

/** `2026-11-21` */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const msOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`)

const windowOf = (startMs: number, endMs: number): QuotaWindow => ({
  startMs,
  endMs,
  firstDay: dayOf(startMs),
  lastDay: dayOf(endMs - 1),
})
