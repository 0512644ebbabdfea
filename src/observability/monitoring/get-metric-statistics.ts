// GetMetricStatistics: one metric, period by period.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
import type { GetMetricStatisticsInput } from '@aws-sdk/client-cloudwatch'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import { invalidCombination, invalidValue } from './errors.ts'
import { compileStatistic, readDimensions, readPeriod, valuesByPeriod } from './periods.ts'

/** AWS: of one call. */
const DATAPOINTS_MAX = 1_440

export const getMetricStatistics =
  (metrics: MetricStore) => async (input: Shape<GetMetricStatisticsInput>, call: ReadCall) => {
    const { MetricName = '', Namespace = '', StartTime = 0, EndTime = 0, Period = 0, Unit } = input
    const { Statistics = [], ExtendedStatistics = [] } = input
    if (StartTime >= EndTime) {
      throw invalidValue('The parameter StartTime must be less than the parameter EndTime.')
    }
    if (Statistics.length + ExtendedStatistics.length === 0) {
      throw invalidCombination(
        'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
      )
    }
    const periodMs = readPeriod(Period)
    const asked = (EndTime - StartTime) / periodMs
    if (asked > DATAPOINTS_MAX) {
      throw invalidCombination(
        `You have requested up to ${Math.ceil(asked)} datapoints, which exceeds the limit of ${DATAPOINTS_MAX}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
      )
    }
    const simple = Statistics.map((name) => [name, compileStatistic(name)] as const)
    const extended = ExtendedStatistics.map((name) => [name, compileStatistic(name)] as const)
    const series = metrics.find(call, Namespace, MetricName, readDimensions(input.Dimensions))
    const isOfUnit = Unit === undefined || series?.unit === Unit
    const periods = valuesByPeriod(isOfUnit ? series : undefined, StartTime, EndTime, periodMs)
    return {
      Label: MetricName,
      Datapoints: periods.map(({ atMs, values }) => ({
        Timestamp: atMs,
        Unit: series?.unit,
        ...Object.fromEntries(simple.map(([name, statistic]) => [name, statistic(values)])),
        ...(extended.length > 0 && {
          ExtendedStatistics: Object.fromEntries(
            extended.map(([name, statistic]) => [name, statistic(values)]),
          ),
        }),
      })),
    }
  }
