// ajv, configured as draft 4 needs it (dependencies.md §3), on our own regular expressions, and within a budget.
import { createRequire } from 'node:module'
import type AjvPackage from 'ajv-draft-04'
import { canonicalJson, isObject } from '#shared/json.ts'
import { compileEcmaRegex } from '../regex/java-regex.ts'
import { type StepBudget, spend } from '../regex/step-budget.ts'
import { chargeCanonical, isCompound } from './canonical-cost.ts'
import { COST_KEYWORD, type Cost, toAjvSchema } from './ajv-schema.ts'
import { ModelSchemaError } from './errors.ts'
import { matchesFormat } from './formats.ts'
import type { ModelGraph } from './model-schema.ts'

export type Verdict = (value: unknown, budget: StepBudget) => boolean

/** Throws `ModelSchemaError` for what ajv itself finds. */
export const compileVerdict = (graph: ModelGraph): Verdict => {
  // Whoever asks lends its budget for as long as the call lasts: validation is synchronous.
  let budget: StepBudget = { left: 0 }
  const charge = (steps: number): void => spend(budget, steps)
  const ajv = createAjv(charge, () => budget)
  const validate = compiled(ajv, graph)
  return (value, lent) => {
    budget = lent
    return validate(value)
  }
}

const compiled = (ajv: Ajv, graph: ModelGraph): ((value: unknown) => boolean) => {
  try {
    const validate = ajv.compile(toAjvSchema(graph))
    return (value) => validate(value) === true
  } catch (error) {
    // Reading has checked every keyword, so this is about the schema as a whole, as a stack that is too small for it.
    throw new ModelSchemaError(
      `Invalid schema (${error instanceof Error ? error.name : 'error'})`,
      '',
    )
  }
}

type Ajv = AjvPackage.default

/** Loaded with the first model, not with the process: many APIs have none. */
const loadAjv = (): typeof AjvPackage.default => {
  const loaded: unknown = createRequire(import.meta.url)('ajv-draft-04')
  // The package is what its types say it is; `require` has no types.
  return (loaded as typeof AjvPackage).default
}

const createAjv = (charge: (steps: number) => void, budget: () => StepBudget): Ajv => {
  const AjvDraft4 = loadAjv()
  const ajv = new AjvDraft4({
    strict: false,
    validateSchema: false,
    logger: false,
    messages: false,
    // Inlined references could multiply the code.
    inlineRefs: false,
    multipleOfPrecision: 6,
    ownProperties: true,
    formats: Object.fromEntries(
      ['date-time', 'email', 'hostname', 'ipv4', 'ipv6', 'uri'].map((format) => [
        format,
        (text: string) => matchesFormat(format, text),
      ]),
    ),
    code: { regExp: Object.assign(regExpOf(budget), { code: 'unused' }) },
  })
  // ajv compares by methods that a body may have under the same names, and every item with every other.
  ajv.removeKeyword('enum')
  ajv.addKeyword({
    keyword: 'enum',
    schemaType: 'array',
    errors: false,
    compile: (allowed: readonly unknown[]) => {
      const texts = new Set(allowed.map(canonicalJson))
      const scalars = new Set(allowed.filter((one) => !isCompound(one)))
      const hasCompound = scalars.size < allowed.length
      return (value: unknown) => {
        if (!isCompound(value)) return scalars.has(value)
        if (!hasCompound) return false
        chargeCanonical(value, charge)
        return texts.has(canonicalJson(value))
      }
    },
  })
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    errors: false,
    validate: (unique: boolean, items: readonly unknown[]) => !unique || areUnique(items, charge),
  })
  ajv.addKeyword({
    keyword: COST_KEYWORD,
    errors: false,
    validate: ({ steps, patterns }: Cost, value: unknown) => {
      const names = patterns > 0 && isObject(value) ? Object.keys(value).length : 0
      charge(steps + patterns * names)
      return true
    },
  })
  return ajv
}

const regExpOf = (budget: () => StepBudget) => (pattern: string) => {
  const regex = compileEcmaRegex(pattern)
  return {
    test: (text: string) => regex.find(text, 0, budget()) !== undefined,
    // ajv keeps one regular expression for each text it is shown as.
    toString: () => pattern,
  }
}

/** By their canonical texts, in one pass. */
export const areUnique = (items: readonly unknown[], charge: (steps: number) => void): boolean => {
  const seen = new Set<string>()
  for (const item of items) {
    chargeCanonical(item, charge)
    const text = canonicalJson(item)
    if (seen.has(text)) return false
    seen.add(text)
  }
  return true
}
