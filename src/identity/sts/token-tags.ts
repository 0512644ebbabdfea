// Tags of a session that a token brings along, and what a trust policy is asked about them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
import type { Claims } from '#languages/jwt/claims.ts'
import { isObject } from '#shared/json.ts'
import type { ContextKeys } from '../principal.ts'
import { invalidToken } from './errors.ts'

type Tags = Readonly<Record<string, string>>

const CLAIM = 'https://aws.amazon.com/tags'
const TAGS_MAX = 50
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** `{"principal_tags": {"name": ["value"]}}`. Throws where it is there and is not that. */
export const tokenTags = (claims: Claims): Tags => {
  const claim = Object.hasOwn(claims, CLAIM) ? claims[CLAIM] : undefined
  if (claim === undefined) return {}
  const given = isObject(claim) ? claim['principal_tags'] : undefined
  const entries = isObject(given) ? Object.entries(given) : undefined
  if (entries === undefined || entries.length > TAGS_MAX) throw malformed()
  return Object.fromEntries(entries.map(([name, values]) => [name, valueOf(name, values)]))
}

export const hasTags = (tags: Tags): boolean => Object.keys(tags).length > 0

/** What a trust policy may ask of the tags. */
export const requestTags = (tags: Tags): ContextKeys =>
  hasTags(tags)
    ? {
        'aws:TagKeys': Object.keys(tags),
        ...Object.fromEntries(
          Object.entries(tags).map(([name, value]) => [`aws:RequestTag/${name}`, value]),
        ),
      }
    : {}

const valueOf = (name: string, values: unknown): string => {
  const value: unknown = Array.isArray(values) && values.length === 1 ? values[0] : values
  const isTag = typeof value === 'string' && value.length <= 256 && TAG.test(value)
  if (!isTag || name.length < 1 || name.length > 128 || !TAG.test(name)) throw malformed()
  return value
}

const malformed = () => invalidToken('The session tags of the token are not valid.')
