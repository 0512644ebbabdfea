// One evaluation of a path: what it has found, and what it may still do.
import { type StepBudget, spend } from '../regex/step-budget.ts'
import type { JsonShape } from './shape.ts'
import type { JaywayVersion, PathSyntax } from './syntax.ts'

export interface PathRun {
  // The closures of a path know nothing of the values but through this.
  readonly shape: JsonShape<unknown>
  readonly root: unknown
  readonly budget: StepBudget
  readonly version: JaywayVersion
  /** Every property must be there: how a filter asks whether a path exists. */
  readonly required: boolean
  /** Answers of the paths from `$` in filters, which are the same for every item. */
  readonly cache: Map<object, unknown>
  readonly results: unknown[]
  /** The path leads nowhere, or an operation on the way cannot be done. */
  missing: boolean
}

export type Visit = (value: unknown, run: PathRun) => void

export type Found =
  | { readonly found: true; readonly value: unknown }
  | { readonly found: false; readonly value?: undefined }

export interface CompiledPath {
  /** Begins with `$`. */
  readonly rooted: boolean
  /** Leads to one value at most; other paths lead to a list. */
  readonly definite: boolean
  evaluate(value: unknown, run: PathRun): Found
}

/** Handed down to filters and functions, which have paths in them as paths have them. */
export type CompilePath = (syntax: PathSyntax) => CompiledPath

export const charge = (run: PathRun, steps: number): void => spend(run.budget, steps)

/** A run of another path for the same document. */
export const nestedRun = (run: PathRun, required: boolean): PathRun => ({
  ...run,
  required,
  results: [],
  missing: false,
})

export const emit: Visit = (value, run) => {
  charge(run, 1)
  run.results.push(value)
}
