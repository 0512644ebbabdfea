// The request parameters of a first-class integration: each a value of the request, some of them JSON.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
import {
  compileMappingValue,
  type LookUp,
  type MappingValue,
} from '#languages/parameter-mapping/mapping-value.ts'
import { isObject, type JsonValue } from '#shared/json.ts'

/** By the parameter's name; absent where the request has no such value. */
export type SubtypeValues = Readonly<Record<string, JsonValue | undefined>>

interface CompiledParameters {
  readonly read: (lookUp: LookUp) => SubtypeValues
  /** In words, each parameter that is not understood. */
  readonly problems: readonly string[]
}

/** `json`: MessageAttributes and the like, whose value is a JSON text. */
export type ParameterKinds = Readonly<Record<string, 'text' | 'json'>>

export const compileSubtypeParameters = (
  parameters: Readonly<Record<string, string>>,
  kinds: ParameterKinds,
): CompiledParameters => {
  const problems: string[] = []
  const read: (readonly [string, Read])[] = []
  for (const [name, text] of Object.entries(parameters)) {
    const kind =
      Object.hasOwn(kinds, name) || name === 'Region' ? (kinds[name] ?? 'text') : undefined
    if (kind === undefined) {
      problems.push(`the parameter ${name}`)
      continue
    }
    read.push([name, kind === 'json' ? compileJson(text, problems) : compileText(text, problems)])
  }
  return {
    read: (lookUp) => Object.fromEntries(read.map(([name, value]) => [name, value(lookUp)])),
    problems,
  }
}

type Read = (lookUp: LookUp) => JsonValue | undefined

const compileText = (
  text: string,
  problems: string[],
): ((lookUp: LookUp) => string | undefined) => {
  const compiled = compileMappingValue(text, 'request')
  if ('value' in compiled) return (lookUp) => utf8(compiled.value, lookUp)
  problems.push(compiled.problem)
  return () => undefined
}

/** Values are byte strings until they are sent. */
const utf8 = (value: MappingValue, lookUp: LookUp): string | undefined => {
  const bytes = value(lookUp, 'querystring')
  return bytes === undefined ? undefined : Buffer.from(bytes, 'latin1').toString('utf8')
}

/**
 * A JSON text with references in its strings: they are put in after it is read, so that nothing a client sends can
 * become more than the one string it is. A text that is one reference is read as JSON per request.
 */
const compileJson = (text: string, problems: string[]): Read => {
  const template = parsed(text)
  if (typeof template === 'object' && template !== null) return compileLeaves(template, problems)
  const whole = compileText(text, problems)
  return (lookUp) => {
    const value = whole(lookUp)
    return value === undefined ? undefined : (parsed(value) ?? value)
  }
}

const compileLeaves = (template: JsonValue, problems: string[]): Read => {
  if (typeof template === 'string') {
    const read = compileText(template, problems)
    return (lookUp) => read(lookUp) ?? ''
  }
  if (Array.isArray(template)) {
    const items = template.map((item: JsonValue) => compileLeaves(item, problems))
    return (lookUp) => items.map((item) => item(lookUp) ?? null)
  }
  if (!isObject(template)) return () => template
  const members = Object.entries(template).map(
    ([name, member]) => [name, compileLeaves(jsonMember(member), problems)] as const,
  )
  return (lookUp) =>
    Object.fromEntries(members.map(([name, member]) => [name, member(lookUp) ?? null]))
}

/** What came out of JSON.parse is JSON all the way down. */
const jsonMember = (member: unknown): JsonValue => member as JsonValue

/** Undefined where the text is no JSON, such as the one name `All` in the place of a list. */
const parsed = (text: string): JsonValue | undefined => {
  try {
    const value: JsonValue = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}
