// `$context.authorizer.x` and `$context.authorizer.claims.x`: what an authorizer said of the caller, as text.
import type { Caller } from '#model/caller.ts'
import { isObject } from '#shared/json.ts'

/** Undefined where there is no such value, or where it is none that text can say. */
export const authorizerValue = (caller: Caller | undefined, name: string): string | undefined => {
  const values = caller?.authorizer
  if (values === undefined) return undefined
  if (Object.hasOwn(values, name)) return textOf(values[name])
  const dot = name.indexOf('.')
  const inner = dot === -1 ? undefined : values[name.slice(0, dot)]
  const member = name.slice(dot + 1)
  return isObject(inner) && Object.hasOwn(inner, member) ? textOf(inner[member]) : undefined
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || typeof value === 'object' ? undefined : String(value)
