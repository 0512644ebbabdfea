// The deep scan, `..`: the document in its order, with a stack of our own, however deep it is.
import { compileFilter } from './filter.ts'
import { type CompilePath, charge, type PathRun, type Visit } from './run.ts'
import type { PathStep } from './syntax.ts'

/** `visit` is the step after the dots, tried wherever `target`, that same step, could lead on. */
export const compileScan = (
  target: PathStep | undefined,
  targetIsLast: boolean,
  visit: Visit,
  compilePath: CompilePath,
): Visit => {
  const applies = compileApplies(target, targetIsLast, compilePath)
  return (value, run) => {
    const { shape } = run
    const stack = [value]
    charge(run, 1)
    for (;;) {
      const current = stack.pop()
      if (current === undefined) return
      const type = shape.typeOf(current)
      if (type !== 'array' && type !== 'object') continue
      if (applies(current, type === 'array', run)) visit(current, run)
      const children =
        type === 'array'
          ? shape.items(current)
          : shape.keys(current).map((key) => shape.member(current, key))
      charge(run, children.length)
      for (let at = children.length - 1; at >= 0; at -= 1) {
        const child = children[at]
        if (child !== undefined) stack.push(child)
      }
    }
  }
}

type Applies = (value: unknown, isArray: boolean, run: PathRun) => boolean

const compileApplies = (
  target: PathStep | undefined,
  targetIsLast: boolean,
  compilePath: CompilePath,
): Applies => {
  switch (target?.kind) {
    case 'property': {
      const { names } = target
      // Of several properties that lead on, any will do.
      const any = names.length > 1 && !targetIsLast
      return (value, isArray, run) =>
        !isArray && (any || names.every((name) => run.shape.member(value, name) !== undefined))
    }
    case 'index':
    case 'slice':
    case 'fromEnd':
      return (_, isArray) => isArray
    case 'wildcard':
      return () => true
    case 'filter': {
      const accepts = compileFilter(target.filter, compilePath)
      return (value, _, run) => accepts(value, run)
    }
    default:
      return () => false
  }
}
