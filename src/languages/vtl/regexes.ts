// The regular expressions of a template. They are compiled once per template, however often it is
// rendered; all that
// one rendering matches comes out of one budget.
import { compileJavaRegex, type JavaRegex } from '../regex/java-regex.ts'
import { RegexBudgetError, RegexReplacementError, RegexSyntaxError } from '../regex/errors.ts'
import type { StepBudget } from '../regex/step-budget.ts'
import { VtlBudgetError, VtlRuntimeError } from './errors.ts'
import type { Run } from './run.ts'

/** Patterns a template computes can be any number; those it spells out are few. */
const CACHED_MAX = 64
const COMPILE_STEPS = 500
const COMPILE_STEPS_PER_CHAR = 20

export class RegexCache {
  readonly #compiled = new Map<string, JavaRegex>()

  get(pattern: string, run: Run): JavaRegex {
    const known = this.#compiled.get(pattern)
    if (known !== undefined) return known
    run.budget.spend(COMPILE_STEPS + COMPILE_STEPS_PER_CHAR * pattern.length)
    const compiled = compileJavaRegex(pattern)
    if (this.#compiled.size < CACHED_MAX) this.#compiled.set(pattern, compiled)
    return compiled
  }
}

/** Runs `use` on the compiled pattern; its errors are the template's. */
export const withRegex = <T>(
  pattern: string,
  run: Run,
  use: (regex: JavaRegex, budget: StepBudget) => T,
): T => {
  try {
    return use(run.regexes.get(pattern, run), run.regexBudget)
  } catch (error) {
    if (error instanceof RegexBudgetError) throw new VtlBudgetError(error.message)
    if (error instanceof RegexSyntaxError || error instanceof RegexReplacementError) {
      throw new VtlRuntimeError(error.message, undefined, error)
    }
    throw error
  }
}
