// GetMetricData: several metrics at once, and sums of them by metric math.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
import type { GetMetricDataInput, MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import type { Scope } from '#model/scope.ts'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import { invalidQuery, invalidValue } from './errors.ts'
import { compileMath, type TimeSeries } from './metric-math.ts'
import { compileStatistic, readDimensions, readPeriod, valuesByPeriod } from './periods.ts'

/** AWS: of one call. */
const QUERIES_MAX = 500
const DATAPOINTS_MAX = 100_800

type Query = Shape<MetricDataQuery>

export const getMetricData =
  (metrics: MetricStore) => async (input: Shape<GetMetricDataInput>, call: ReadCall) => {
    const { MetricDataQueries = [], StartTime = 0, EndTime = 0, ScanBy, MaxDatapoints } = input
    if (StartTime >= EndTime) {
      throw invalidValue('The parameter StartTime must be less than the parameter EndTime.')
    }
    admitQueries(MetricDataQueries)
    const range = { startMs: StartTime, endMs: EndTime }
    const known = new Map<string, TimeSeries>()
    for (const query of MetricDataQueries) {
      if (query.MetricStat !== undefined) {
        known.set(query.Id ?? '', readMetric(query, metrics, call, range))
      }
    }
    calculate(MetricDataQueries, known)
    const shown = MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false)
    let left = Math.min(MaxDatapoints ?? DATAPOINTS_MAX, DATAPOINTS_MAX)
    return {
      MetricDataResults: shown.map((query) => {
        const points = [...(known.get(query.Id ?? '') ?? [])].sort(([one], [other]) => one - other)
        const ordered = ScanBy === 'TimestampAscending' ? points : points.reverse()
        const taken = ordered.slice(0, left)
        left -= taken.length
        return {
          Id: query.Id,
          Label: query.Label ?? labelOf(query),
          Timestamps: taken.map(([atMs]) => atMs),
          Values: taken.map(([, value]) => value),
          StatusCode: taken.length < ordered.length ? 'PartialData' : 'Complete',
        }
      }),
      Messages: [],
    }
  }

const labelOf = ({ Id, MetricStat, Expression }: Query): string | undefined =>
  MetricStat?.Metric?.MetricName ?? Expression ?? Id

const admitQueries = (queries: readonly Query[]): void => {
  if (queries.length > QUERIES_MAX) {
    throw invalidQuery(
      `The collection MetricDataQueries must not have a size greater than ${QUERIES_MAX}.`,
    )
  }
  const ids = new Set<string>()
  for (const { Id = '', MetricStat, Expression } of queries) {
    if (!/^[a-z][a-zA-Z0-9_]{0,254}$/.test(Id)) {
      throw invalidQuery(
        `The value ${Id} for parameter MetricDataQueries.member.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
      )
    }
    if (ids.has(Id))
      throw invalidQuery(`The parameter MetricDataQueries contains duplicate Id ${Id}.`)
    ids.add(Id)
    if ((MetricStat === undefined) === (Expression === undefined)) {
      throw invalidQuery(
        'Each MetricDataQuery must contain either MetricStat or Expression, and not both.',
      )
    }
  }
}

const readMetric = (
  { MetricStat }: Query,
  metrics: MetricStore,
  scope: Scope,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): TimeSeries => {
  const { Metric, Period = 0, Stat = '', Unit } = MetricStat ?? {}
  const { Namespace = '', MetricName = '', Dimensions } = Metric ?? {}
  const statistic = compileStatistic(Stat)
  const series = metrics.find(scope, Namespace, MetricName, readDimensions(Dimensions))
  const isOfUnit = Unit === undefined || series?.unit === Unit
  const periods = valuesByPeriod(isOfUnit ? series : undefined, startMs, endMs, readPeriod(Period))
  return new Map(periods.map(({ atMs, values }) => [atMs, statistic(values)]))
}

/** Expressions may name one another, in any order, but not in a circle. */
const calculate = (queries: readonly Query[], known: Map<string, TimeSeries>): void => {
  let waiting = queries.flatMap(({ Id = '', Expression }) =>
    Expression === undefined ? [] : [{ id: Id, math: compileMath(Expression) }],
  )
  while (waiting.length > 0) {
    const ready = waiting.filter(({ math }) => math.names.every((name) => known.has(name)))
    if (ready.length === 0) {
      const [{ id, math } = { id: '', math: { names: [] } }] = waiting
      const missing = math.names.filter((name) => !known.has(name)).join(', ')
      throw invalidQuery(
        `Error in expression '${id}': ${missing} names no other query, or they name each other.`,
      )
    }
    for (const { id, math } of ready) known.set(id, math.run(known))
    waiting = waiting.filter((one) => !ready.includes(one))
  }
}
