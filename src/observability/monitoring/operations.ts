// The operations of CloudWatch that exist here, by AWS's names; alarms, dashboards and the rest are refused by name at
// the wire.
import { reads } from '#store/transactional.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import { getMetricData } from './get-metric-data.ts'
import { getMetricStatistics } from './get-metric-statistics.ts'
import { listMetrics } from './list-metrics.ts'
import { putMetricData } from './put-metric-data.ts'

export const monitoringOperations = (metrics: MetricStore) =>
  Object.freeze({
    GetMetricData: reads(getMetricData(metrics)),
    GetMetricStatistics: reads(getMetricStatistics(metrics)),
    ListMetrics: reads(listMetrics(metrics)),
    PutMetricData: reads(putMetricData(metrics)),
  })
