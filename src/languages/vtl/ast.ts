// What a template is made of, after parsing.
import type { Position } from './errors.ts'
import type { VtlValue } from './values.ts'

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'set'; readonly target: Reference; readonly value: Expression }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: Block }
  | ForeachNode
  | { readonly kind: 'macro'; readonly name: string; readonly macro: Macro }
  | { readonly kind: 'define'; readonly variable: string; readonly body: Block }
  | CallNode
  | EvaluateNode
  | { readonly kind: 'break' | 'stop'; readonly scope: Expression | undefined }

export type Block = readonly Node[]

interface Branch {
  readonly condition: Expression
  readonly body: Block
}

export interface ForeachNode {
  readonly kind: 'foreach'
  readonly variable: string
  readonly list: Expression
  readonly body: Block
  readonly position: Position
}

export interface Macro {
  readonly parameters: readonly string[]
  readonly body: Block
}

/** `#name(…)`; which macro that is, or whether there is one, shows when it is rendered. */
export interface CallNode {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expression[]
  /** Of `#@name(…) … #end`. */
  readonly body: Block | undefined
  /** Printed where there is no such macro. */
  readonly source: string
  readonly position: Position
}

/** `#evaluate`; `#include` and `#parse` look like it and always fail. */
export interface EvaluateNode {
  readonly kind: 'evaluate' | 'include'
  readonly argument: Expression
  readonly position: Position
}

export interface Reference {
  readonly kind: 'reference'
  readonly root: string
  readonly steps: readonly Step[]
  /** `$x`, neither `$!x` nor `${x}`. */
  readonly plain: boolean
  /** `${x}`. */
  readonly formal: boolean
  /** As it is written, printed where a block refers to itself too often. */
  readonly source: string
}

export type Step =
  | { readonly kind: 'property'; readonly name: string; readonly position: Position }
  | MethodStep
  | { readonly kind: 'index'; readonly argument: Expression; readonly position: Position }

export interface MethodStep {
  readonly kind: 'method'
  readonly name: string
  readonly args: readonly Expression[]
  readonly position: Position
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type ComparisonOperator = '<' | '<=' | '>' | '>='
export type Operator = ArithmeticOperator | ComparisonOperator | '==' | '!=' | '&&' | '||'

export type Expression =
  | { readonly kind: 'literal'; readonly value: VtlValue }
  /** A string with references or directives in it. */
  | { readonly kind: 'template'; readonly body: Block }
  | Reference
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | OperationNode
  /** A bare name among a method's or a macro's arguments. It has no value. */
  | { readonly kind: 'word'; readonly name: string; readonly position: Position }

export interface OperationNode {
  readonly kind: 'operation'
  readonly operator: Operator
  readonly left: Expression
  readonly right: Expression
}
