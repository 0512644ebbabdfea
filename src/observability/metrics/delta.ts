// What is measured, on its way to the store: gathered in the process that serves, merged in the one that keeps.
import type { Scope } from '#model/scope.ts'
import type { PackedDistribution } from './distribution.ts'

export type Dimensions = Readonly<Record<string, string>>

export interface MetricDelta {
  readonly scope: Scope
  readonly namespace: string
  /** The same values are kept under each of them. */
  readonly dimensionSets: readonly Dimensions[]
  /** Of its minute's beginning. */
  readonly minuteMs: number
  readonly metrics: readonly MetricValues[]
}

export interface MetricValues {
  readonly name: string
  /** AWS's: `Count`, `Milliseconds`, `Bytes`, … */
  readonly unit: string
  readonly values: PackedDistribution
}

export const MINUTE_MS = 60_000

export const minuteOf = (ms: number): number => ms - (ms % MINUTE_MS)
