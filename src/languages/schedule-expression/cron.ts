// AWS's cron: minutes, hours, day of month, month, day of week, year, with `? * , - / L W #`.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions
import type { Zone } from './zone.ts'

/** The first time after `afterMs`, or undefined where there is none any more. */
export type Cron = (afterMs: number, zone: Zone) => number | undefined

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const DAY_MS = 86_400_000
/** Leap days on a weekday come again within 40 years; nothing is looked for further. */
const DAYS_AHEAD_MAX = 366 * 41
const YEAR_MAX = 2199
/** Clocks are not put back further in one night, but for those that move to another day. */
const CLOCK_CHANGE_MS_MAX = 2 * 3_600_000

/** Whether a day, its fields and its month's length fit. */
type DayTest = (
  day: number,
  weekday: number,
  daysInMonth: number,
  weekdayOf: (day: number) => number,
) => boolean

/** Undefined where it is none. */
export const compileCron = (text: string): Cron | undefined => {
  const fields = text.trim().toUpperCase().split(/ +/)
  if (fields.length !== 6) return undefined
  const [
    minutesText = '',
    hoursText = '',
    dayText = '',
    monthText = '',
    weekText = '',
    yearText = '',
  ] = fields
  // AWS: one of the two days is `?`, not both.
  if ((dayText === '?') === (weekText === '?')) return undefined
  const minutes = valuesOf(minutesText, 0, 59)
  const hours = valuesOf(hoursText, 0, 23)
  const months = valuesOf(named(monthText, MONTHS, 1), 1, 12)
  const years = valuesOf(yearText, 1970, YEAR_MAX)
  const test = dayText === '?' ? weekTest(named(weekText, DAYS, 1)) : dayTest(dayText)
  if (!minutes || !hours || !months || !years || !test) return undefined
  const times = hours.flatMap((hour) => minutes.map((minute) => (hour * 60 + minute) * 60_000))
  const inMonths = new Set(months)
  const inYears = new Set(years)
  return (afterMs, zone) => {
    const fromMs = zone.wallOf(afterMs)
    let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS
    for (let ahead = 0; ahead < DAYS_AHEAD_MAX; ahead++, dayMs += DAY_MS) {
      const date = new Date(dayMs)
      if (date.getUTCFullYear() > YEAR_MAX) return undefined
      if (!inYears.has(date.getUTCFullYear()) || !inMonths.has(date.getUTCMonth() + 1)) continue
      const day = date.getUTCDate()
      const weekday = date.getUTCDay()
      const weekdayOf = (other: number): number => (((weekday + other - day) % 7) + 7) % 7
      const length = new Date(
        Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0),
      ).getUTCDate()
      if (!test(day, weekday, length, weekdayOf)) continue
      for (const time of times) {
        const wallMs = dayMs + time
        if (wallMs < fromMs - CLOCK_CHANGE_MS_MAX) continue
        const utcMs = zone.utcOf(wallMs)
        // AWS: a time that the clocks skip is skipped; one that they show twice is meant once.
        // [guide: scheduler schedule-types, "Daylight savings time"]
        if (utcMs > afterMs && zone.wallOf(utcMs) === wallMs) return utcMs
      }
    }
    return undefined
  }
}

const named = (text: string, names: readonly string[], first: number): string =>
  names.reduce((left, name, index) => left.replaceAll(name, String(index + first)), text)

/** `*`, `5`, `1-5`, `0/15`, `1-10/2` and lists of them, in ascending order. */
const valuesOf = (text: string, min: number, max: number): readonly number[] | undefined => {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [, range = '', step = '1'] =
      /^(\*|\d{1,4}(?:-\d{1,4})?)(?:\/(\d{1,4}))?$/.exec(part) ?? []
    if (range === '') return undefined
    const [from = '', to] = range.split('-')
    const start = range === '*' ? min : Number(from)
    const isOpen = range === '*' || (to === undefined && part.includes('/'))
    const end = isOpen ? max : Number(to ?? from)
    if (start < min || end > max || start > end || Number(step) < 1) return undefined
    for (let value = start; value <= end; value += Number(step)) values.add(value)
  }
  return [...values].sort((left, right) => left - right)
}

const dayTest = (text: string): DayTest | undefined => {
  if (text === 'L') return (day, _weekday, length) => day === length
  if (text === 'LW') {
    return (day, _weekday, length, weekdayOf) => day === nearest(length, length, weekdayOf)
  }
  const [, wanted] = /^(\d{1,2})W$/.exec(text) ?? []
  if (wanted !== undefined) {
    const date = Number(wanted)
    if (date < 1 || date > 31) return undefined
    return (day, _weekday, length, weekdayOf) =>
      date <= length && day === nearest(date, length, weekdayOf)
  }
  const values = valuesOf(text, 1, 31)
  return values && ((day) => values.includes(day))
}

/** The weekday nearest to a day, in the same month. */
const nearest = (day: number, length: number, weekdayOf: (day: number) => number): number => {
  const weekday = weekdayOf(day)
  if (weekday === 6) return day === 1 ? 3 : day - 1
  if (weekday === 0) return day === length ? day - 2 : day + 1
  return day
}

/** Sunday is 1. */
const weekTest = (text: string): DayTest | undefined => {
  if (text === 'L') return (_day, weekday) => weekday === 6
  const [, last] = /^([1-7])L$/.exec(text) ?? []
  if (last !== undefined) {
    return (day, weekday, length) => weekday + 1 === Number(last) && day > length - 7
  }
  const [, which, nth] = /^([1-7])#([1-5])$/.exec(text) ?? []
  if (which !== undefined) {
    return (day, weekday) => weekday + 1 === Number(which) && Math.ceil(day / 7) === Number(nth)
  }
  const values = valuesOf(text, 1, 7)
  return values && ((_day, weekday) => values.includes(weekday + 1))
}
