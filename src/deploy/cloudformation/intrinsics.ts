// Evaluates intrinsic functions. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
import { isObject, type JsonValue } from '#shared/json.ts'
import type { Path } from '../template/path.ts'
import { type Evaluate, type Evaluation, fail, functionCall, type Intrinsic } from './evaluation.ts'
import { and, equals, ifFunction, not, or } from './intrinsics/conditions.ts'
import { cidr } from './intrinsics/cidr.ts'
import { length, select, toJsonString } from './intrinsics/lists.ts'
import { findInMap, getAtt, getAZs, importValue, ref } from './intrinsics/references.ts'
import { base64, join, split, sub } from './intrinsics/text.ts'

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: ref,
  Condition: (argument, evaluation, path) =>
    typeof argument === 'string'
      ? evaluation.condition(argument, path)
      : fail(evaluation, path, 'Condition needs the name of a condition', 'Give a string'),
  'Fn::And': and,
  'Fn::Base64': base64,
  'Fn::Cidr': cidr,
  'Fn::Equals': equals,
  'Fn::FindInMap': findInMap,
  'Fn::GetAtt': getAtt,
  'Fn::GetAZs': getAZs,
  'Fn::If': ifFunction,
  'Fn::ImportValue': importValue,
  'Fn::Join': join,
  'Fn::Length': length,
  'Fn::Not': not,
  'Fn::Or': or,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': sub,
  'Fn::ToJsonString': toJsonString,
}

/** Functions that are not evaluated but written out before: `Fn::ForEach` and `Fn::Transform` of `AWS::Include`. */
const WRITTEN_OUT = /^Fn::(?:ForEach::.+|Transform)$/

/** In which way a function does less than on AWS. */
const APPROXIMATIONS: Readonly<Record<string, string>> = {
  'Fn::GetAZs': 'three zones, named a, b and c',
}

/** What a function of this name is here, for `daemun check`; undefined where there is no such function. */
export const honourOfIntrinsic = (
  name: string,
): { readonly honour: 'enforced' | 'approximated'; readonly note?: string } | undefined => {
  const note = Object.hasOwn(APPROXIMATIONS, name) ? APPROXIMATIONS[name] : undefined
  if (note !== undefined) return { honour: 'approximated', note }
  return Object.hasOwn(INTRINSICS, name) || WRITTEN_OUT.test(name)
    ? { honour: 'enforced' }
    : undefined
}

/** The value with every function replaced by its result; undefined for `AWS::NoValue`. */
export const evaluate = (
  value: JsonValue,
  evaluation: Evaluation,
  path: Path,
): JsonValue | undefined => {
  const within: Evaluate = (inner, innerPath) => evaluate(inner, evaluation, innerPath)
  if (Array.isArray(value)) {
    return value.flatMap((item: JsonValue, index) => {
      const result = within(item, [...path, index])
      return result === undefined ? [] : [result]
    })
  }
  if (!isObject(value)) return value
  const call = functionCall(value)
  // `Condition` as the only member of a map is the function only where conditions are written; policies use the word too.
  if (call !== undefined && (call.name !== 'Condition' || typeof call.argument === 'string')) {
    const at = [...path, call.name]
    const intrinsic = Object.hasOwn(INTRINSICS, call.name) ? INTRINSICS[call.name] : undefined
    if (intrinsic === undefined) {
      return fail(
        evaluation,
        at,
        `\`${call.name}\` is not an intrinsic function that exists here`,
        `Use one of ${Object.keys(INTRINSICS).join(', ')}`,
      )
    }
    return intrinsic(call.argument, evaluation, at, within)
  }
  const entries: [string, JsonValue][] = []
  for (const [key, member] of Object.entries(value)) {
    const result = within(member as JsonValue, [...path, key]) // A member of a JSON object.
    if (result !== undefined) entries.push([key, result])
  }
  return Object.fromEntries(entries)
}
