// A JSON path as it was written, step by step.
import type { JsonValue } from '#shared/json.ts'
import type { JavaRegex } from '../regex/java-regex.ts'

/** AWS does not say which Jayway it runs; 2.0.0 and 3.0 differ in a few dozen corners. */
export type JaywayVersion = '2.0.0' | '3.0'

export interface PathSyntax {
  readonly root: '$' | '@'
  readonly steps: readonly PathStep[]
}

export type PathStep =
  | { readonly kind: 'property'; readonly names: readonly string[] }
  | { readonly kind: 'index'; readonly indexes: readonly number[] }
  | SliceStep
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'scan' }
  | { readonly kind: 'filter'; readonly filter: FilterSyntax }
  | FunctionStep
  /** `[(@.length-1)]`, which only Jayway 2.0.0 knows. */
  | { readonly kind: 'fromEnd'; readonly distance: number }

export interface SliceStep {
  readonly kind: 'slice'
  readonly from: number | undefined
  readonly to: number | undefined
}

export interface FunctionStep {
  readonly kind: 'function'
  readonly name: string
  readonly parameters: readonly FunctionParameter[]
}

export type FunctionParameter =
  | { readonly kind: 'path'; readonly path: PathSyntax }
  | { readonly kind: 'json'; readonly value: JsonValue }

export type FilterSyntax =
  | { readonly kind: 'or' | 'and'; readonly operands: readonly FilterSyntax[] }
  | { readonly kind: 'not'; readonly operand: FilterSyntax }
  | { readonly kind: 'exists'; readonly path: PathSyntax; readonly wanted: boolean }
  | {
      readonly kind: 'compare'
      readonly operator: FilterOperator
      readonly left: OperandSyntax
      readonly right: OperandSyntax
    }

export type OperandSyntax =
  | { readonly kind: 'path'; readonly path: PathSyntax }
  | { readonly kind: 'literal'; readonly value: JsonValue }
  | { readonly kind: 'pattern'; readonly regex: JavaRegex }

export const FILTER_OPERATORS = [
  '>=',
  '<=',
  '==',
  '===',
  '!=',
  '!==',
  '<',
  '>',
  '=~',
  'NIN',
  'IN',
  'CONTAINS',
  'ALL',
  'SIZE',
  'EXISTS',
  'TYPE',
  'MATCHES',
  'EMPTY',
  'SUBSETOF',
  'ANYOF',
  'NONEOF',
] as const

export type FilterOperator = (typeof FILTER_OPERATORS)[number]
