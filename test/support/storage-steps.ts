// A table of operations that several clients are asked in turn: what is sent, what the answer has, or how it is refused.
import assert from 'node:assert/strict'
import { isObject } from '#shared/json.ts'

export interface Step {
  readonly op: string
  /** `$name.Member` is a member of an earlier answer; `{name}` in a text is what was given. */
  readonly input: Readonly<Record<string, unknown>>
  /** Remembers the answer by this name. */
  readonly as?: string
  /** Members that the answer has, with these values. */
  readonly has?: object
  /** Codes of a refusal, any of them: a client cannot read the code of an answer to HEAD. */
  readonly error?: readonly string[]
}

export interface Outcome {
  readonly output?: Readonly<Record<string, unknown>>
  readonly error?: string
  readonly message?: string
}

export const ok = (op: string, input: object, more: Partial<Step> = {}): Step => ({
  op,
  input: { ...input },
  ...more,
})

export const no = (op: string, error: string | readonly string[], input: object): Step => ({
  op,
  input: { ...input },
  error: [error].flat(),
})

/** Holds what came against the table; one sentence of each that differs. */
export const checkOutcomes = (steps: readonly Step[], outcomes: readonly Outcome[]): void => {
  const wrong = steps.flatMap((step, at) => {
    const problem = problemOf(step, outcomes[at])
    return problem === undefined ? [] : [`${step.op} ${JSON.stringify(step.input)}: ${problem}`]
  })
  assert.deepEqual(wrong, [])
}

const problemOf = ({ error, has }: Step, outcome: Outcome | undefined): string | undefined => {
  if (outcome === undefined) return 'was not asked'
  if (error !== undefined)
    return error.includes(outcome.error ?? '') ? undefined : `answered ${JSON.stringify(outcome)}`
  if (outcome.error !== undefined) return `${outcome.error}: ${outcome.message ?? ''}`
  return has === undefined || contains(outcome.output, has)
    ? undefined
    : `answered ${JSON.stringify(outcome.output)}`
}

const contains = (found: unknown, wanted: unknown): boolean => {
  if (wanted instanceof RegExp) return wanted.test(String(found))
  if (Array.isArray(wanted))
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((one, at) => contains(found[at], one))
    )
  if (wanted instanceof Set) return found instanceof Set && contains([...found], [...wanted])
  if (!isObject(wanted)) return found === wanted || String(found) === String(wanted)
  return (
    isObject(found) && Object.entries(wanted).every(([name, one]) => contains(found[name], one))
  )
}

/** Replaces what stands for earlier answers. */
export const resolved = (value: unknown, known: Readonly<Record<string, unknown>>): unknown => {
  if (Array.isArray(value)) return value.map((one) => resolved(one, known))
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [resolved(name, known), resolved(one, known)]),
    )
  if (typeof value !== 'string') return value
  if (!/^\$[\w.]+$/.test(value))
    return value.replaceAll(/\{(\w+)\}/g, (all, name: string) => String(known[name] ?? all))
  return value
    .slice(1)
    .split('.')
    .reduce<unknown>(
      (at, name) => (isObject(at) || Array.isArray(at) ? Reflect.get(at, name) : undefined),
      known,
    )
}

/** Runs a table through one client of the SDK. */
export const runTable = async (
  steps: readonly Step[],
  given: Readonly<Record<string, unknown>>,
  send: (op: string, input: object) => Promise<object>,
): Promise<readonly Outcome[]> => {
  const known: Record<string, unknown> = { ...given }
  const outcomes: Outcome[] = []
  for (const { op, input, as } of steps) {
    try {
      const output: Outcome['output'] = { ...(await send(op, resolved(input, known) as object)) } // An input is one.
      if (as !== undefined) known[as] = output
      outcomes.push({ output })
    } catch (error) {
      assert.ok(error instanceof Error)
      outcomes.push({ error: error.name, message: error.message })
    }
  }
  return outcomes
}
