// References, from AST to closures: reading them, and setting them by #set.
import type { MethodStep, Reference, Step } from './ast.ts'
import type { Compiler } from './compiler.ts'
import { locate } from './errors.ts'
import { callMethod, getProperty, setProperty } from './methods.ts'
import type { Evaluate, Render, Run } from './run.ts'
import { indexedValue, setIndexed } from './indexing.ts'
import type { VtlValue } from './values.ts'

/** One step along a reference; null or undefined ends it. */
type Follow = (value: Exclude<VtlValue, null>, run: Run) => VtlValue | undefined

/** AWS: a reference that leads nowhere is the empty text. [vtl_truth: v17aws] */
export const compileReference = (node: Reference, compiler: Compiler): Evaluate => {
  const { root } = node
  const steps = node.steps.map((step) => compileStep(step, compiler))
  if (steps.length === 0) return (run) => run.get(root) ?? ''
  return (run) => {
    run.budget.spend(steps.length)
    return follow(run.get(root), steps, run) ?? ''
  }
}

const follow = (start: VtlValue, steps: readonly Follow[], run: Run): VtlValue => {
  let value = start
  for (const step of steps) {
    if (value === null) return null
    value = step(value, run) ?? null
  }
  return value
}

const compileStep = (step: Step, compiler: Compiler): Follow => {
  if (step.kind === 'method') return compileMethod(step, compiler)
  const { position } = step
  if (step.kind === 'property') {
    const { name } = step
    return (value, run) => {
      try {
        return getProperty(value, name, run)
      } catch (error) {
        throw locate(error, position)
      }
    }
  }
  const argument = compiler.expression(step.argument)
  return (value, run) => {
    const index = argument(run)
    try {
      return indexedValue(value, index, run)
    } catch (error) {
      throw locate(error, position)
    }
  }
}

const compileMethod = ({ name, args, position }: MethodStep, compiler: Compiler): Follow => {
  const evaluators = args.map((argument) => compiler.expression(argument))
  return (value, run) => {
    const values = evaluators.map((evaluate) => evaluate(run))
    try {
      run.budget.spend(2)
      return callMethod(value, name, values, run)
    } catch (error) {
      throw locate(error, position)
    }
  }
}

/** `#set`. AWS: a value that is none changes nothing. [vtl_truth: num-string-mul] */
export const compileAssignment = (
  target: Reference,
  value: Evaluate,
  compiler: Compiler,
): Render => {
  const { root, plain } = target
  const last = target.steps.at(-1)
  if (last === undefined) {
    return (run) => {
      run.budget.spend(1)
      const assigned = value(run)
      // AWS: #set(${a} = …) sets a variable that nothing can name. [vtl_truth: set-curly]
      if (assigned !== null && plain) run.set(root, assigned)
    }
  }
  const steps = target.steps.slice(0, -1).map((step) => compileStep(step, compiler))
  const assign = compileLast(last, compiler)
  return (run) => {
    run.budget.spend(1 + steps.length)
    const assigned = value(run)
    if (assigned === null) return
    const owner = follow(run.get(root), steps, run)
    if (owner === null) return
    try {
      assign(owner, assigned, run)
    } catch (error) {
      // Failures of a method or an index say where in the template it stands, here and above.
      throw locate(error, last.position)
    }
  }
}

type Assign = (owner: Exclude<VtlValue, null>, value: VtlValue, run: Run) => void

const compileLast = (step: Step, compiler: Compiler): Assign => {
  if (step.kind === 'index') {
    const argument = compiler.expression(step.argument)
    return (owner, value, run) => setIndexed(owner, argument(run), value)
  }
  // AWS: a method here is the property of its name. [Velocity 1.7]
  const { name } = step
  return (owner, value) => setProperty(owner, name, value)
}
