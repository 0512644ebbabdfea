// From steps to closures, last step first: each closure is given the one that goes on from there.
import { compileFilter } from './filter.ts'
import { compileFunction } from './functions.ts'
import { type CompilePath, charge, emit, type PathRun, type Visit } from './run.ts'
import { compileScan } from './scan.ts'
import type { PathStep, PathSyntax, SliceStep } from './syntax.ts'

export const compilePath: CompilePath = (syntax) => {
  const steps = invertScan(syntax.steps)
  const visit = compileSteps(steps, 0, true)
  const definite = steps.every((step, at) => isDefinite(step, at === steps.length - 1))
  return {
    rooted: syntax.root === '$',
    definite,
    evaluate: (value, run) => {
      visit(value, run)
      if (run.missing || (definite && run.results.length === 0)) return { found: false }
      const found = definite ? run.results.at(-1) : run.shape.array(run.results)
      return { found: true, value: found }
    },
  }
}

/** Jayway: a function after a deep scan is given all that the scan finds: `$..x.sum()` is `$.sum($..x)`. */
const invertScan = (steps: readonly PathStep[]): readonly PathStep[] => {
  const last = steps.at(-1)
  if (steps[0]?.kind !== 'scan' || last?.kind !== 'function') return steps
  const scanned = steps.slice(0, -1)
  if (scanned.some(({ kind }) => kind === 'function')) return steps
  const path: PathSyntax = { root: '$', steps: scanned }
  return [{ ...last, parameters: [{ kind: 'path', path }] }]
}

const isDefinite = (step: PathStep, isLast: boolean): boolean => {
  switch (step.kind) {
    case 'property':
      // The last step merges its properties into one object.
      return isLast || step.names.length === 1
    case 'index':
      return step.indexes.length === 1
    case 'function':
    case 'fromEnd':
      return true
    default:
      return false
  }
}

/** `definite`: whether the steps before this one lead to one value. */
const compileSteps = (steps: readonly PathStep[], at: number, definite: boolean): Visit => {
  const step = steps[at]
  if (step === undefined) return emit
  const isLast = at === steps.length - 1
  if (step.kind === 'scan') {
    const target = steps[at + 1]
    const isTargetLast = at + 2 === steps.length
    return compileScan(target, isTargetLast, compileSteps(steps, at + 1, false), compilePath)
  }
  const next = compileSteps(steps, at + 1, definite && isDefinite(step, isLast))
  switch (step.kind) {
    case 'property':
      return compileProperties(step.names, next, isLast, definite)
    case 'index':
      return compileItems(next, definite, (length, run) =>
        run.version === '3.0'
          ? step.indexes.map((index) => (index < 0 ? length + index : index))
          : step.indexes,
      )
    case 'fromEnd':
      return compileItems(next, definite, (length) => [length - step.distance])
    case 'slice':
      return compileSlice(step, next, definite)
    case 'wildcard':
      return compileWildcard(next)
    case 'filter':
      return compileFilterStep(compileFilter(step.filter, compilePath), next, definite)
    case 'function': {
      const call = compileFunction(step, compilePath)
      return (value, run) => {
        const result = call(value, run)
        if (result === undefined) {
          run.missing = true
          return
        }
        emit(result, run)
        if (!isLast) next(result, run)
      }
    }
  }
}

const compileProperties = (
  names: readonly string[],
  next: Visit,
  isLast: boolean,
  definite: boolean,
): Visit => {
  const [name = ''] = names
  const isMerge = isLast && names.length > 1
  const mustLead = !isLast && definite && names.length === 1
  return (value, run) => {
    charge(run, names.length)
    const { shape } = run
    if (shape.typeOf(value) !== 'object') {
      if (definite) run.missing = true
      return
    }
    if (isMerge) {
      const merged: (readonly [string, unknown])[] = []
      for (const key of names) {
        const member = shape.member(value, key)
        if (member !== undefined) merged.push([key, member])
        else if (run.required) run.missing = true
      }
      emit(shape.object(merged), run)
      return
    }
    for (const key of names.length === 1 ? [name] : names) {
      const member = shape.member(value, key)
      if (member !== undefined) next(member, run)
      else if (mustLead || run.required) run.missing = true
    }
  }
}

const compileItems = (
  next: Visit,
  definite: boolean,
  indexesOf: (length: number, run: PathRun) => Iterable<number>,
): Visit => {
  return (value, run) => {
    charge(run, 1)
    if (run.shape.typeOf(value) !== 'array') {
      if (definite) run.missing = true
      return
    }
    const items = run.shape.items(value)
    for (const index of indexesOf(items.length, run)) {
      charge(run, 1)
      if (index >= 0 && index < items.length) next(items[index], run)
    }
  }
}

const compileSlice = (step: SliceStep, next: Visit, definite: boolean): Visit =>
  compileItems(next, definite, (length) => {
    const { from, to } = step
    if (to === undefined) return sequence(fromStart(from ?? 0, length), length)
    if (from === undefined) return sequence(0, Math.min(length, to < 0 ? length + to : to))
    // Jayway counts negative bounds from the end only where there is one bound; of two it takes each index by itself.
    return sequence(from, Math.min(length, to), length)
  })

const fromStart = (from: number, length: number): number =>
  Math.max(0, from < 0 ? length + from : from)

function* sequence(from: number, to: number, length = 0): Generator<number> {
  for (let index = from; index < to; index += 1) yield index < 0 ? length + index : index
}

const compileWildcard =
  (next: Visit): Visit =>
  (value, run) => {
    charge(run, 1)
    const { shape } = run
    const type = shape.typeOf(value)
    if (type === 'array') {
      for (const item of shape.items(value)) next(item, run)
    } else if (type === 'object') {
      for (const key of shape.keys(value)) {
        const member = shape.member(value, key)
        if (member !== undefined) next(member, run)
      }
    }
  }

const compileFilterStep =
  (accepts: (item: unknown, run: PathRun) => boolean, next: Visit, definite: boolean): Visit =>
  (value, run) => {
    charge(run, 1)
    const type = run.shape.typeOf(value)
    if (type === 'object') {
      if (accepts(value, run)) next(value, run)
    } else if (type === 'array') {
      for (const item of run.shape.items(value)) {
        if (accepts(item, run)) next(item, run)
      }
    } else if (definite) {
      run.missing = true
    }
  }
