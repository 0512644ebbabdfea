// The metrics of this node: series of one-minute values, bounded in their number and in that of their values. They are
// kept in memory: what a node counted is gone when it ends.
import type { Scope } from '#model/scope.ts'
import { type Dimensions, type MetricDelta, minuteOf } from './delta.ts'
import { Distribution, type PackedDistribution } from './distribution.ts'

export interface Series {
  readonly scope: Scope
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
  readonly unit: string
  /** By the beginning of their minute. */
  readonly minutes: ReadonlyMap<number, Distribution>
  /** Since the start. */
  readonly total: Distribution
  readonly lastMinuteMs: number
}

export interface MetricStore {
  merge(deltas: readonly MetricDelta[]): void
  /** Series of a scope, in the order in which they came. */
  list(scope: Scope): Iterable<Series>
  find(scope: Scope, namespace: string, name: string, dimensions: Dimensions): Series | undefined
  /** Everything, for what exports it. */
  all(): Iterable<Series>
  /** Values that came for series that were one too many, by namespace. */
  readonly overflow: ReadonlyMap<string, number>
  countOverflow(namespace: string, count: number): void
}

export interface MetricBounds {
  readonly seriesMax: number
  readonly datapointsMax: number
}

interface OwnSeries extends Series {
  readonly minutes: Map<number, Distribution>
  lastMinuteMs: number
}

export const createMetricStore = ({ seriesMax, datapointsMax }: MetricBounds): MetricStore => {
  const series = new Map<string, OwnSeries>()
  const overflow = new Map<string, number>()
  let datapoints = 0

  const countOverflow = (namespace: string, count: number): void => {
    overflow.set(namespace, (overflow.get(namespace) ?? 0) + count)
  }
  /** The oldest minute of all series goes first. */
  const makeRoom = (): void => {
    let oldest = Number.POSITIVE_INFINITY
    for (const { minutes } of series.values()) {
      for (const minute of minutes.keys()) if (minute < oldest) oldest = minute
    }
    for (const { minutes } of series.values()) if (minutes.delete(oldest)) datapoints--
  }
  const addValues = (one: OwnSeries, minuteMs: number, values: PackedDistribution): void => {
    one.total.merge(values)
    const known = one.minutes.get(minuteMs)
    if (known !== undefined) return known.merge(values)
    if (datapoints >= datapointsMax) makeRoom()
    const made = new Distribution()
    made.merge(values)
    one.minutes.set(minuteMs, made)
    one.lastMinuteMs = Math.max(one.lastMinuteMs, minuteMs)
    datapoints++
  }
  const seriesOf = (
    { scope, namespace }: MetricDelta,
    name: string,
    unit: string,
    dimensions: Dimensions,
  ): OwnSeries | undefined => {
    const key = keyOf(scope, namespace, name, dimensions)
    const known = series.get(key)
    if (known !== undefined) return known
    if (series.size >= seriesMax) return undefined
    const total = new Distribution()
    const made = {
      scope,
      namespace,
      name,
      dimensions,
      unit,
      minutes: new Map(),
      total,
      lastMinuteMs: 0,
    }
    series.set(key, made)
    return made
  }
  const merge = (delta: MetricDelta): void => {
    for (const dimensions of delta.dimensionSets) {
      for (const { name, unit, values } of delta.metrics) {
        const one = seriesOf(delta, name, unit, dimensions)
        if (one === undefined) countOverflow(delta.namespace, values.samples)
        else addValues(one, minuteOf(delta.minuteMs), values)
      }
    }
  }
  return {
    merge: (deltas) => {
      for (const delta of deltas) merge(delta)
    },
    list: function* ({ accountId, region }) {
      for (const one of series.values()) {
        if (one.scope.accountId === accountId && one.scope.region === region) yield one
      }
    },
    find: (scope, namespace, name, dimensions) =>
      series.get(keyOf(scope, namespace, name, dimensions)),
    all: () => series.values(),
    overflow,
    countOverflow,
  }
}

/** The order of dimensions means nothing. */
const keyOf = (
  { accountId, region }: Scope,
  namespace: string,
  name: string,
  dimensions: Dimensions,
): string => {
  const pairs = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([accountId, region, namespace, name, pairs])
}
