// The definition of a state machine as the lines of a text, with what only the stack knows as substitutions.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { type Draft, isIntrinsic } from '../draft.ts'

export interface DefinitionText {
  readonly text: JsonValue
  readonly substitutions: Draft
}

export const definitionText = (definition: JsonObject): DefinitionText => {
  const substitutions: Draft = {}
  const written = substituted(sorted(definition), substitutions)
  const lines = JSON.stringify(written, undefined, 4).split('\n')
  return { text: { 'Fn::Join': ['\n', lines] }, substitutions }
}

const isCall = (value: JsonValue): boolean =>
  isIntrinsic(value) || (typeof value === 'string' && value.startsWith('{{resolve:'))

const substituted = (value: JsonValue, substitutions: Draft): JsonValue => {
  if (isCall(value)) {
    const name = `definition_substitution_${Object.keys(substitutions).length + 1}`
    substitutions[name] = value
    return `\${${name}}`
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => substituted(item, substitutions))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(objectOf(value) ?? {}).map(([key, member]) => [
      key,
      substituted(member, substitutions),
    ]),
  )
}

/** AWS: SAM writes the keys in order. */
const sorted = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(objectOf(value) ?? {})
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
