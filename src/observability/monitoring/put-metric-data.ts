// PutMetricData: metrics of functions and whoever else counts something.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { type MetricDelta, minuteOf } from '../metrics/delta.ts'
import { Distribution, type PackedDistribution } from '../metrics/distribution.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import { invalidCombination, invalidValue } from './errors.ts'
import { readDimensions } from './periods.ts'

/** AWS: of one call, and of one datum. */
const DATA_MAX = 1_000
const VALUES_MAX = 150
const PAST_MAX_MS = 14 * 86_400_000
const FUTURE_MAX_MS = 2 * 60 * 60 * 1_000

export const putMetricData =
  (metrics: MetricStore) =>
  async (input: Shape<PutMetricDataInput>, call: ReadCall): Promise<void> => {
    const { Namespace = '', MetricData = [] } = input
    if (Namespace.startsWith('AWS/') || !/^[^:\p{Cc}]\P{Cc}{0,254}$/u.test(Namespace)) {
      throw invalidValue(`The value ${Namespace} for parameter Namespace is invalid.`)
    }
    if (input.EntityMetricData !== undefined) {
      throw invalidValue('EntityMetricData is not provided here: send MetricData.')
    }
    if (MetricData.length > DATA_MAX) {
      throw invalidValue(`The collection MetricData must not have a size greater than ${DATA_MAX}.`)
    }
    const { accountId, region, nowMs } = call
    metrics.merge(
      MetricData.map(
        (datum): MetricDelta => ({
          scope: { accountId, region },
          namespace: Namespace,
          dimensionSets: [readDimensions(datum.Dimensions)],
          minuteMs: minuteOf(readTime(datum.Timestamp ?? nowMs, nowMs)),
          metrics: [
            { name: datum.MetricName ?? '', unit: datum.Unit ?? 'None', values: readValues(datum) },
          ],
        }),
      ),
    )
  }

const readTime = (timestampMs: number, nowMs: number): number => {
  if (timestampMs >= nowMs - PAST_MAX_MS && timestampMs <= nowMs + FUTURE_MAX_MS) return timestampMs
  throw invalidValue(
    'The parameter MetricData.member.Timestamp must specify a time within the past two weeks and not more than two hours ahead.',
  )
}

const readValues = (datum: Shape<MetricDatum>): PackedDistribution => {
  const { Value, Values, Counts, StatisticValues } = datum
  const given = [Value, Values, StatisticValues].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw invalidCombination(
      'Exactly one of the parameters Value, Values and StatisticValues must be specified.',
    )
  }
  if (StatisticValues !== undefined) return readStatistics(StatisticValues)
  const values = Values ?? [Value ?? 0]
  if (values.length > VALUES_MAX || (Counts !== undefined && Counts.length !== values.length)) {
    throw invalidValue(`Values takes at most ${VALUES_MAX} members, and Counts as many as Values.`)
  }
  const distribution = new Distribution()
  values.forEach((value, index) => {
    const count = Counts?.[index] ?? 1
    if (!Number.isFinite(value) || !Number.isFinite(count) || count < 0) {
      throw invalidValue('The parameter MetricData.member.Value is not a number.')
    }
    if (count > 0) distribution.add(value, count)
  })
  return distribution.pack()
}

/** Percentiles are not known of a set: all of it counts as its average. AWS shows none at all then. */
const readStatistics = (
  set: NonNullable<Shape<MetricDatum>['StatisticValues']>,
): PackedDistribution => {
  const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = set
  if (![SampleCount, Sum, Minimum, Maximum].every(Number.isFinite) || SampleCount <= 0) {
    throw invalidValue(
      'The parameter MetricData.member.StatisticValues.SampleCount must be greater than 0.',
    )
  }
  const distribution = new Distribution()
  distribution.add(Sum / SampleCount, SampleCount)
  return { ...distribution.pack(), sum: Sum, min: Minimum, max: Maximum }
}
