// Reads a resource's properties: a reader per property turns CloudFormation's loose values (numbers as text, text as
// numbers) into an operation's input, and what no reader took is reported by path. Nothing has to be listed for that.
import { didYouMean } from '#shared/spelling.ts'
import { isObject, type JsonValue } from '#shared/json.ts'
import type { ReportEntry } from '../report.ts'
import type { Path } from '../template/path.ts'
import { objectOf } from '../template/source.ts'
import { textOf } from './evaluation.ts'

/** Who hears about what is wrong or not honoured. */
export interface PropertyAudience {
  fail(path: Path, problem: string, mend: string): never
  report(path: Path, feature: string, effect: string, honour?: ReportEntry['honour']): void
  /** Hears of every property that the type knows. */
  read(path: Path, hasEffect: boolean): void
}

export interface Reader<T = unknown> {
  (value: JsonValue, path: Path, audience: PropertyAudience): T
  /** What docs/parity.md tells of it: why it has no effect, or what there is inside. */
  readonly effect?: string
  readonly shape?: Shape
}

/** Property name → reader. The member of the input has the same name, its first letter in lower case. */
export interface Shape {
  readonly [property: string]: Reader | Renamed
}

interface Renamed {
  readonly member: string
  readonly read: Reader
}

export type Input = Readonly<Record<string, unknown>>

export const readProperties = (
  properties: JsonValue | undefined,
  shape: Shape,
  path: Path,
  audience: PropertyAudience,
  feature: string,
): Input => {
  const object = objectOf(properties ?? {})
  if (object === undefined) return audience.fail(path, 'this must be a map', 'Give `Name: value`')
  const input: [string, unknown][] = []
  for (const [name, value] of Object.entries(object)) {
    const entry = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (entry === undefined) {
      audience.report(
        [...path, name],
        `${feature} ${name}`,
        `ignored: it has no effect here${didYouMean(name, Object.keys(shape))}`,
      )
      continue
    }
    const { member, read } = typeof entry === 'function' ? plain(name, entry) : entry
    audience.read([...path, name], read !== unused)
    const result = read(value, [...path, name], audience)
    if (result !== undefined) input.push([member, result])
  }
  return Object.fromEntries(input)
}

const plain = (name: string, read: Reader): Renamed => ({
  member: name.slice(0, 1).toLowerCase() + name.slice(1),
  read,
})

/** The member is called otherwise than the property. */
export const named = (member: string, read: Reader): Renamed => ({ member, read })

export const text: Reader<string> = (value, path, audience) =>
  textOf(value) ?? audience.fail(path, 'this must be text', 'Give a string')

export const number: Reader<number> = (value, path, audience) => {
  const given = textOf(value)
  const result = Number(given)
  if (given !== undefined && given.trim() !== '' && Number.isFinite(result)) return result
  return audience.fail(path, 'this must be a number', 'Give a number')
}

export const boolean: Reader<boolean> = (value, path, audience) => {
  const given = textOf(value)?.toLowerCase()
  if (given === 'true') return true
  if (given === 'false') return false
  return audience.fail(path, 'this must be true or false', 'Give `true` or `false`')
}

/** AWS: CloudFormation takes a single value where a list is asked for. */
export const list = <T>(item: Reader<T>): Reader<readonly T[]> =>
  withInside(item.shape, (value, path, audience) =>
    Array.isArray(value)
      ? value.map((one: JsonValue, index) => item(one, [...path, index], audience))
      : [item(value, path, audience)],
  )

export const map =
  <T>(member: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (value, path, audience) => {
    const object = objectOf(value)
    if (object === undefined) {
      return audience.fail(path, 'this must be a map', 'Give `Name: value`')
    }
    return Object.fromEntries(
      Object.entries(object).map(([key, one]) => [key, member(one, [...path, key], audience)]),
    )
  }

export const structure = (shape: Shape, feature = ''): Reader<Input> =>
  withInside(shape, (value, path, audience) =>
    readProperties(value, shape, path, audience, feature === '' ? String(path.at(-1)) : feature),
  )

const withInside = <T>(
  shape: Shape | undefined,
  read: (value: JsonValue, path: Path, audience: PropertyAudience) => T,
): Reader<T> => (shape === undefined ? read : Object.assign(read, { shape }))

/** Any JSON, handed on as JSON text: models, policies, definitions. */
export const jsonText: Reader<string> = (value) =>
  typeof value === 'string' ? value : JSON.stringify(value)

/** A policy: YAML's `Sid: 1` is meant as text, as CloudFormation takes every number of a policy's texts. */
export const policyText: Reader<string> = (value) =>
  typeof value === 'string'
    ? value
    : JSON.stringify(value, (key, member: unknown) =>
        key === 'Sid' && typeof member === 'number' ? String(member) : member,
      )

export const json: Reader<JsonValue> = (value) => value

/** `[{Key, Value}]` or a plain map, as a map. */
export const tags: Reader<Readonly<Record<string, string>>> = (value, path, audience) => {
  if (!Array.isArray(value)) return map(text)(value, path, audience)
  const entries = value.map((tag: JsonValue, index): [string, string] => {
    const at = [...path, index]
    const object = objectOf(tag) ?? {}
    if (!isObject(tag) || object['Key'] === undefined) {
      return audience.fail(at, 'a tag has a Key and a Value', 'Give `Key: …` and `Value: …`')
    }
    return [text(object['Key'], at, audience), text(object['Value'] ?? '', at, audience)]
  })
  return Object.fromEntries(entries)
}

/** Known, kept by AWS, and without effect here: reported with its own words. */
export const without = (effect: string): Reader<undefined> => {
  const read: Reader<undefined> = (_value, path, audience) => {
    audience.report(path, String(path.at(-1)), effect)
    return undefined
  }
  return Object.assign(read, { effect })
}

/** Read, on purpose without effect and without a report: nobody who calls the API could tell. */
export const unused: Reader<undefined> = () => undefined

/** Read by the type itself, from the properties as they are. */
export const elsewhere: Reader<undefined> = () => undefined
