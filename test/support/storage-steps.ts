// A table of operations that several clients are asked in turn: what is sent, what the answer has, or how it is refused.
import assert from 'node:assert/strict'
import { isObject } from '#shared/json.ts'
import type { Outcome, Step as Asked } from './client-tables.ts'

export interface Step extends Asked {
  /** Members that the answer has, with these values. */
  readonly has?: object
  /** Codes of a refusal, any of them: a client cannot read the code of an answer to HEAD. */
  readonly error?: readonly string[]
}

export const ok = (operation: string, input: object, more: Partial<Step> = {}): Step => ({
  operation,
  input: { ...input },
  ...more,
})

export const no = (operation: string, error: string | readonly string[], input: object): Step => ({
  operation,
  input: { ...input },
  error: [error].flat(),
})

/** Holds what came against the table; one sentence of each that differs. */
export const checkOutcomes = (steps: readonly Step[], outcomes: readonly Outcome[]): void => {
  const wrong = steps.flatMap((step, at) => {
    const problem = problemOf(step, outcomes[at])
    return problem === undefined
      ? []
      : [`${step.operation} ${JSON.stringify(step.input)}: ${problem}`]
  })
  assert.deepEqual(wrong, [])
}

const problemOf = ({ error, has }: Step, outcome: Outcome | undefined): string | undefined => {
  if (outcome?.kind === 'refused' && error?.includes(outcome.code)) return undefined
  if (outcome?.kind === 'answered' && error === undefined && contains(outcome.output, has ?? {}))
    return undefined
  return JSON.stringify(outcome ?? 'was not asked')
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
