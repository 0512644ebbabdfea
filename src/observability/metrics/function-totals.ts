// What invocations of a function add up to in a minute: Lambda's own metrics.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
import type { Dimensions, MetricDelta, MetricValues } from './delta.ts'
import { Distribution, packFlags } from './distribution.ts'

export interface Invocation {
  /** With the qualifier that was asked for. */
  readonly functionArn: string
  readonly durationMs: number
  readonly outcome: 'ran' | 'failed' | 'throttled'
  /** Invocations of the function at once, this one included. */
  readonly concurrent: number
}

export class FunctionTotals {
  readonly #functionArn: string
  #invocations = 0
  #errors = 0
  #throttles = 0
  readonly #duration = new Distribution()
  readonly #concurrent = new Distribution()

  constructor({ functionArn }: Invocation) {
    this.#functionArn = functionArn
  }

  add({ durationMs, outcome, concurrent }: Invocation): void {
    // AWS: one that is throttled is no invocation. [guide: monitoring-metrics-types]
    if (outcome === 'throttled') {
      this.#throttles++
      return
    }
    this.#invocations++
    if (outcome === 'failed') this.#errors++
    this.#duration.add(durationMs)
    this.#concurrent.add(concurrent)
  }

  toDelta(minuteMs: number): MetricDelta {
    const [, , , region = '', accountId = '', , name = '', qualifier] = this.#functionArn.split(':')
    const own: Dimensions = { FunctionName: name }
    const sets =
      qualifier === undefined ? [own] : [own, { ...own, Resource: `${name}:${qualifier}` }]
    return {
      scope: { accountId, region },
      namespace: 'AWS/Lambda',
      dimensionSets: sets,
      minuteMs,
      metrics: this.#metrics(),
    }
  }

  #metrics(): readonly MetricValues[] {
    const asked = this.#invocations + this.#throttles
    const flags = (name: string, samples: number, ones: number): MetricValues => ({
      name,
      unit: 'Count',
      values: packFlags(samples, ones),
    })
    return [
      flags('Throttles', asked, this.#throttles),
      ...(this.#invocations === 0
        ? []
        : [
            flags('Invocations', this.#invocations, this.#invocations),
            flags('Errors', this.#invocations, this.#errors),
            { name: 'Duration', unit: 'Milliseconds', values: this.#duration.pack() },
            { name: 'ConcurrentExecutions', unit: 'Count', values: this.#concurrent.pack() },
          ]),
    ]
  }
}
