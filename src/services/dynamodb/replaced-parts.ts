// What the engine is better off without: its reading of nested conditions (condition-groups.ts), its comparing of maps,
// lists and empty texts (conditions.ts), and its paging (pages.ts). The engine looks these up in its modules each time.
import conditionParser from 'dynalite/db/conditionParser.js'
import db from 'dynalite/db/index.js'
import { isObject } from '#shared/json.ts'
import { inGroups, type ParseCondition, type ReadCondition } from './condition-groups.ts'
import { meets } from './conditions.ts'
import { EngineError } from './engine-errors.ts'
import type { Output } from './engine.ts'
import { readPage } from './pages.ts'

const REPLACED = Symbol.for('daemun.dynalite')

/** Once in a process: the modules are the process's. */
export const replaceParts = (): void => {
  if (Object.hasOwn(db, REPLACED)) return
  Object.defineProperty(db, REPLACED, { value: true })
  const parse: ParseCondition = conditionParser.parse
  conditionParser.parse = inGroups(parse)
  db.checkConditional = refusalOf
  db.queryTable = readPage
}

interface Conditional {
  readonly _condition?: ReadCondition
  readonly Expected?: object
  readonly ConditionalOperator?: unknown
}

/** Null, or AWS's refusal of a write whose condition its item does not meet. */
export const refusalOf = (data: Conditional, existing: Output | undefined): object | null => {
  // Rows of items are items.
  const item = (existing ?? {}) as Parameters<typeof db.matchesFilter>[0]
  const isMet =
    data._condition !== undefined
      ? meets(item, data._condition.expression)
      : !isObject(data.Expected) || db.matchesFilter(item, data.Expected, data.ConditionalOperator)
  return isMet
    ? null
    : Object.assign(new EngineError('ConditionalCheckFailedException', CONDITION_FAILED), {
        body: { __type: '#ConditionalCheckFailedException', message: CONDITION_FAILED },
      })
}

const CONDITION_FAILED = 'The conditional request failed'
