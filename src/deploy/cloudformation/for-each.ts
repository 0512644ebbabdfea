// Fn::ForEach of AWS::LanguageExtensions: repeats a fragment for each item of a list, before anything is evaluated.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import type { Path } from '../template/path.ts'
import { failAt, objectOf, type TemplateSource } from '../template/source.ts'
import { textOf } from './evaluation.ts'

/** Of all loops of a template together. */
const ROUNDS_MAX = 10_000

export const expandForEach = (
  source: TemplateSource,
  parameters: ReadonlyMap<string, JsonValue>,
): JsonObject => {
  if (!JSON.stringify(source.value).includes('"Fn::ForEach::')) return source.value
  let rounds = 0

  const visit = (value: JsonValue, at: Path): JsonValue => {
    if (Array.isArray(value)) return value.map((item: JsonValue, i) => visit(item, [...at, i]))
    const object = objectOf(value)
    if (object === undefined) return value
    const entries: [string, JsonValue][] = []
    for (const [key, member] of Object.entries(object)) {
      if (!key.startsWith('Fn::ForEach::')) entries.push([key, visit(member, [...at, key])])
      else entries.push(...repeat(member, [...at, key]))
    }
    return Object.fromEntries(entries)
  }

  const repeat = (call: JsonValue, at: Path): [string, JsonValue][] => {
    const shape = '[identifier, list, {OutputKey: OutputValue}]'
    const [identifier, list, fragment] = Array.isArray(call) ? call : []
    if (typeof identifier !== 'string' || !isObject(fragment)) {
      return failAt(source, at, 'Fn::ForEach has the wrong arguments', `Write it as ${shape}`)
    }
    return itemsOf(list, at).flatMap((item) => {
      if (++rounds > ROUNDS_MAX) failAt(source, at, 'Fn::ForEach repeats too often', 'Use less')
      const round = objectOf(visit(replaced(fragment as JsonObject, identifier, item), at))
      return Object.entries(round ?? {})
    })
  }

  const itemsOf = (list: JsonValue | undefined, at: Path): readonly string[] => {
    const reference = objectOf(list)?.['Ref']
    const items = typeof reference === 'string' ? parameters.get(reference) : list
    if (!Array.isArray(items)) {
      return failAt(
        source,
        at,
        'the list of Fn::ForEach is not known yet',
        'Give a list, or Ref a parameter of type CommaDelimitedList',
      )
    }
    return items.map((item: JsonValue) => textOf(item) ?? '')
  }

  return objectOf(visit(source.value, [])) ?? {}
}

/** `${Identifier}` in text and keys, `&{Identifier}` without its special characters, and `{Ref: Identifier}`. */
const replaced = (value: JsonValue, identifier: string, item: string): JsonValue => {
  const inText = (text: string) =>
    text
      .replaceAll(`\${${identifier}}`, item)
      .replaceAll(`&{${identifier}}`, item.replaceAll(/[^a-zA-Z0-9]/g, ''))
  if (typeof value === 'string') return inText(value)
  if (Array.isArray(value)) return value.map((one: JsonValue) => replaced(one, identifier, item))
  const object = objectOf(value)
  if (object === undefined) return value
  if (Object.keys(object).length === 1 && object['Ref'] === identifier) return item
  return Object.fromEntries(
    Object.entries(object).map(([key, member]) => [
      inText(key),
      replaced(member, identifier, item),
    ]),
  )
}
