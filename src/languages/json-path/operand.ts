// What filters compare. Jayway compares a number with a string by what the string reads as, and nothing else with
// anything of another type.
import type { JsonValue } from '#shared/json.ts'
import type { JavaRegex } from '../regex/java-regex.ts'
import { NUMBER } from './parse-literal.ts'
import { charge, type PathRun } from './run.ts'
import { type JsonShape, plainJson } from './shape.ts'

export type Operand =
  /** A path that leads nowhere: it equals nothing, not even itself. */
  | { readonly kind: 'undefined' }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | JsonOperand
  | { readonly kind: 'pattern'; readonly regex: JavaRegex }

/** An array or an object, of the document or of the path. */
export interface JsonOperand {
  readonly kind: 'json'
  readonly value: unknown
  readonly shape: JsonShape<unknown>
}

export const operandOf = (value: unknown, shape: JsonShape<unknown>): Operand => {
  switch (shape.typeOf(value)) {
    case 'null':
      return { kind: 'null' }
    case 'boolean':
      return { kind: 'boolean', value: shape.textOf(value) === 'true' }
    case 'number':
      return { kind: 'number', value: shape.numberOf(value), text: shape.textOf(value) }
    case 'string':
      return { kind: 'string', text: shape.textOf(value) }
    default:
      return { kind: 'json', value, shape }
  }
}

export const literalOperand = (value: JsonValue): Operand =>
  // Literals are plain JSON whatever the document is; the shape only ever sees values it made.
  operandOf(value, plainJson as JsonShape<unknown>)

/** The items of an array; undefined for anything else. */
export const itemsOf = (operand: Operand, run: PathRun): readonly Operand[] | undefined => {
  if (operand.kind !== 'json' || operand.shape.typeOf(operand.value) !== 'array') return undefined
  const items = operand.shape.items(operand.value)
  charge(run, items.length)
  return items.map((item) => operandOf(item, operand.shape))
}

export const operandsEqual = (left: Operand, right: Operand, run: PathRun): boolean => {
  charge(run, 1)
  switch (left.kind) {
    case 'null':
      return right.kind === 'null'
    case 'boolean':
      return right.kind === 'boolean' && left.value === right.value
    case 'string':
      return (right.kind === 'string' || right.kind === 'number') && left.text === right.text
    case 'number':
      if (right.kind === 'number') return left.value === right.value
      return right.kind === 'string' && NUMBER.test(right.text) && left.value === Number(right.text)
    case 'json':
      return right.kind === 'json' && deepEqual(left, right, run, 0)
    default:
      return false
  }
}

/** Negative, zero or positive; undefined where the two have no order. */
export const compareOperands = (left: Operand, right: Operand): number | undefined => {
  if (left.kind === 'number' && right.kind === 'number') return left.value - right.value
  const isText = (operand: Operand) => operand.kind === 'number' || operand.kind === 'string'
  if (!isText(left) || !isText(right) || !('text' in left) || !('text' in right)) return undefined
  if (left.text === right.text) return 0
  return left.text < right.text ? -1 : 1
}

/** Deeper values than this are taken for different. */
const DEPTH_MAX = 500

const deepEqual = (left: JsonOperand, right: JsonOperand, run: PathRun, depth: number): boolean => {
  if (depth > DEPTH_MAX) return false
  const type = left.shape.typeOf(left.value)
  if (type !== right.shape.typeOf(right.value)) return false
  const equal = (one: unknown, other: unknown): boolean => {
    const first = operandOf(one, left.shape)
    const second = operandOf(other, right.shape)
    // Inside of arrays and objects Java's own equality holds: no string equals a number.
    if (first.kind !== second.kind) return false
    return first.kind === 'json' && second.kind === 'json'
      ? deepEqual(first, second, run, depth + 1)
      : operandsEqual(first, second, run)
  }
  if (type === 'array') {
    const items = left.shape.items(left.value)
    const others = right.shape.items(right.value)
    charge(run, 1)
    return items.length === others.length && items.every((item, at) => equal(item, others[at]))
  }
  const keys = left.shape.keys(left.value)
  charge(run, 1 + keys.length)
  if (keys.length !== right.shape.keys(right.value).length) return false
  return keys.every((key) => {
    const other = right.shape.member(right.value, key)
    return other !== undefined && equal(left.shape.member(left.value, key), other)
  })
}
