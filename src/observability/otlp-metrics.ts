// Metrics over OTLP: every series since the start, sent as it is now. A receiver that is away misses nothing but points
// in time: nothing waits for it, and what comes later contains what it missed.
// https://opentelemetry.io/docs/specs/otel/metrics/data-model/
import type { Clock } from '#shared/clock.ts'
import type { MetricStore, Series } from './metrics/metric-store.ts'
import { exportOtlp, OTLP_RESOURCE, type OtlpEndpoint, otlpText } from './otlp-export.ts'

const TIMEOUT_MS = 10_000
/** Series of one call. */
const SERIES_AT_ONCE = 2_000

export interface OtlpMetrics {
  close(): Promise<void>
}

export const startOtlpMetrics = (options: {
  readonly endpoint: OtlpEndpoint
  readonly everyMs: number
  readonly metrics: MetricStore
  readonly clock: Clock
  /** The time that points are stamped with. */
  readonly nowMs: () => number
  /** Told of the first failure after a success, not of each. */
  readonly onFailure: (error: unknown) => void
}): OtlpMetrics => {
  const { endpoint, metrics, clock, everyMs } = options
  const startMs = options.nowMs()
  let isFailing = false
  let isClosed = false
  let sending: Promise<void> = Promise.resolve()

  const send = async (): Promise<void> => {
    const abort = new AbortController()
    const timer = clock.setTimer(() => abort.abort(), TIMEOUT_MS)
    try {
      const all = [...metrics.all()]
      for (let at = 0; at < all.length; at += SERIES_AT_ONCE) {
        const body = bodyOf(all.slice(at, at + SERIES_AT_ONCE), startMs, options.nowMs())
        await exportOtlp(endpoint, 'metrics', body, abort.signal)
      }
      isFailing = false
    } catch (error) {
      if (!isFailing) options.onFailure(error)
      isFailing = true
    } finally {
      timer.cancel()
    }
  }
  const tick = (): void => {
    sending = send().finally(() => {
      if (!isClosed) timer = clock.setTimer(tick, everyMs)
    })
  }
  let timer = clock.setTimer(tick, everyMs)
  return {
    close: async () => {
      isClosed = true
      timer.cancel()
      await sending
      await send()
    },
  }
}

const bodyOf = (series: readonly Series[], startMs: number, nowMs: number) => ({
  resourceMetrics: [
    {
      resource: OTLP_RESOURCE,
      scopeMetrics: [
        {
          scope: { name: 'daemun.metrics' },
          metrics: series.map((one) => metricOf(one, `${startMs}000000`, `${nowMs}000000`)),
        },
      ],
    },
  ],
})

/** Cumulative, as Prometheus would have them. */
const CUMULATIVE = 2

const metricOf = (series: Series, startTimeUnixNano: string, timeUnixNano: string) => {
  const { namespace, name, unit, dimensions, total } = series
  const attributes = Object.entries(dimensions).map(([key, value]) => otlpText(key, value))
  const point = { attributes, startTimeUnixNano, timeUnixNano }
  const named = { name: `${namespace}/${name}`, unit: UNITS.get(unit) ?? '1' }
  if (unit === 'Count') {
    const dataPoints = [{ ...point, asDouble: total.sum }]
    return {
      ...named,
      sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints },
    }
  }
  const limits = LIMITS
  const upTo = limits.map((limit) => total.countUpTo(limit))
  const counts = [...upTo, total.samples].map((count, at) => count - (upTo[at - 1] ?? 0))
  const values = total.samples === 0 ? {} : { min: total.min, max: total.max }
  const dataPoints = [
    {
      ...point,
      count: String(total.samples),
      sum: total.sum,
      ...values,
      explicitBounds: limits,
      bucketCounts: counts.map(String),
    },
  ]
  return { ...named, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }
}

const UNITS: ReadonlyMap<string, string> = new Map([
  ['Bytes', 'By'],
  ['Milliseconds', 'ms'],
])

/** Of milliseconds and of bytes alike. */
const LIMITS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 1e6, 1e7]
