// What names, paths and tags may be in IAM. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
import type { IdSource } from '#shared/ids.ts'
import { invalid, invalidInput, limitExceeded } from './errors.ts'

const NAME = /^[\w+=,.@-]+$/
const PATH = /^\/(?:[\x21-\x7f]*\/)?$/
const PATH_LENGTH_MAX = 512
const TAGS_MAX = 50
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u

/** The name, if it can be one. `at` is the parameter as AWS writes it: `userName`. */
export const checkName = (name: string | undefined, at: string, lengthMax: number): string => {
  if (name === undefined) throw missing(at)
  if (name.length > lengthMax) throw tooLong(name, at, lengthMax)
  if (name === '') throw violation(name, at, 'Member must have length greater than or equal to 1')
  if (NAME.test(name)) return name
  throw invalid(
    `The specified value for ${at} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  )
}

/** The path, `/` unless given. */
export const checkPath = (path: string | undefined): string => {
  if (path === undefined) return '/'
  if (path.length > PATH_LENGTH_MAX) throw tooLong(path, 'path', PATH_LENGTH_MAX)
  if (PATH.test(path)) return path
  throw invalid(
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  )
}

export const checkLength = (
  text: string | undefined,
  at: string,
  lengthMax: number,
): string | undefined => {
  if (text !== undefined && text.length > lengthMax) throw tooLong(text, at, lengthMax)
  return text
}

export const checkRange = (value: number, at: string, min: number, max: number): number => {
  if (value < min)
    throw violation(`${value}`, at, `Member must have value greater than or equal to ${min}`)
  if (value > max)
    throw violation(`${value}`, at, `Member must have value less than or equal to ${max}`)
  return value
}

export const missing = (at: string) =>
  invalid(
    `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`,
  )

const violation = (value: string, at: string, constraint: string) =>
  invalid(
    `1 validation error detected: Value '${value.slice(0, SHOWN_MAX)}' at '${at}' failed to satisfy constraint: ${constraint}`,
  )

/** A refused value is shown, and not all of a long one. */
const SHOWN_MAX = 1_000

const tooLong = (value: string, at: string, lengthMax: number) =>
  violation(value, at, `Member must have length less than or equal to ${lengthMax}`)

export interface Tag {
  readonly Key: string | undefined
  readonly Value: string | undefined
}

export type Tags = Readonly<Record<string, string>>

/** AWS: keys of tags are compared without case, and keep theirs. [IAM guide: id_tags] */
export const withTags = (before: Tags, given: readonly Tag[] | undefined): Tags => {
  const tags = new Map(Object.entries(before))
  const seen = new Set<string>()
  for (const { Key: key = '', Value: value = '' } of given ?? []) {
    if (!TAG_KEY.test(key) || key.toLowerCase().startsWith('aws:') || !TAG_VALUE.test(value))
      throw invalidInput(`The tag '${key.slice(0, 128)}' is not valid.`)
    const folded = key.toLowerCase()
    if (seen.has(folded))
      throw invalidInput(
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    seen.add(folded)
    for (const held of tags.keys()) if (held.toLowerCase() === folded) tags.delete(held)
    tags.set(key, value)
  }
  if (tags.size > TAGS_MAX) throw limitExceeded('The number of tags has reached the maximum limit.')
  return Object.fromEntries(tags)
}

export const withoutTags = (before: Tags, keys: readonly string[] | undefined): Tags => {
  const gone = new Set(keys?.map((key) => key.toLowerCase()))
  return Object.fromEntries(Object.entries(before).filter(([key]) => !gone.has(key.toLowerCase())))
}

export const tagList = (tags: Tags): readonly { readonly Key: string; readonly Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

/** Absent where there are none, as AWS answers. */
export const taggedBy = (
  tags: Tags,
): { readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] } =>
  Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }

/** `AIDA` and 17 further characters. */
export const uniqueId = (prefix: 'AIDA' | 'AGPA' | 'AROA' | 'ANPA', ids: IdSource): string =>
  `${prefix}${ids.next(17).toUpperCase()}`
