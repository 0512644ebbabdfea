// The usual rules of patch tables: a text, a flag, a number, an entry of a map, a member of a set.
import { isObject } from '#shared/json.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import { nonEmpty } from './defined.ts'
import type { Members, PatchOp, PatchRule, PatchStep } from './patch-operations.ts'

// AWS: what UpdateRestApi and UpdateMethod say of add or remove on a plain member. [F006]
export const ONLY_REPLACE = 'Invalid patch operation specified. Must be one of: [replace]'

/** A text that may be replaced; nothing or the empty text takes it away. */
export const text = (
  member: string,
  options: {
    readonly path?: string
    readonly ops?: readonly PatchOp[]
    readonly otherOp?: string
  } = {},
): PatchRule => ({
  ...ruleOf(member, options),
  apply: (members, { op, value }) => ({
    ...members,
    [member]: op === 'remove' || value === '' ? undefined : value,
  }),
})

// AWS: a word that is no boolean is taken as false, and so is no value at all. [F036, F097]
export const flag = (
  member: string,
  options: { readonly path?: string; readonly otherOp?: string } = {},
): PatchRule => ({
  ...ruleOf(member, options),
  apply: (members, { value }) => ({ ...members, [member]: value?.toLowerCase() === 'true' }),
})

export const integer = (
  member: string,
  options: {
    readonly path?: string
    readonly otherOp?: string
    readonly min: number
    readonly max: number
    /** What is said of anything but an integer from `min` to `max`. */
    readonly invalid: string
  },
): PatchRule => ({
  ...ruleOf(member, options),
  apply: (members, { value }) => {
    const number = /^-?\d{1,15}$/.test(value ?? '') ? Number(value) : Number.NaN
    if (Number.isNaN(number) || number < options.min || number > options.max) {
      throw badRequest(options.invalid)
    }
    return { ...members, [member]: number }
  },
})

/** An entry of a map, `/{member}/{key}`: an empty map is absent. */
export const entry = (
  member: string,
  options: {
    /** What is said where `remove` or `replace` finds no such entry; without it, replace makes the entry. */
    readonly absent?: string
    /** Turns the value into what is stored; may throw. */
    readonly parse?: (step: PatchStep) => unknown
  } = {},
): PatchRule => ({
  path: `/${member}/*`,
  ops: ['add', 'remove', 'replace'],
  apply: (members, step) => {
    const key = step.keys[0] ?? ''
    const { [member]: current } = members
    const map = new Map(isObject(current) ? Object.entries(current) : [])
    if (step.op !== 'add' && options.absent !== undefined && !map.has(key)) {
      throw notFound(options.absent)
    }
    const value =
      step.op === 'remove' ? undefined : options.parse ? options.parse(step) : (step.value ?? '')
    if (value === undefined) map.delete(key)
    else map.set(key, value)
    return { ...members, [member]: nonEmpty(Object.fromEntries(map)) }
  },
})

/** A member of a set of texts, named by `value` or, with a star in the path, by the path. */
export const listMember = (
  member: string,
  options: { readonly path: string; readonly keepEmpty?: boolean },
): PatchRule => ({
  path: options.path,
  ops: options.path.endsWith('*') ? ['add', 'remove', 'replace'] : ['add', 'remove'],
  apply: (members, { op, keys, value }) => {
    const named = keys[0] ?? value
    if (named === undefined || named === '') {
      throw badRequest(`Invalid null or empty value in ${member}`)
    }
    const { [member]: current } = members
    const before: readonly unknown[] = Array.isArray(current) ? current : []
    const others = before.filter((item) => item !== named)
    const added = op === 'remove' ? undefined : op === 'replace' ? (value ?? named) : named
    const after = added === undefined ? others : [...others.filter((item) => item !== added), added]
    return { ...members, [member]: after.length > 0 || options.keepEmpty ? after : undefined }
  },
})

/** A flag's text as a boolean, for maps of flags. */
export const parseFlag = ({ value }: PatchStep): boolean => value?.toLowerCase() === 'true'

/** The members of an object member, for rules that reach into one. */
export const objectMember = (members: Members, member: string): Members => {
  const { [member]: value } = members
  return isObject(value) ? value : {}
}

const ruleOf = (
  member: string,
  options: {
    readonly path?: string
    readonly ops?: readonly PatchOp[]
    readonly otherOp?: string
  },
): Omit<PatchRule, 'apply'> => ({
  path: options.path ?? `/${member}`,
  ops: options.ops ?? ['replace'],
  ...(options.otherOp === undefined ? {} : { otherOp: options.otherOp }),
})
