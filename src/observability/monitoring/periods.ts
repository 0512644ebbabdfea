// Values of a series, period by period, and what a statistic says of each.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
import type { Dimension } from '@aws-sdk/client-cloudwatch'
import type { Shape } from '#wire/operation.ts'
import type { Dimensions } from '../metrics/delta.ts'
import { Distribution } from '../metrics/distribution.ts'
import type { Series } from '../metrics/metric-store.ts'
import { invalidValue } from './errors.ts'

export interface PeriodValues {
  /** Of the period's beginning. */
  readonly atMs: number
  readonly values: Distribution
}

export type Statistic = (values: Distribution) => number

const SIMPLE: ReadonlyMap<string, Statistic> = new Map<string, Statistic>([
  ['SampleCount', ({ samples }) => samples],
  ['Sum', ({ sum }) => sum],
  ['Average', ({ sum, samples }) => sum / samples],
  ['Minimum', ({ min }) => min],
  ['Maximum', ({ max }) => max],
])

/** `Average`, `p99`, `p99.9`. Trimmed means and ranges are refused by name. */
export const compileStatistic = (name: string): Statistic => {
  const simple = SIMPLE.get(name)
  if (simple !== undefined) return simple
  const percent = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name)?.[1]
  if (percent !== undefined) return (values) => values.percentile(Number(percent))
  if (/^(?:tm|wm|tc|ts|TM|WM|TC|TS|PR|IQM)/.test(name)) {
    throw invalidValue(
      `The statistic ${name} is not provided here; SampleCount, Sum, Average, Minimum, Maximum and percentiles (p99) are.`,
    )
  }
  throw invalidValue(`The value ${name} for parameter ExtendedStatistics is invalid.`)
}

/** Periods begin where the clock is a multiple of them. AWS: the start is rounded down to one. */
export const valuesByPeriod = (
  series: Series | undefined,
  startMs: number,
  endMs: number,
  periodMs: number,
): readonly PeriodValues[] => {
  if (series === undefined) return []
  const periods = new Map<number, Distribution>()
  const firstMs = startMs - (startMs % periodMs)
  for (const [minuteMs, values] of series.minutes) {
    if (minuteMs < firstMs || minuteMs >= endMs) continue
    const atMs = minuteMs - (minuteMs % periodMs)
    const merged = periods.get(atMs) ?? new Distribution()
    merged.merge(values.pack())
    periods.set(atMs, merged)
  }
  return [...periods]
    .sort(([one], [other]) => one - other)
    .map(([atMs, values]) => ({ atMs, values }))
}

export const readPeriod = (seconds: number): number => {
  if (Number.isInteger(seconds) && seconds > 0 && (seconds % 60 === 0 || FINE.has(seconds))) {
    return Math.max(60, seconds) * 1_000
  }
  throw invalidValue(
    'The parameter Period must be greater than or equal to 60 and a multiple of 60, or one of 1, 5, 10, 20 and 30.',
  )
}

/** AWS: of metrics of high resolution; values here are of a minute each. */
const FINE: ReadonlySet<number> = new Set([1, 5, 10, 20, 30])

const DIMENSIONS_MAX = 30

export const readDimensions = (given: readonly Shape<Dimension>[] = []): Dimensions => {
  if (given.length > DIMENSIONS_MAX) {
    throw invalidValue(
      `The collection Dimensions must not have a size greater than ${DIMENSIONS_MAX}.`,
    )
  }
  return Object.fromEntries(given.map(({ Name = '', Value = '' }) => [Name, Value]))
}

export const writeDimensions = (dimensions: Dimensions) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
