// Which resources a value names, so that they come first. Only the branch of an Fn::If that counts is looked at.
import { isObject, type JsonValue } from '#shared/json.ts'
import type { Path } from '../template/path.ts'
import { type Evaluation, functionCall } from './evaluation.ts'
import { SUB_VARIABLE } from './intrinsics/text.ts'

export const resourcesNamedIn = (
  value: JsonValue,
  evaluation: Pick<Evaluation, 'condition'>,
  isResource: (name: string) => boolean,
  path: Path,
): ReadonlySet<string> => {
  const found = new Set<string>()
  const add = (name: string) => {
    if (isResource(name)) found.add(name)
  }
  const visit = (inner: JsonValue, at: Path): void => {
    if (Array.isArray(inner)) {
      inner.forEach((item: JsonValue, index) => visit(item, [...at, index]))
      return
    }
    if (!isObject(inner)) return
    const call = functionCall(inner)
    if (call === undefined) {
      for (const [key, member] of Object.entries(inner)) visit(member as JsonValue, [...at, key])
      return
    }
    const { name, argument } = call
    const within = [...at, name]
    if (name === 'Ref' && typeof argument === 'string') add(argument)
    else if (name === 'Fn::GetAtt') add(attributeOwner(argument))
    else if (name === 'Fn::Sub') {
      for (const variable of subVariables(argument)) add(variable.split('.', 1)[0] ?? '')
      if (Array.isArray(argument)) visit(argument[1] ?? null, [...within, 1])
    } else if (name === 'Fn::If' && Array.isArray(argument) && typeof argument[0] === 'string') {
      const branch = evaluation.condition(argument[0], within) ? 1 : 2
      visit(argument[branch] ?? null, [...within, branch])
    } else visit(argument, within)
  }
  visit(value, path)
  return found
}

const attributeOwner = (argument: JsonValue): string => {
  const given = Array.isArray(argument) ? argument[0] : argument
  const owner = isObject(given) ? given['Fn::Sub'] : given
  return typeof owner === 'string' ? (owner.split('.', 1)[0] ?? '') : ''
}

/** The names in the text of an Fn::Sub that its own map does not give. */
const subVariables = (argument: JsonValue): readonly string[] => {
  const [text, own] = Array.isArray(argument) ? argument : [argument, {}]
  if (typeof text !== 'string') return []
  const given = isObject(own) ? own : {}
  return [...text.matchAll(SUB_VARIABLE)]
    .map(([, name = '']) => name.trim())
    .filter((name) => !Object.hasOwn(given, name))
}
