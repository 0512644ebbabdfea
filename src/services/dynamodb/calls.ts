// What carries a call out, by its kind; and what a caller has to be allowed for it.
import { isObject } from '#shared/json.ts'
import type { StoreCall } from '#store/transactional.ts'
import { act, type CheckedInput } from './actions.ts'
import type { Batch } from './batch.ts'
import { noteChanges, passOn } from './change-feed.ts'
import { EngineError } from './engine-errors.ts'
import { actionNamed, check, type Engine, type Output } from './engine.ts'
import type { OperationKind } from './operations.ts'
import { callTables } from './table-calls.ts'
import { describeTimeToLive, updateTimeToLive } from './time-to-live-settings.ts'
import { transactGetItems, transactWriteItems } from './transactions.ts'

export interface CallParts {
  readonly engine: Engine
  readonly call: StoreCall
  readonly onError: (error: unknown) => void
}

/** The answer, as JSON. */
export const carryOutCall = async (
  operation: string,
  kind: OperationKind,
  input: Output,
  parts: CallParts,
): Promise<string> => {
  const { engine, call } = parts
  switch (kind) {
    case 'table':
      return JSON.stringify(await callTables(engine, operation, input, call))
    case 'time-to-live':
      return JSON.stringify(await callTimeToLive(operation, input, parts))
    case 'transaction':
      return JSON.stringify(await transact(operation, input, parts))
    case 'write':
      return write(operation, input, parts)
    default:
      return engine.send(actionNamed(operation), input)
  }
}

const callTimeToLive = async (
  operation: string,
  input: Output,
  { engine, call }: CallParts,
): Promise<Output> => {
  // The engine knows whether there is such a table.
  await engine.ask('DescribeTable', { TableName: input['TableName'] })
  return operation === 'UpdateTimeToLive'
    ? updateTimeToLive(input, call)
    : describeTimeToLive(input, call)
}

const transact = (operation: string, input: Output, parts: CallParts): Promise<Output> => {
  const { engine, call } = parts
  if (operation === 'TransactGetItems') return transactGetItems(engine, input)
  const noted = noting(parts)
  return transactWriteItems(engine, input, call.nowMs, noted.note, noted.pass)
}

const write = (operation: string, input: Output, parts: CallParts): Promise<string> => {
  const asked = structuredClone(input)
  const checked = check(actionNamed(operation), input)
  const { note, pass } = noting(parts)
  return parts.engine.alone(async (batch) => {
    const answer = await withItem(asked, batch, () => act(checked, batch), checked)
    await note(batch)
    return answer
  }, pass)
}

/** Notes what a batch changes, and afterwards passes it on to the streams. */
const noting = ({ engine, call, onError }: CallParts) => {
  let isNoted = false
  return {
    note: async (batch: Batch): Promise<void> => {
      isNoted = await noteChanges(batch, call)
    },
    // The write is done: what cannot be passed on now stays noted, and goes with the next.
    pass: async (): Promise<void> => {
      if (isNoted) await passOn(engine, call.store, call).catch(onError)
    },
  }
}

/** AWS: whoever asks for it is shown the item that did not meet the condition. */
const withItem = async (
  asked: Output,
  batch: Batch,
  work: () => Promise<string>,
  { data }: CheckedInput,
): Promise<string> => {
  try {
    return await work()
  } catch (error) {
    const isFailed =
      error instanceof EngineError && error.code === 'ConditionalCheckFailedException'
    if (!isFailed || asked['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') throw error
    const Item = batch.read(String(data['TableName']))
    throw new EngineError(error.code, error.message, Item === undefined ? {} : { Item })
  }
}

/** Operations and inputs that a caller has to be allowed, one for each table that is asked. */
export const actionsOf = (
  operation: string,
  input: Output,
): readonly (readonly [string, Output])[] => {
  const batch = input['RequestItems']
  if (isObject(batch)) return Object.keys(batch).map((TableName) => [operation, { TableName }])
  const items = input['TransactItems']
  if (!Array.isArray(items)) return [[operation, input]]
  return items
    .filter(isObject)
    .flatMap((item) =>
      Object.entries(item).map(([kind, one]): readonly [string, Output] => [
        ACTIONS[kind] ?? operation,
        isObject(one) ? { TableName: one['TableName'] } : {},
      ]),
    )
}

/** AWS: a transaction has no action of its own. [guide: transaction-apis-iam] */
const ACTIONS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
}
