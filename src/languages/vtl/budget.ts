// How much one rendering may do. Velocity knows none of these bounds but the first two; AWS names
// some of them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
import { VtlBudgetError } from './errors.ts'

export interface VtlLimits {
  /** AWS: a #foreach ends after 1,000 rounds, without an error. */
  readonly iterationsMax: number
  /** Macros and evaluated texts inside each other; Velocity has the same for macros. */
  readonly callDepthMax: number
  /**
   * Steps of a template, of the JSON that it reads and of the paths in it: a node, an item or 32
   * characters each, some 250 ns at the worst. One pool, so that all of it together ends.
   */
  readonly stepsMax: number
  /** Of all regular expressions together, as languages/regex counts. */
  readonly regexStepsMax: number
  /** Of any text, in characters; of the output also in bytes. */
  readonly textMax: number
  /** Values inside each other, where they are printed or compared. */
  readonly valueDepthMax: number
}

export const DEFAULT_LIMITS: VtlLimits = {
  iterationsMax: 1000,
  callDepthMax: 20,
  stepsMax: 200_000,
  regexStepsMax: 300_000,
  textMax: 10 * 1024 * 1024,
  valueDepthMax: 200,
}

/** AWS: a template is at most 300 KB. */
export const TEMPLATE_BYTES_MAX = 300 * 1024

export class Budget {
  readonly limits: VtlLimits
  #steps: number

  constructor(limits: VtlLimits) {
    this.limits = limits
    this.#steps = limits.stepsMax
  }

  get left(): number {
    return this.#steps
  }

  spend(steps: number): void {
    this.#steps -= steps
    if (this.#steps < 0) {
      throw new VtlBudgetError(`more than ${this.limits.stepsMax} steps`)
    }
  }

  /** For every text that a template makes. */
  spendText(length: number): void {
    if (length > this.limits.textMax) {
      throw new VtlBudgetError(`a text of more than ${this.limits.textMax} characters`)
    }
    this.spend(1 + (length >>> 5))
  }
}
