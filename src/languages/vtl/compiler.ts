// What each part of the compiler needs of the others.
import type { Block, Expression } from './ast.ts'
import type { Evaluate, Render } from './run.ts'

export interface Compiler {
  block(block: Block): Render
  expression(node: Expression): Evaluate
}
