// Prometheus's text format as a parser from npm reads it.
import { createRequire } from 'node:module'

export interface Family {
  readonly name: string
  readonly help: string
  /** `COUNTER`, `HISTOGRAM`, … */
  readonly type: string
  readonly metrics: readonly {
    readonly value?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly buckets?: Readonly<Record<string, string>>
    readonly count?: string
    readonly sum?: string
  }[]
}

/** The package has no types of its own. */
export const parsePrometheus: (text: string) => readonly Family[] = createRequire(import.meta.url)(
  'parse-prometheus-text-format',
)
