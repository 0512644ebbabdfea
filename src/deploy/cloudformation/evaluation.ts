// What intrinsic functions draw on while a template is evaluated.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import type { Path } from '../template/path.ts'
import type { GivenValues } from './given-values.ts'
import { failAt, type TemplateSource } from '../template/source.ts'

export interface Evaluation {
  readonly source: TemplateSource
  /** Parameters by name, pseudo parameters among them. */
  readonly parameters: ReadonlyMap<string, JsonValue>
  readonly mappings: JsonObject
  /** Values of dynamic references that are no parameters. */
  readonly values?: GivenValues
  /** Filled with what must not be shown. */
  readonly secrets?: Set<string>
  /** Filled with the names of exports that are imported. */
  readonly imports?: Set<string>
  condition(name: string, path: Path): boolean
  /** What `Ref` gives for a resource; undefined where there is no such resource. */
  ref(logicalId: string, path: Path): JsonValue | undefined
  /** What `Fn::GetAtt` gives. */
  attribute(logicalId: string, name: string, path: Path): JsonValue
  /** The place in the written template of a place in the evaluated one. */
  locate(path: Path): Path
}

/** The value, or undefined for `AWS::NoValue`. */
export type Evaluate = (value: JsonValue, path: Path) => JsonValue | undefined

export type Intrinsic = (
  argument: JsonValue,
  evaluation: Evaluation,
  path: Path,
  evaluate: Evaluate,
) => JsonValue | undefined

export const fail = (evaluation: Evaluation, path: Path, problem: string, mend: string): never =>
  failAt(evaluation.source, evaluation.locate(path), problem, mend)

/** Text as CloudFormation sees it: numbers and booleans count as text. */
export const textOf = (value: JsonValue | undefined): string | undefined => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

export const evaluatedText = (
  value: JsonValue | undefined,
  what: string,
  evaluation: Evaluation,
  path: Path,
  evaluate: Evaluate,
): string => {
  const text = value === undefined ? undefined : textOf(evaluate(value, path))
  return text ?? fail(evaluation, path, `${what} must be text`, 'Give a string')
}

export const argumentList = (
  argument: JsonValue,
  lengths: readonly [number, number],
  shape: string,
  evaluation: Evaluation,
  path: Path,
): readonly JsonValue[] => {
  const [least, most] = lengths
  if (Array.isArray(argument) && argument.length >= least && argument.length <= most) {
    return argument
  }
  return fail(evaluation, path, 'the function has the wrong arguments', `Write it as ${shape}`)
}

/** `{ "Fn::Sub": … }`: the name and the argument; undefined where the value is no function call. */
export const functionCall = (
  value: JsonValue,
): { readonly name: string; readonly argument: JsonValue } | undefined => {
  if (!isObject(value)) return undefined
  const [entry, second] = Object.entries(value)
  if (entry === undefined || second !== undefined) return undefined
  const [name, argument] = entry
  if (name !== 'Ref' && name !== 'Condition' && !name.startsWith('Fn::')) return undefined
  return { name, argument: argument as JsonValue } // A member of a JSON object.
}
