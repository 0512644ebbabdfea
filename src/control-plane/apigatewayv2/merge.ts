// The PATCH of apigatewayv2: no JSON patch, but a partial object that is merged into the resource.
// What is absent stays; the empty text takes an optional text away; maps merge key by key, where
// the empty text takes the key away.
import { badRequest } from '#wire/errors.ts'

type Changes<T> = { readonly [Key in keyof T]?: T[Key] | '' | undefined }

export const merged = <T extends object>(before: T, changes: Changes<T>): T => {
  const members = new Map<string, unknown>(Object.entries(before))
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === null) continue
    if (value === '') members.delete(key)
    else members.set(key, value)
  }
  // Required members are never taken away: `refuseEmpty` comes before.
  return Object.fromEntries(members) as T
}

type TextMap = Readonly<Record<string, string>>

/** Undefined where the caller did not send the map at all: nothing changes then. */
export const mergedTexts = (
  before: TextMap | undefined,
  changes: TextMap | null | undefined,
): TextMap | undefined => {
  if (changes === undefined || changes === null) return undefined
  const kept = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== '')
  return Object.fromEntries(kept)
}

/** The same for a map of objects, each of which is replaced whole; an empty one goes away. */
export const mergedObjects = <T extends object>(
  before: Readonly<Record<string, T>> | undefined,
  changes: Readonly<Record<string, T>> | null | undefined,
): Readonly<Record<string, T>> | undefined => {
  if (changes === undefined || changes === null) return undefined
  const all = Object.entries({ ...before, ...changes })
  return Object.fromEntries(all.filter(([, value]) => Object.keys(value).length > 0))
}

/** Refuses the empty text for members that a resource cannot be without. */
export const refuseEmpty = <T extends object>(
  input: T,
  ...names: readonly (keyof T & string)[]
) => {
  for (const name of names) {
    if (input[name] === '') throw badRequest(`${name} must not be empty`)
  }
}
