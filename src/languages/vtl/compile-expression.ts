// Expressions, from AST to closures.
import type { Expression, OperationNode } from './ast.ts'
import { compileReference } from './compile-reference.ts'
import type { Compiler } from './compiler.ts'
import { looselyEqual } from './equality.ts'
import { compareNumbers, compute, isJavaNumber, toInt } from './numbers.ts'
import type { Evaluate, Render, Run } from './run.ts'
import { VtlList, VtlMap, type VtlValue } from './values.ts'

/** The value of an expression; null where it has none. */
export const compileExpression = (node: Expression, compiler: Compiler): Evaluate => {
  switch (node.kind) {
    case 'literal': {
      const { value } = node
      return () => value
    }
    case 'template': {
      const render = compiler.block(node.body)
      return (run) => renderString(run, render)
    }
    case 'reference':
      return compileReference(node, compiler)
    case 'list': {
      const items = node.items.map((item) => compiler.expression(item))
      return (run) => {
        run.budget.spend(1 + items.length)
        return new VtlList(items.map((item) => item(run)))
      }
    }
    case 'range': {
      const from = compiler.expression(node.from)
      const to = compiler.expression(node.to)
      return (run) => rangeList(from(run), to(run), run)
    }
    case 'map':
      return compileMap(node.entries, compiler)
    case 'word':
      return () => null
    case 'not': {
      const holds = compileTest(node.operand, compiler)
      return (run) => !holds(run)
    }
    case 'operation':
      return compileOperation(node, compiler)
  }
}

type Test = (run: Run) => boolean

/**
 * Whether an expression counts as true.
 * AWS: a reference does unless it is false, for even one without a value is the empty text; a
 * literal other than true
 * and an arithmetic result never do. [vtl_truth: if-truthiness; Velocity 1.7]
 */
export const compileTest = (node: Expression, compiler: Compiler): Test => {
  if (node.kind === 'reference') {
    const evaluate = compileReference(node, compiler)
    return (run) => evaluate(run) !== false
  }
  if (node.kind === 'literal') {
    const holds = node.value === true
    return () => holds
  }
  if (node.kind === 'not') {
    const holds = compileTest(node.operand, compiler)
    return (run) => !holds(run)
  }
  return node.kind === 'operation' ? compileOperationTest(node, compiler) : () => false
}

const compileOperationTest = (node: OperationNode, compiler: Compiler): Test => {
  const { operator } = node
  if (operator === '&&' || operator === '||') {
    const left = compileTest(node.left, compiler)
    const right = compileTest(node.right, compiler)
    return operator === '&&' ? (run) => left(run) && right(run) : (run) => left(run) || right(run)
  }
  const value = compileOperation(node, compiler)
  return (run) => value(run) === true
}

const compileOperation = (node: OperationNode, compiler: Compiler): Evaluate => {
  const { operator } = node
  if (operator === '&&' || operator === '||') return compileOperationTest(node, compiler)
  const left = compiler.expression(node.left)
  const right = compiler.expression(node.right)
  switch (operator) {
    case '==':
      return (run) => {
        run.budget.spend(1)
        return looselyEqual(left(run), right(run), run)
      }
    case '!=':
      return (run) => {
        run.budget.spend(1)
        return !looselyEqual(left(run), right(run), run)
      }
    case '<':
      return comparison(left, right, (order) => order < 0)
    case '<=':
      return comparison(left, right, (order) => order <= 0)
    case '>':
      return comparison(left, right, (order) => order > 0)
    case '>=':
      return comparison(left, right, (order) => order >= 0)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return (run) => arithmetic(operator, left(run), right(run), run)
  }
}

/**
 * AWS: only numbers are above or below each other; everything else is neither. [vtl_truth: if-
 * string-compare]
 */
const comparison =
  (left: Evaluate, right: Evaluate, holds: (order: number) => boolean): Evaluate =>
  (run) => {
    run.budget.spend(1)
    const a = left(run)
    const b = right(run)
    return isJavaNumber(a) && isJavaNumber(b) && holds(compareNumbers(a, b))
  }

/**
 * AWS: a plus with a text on either side joins; other operands that are no numbers give nothing.
 */
const arithmetic = (
  operator: '+' | '-' | '*' | '/' | '%',
  left: VtlValue,
  right: VtlValue,
  run: Run,
): VtlValue => {
  run.budget.spend(1)
  if (isJavaNumber(left) && isJavaNumber(right)) return compute(operator, left, right) ?? null
  if (operator !== '+' || left === null || right === null) return null
  if (typeof left !== 'string' && typeof right !== 'string') return null
  const joined = run.text(left) + run.text(right)
  run.budget.spendText(joined.length)
  return joined
}

const renderString = (run: Run, render: Render): string => {
  const text = run.capture(render)
  run.endBreak()
  return text
}

/** Both ends are part of it; it runs downwards too. Null where an end is no number. */
const rangeList = (from: VtlValue, to: VtlValue, run: Run): VtlValue => {
  if (!isJavaNumber(from) || !isJavaNumber(to)) return null
  const start = toInt(from)
  const size = Math.abs(toInt(to) - start) + 1
  const step = toInt(to) < start ? -1 : 1
  run.budget.spend(1 + size)
  return new VtlList(Array.from({ length: size }, (_, index) => start + index * step))
}

const compileMap = (
  pairs: readonly (readonly [Expression, Expression])[],
  compiler: Compiler,
): Evaluate => {
  const entries = pairs.map(
    ([key, value]) => [compiler.expression(key), compiler.expression(value)] as const,
  )
  return (run) => {
    run.budget.spend(1 + entries.length)
    const map = new VtlMap()
    for (const [key, value] of entries) map.put(key(run), value(run))
    return map
  }
}
