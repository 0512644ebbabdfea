// 198 templates as Apache Velocity 1.7 rendered them, configured as AWS's dialect (column v17aws):
// what this engine is
// measured by. `$input` and `$util` were stand-ins there, with two answers that are not AWS's;
// those stand here too.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { VtlRuntimeError, VtlSyntaxError } from '#languages/vtl/errors.ts'
import { compileVtl } from '#languages/vtl/compile.ts'
import { createInput } from '#languages/vtl/input.ts'
import { JavaDouble, JavaLong } from '#languages/vtl/numbers.ts'
import type { Run } from '#languages/vtl/run.ts'
import { createUtil } from '#languages/vtl/util.ts'
import { VtlList, VtlMap, VtlObject, type VtlValue } from '#languages/vtl/values.ts'
import { bindingsOf, javaValue, simpleJsonPath, variablesOf } from './rendering.ts'

interface Outcome {
  readonly out?: string
  readonly err?: string
}

interface Truth {
  readonly ctx: {
    readonly body: string
    readonly vars: Readonly<Record<string, unknown>>
    readonly params: Readonly<Record<'path' | 'querystring' | 'header', Record<string, string>>>
    readonly context: unknown
    readonly stageVariables: Readonly<Record<string, string>>
  }
  readonly cases: readonly {
    readonly id: string
    readonly template: string
    readonly v17aws: Outcome
    /** With SecureUberspector, which is as far as this engine goes. */
    readonly v17aws_secure?: Outcome
  }[]
}

const file = new URL('./velocity-truth.json', import.meta.url)
// The fixture is ours and checked by every case below.
const truth = JSON.parse(readFileSync(file, 'utf8')) as Truth

/** Prints nothing for what is not there; AWS prints the empty JSON text. */
class TruthInput extends VtlObject {
  readonly className = 'TruthInput'
  readonly #aws = createInput({
    ...truth.ctx.params,
    body: truth.ctx.body,
    jsonPath: (path) => simpleJsonPath(truth.ctx.body, path),
  })

  override property(name: string, run: Run): VtlValue | undefined {
    return this.#aws.property(name, run)
  }

  override method(name: string, args: readonly VtlValue[], run: Run): VtlValue | undefined {
    const [path] = args
    const found = typeof path === 'string' && simpleJsonPath(truth.ctx.body, path)
    if (name === 'json' && (found === undefined || found === null)) return null
    return this.#aws.method(name, args, run)
  }
}

/** Parsed by Jackson, whose lists print as Java's. */
class TruthUtil extends VtlObject {
  readonly className = 'TruthUtil'

  override method(name: string, args: readonly VtlValue[], run: Run): VtlValue | undefined {
    const [text] = args
    if (name === 'parseJson' && typeof text === 'string') return javaValue(JSON.parse(text))
    return createUtil().method(name, args, run)
  }
}

/** The fixture went through JavaScript, which lost what these numbers were. */
const restoredNumbers = (): ReadonlyMap<string, VtlValue> => {
  const { vars } = truth.ctx
  const variables = new Map(variablesOf(vars))
  variables.set('big', new JavaLong(12345678901234567n))
  variables.set('exp', new JavaDouble(1e10))
  const nested = variables.get('nested')
  const inner = nested instanceof VtlMap ? nested.get('k2') : undefined
  assert.ok(inner instanceof VtlMap)
  inner.put('l', new VtlList([1, 'x', null, true, new JavaDouble(1)]))
  return variables
}

const renderTruth = (template: string): string => {
  const variables = new Map([
    ...restoredNumbers(),
    ['input', new TruthInput()] as const,
    ['util', new TruthUtil()] as const,
    ['context', javaValue(truth.ctx.context)] as const,
  ])
  const bindings = bindingsOf({ stageVariables: truth.ctx.stageVariables, variables })
  return compileVtl(template).render(bindings).text
}

describe('templates render as Apache Velocity 1.7 renders them under the rule of AWS', () => {
  for (const { id, template, v17aws, v17aws_secure: secure } of truth.cases) {
    const { out, err } = secure ?? v17aws
    it(id, () => {
      if (out !== undefined) {
        assert.equal(renderTruth(template), out)
        return
      }
      assert.throws(
        () => renderTruth(template),
        (error) => {
          const refused = err?.startsWith('ParseErrorException') ? VtlSyntaxError : VtlRuntimeError
          assert.ok(error instanceof refused, String(error))
          const place = /\[line (\d+), column (\d+)\]/.exec(err ?? '')
          if (place === null) return true
          assert.deepEqual(error.position, { line: Number(place[1]), column: Number(place[2]) })
          return true
        },
      )
    })
  }
})
