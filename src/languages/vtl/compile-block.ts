// Directives and text, from AST to closures.
import type { Block, CallNode, EvaluateNode, ForeachNode, Node } from './ast.ts'
import { compileExpression, compileTest } from './compile-expression.ts'
import type { Compiler } from './compiler.ts'
import { compileAssignment, compileReference } from './compile-reference.ts'
import { VtlRuntimeError, VtlSyntaxError, locate } from './errors.ts'
import { compileForeach, ForeachScope } from './foreach.ts'
import { parseVtl } from './parse.ts'
import type { Evaluate, Render, Run } from './run.ts'
import { VtlObject } from './values.ts'

export const compileBlock = (block: Block): Render => {
  const nodes = block.map(compileNode)
  const [first] = nodes
  if (first === undefined) return () => undefined
  if (nodes.length === 1) return first
  return (run) => {
    for (const node of nodes) {
      node(run)
      if (run.signal !== 'none') return
    }
  }
}

const compileNode = (node: Node): Render => {
  switch (node.kind) {
    case 'text': {
      const { text } = node
      return (run) => run.print(text)
    }
    case 'reference':
      return compilePrinted(node.reference.source, compileReference(node.reference, COMPILER))
    case 'set':
      return compileAssignment(node.target, compileExpression(node.value, COMPILER), COMPILER)
    case 'if':
      return compileIf(node)
    case 'foreach':
      return compileForeachNode(node)
    case 'define': {
      const { variable } = node
      const render = compileBlock(node.body)
      return (run) => run.set(variable, new DefinedBlock(render))
    }
    case 'call':
      return compileCall(node)
    case 'evaluate':
    case 'include':
      return compileEvaluate(node)
    case 'macro':
      // Known to the whole template since it was parsed.
      return () => undefined
    case 'break':
    case 'stop':
      return compileEnding(node)
  }
}

/** `#break` and `#stop`. `#break($foreach.parent)` names a loop further out. */
const compileEnding = (node: Extract<Node, { kind: 'break' | 'stop' }>): Render => {
  const { kind } = node
  const scope = node.scope && compileExpression(node.scope, COMPILER)
  return (run) => {
    const loop = scope?.(run)
    run.breakOf = loop instanceof ForeachScope ? loop : undefined
    run.signal = kind
  }
}

/** What compiling an expression needs of compiling a block. */
const COMPILER: Compiler = {
  block: (block) => compileBlock(block),
  expression: (node) => compileExpression(node, COMPILER),
}

const compilePrinted =
  (source: string, evaluate: Evaluate): Render =>
  (run) => {
    run.budget.spend(1)
    const value = evaluate(run)
    if (typeof value === 'string') run.print(value)
    else if (value instanceof VtlObject) run.print(value.text(run) ?? source)
    else run.print(run.text(value))
  }

const compileIf = (node: Extract<Node, { kind: 'if' }>): Render => {
  const branches = node.branches.map(({ condition, body }) => ({
    holds: compileTest(condition, COMPILER),
    render: compileBlock(body),
  }))
  const otherwise = compileBlock(node.otherwise)
  return (run) => {
    run.budget.spend(1)
    for (const { holds, render } of branches) {
      if (holds(run)) return render(run)
    }
    otherwise(run)
  }
}

const compileForeachNode = (node: ForeachNode): Render => {
  const list =
    node.list.kind === 'range'
      ? {
          from: compileExpression(node.list.from, COMPILER),
          to: compileExpression(node.list.to, COMPILER),
        }
      : compileExpression(node.list, COMPILER)
  return compileForeach(node.variable, list, compileBlock(node.body), node.position)
}

/**
 * AWS: a block that refers to itself does so twice; the third time its reference prints as it is
 * written.
 */
const DEFINE_DEPTH_MAX = 2

/** What #define makes, and `$bodyContent`: rendered anew at every use. */
class DefinedBlock extends VtlObject {
  readonly className = 'org.apache.velocity.runtime.directive.Block$Reference'
  readonly #render: Render
  #depth = 0

  constructor(render: Render) {
    super()
    this.#render = render
  }

  override text(run: Run): string | undefined {
    if (this.#depth >= DEFINE_DEPTH_MAX) return undefined
    this.#depth += 1
    const text = run.capture(this.#render)
    this.#depth -= 1
    run.endBreak()
    return text
  }
}

const compileCall = (node: CallNode): Render => {
  const args = node.args.map((argument) =>
    argument.kind === 'word' ? argument : compileExpression(argument, COMPILER),
  )
  const body = node.body && compileBlock(node.body)
  return (run) => {
    const macro = run.macros.get(node.name)
    if (macro === undefined) return run.print(node.source)
    run.budget.spend(2)
    const bound = new Map<string, Evaluate>()
    for (const [index, parameter] of macro.parameters.entries()) {
      const argument = args[index]
      if (argument === undefined) continue
      if (typeof argument !== 'function') {
        throw new VtlRuntimeError(
          `Invalid arg '${argument.name}' in macro #${node.name}`,
          argument.position,
        )
      }
      bound.set(parameter, argument)
    }
    const caller = run.frame
    if (body !== undefined) {
      const content = new DefinedBlock((inner) => inFrame(inner, caller, body))
      bound.set('bodyContent', () => content)
    }
    const frame = { variables: new Map(), args: bound, caller }
    run.nestedCall(node.position, () => inFrame(run, frame, macro.render))
    run.endBreak()
  }
}

const inFrame = (run: Run, frame: Run['frame'], render: Render): void => {
  const here = run.frame
  run.frame = frame
  render(run)
  run.frame = here
}

/** Texts to parse cost this many characters a step. */
const PARSED_CHARS_PER_STEP = 4

const compileEvaluate = (node: EvaluateNode): Render => {
  const argument = compileExpression(node.argument, COMPILER)
  if (node.kind === 'include') {
    return (run) => {
      const name = run.text(argument(run)).slice(0, 100)
      throw new VtlRuntimeError(`Unable to find resource '${name}'`, node.position)
    }
  }
  return (run) => {
    const text = run.text(argument(run))
    run.budget.spend(20 + Math.ceil(text.length / PARSED_CHARS_PER_STEP))
    run.nestedCall(node.position, () => evaluate(text, node, run))
  }
}

const evaluate = (text: string, node: EvaluateNode, run: Run): void => {
  try {
    const known = new Map([...run.macros.keys()].map((name) => [name, NO_MACRO]))
    const parsed = parseVtl(text, known)
    for (const [name, macro] of parsed.macros) {
      if (macro === NO_MACRO) continue
      run.macros.set(name, { parameters: macro.parameters, render: compileBlock(macro.body) })
    }
    compileBlock(parsed.body)(run)
  } catch (error) {
    // Where in the evaluated text says nothing about the template.
    if (error instanceof VtlSyntaxError) throw new VtlRuntimeError(error.message, node.position)
    throw locate(error, node.position)
  }
  run.endBreak()
}

/** Stands for the macros that a text need not define again. */
const NO_MACRO = { parameters: [], body: [] }
