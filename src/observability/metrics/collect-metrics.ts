// Counts what this process serves, minute by minute, and hands the sums on once a second: a request costs a few
// additions, whatever it is that keeps the metrics.
import type { StageObservation } from '#model/ports.ts'
import type { RequestRecord } from '#model/request-record.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import { type MetricDelta, minuteOf } from './delta.ts'
import { FunctionTotals, type Invocation } from './function-totals.ts'
import { type Counted, RequestTotals } from './request-totals.ts'

export interface MetricCollector {
  /** Never throws and never waits. */
  add(record: RequestRecord, stage: StageObservation | undefined): void
  addInvocation(invocation: Invocation): void
  flush(): void
}

const FLUSH_MS = 1_000
/** The route of those that are one too many. */
const OTHER = '(other)'
/** Routes, stages and functions that are counted apart between two flushes; routes beyond are counted as one. */
const TOTALS_MAX = 20_000

export const collectMetrics = (options: {
  readonly clock: Clock
  readonly send: (deltas: readonly MetricDelta[]) => void
}): MetricCollector => {
  let totals = new Map<string, RequestTotals | FunctionTotals>()
  let minuteMs = 0
  let timer: Timer | undefined

  const flush = (): void => {
    timer?.cancel()
    timer = undefined
    if (totals.size === 0) return
    const full = totals
    totals = new Map()
    options.send([...full.values()].map((one) => one.toDelta(minuteMs)))
  }
  /** What is left of an earlier minute goes before. */
  const turn = (nowMs: number): void => {
    const minute = minuteOf(nowMs)
    if (minute === minuteMs) return
    flush()
    minuteMs = minute
  }
  const addTo = (key: string, record: RequestRecord, counted: Counted): void => {
    const known = totals.get(key)
    if (known instanceof RequestTotals) return known.add(record)
    const made = new RequestTotals(record, counted)
    made.add(record)
    totals.set(key, made)
  }
  return {
    add: (record, stage) => {
      // What came to no API, and function URLs, which are none.
      if (record.deploymentId === '') return
      turn(record.arrivedAtMs + record.latencyMs)
      timer ??= options.clock.setTimer(flush, FLUSH_MS)
      const { apiId, stage: stageName } = record
      addTo(`${apiId}/${stageName}`, record, 'stage')
      if (record.isCanary === true) addTo(`${apiId}/${stageName}/Canary`, record, 'canary')
      if (stage?.hasDetailedMetrics(record)) {
        const key = `${apiId}/${stageName}/${record.httpMethod} ${record.route}`
        if (totals.size < TOTALS_MAX || totals.has(key)) addTo(key, record, 'route')
        else
          addTo(
            `${apiId}/${stageName}/${OTHER}`,
            { ...record, httpMethod: OTHER, route: OTHER },
            'route',
          )
      }
    },
    addInvocation: (invocation) => {
      turn(options.clock.nowMs())
      timer ??= options.clock.setTimer(flush, FLUSH_MS)
      const key = `function ${invocation.functionArn}`
      const known = totals.get(key)
      if (known instanceof FunctionTotals) return known.add(invocation)
      const made = new FunctionTotals(invocation)
      made.add(invocation)
      totals.set(key, made)
    },
    flush,
  }
}
