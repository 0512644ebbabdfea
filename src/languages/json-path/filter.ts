// Filters as functions: whether an item is taken.
import {
  compareOperands,
  itemsOf,
  literalOperand,
  type Operand,
  operandOf,
  operandsEqual,
} from './operand.ts'
import { type CompiledPath, type CompilePath, charge, nestedRun, type PathRun } from './run.ts'
import type { FilterOperator, FilterSyntax, OperandSyntax } from './syntax.ts'

export type Accepts = (item: unknown, run: PathRun) => boolean

export const compileFilter = (filter: FilterSyntax, compilePath: CompilePath): Accepts => {
  switch (filter.kind) {
    case 'or': {
      const operands = filter.operands.map((operand) => compileFilter(operand, compilePath))
      return (item, run) => operands.some((operand) => operand(item, run))
    }
    case 'and': {
      const operands = filter.operands.map((operand) => compileFilter(operand, compilePath))
      return (item, run) => operands.every((operand) => operand(item, run))
    }
    case 'not': {
      const operand = compileFilter(filter.operand, compilePath)
      return (item, run) => !operand(item, run)
    }
    case 'exists': {
      const path = compilePath(filter.path)
      return (item, run) => exists(path, item, run) === filter.wanted
    }
    case 'compare': {
      const left = compileOperand(filter.left, compilePath)
      const right = compileOperand(filter.right, compilePath)
      const compare = COMPARISONS[filter.operator]
      return (item, run) => {
        charge(run, 1)
        return compare(left(item, run), right(item, run), run)
      }
    }
  }
}

const exists = (path: CompiledPath, item: unknown, run: PathRun): boolean => {
  const found = path.evaluate(path.rooted ? run.root : item, nestedRun(run, true))
  if (!found.found) return false
  // Jayway 2.0.0 took null for nothing.
  return run.version === '3.0' || run.shape.typeOf(found.value) !== 'null'
}

type ReadOperand = (item: unknown, run: PathRun) => Operand

const compileOperand = (operand: OperandSyntax, compilePath: CompilePath): ReadOperand => {
  if (operand.kind === 'pattern') return () => operand
  if (operand.kind === 'literal') {
    const literal = literalOperand(operand.value)
    return () => literal
  }
  const path = compilePath(operand.path)
  if (!path.rooted) return (item, run) => readOperand(path, item, run)
  return (_, run) => {
    const known = run.cache.get(path)
    // The cache holds what this very function has put there, under a key that only it has.
    if (known !== undefined) return known as Operand
    const value = readOperand(path, run.root, run)
    run.cache.set(path, value)
    return value
  }
}

const readOperand = (path: CompiledPath, value: unknown, run: PathRun): Operand => {
  const found = path.evaluate(value, nestedRun(run, false))
  return found.found ? operandOf(found.value, run.shape) : UNDEFINED
}

const UNDEFINED: Operand = { kind: 'undefined' }

type Comparison = (left: Operand, right: Operand, run: PathRun) => boolean

const never: Comparison = () => false

const ordered =
  (accepts: (order: number) => boolean): Comparison =>
  (left, right) => {
    const order = compareOperands(left, right)
    return order !== undefined && accepts(order)
  }

const contains = (items: readonly Operand[], operand: Operand, run: PathRun): boolean =>
  items.some((item) => operandsEqual(operand, item, run))

const isIn: Comparison = (left, right, run) => {
  const items = itemsOf(right, run)
  return items !== undefined && contains(items, left, run)
}

/** Whether `accepts` holds for the items of both sides; never where a side is no array. */
const ofLists =
  (
    accepts: (left: readonly Operand[], right: readonly Operand[], run: PathRun) => boolean,
  ): Comparison =>
  (left, right, run) => {
    const items = itemsOf(left, run)
    const others = itemsOf(right, run)
    return items !== undefined && others !== undefined && accepts(items, others, run)
  }

const matchesPattern: Comparison = (left, right, run) => {
  const regex =
    right.kind === 'pattern' ? right.regex : left.kind === 'pattern' ? left.regex : undefined
  // One side is a pattern, the other what it is tried on.
  if (regex === undefined || left.kind === right.kind) return false
  const input = right.kind === 'pattern' ? left : right
  const items = itemsOf(input, run) ?? [input]
  return items.some((item) => regex.matches(textOf(item), run.budget))
}

const textOf = (operand: Operand): string => {
  if (operand.kind === 'string' || operand.kind === 'number') return operand.text
  return operand.kind === 'boolean' ? String(operand.value) : ''
}

const hasSize: Comparison = (left, right, run) => {
  if (right.kind !== 'number') return false
  const size = left.kind === 'string' ? left.text.length : itemsOf(left, run)?.length
  return size === Math.trunc(right.value)
}

const isEmpty: Comparison = (left, right) => {
  if (right.kind !== 'boolean') return false
  if (left.kind === 'string') return (left.text === '') === right.value
  if (left.kind !== 'json') return false
  const { shape, value } = left
  const { length } = shape.typeOf(value) === 'array' ? shape.items(value) : shape.keys(value)
  return (length === 0) === right.value
}

const containsItem: Comparison = (left, right, run) => {
  if (left.kind === 'string') return right.kind === 'string' && left.text.includes(right.text)
  return isIn(right, left, run)
}

const sameType: Comparison = (left, right, run) =>
  left.kind === right.kind && operandsEqual(left, right, run)

const COMPARISONS: Readonly<Record<FilterOperator, Comparison>> = {
  '==': operandsEqual,
  '===': sameType,
  '!=': (left, right, run) => !operandsEqual(left, right, run),
  '!==': (left, right, run) => !sameType(left, right, run),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
  '=~': matchesPattern,
  IN: isIn,
  NIN: (left, right, run) => {
    const items = itemsOf(right, run)
    return items !== undefined && !contains(items, left, run)
  },
  CONTAINS: containsItem,
  ALL: ofLists((left, right, run) => right.every((item) => contains(left, item, run))),
  SUBSETOF: ofLists((left, right, run) => left.every((item) => contains(right, item, run))),
  ANYOF: ofLists((left, right, run) => left.some((item) => contains(right, item, run))),
  NONEOF: ofLists((left, right, run) => !left.some((item) => contains(right, item, run))),
  SIZE: hasSize,
  EMPTY: isEmpty,
  // What these ask for, a class or a Java predicate, cannot be written in a path.
  EXISTS: never,
  TYPE: never,
  MATCHES: never,
}
