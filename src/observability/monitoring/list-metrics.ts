// ListMetrics: which metrics there are.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
import type { ListMetricsInput } from '@aws-sdk/client-cloudwatch'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { MetricStore, Series } from '../metrics/metric-store.ts'
import { invalidValue } from './errors.ts'
import { writeDimensions } from './periods.ts'

/** AWS: of one page. */
const METRICS_AT_ONCE = 500
const RECENT_MS = 3 * 60 * 60 * 1_000

export const listMetrics =
  (metrics: MetricStore) => async (input: Shape<ListMetricsInput>, call: ReadCall) => {
    const skip = input.NextToken === undefined ? 0 : Number(input.NextToken)
    if (!Number.isSafeInteger(skip) || skip < 0) throw invalidValue('The NextToken is invalid.')
    const found: Series[] = []
    let seen = 0
    for (const series of metrics.list(call)) {
      if (!isAsked(series, input, call.nowMs)) continue
      if (seen++ < skip) continue
      if (found.length > METRICS_AT_ONCE) break
      found.push(series)
    }
    const isMore = found.length > METRICS_AT_ONCE
    return {
      Metrics: found.slice(0, METRICS_AT_ONCE).map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: writeDimensions(dimensions),
      })),
      ...(isMore && { NextToken: String(skip + METRICS_AT_ONCE) }),
    }
  }

const isAsked = (series: Series, input: Shape<ListMetricsInput>, nowMs: number): boolean => {
  const { Namespace, MetricName, Dimensions = [], RecentlyActive } = input
  if (Namespace !== undefined && series.namespace !== Namespace) return false
  if (MetricName !== undefined && series.name !== MetricName) return false
  if (RecentlyActive !== undefined && series.lastMinuteMs < nowMs - RECENT_MS) return false
  return Dimensions.every(({ Name = '', Value }) => {
    const value = Object.hasOwn(series.dimensions, Name) ? series.dimensions[Name] : undefined
    return value !== undefined && (Value === undefined || Value === value)
  })
}
