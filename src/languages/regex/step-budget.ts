// How much work an evaluation may still do. One budget may be shared by many calls: a filter of a JSON path that
// matches a pattern a thousand times draws all of them from the path's own budget.
import { RegexBudgetError } from './errors.ts'

export interface StepBudget {
  left: number
}

/** About 50 ms of the slowest kind of step. */
export const REGEX_STEPS_MAX = 2_000_000

export const regexBudget = (left: number = REGEX_STEPS_MAX): StepBudget => ({ left })

export const spend = (budget: StepBudget, steps: number): void => {
  budget.left -= steps
  if (budget.left < 0) throw new RegexBudgetError()
}
