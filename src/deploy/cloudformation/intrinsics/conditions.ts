// Fn::If, Fn::Equals, Fn::And, Fn::Or, Fn::Not.
import { canonicalJson, type JsonValue } from '#shared/json.ts'
import type { Path } from '../../template/path.ts'
import {
  argumentList,
  type Evaluate,
  type Evaluation,
  fail,
  type Intrinsic,
  textOf,
} from '../evaluation.ts'

export const ifFunction: Intrinsic = (argument, evaluation, path, evaluate) => {
  const shape = '[condition name, value if true, value if false]'
  const [name, whenTrue, whenFalse] = argumentList(argument, [3, 3], shape, evaluation, path)
  if (typeof name !== 'string' || whenTrue === undefined || whenFalse === undefined) {
    return fail(evaluation, path, 'Fn::If needs the name of a condition', `Write it as ${shape}`)
  }
  return evaluation.condition(name, path)
    ? evaluate(whenTrue, [...path, 1])
    : evaluate(whenFalse, [...path, 2])
}

export const equals: Intrinsic = (argument, evaluation, path, evaluate) => {
  const [left, right] = argumentList(argument, [2, 2], '[value, value]', evaluation, path).map(
    (value, index) => evaluate(value, [...path, index]),
  )
  return comparable(left) === comparable(right)
}

/** CloudFormation compares text: `true` equals "true", and 1 equals "1". */
const comparable = (value: JsonValue | undefined) => textOf(value) ?? canonicalJson(value)

export const and: Intrinsic = (argument, evaluation, path, evaluate) =>
  operands(argument, [2, 10], evaluation, path, evaluate).every(Boolean)

export const or: Intrinsic = (argument, evaluation, path, evaluate) =>
  operands(argument, [2, 10], evaluation, path, evaluate).some(Boolean)

export const not: Intrinsic = (argument, evaluation, path, evaluate) =>
  !operands(argument, [1, 1], evaluation, path, evaluate)[0]

const operands = (
  argument: JsonValue,
  lengths: readonly [number, number],
  evaluation: Evaluation,
  path: Path,
  evaluate: Evaluate,
): readonly boolean[] => {
  const shape = lengths[1] === 1 ? '[condition]' : '[condition, condition, …], two to ten'
  return argumentList(argument, lengths, shape, evaluation, path).map((value, index) => {
    const text = textOf(evaluate(value, [...path, index]))
    if (text === 'true') return true
    if (text === 'false') return false
    return fail(evaluation, [...path, index], 'this is not a condition', `Write ${shape}`)
  })
}
