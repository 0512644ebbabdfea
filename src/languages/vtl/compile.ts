// A mapping template, compiled once and rendered per request: Apache Velocity 1.7 with AWS's one
// addition, that every
// reference or method without a value is the empty text.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
import type { Macro } from './ast.ts'
import { DEFAULT_LIMITS, TEMPLATE_BYTES_MAX, type VtlLimits } from './budget.ts'
import { compileBlock } from './compile-block.ts'
import { createContext, type VtlOverrides } from './context.ts'
import { VtlBudgetError } from './errors.ts'
import { createInput, type VtlInput } from './input.ts'
import { type JsonInput, toVtl } from './json.ts'
import { parseVtl } from './parse.ts'
import { RegexCache } from './regexes.ts'
import { type CompiledMacro, Run } from './run.ts'
import { createUtil } from './util.ts'
import type { VtlValue } from './values.ts'

/** What a template sees of a request. Nothing here is computed before a template asks for it. */
export interface VtlBindings {
  readonly input: VtlInput
  /** The members of `$context`; requestOverride and responseOverride are added. */
  readonly context: () => Readonly<Record<string, JsonInput>>
  /** One of these members, for a template that asks for no more than a few of them. */
  readonly contextMember?: (name: string) => JsonInput
  readonly stageVariables: Readonly<Record<string, string>>
  /** What an earlier template of the same request has overridden. [F157] */
  readonly overrides?: VtlOverrides
  /** More variables, or others of the same names. */
  readonly variables?: ReadonlyMap<string, VtlValue>
}

export interface VtlRendering {
  readonly text: string
  readonly overrides: VtlOverrides
  /** What a template's author should know: an iteration cut short, for one. */
  readonly notes: readonly string[]
}

export interface VtlTemplate {
  /** Throws VtlRuntimeError and VtlBudgetError. */
  render(bindings: VtlBindings): VtlRendering
}

/** Throws VtlSyntaxError, and VtlBudgetError for a template too large or too deep. */
export const compileVtl = (text: string, limits: Partial<VtlLimits> = {}): VtlTemplate => {
  if (text.length > TEMPLATE_BYTES_MAX || Buffer.byteLength(text) > TEMPLATE_BYTES_MAX) {
    throw new VtlBudgetError(`a template of more than ${TEMPLATE_BYTES_MAX} bytes`)
  }
  const { render, macros } = onBoundedStack(() => {
    const parsed = parseVtl(text)
    return { render: compileBlock(parsed.body), macros: compileMacros(parsed.macros) }
  })
  const regexes = new RegexCache()
  const allLimits = { ...DEFAULT_LIMITS, ...limits }
  return {
    render: (bindings) => {
      const context = createContext(bindings, bindings.overrides)
      const run = new Run(rootsOf(bindings, context.value), macros, regexes, allLimits)
      return onBoundedStack(() => {
        render(run)
        return { text: checkedOutput(run), overrides: context.overrides(run), notes: run.notes }
      })
    },
  }
}

/**
 * The bounds on depth leave room on the stack, but how much there is of it depends on who calls.
 */
const onBoundedStack = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError && error.message === 'Maximum call stack size exceeded') {
      throw new VtlBudgetError('too much inside each other')
    }
    throw error
  }
}

const compileMacros = (macros: ReadonlyMap<string, Macro>): ReadonlyMap<string, CompiledMacro> =>
  new Map(
    [...macros].map(([name, { parameters, body }]) => [
      name,
      { parameters, render: compileBlock(body) },
    ]),
  )

const rootsOf =
  (bindings: VtlBindings, context: () => VtlValue) =>
  (name: string): VtlValue | undefined => {
    const variable = bindings.variables?.get(name)
    if (variable !== undefined) return variable
    if (name === 'input') return createInput(bindings.input)
    if (name === 'util') return createUtil()
    if (name === 'context') return context()
    return name === 'stageVariables' ? toVtl(bindings.stageVariables) : undefined
  }

/** Characters are counted while printing; bytes are, once, where there may be too many. */
const checkedOutput = (run: Run): string => {
  const { textMax } = run.budget.limits
  if (run.output.length > textMax / 3 && Buffer.byteLength(run.output) > textMax) {
    throw new VtlBudgetError(`an output of more than ${textMax} bytes`)
  }
  return run.output
}
