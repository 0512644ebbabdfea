// A template that has been read: its value, and the way back from a place in the value to a line of the file.
import type { JsonObject } from '#shared/json.ts'
import { isObject } from '#shared/json.ts'
import type { Path } from './path.ts'
import { TemplateError } from './template-error.ts'

export interface TemplateSource {
  readonly file: string
  readonly value: JsonObject
  /** The line of the deepest part of `path` that the file has. */
  lineOf(path: Path): number | undefined
  /** Keys that stand twice in one map; the last one counts. */
  readonly duplicateKeys: readonly { readonly key: string; readonly line: number }[]
}

/** Fails with file and line. `Never` because callers use it as an expression. */
export const failAt = (
  source: TemplateSource,
  path: Path,
  problem: string,
  mend: string,
  cause?: unknown,
): never => {
  throw new TemplateError(
    { file: source.file, line: source.lineOf(path), path, problem, mend },
    cause,
  )
}

/** A JSON object, or undefined: the shape that most of a template has. */
export const objectOf = (value: unknown): JsonObject | undefined =>
  // `isObject` proves the container; a template's members are JSON by construction.
  isObject(value) ? (value as JsonObject) : undefined

/** An own member; never one that every object inherits. */
export const memberOf = (value: unknown, key: string): JsonObject[string] | undefined => {
  const object = objectOf(value)
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined
}
