// Ref, Fn::GetAtt, Fn::FindInMap, Fn::GetAZs, Fn::ImportValue: what leads to something outside the value itself.
import { isObject, type JsonValue } from '#shared/json.ts'
import { didYouMean } from '#shared/spelling.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import {
  argumentList,
  evaluatedText,
  type Evaluation,
  fail,
  type Intrinsic,
  textOf,
} from '../evaluation.ts'

export const ref: Intrinsic = (argument, evaluation, path) => {
  if (typeof argument !== 'string') {
    return fail(evaluation, path, 'Ref needs a name', 'Name a parameter or a resource')
  }
  if (argument === 'AWS::NoValue') return undefined
  const parameter = evaluation.parameters.get(argument)
  if (parameter !== undefined) return parameter
  return (
    evaluation.ref(argument, path) ??
    fail(
      evaluation,
      path,
      `there is no parameter or resource \`${argument}\`${meant(argument, evaluation)}`,
      'Declare it under Parameters or Resources, or correct the name',
    )
  )
}

const meant = (name: string, { parameters, source }: Evaluation): string =>
  didYouMean(name, [
    ...parameters.keys(),
    ...Object.keys(objectOf(source.value['Resources']) ?? {}),
  ])

export const getAtt: Intrinsic = (argument, evaluation, path, evaluate) => {
  const shape = '[logical id, attribute]'
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.')
    if (dot > 0) {
      return evaluation.attribute(argument.slice(0, dot), argument.slice(dot + 1), path)
    }
  }
  const [owner = null, ...names] = argumentList(argument, [2, 4], shape, evaluation, path)
  // AWS: a function may give the logical id with AWS::LanguageExtensions.
  const logicalId = evaluatedText(owner, 'the logical id', evaluation, [...path, 0], evaluate)
  const name = names.map((part, index) =>
    evaluatedText(part, 'the attribute', evaluation, [...path, index + 1], evaluate),
  )
  return evaluation.attribute(logicalId, name.join('.'), path)
}

export const findInMap: Intrinsic = (argument, evaluation, path, evaluate) => {
  const shape = '[map, top-level key, second-level key]'
  const [map, top, second, options] = argumentList(argument, [3, 4], shape, evaluation, path)
  const [mapName, topKey, secondKey] = [map, top, second].map((part, index) =>
    evaluatedText(part, 'a key of Fn::FindInMap', evaluation, [...path, index], evaluate),
  )
  const found = memberOf(
    memberOf(memberOf(evaluation.mappings, mapName ?? ''), topKey ?? ''),
    secondKey ?? '',
  )
  if (found !== undefined) return found
  if (isObject(options) && Object.hasOwn(options, 'DefaultValue')) {
    return evaluate(options['DefaultValue'] as JsonValue, [...path, 3, 'DefaultValue'])
  }
  return fail(
    evaluation,
    path,
    `the mapping \`${mapName}\` has no \`${topKey}\` → \`${secondKey}\``,
    'Add the key under Mappings, or give a DefaultValue',
  )
}

/** AWS: three zones named a, b and c; which ones an account sees differs per account. */
export const getAZs: Intrinsic = (argument, evaluation, path, evaluate) => {
  const given = textOf(evaluate(argument, path))
  const region = given || textOf(evaluation.parameters.get('AWS::Region')) || ''
  return ['a', 'b', 'c'].map((zone) => `${region}${zone}`)
}

export const importValue: Intrinsic = (argument, evaluation, path, evaluate) => {
  const name = evaluatedText(argument, 'the name of an export', evaluation, path, evaluate)
  evaluation.imports?.add(name)
  return (
    evaluation.parameters.get(`import ${name}`) ??
    fail(
      evaluation,
      path,
      `no stack here exports \`${name}\``,
      'Deploy the stack that exports it first, or replace Fn::ImportValue by a parameter',
    )
  )
}
