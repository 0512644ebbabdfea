// Fn::Select, Fn::Length, Fn::ToJsonString.
import type { JsonValue } from '#shared/json.ts'
import { argumentList, fail, type Intrinsic, textOf } from '../evaluation.ts'

export const select: Intrinsic = (argument, evaluation, path, evaluate) => {
  const shape = '[index, [value, …]]'
  const [index, list] = argumentList(argument, [2, 2], shape, evaluation, path).map((value, at) =>
    evaluate(value, [...path, at]),
  )
  const position = Number(textOf(index))
  if (!Array.isArray(list) || !Number.isInteger(position)) {
    return fail(evaluation, path, 'Fn::Select has the wrong arguments', `Write it as ${shape}`)
  }
  const items: readonly JsonValue[] = list
  return (
    items[position] ??
    fail(
      evaluation,
      path,
      `Fn::Select asks for item ${position} of a list of ${items.length}`,
      'Items count from 0',
    )
  )
}

export const length: Intrinsic = (argument, evaluation, path, evaluate) => {
  const list = evaluate(argument, path)
  return Array.isArray(list)
    ? list.length
    : fail(evaluation, path, 'Fn::Length counts a list', 'Give a list')
}

export const toJsonString: Intrinsic = (argument, _evaluation, path, evaluate) =>
  JSON.stringify(evaluate(argument, path) ?? null)
