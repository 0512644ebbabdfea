// References to what SAM makes, written with the SAM resource's own name: `!Ref MyApi.Stage`, `${Fn.Alias}`, or a
// layer, whose logical id changes with its content.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../template/source.ts'

export const replaceReferences = (
  template: JsonObject,
  references: ReadonlyMap<string, string>,
): JsonObject =>
  references.size === 0 ? template : (objectOf(replaced(template, references)) ?? {})

const replaced = (value: JsonValue, references: ReadonlyMap<string, string>): JsonValue => {
  if (Array.isArray(value)) return value.map((item: JsonValue) => replaced(item, references))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const argument = member as JsonValue // A member of a JSON object.
      if (key === 'Ref' && typeof argument === 'string') {
        return [key, references.get(argument) ?? argument]
      }
      if (key === 'DependsOn') return [key, dependency(argument, references)]
      if (key === 'Fn::GetAtt') return [key, attribute(argument, references)]
      if (key === 'Fn::Sub') return [key, substitution(replaced(argument, references), references)]
      return [key, replaced(argument, references)]
    }),
  )
}

const dependency = (argument: JsonValue, references: ReadonlyMap<string, string>): JsonValue => {
  if (Array.isArray(argument)) return argument.map((one: JsonValue) => dependency(one, references))
  return typeof argument === 'string' ? (references.get(argument) ?? argument) : argument
}

/** `[Fn.Alias, Name]` and `[Fn, Alias.Name]` mean the same. */
const attribute = (argument: JsonValue, references: ReadonlyMap<string, string>): JsonValue => {
  const parts: readonly JsonValue[] =
    typeof argument === 'string' ? argument.split('.') : Array.isArray(argument) ? argument : []
  if (parts.length === 0 || !parts.every((part) => typeof part === 'string')) return argument
  const names = parts.join('.').split('.')
  const [first = '', second = '', ...rest] = names
  const made = references.get(`${first}.${second}`)
  if (made !== undefined && rest.length > 0) return [made, rest.join('.')]
  const whole = references.get(first)
  if (whole !== undefined) return [whole, names.slice(1).join('.')]
  // What no reference is for stays as it was written.
  return argument
}

const substitution = (argument: JsonValue, references: ReadonlyMap<string, string>): JsonValue => {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, undefined]
  if (typeof text !== 'string') return argument
  const mended = text.replaceAll(/\$\{([^!{}]+)\}/g, (whole, name: string) => {
    const [first = '', second = '', ...rest] = name.split('.')
    const made = references.get(second === '' ? first : `${first}.${second}`)
    if (made !== undefined) return `\${${[made, ...rest].join('.')}}`
    const layer = references.get(first)
    return layer === undefined ? whole : `\${${[layer, second, ...rest].filter(Boolean).join('.')}}`
  })
  return variables === undefined ? mended : [mended, variables]
}
