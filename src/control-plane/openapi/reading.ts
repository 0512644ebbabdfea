// One reading of one document: what has been found wrong so far, which extensions have been used,
// and how to walk from a place of the document to the next, following local references.
import { isObject } from '#shared/json.ts'
import type { Tree } from './document.ts'

export interface Reading {
  readonly root: Tree
  readonly format: 'swagger' | 'openapi'
  /** Which kind of API is made of it: the two know different extensions. */
  readonly target: 'REST' | 'HTTP'
  readonly warnings: Findings
  readonly notes: Findings
  readonly errors: Findings
  /** The places of the extensions that were read: the others are reported. */
  readonly used: Set<string>
}

/** Messages, each once; bounded, since a document can be wrong in a million places. */
export interface Findings {
  readonly messages: readonly string[]
  add(at: string, text: string): void
}

/** An object of the document, and where it is. */
export interface Place {
  readonly value: Tree
  readonly at: string
}

const FINDINGS_MAX = 100
const REFERENCE_HOPS_MAX = 32

export const startReading = (
  root: Tree,
  format: Reading['format'],
  target: Reading['target'],
): Reading => ({
  root,
  format,
  target,
  warnings: createFindings(),
  notes: createFindings(),
  errors: createFindings(),
  used: new Set(),
})

const createFindings = (): Findings => {
  const messages: string[] = []
  const known = new Set<string>()
  return {
    messages,
    add: (at, text) => {
      const message = `${shortened(at)}: ${shortened(text)}`
      if (known.has(message) || messages.length > FINDINGS_MAX) return
      known.add(message)
      messages.push(messages.length === FINDINGS_MAX ? 'and more of the kind' : message)
    },
  }
}

const shortened = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text)

/** The name of a member's place. */
export const within = (at: string, key: string | number): string => {
  if (typeof key === 'number') return `${at}[${key}]`
  return /^[A-Za-z_][\w-]*$/.test(key) ? `${at}.${key}` : `${at}['${key}']`
}

/**
 * The object that a value is or refers to; undefined, and an error unless the value is absent,
 * where it is none.
 */
export const placeOf = (reading: Reading, value: unknown, at: string): Place | undefined => {
  if (value === undefined || value === null) return undefined
  const seen = new Set<string>()
  let place: { readonly value: unknown; readonly at: string } | undefined = { value, at }
  while (place !== undefined && isObject(place.value) && typeof place.value['$ref'] === 'string') {
    const reference: string = place.value['$ref']
    if (seen.has(reference) || seen.size > REFERENCE_HOPS_MAX) {
      reading.errors.add(at, `the reference ${reference} leads back to itself`)
      return undefined
    }
    seen.add(reference)
    place = targetOf(reading, reference, place.at)
  }
  if (place === undefined) return undefined
  if (isObject(place.value)) return { value: place.value, at: place.at }
  reading.errors.add(place.at, 'an object is expected')
  return undefined
}

/** What a `$ref` names; only references within the document are followed, as in AWS. */
export const targetOf = (
  reading: Reading,
  reference: string,
  at: string,
): { readonly value: unknown; readonly at: string } | undefined => {
  if (!reference.startsWith('#/')) {
    reading.errors.add(at, `the reference ${reference} is not within this document`)
    return undefined
  }
  let value: unknown = reading.root
  let target = '$'
  for (const key of pointerKeys(reference)) {
    value = ownMember(value, key)
    target = within(target, key)
  }
  if (value !== undefined) return { value, at: target }
  reading.errors.add(at, `the reference ${reference} names nothing`)
  return undefined
}

/** A schema that refers to nothing in this document. */
export const isDangling = (reading: Reading, schema: unknown): boolean => {
  const reference = isObject(schema) ? schema['$ref'] : undefined
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return false
  let value: unknown = reading.root
  for (const key of pointerKeys(reference)) value = ownMember(value, key)
  return value === undefined
}

const ownMember = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined

const pointerKeys = (reference: string): readonly string[] =>
  reference
    .slice(2)
    .split('/')
    .map((key) => decoded(key).replaceAll('~1', '/').replaceAll('~0', '~'))

const decoded = (key: string): string => {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** A member that is an object, following references. */
export const objectAt = (reading: Reading, place: Place, key: string): Place | undefined =>
  placeOf(reading, place.value[key], within(place.at, key))

/** The members of an object, or of none, with their places. */
export const entriesOf = (
  place: Place | undefined,
): readonly (readonly [string, unknown, string])[] =>
  place === undefined
    ? []
    : Object.entries(place.value).map(([key, value]) => [key, value, within(place.at, key)])

/** The same without the extensions, for objects whose members have names of OpenAPI's own. */
export const plainEntriesOf = (place: Place | undefined): ReturnType<typeof entriesOf> =>
  entriesOf(place).filter(([key]) => !key.startsWith('x-'))

export const listAt = (
  reading: Reading,
  place: Place,
  key: string,
): readonly (readonly [unknown, string])[] => {
  const value = place.value[key]
  const at = within(place.at, key)
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.map((item, index) => [item, within(at, index)])
  reading.errors.add(at, 'a list is expected')
  return []
}

/** The servers of an OpenAPI 3 document. Real documents also have one server where a list belongs. */
export const serversAt = (
  reading: Reading,
  root: Place,
): readonly (readonly [unknown, string])[] => {
  const value = root.value['servers']
  if (!isObject(value)) return listAt(reading, root, 'servers')
  const at = within(root.at, 'servers')
  reading.notes.add(at, 'one server and no list: it is taken as the only one')
  return [[value, at]]
}

/**
 * Text; numbers and truth values count as the text they are written as, since YAML needs no
 * quotes.
 */
export const textAt = (reading: Reading, place: Place, key: string): string | undefined =>
  textOf(reading, place.value[key], within(place.at, key))

const textOf = (reading: Reading, value: unknown, at: string): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  reading.errors.add(at, 'text is expected')
  return undefined
}

export const textsAt = (
  reading: Reading,
  place: Place,
  key: string,
): readonly string[] | undefined => {
  if (place.value[key] === undefined || place.value[key] === null) return undefined
  const texts: string[] = []
  for (const [value, at] of listAt(reading, place, key)) {
    const text = textOf(reading, value, at)
    if (text !== undefined) texts.push(text)
  }
  return texts
}

export const numberAt = (reading: Reading, place: Place, key: string): number | undefined => {
  const value = place.value[key]
  if (value === undefined || value === null) return undefined
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  reading.errors.add(within(place.at, key), 'a number is expected')
  return undefined
}

export const flagAt = (reading: Reading, place: Place, key: string): boolean | undefined => {
  const value = place.value[key]
  if (value === undefined || value === null) return undefined
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  reading.errors.add(within(place.at, key), 'true or false is expected')
  return undefined
}

/** A map of texts; `Object.fromEntries` defines its members, so that no name is special. */
export const textMapAt = (
  reading: Reading,
  place: Place,
  key: string,
): Readonly<Record<string, string>> | undefined => {
  const map = objectAt(reading, place, key)
  if (map === undefined) return undefined
  const entries: [string, string][] = []
  for (const [name, value] of Object.entries(map.value)) {
    const text = textOf(reading, value, within(map.at, name))
    if (text !== undefined) entries.push([name, text])
  }
  return Object.fromEntries(entries)
}
