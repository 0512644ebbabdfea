// A null in a map says nothing: v2's maps merge key by key, and the empty text takes a key away. The wire layer has
// dropped the nulls of structures and refused those of lists; it keeps those of maps, which v1 answers. [F044]
import { isObject } from '#shared/json.ts'

/** The same value without the entries that are null, at every level. */
export const withoutNulls = <T>(value: T): T =>
  // Entries that are null are none that the SDK's types know of, so a T without them is a T.
  cleaned(value) as T

const cleaned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(cleaned)
  if (!isObject(value) || value instanceof Uint8Array) return value
  const entries = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(entries.map(([key, member]) => [key, cleaned(member)]))
}
