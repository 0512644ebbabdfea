// One rendering: what it has printed, what it may still do, which variables it sees.
import { regexBudget, type StepBudget } from '../regex/step-budget.ts'
import { Budget, type VtlLimits } from './budget.ts'
import { type Position, VtlBudgetError } from './errors.ts'
import { valueText } from './print.ts'
import type { RegexCache } from './regexes.ts'
import type { LoopScope, VtlValue } from './values.ts'

/** Why the nodes that follow are not rendered. */
export type Signal = 'none' | 'break' | 'stop'

/** Computes a value in a rendering. Null is Java's null. */
export type Evaluate = (run: Run) => VtlValue
export type Render = (run: Run) => void

export interface CompiledMacro {
  readonly parameters: readonly string[]
  readonly render: Render
}

/**
 * What a macro sees: its own variables, its arguments as they are in its caller, and its caller's
 * variables.
 */
export interface Frame {
  readonly variables: Map<string, VtlValue>
  readonly args: ReadonlyMap<string, Evaluate>
  readonly caller: Frame | undefined
}

/**
 * `$input` and the like: computed where a template first asks. Undefined: there is no such
 * variable.
 */
export type Roots = (name: string) => VtlValue | undefined

export class Run {
  readonly budget: Budget
  readonly regexes: RegexCache
  readonly regexBudget: StepBudget
  readonly macros: Map<string, CompiledMacro>
  output = ''
  signal: Signal = 'none'
  /** Which loop a break is meant for; undefined: the innermost thing that can be broken off. */
  breakOf: LoopScope | undefined
  /** The innermost loop. */
  loop: LoopScope | undefined
  frame: Frame
  #callDepth = 0
  /** Of values that are printed or compared. */
  #valueDepth = 0
  readonly #roots: Roots
  readonly #notes: string[] = []

  constructor(
    roots: Roots,
    macros: ReadonlyMap<string, CompiledMacro>,
    regexes: RegexCache,
    limits: VtlLimits,
  ) {
    this.#roots = roots
    this.macros = new Map(macros)
    this.regexes = regexes
    this.regexBudget = regexBudget(limits.regexStepsMax)
    this.budget = new Budget(limits)
    this.frame = { variables: new Map(), args: NO_ARGS, caller: undefined }
  }

  get notes(): readonly string[] {
    return this.#notes
  }

  /** Something worth telling the author, once each. */
  note(text: string): void {
    if (this.#notes.length < NOTES_MAX && !this.#notes.includes(text)) this.#notes.push(text)
  }

  print(text: string): void {
    this.output += text
    if (this.output.length > this.budget.limits.textMax) {
      throw new VtlBudgetError(`an output of more than ${this.budget.limits.textMax} characters`)
    }
  }

  /** What `render` prints, instead of printing it. */
  capture(render: Render): string {
    const outer = this.output
    this.output = ''
    render(this)
    const text = this.output
    this.output = outer
    this.budget.spendText(text.length)
    return text
  }

  text(value: VtlValue): string {
    return typeof value === 'string' ? value : valueText(value, this)
  }

  /** Runs `work` one value deeper; values can contain themselves. */
  deeper<T>(work: () => T): T {
    if (++this.#valueDepth > this.budget.limits.valueDepthMax) {
      throw new VtlBudgetError(
        `values more than ${this.budget.limits.valueDepthMax} levels inside each other`,
      )
    }
    this.budget.spend(1)
    const result = work()
    this.#valueDepth -= 1
    return result
  }

  /** Renders a macro or an evaluated text. */
  nestedCall(position: Position, render: () => void): void {
    const { callDepthMax } = this.budget.limits
    if (this.#callDepth >= callDepthMax) {
      throw new VtlBudgetError(
        `macros more than ${callDepthMax} levels inside each other`,
        position,
      )
    }
    this.#callDepth += 1
    render()
    this.#callDepth -= 1
  }

  /** A break ends here, unless it is meant for another loop further out. */
  endBreak(loop?: LoopScope): void {
    if (this.signal !== 'break') return
    if (this.breakOf !== undefined && this.breakOf !== loop) return
    this.signal = 'none'
    this.breakOf = undefined
  }

  /** Null where there is no such variable. */
  get(name: string): VtlValue {
    let frame: Frame | undefined = this.frame
    for (; frame !== undefined; frame = frame.caller) {
      const value = frame.variables.get(name)
      if (value !== undefined && value !== null) return value
      const argument = frame.args.get(name)
      if (argument !== undefined) return this.#inCaller(frame, argument)
    }
    const ofLoop = this.#ofLoop(name)
    if (ofLoop !== undefined) return ofLoop
    const value = this.#roots(name)
    if (value === undefined) return null
    this.#outermost().variables.set(name, value)
    return value
  }

  /** AWS: what a macro sets is set for its caller too. [Velocity 1.7] */
  set(name: string, value: VtlValue): void {
    let frame: Frame | undefined = this.frame
    for (; frame !== undefined; frame = frame.caller) frame.variables.set(name, value)
  }

  #ofLoop(name: string): VtlValue | undefined {
    if (this.loop === undefined) return undefined
    if (name === 'foreach') return this.loop
    if (name === 'velocityCount') return this.loop.next
    return name === 'velocityHasNext' ? this.loop.hasNext : undefined
  }

  /** Arguments are by name: they are computed anew at every use, among the caller's variables. */
  #inCaller(frame: Frame, argument: Evaluate): VtlValue {
    const here = this.frame
    this.frame = frame.caller ?? frame
    const value = argument(this)
    this.frame = here
    return value
  }

  #outermost(): Frame {
    let { frame } = this
    while (frame.caller !== undefined) frame = frame.caller
    return frame
  }
}

const NO_ARGS: ReadonlyMap<string, Evaluate> = new Map()
const NOTES_MAX = 16
