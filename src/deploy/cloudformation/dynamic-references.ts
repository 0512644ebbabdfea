// `{{resolve:ssm:/name:1}}`: values that lie in AWS. Here they are given like parameters, under what stands between the
// braces. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
import { isObject, type JsonValue } from '#shared/json.ts'
import type { Path } from '../template/path.ts'
import { type Evaluation, fail, textOf } from './evaluation.ts'

const REFERENCE = /\{\{(resolve:(?:ssm|ssm-secure|secretsmanager):[^{}]{1,2048})\}\}/g

/** `--parameter resolve:ssm:/name:1=Value` names no parameter of the template. */
export const isDynamicReference = (name: string): boolean => name.startsWith('resolve:')

/** The evaluated value with every dynamic reference replaced; fails where one has no value. */
export const resolveDynamicReferences = (
  value: JsonValue,
  evaluation: Evaluation,
  path: Path,
): JsonValue => {
  if (typeof value === 'string') return resolveText(value, evaluation, path)
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) =>
      resolveDynamicReferences(item, evaluation, [...path, index]),
    )
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      // A member of a JSON object.
      resolveDynamicReferences(member as JsonValue, evaluation, [...path, key]),
    ]),
  )
}

const resolveText = (text: string, evaluation: Evaluation, path: Path): string =>
  text.includes('{{resolve:')
    ? text.replaceAll(
        REFERENCE,
        (_, name: string) =>
          given(name, evaluation) ??
          fail(
            evaluation,
            path,
            `\`{{${name}}}\` lies in AWS and has no value here`,
            `Give one with --parameter '${name}=Value', or in the file .daemun-values`,
          ),
      )
    : text

/** Of secrets it is remembered that they are some. */
const given = (name: string, evaluation: Evaluation): string | undefined => {
  const { parameters, values, secrets } = evaluation
  const value = textOf(parameters.get(name)) ?? values?.find(name.replace(/^resolve:/, ''))
  if (value !== undefined && !name.startsWith('resolve:ssm:')) secrets?.add(value)
  return value
}
