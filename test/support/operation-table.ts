// A table of calls with what each is answered, held against what clients got.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import { at, type Client, fill, type Outcome, type Step } from './client-tables.ts'

export interface Row extends Step {
  /** The SDK's name of the refusal; of nothing in particular: what the client itself refuses. */
  readonly error?: string
  /** Where in the answer is what. `{{name.member}}` is as in steps. */
  readonly has?: Readonly<Record<string, unknown>>
}

export const ok = (
  operation: string,
  input: Step['input'],
  has: Row['has'] = {},
  as?: string,
): Row => ({ operation, input, has, ...(as !== undefined && { as }) })

export const refused = (operation: string, input: Step['input'], error: string): Row => ({
  operation,
  input,
  error,
})

/** What AWS calls errors where clients know them by the query protocol. */
const queryCodes = (service: string): Readonly<Record<string, { readonly code?: string }>> =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../../src/wire/tables/${service}.gen.json`), 'utf8'),
  ).errors ?? {}

/** Every operation has a row with an answer, and one with a refusal unless nothing can be wrong with it. */
export const assertWhole = (
  rows: readonly Row[],
  operations: readonly string[],
  neverRefused: ReadonlySet<string>,
): void => {
  for (const operation of operations) {
    const found = rows.filter((row) => row.operation === operation)
    const isAnswered = found.some(({ error }) => error === undefined)
    const isRefused = found.some(({ error }) => error !== undefined)
    assert.ok(isAnswered, `${operation} has no answer`)
    assert.ok(isRefused || neverRefused.has(operation), `${operation} has no refusal`)
  }
}

export const assertOutcomes = (
  service: string,
  rows: readonly Row[],
  outcomes: readonly Outcome[],
  options: {
    readonly client: Client
    readonly known: Readonly<Record<string, unknown>>
    /** Operations and members that the oldest clients do not know. */
    readonly young: ReadonlySet<string>
  },
): void => {
  const codes = queryCodes(service)
  const wrong: unknown[] = []
  const answers: Record<string, unknown> = { ...options.known }
  for (const [number, row] of rows.entries()) {
    const outcome = outcomes[number]
    const { operation, error, has = {}, as } = row
    if (outcome?.kind === 'unknown' && options.young.has(operation)) continue
    if (error !== undefined) {
      const names = [error, codes[error]?.code]
      if (outcome?.kind === 'refused' && names.includes(outcome.code)) continue
      wrong.push({ number, operation, wanted: error, outcome })
    } else if (outcome?.kind !== 'answered') wrong.push({ number, operation, outcome })
    else {
      if (as !== undefined) answers[as] = outcome.output
      for (const [path, value] of Object.entries(has)) {
        const wanted = JSON.stringify(fill(value, answers))
        const is = JSON.stringify(at(outcome.output, path))
        if (is !== wanted) wrong.push({ number, operation, path, wanted, is })
      }
    }
  }
  assert.deepEqual(wrong, [], options.client.name)
}
