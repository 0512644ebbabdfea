// TransactWriteItems and TransactGetItems: all of it in one batch of the engine's, or nothing.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
import { createHash } from 'node:crypto'
import db from 'dynalite/db/index.js'
import { canonicalJson, isObject } from '#shared/json.ts'
import { act, type ActionName, type CheckedInput } from './actions.ts'
import type { Batch } from './batch.ts'
import { EngineError, validationError } from './engine-errors.ts'
import { check, type Engine, type Output } from './engine.ts'
import { checkItem, itemBytes } from './item-size.ts'
import { refusalOf } from './replaced-parts.ts'
import { itemPrefix, rowsOf, TABLE } from './rows.ts'

const ITEMS_MAX = 100
const BYTES_MAX = 4 * 1024 * 1024
/** AWS: a token is good for ten minutes. */
const TOKEN_MS = 10 * 60 * 1_000
const TOKEN = 'daemun-token~'
/** The tokens in the order in which they are over: `{milliseconds}~{token}`. */
const TOKEN_OVER = 'daemun-token-over~'
/** Of what is over, so many are forgotten with each new one: more than there can come. */
const FORGOTTEN_AT_ONCE = 10

/** What each kind is for the engine. A check of a condition has the rules of a deletion, and deletes nothing. */
const KINDS: Readonly<Record<string, ActionName>> = {
  ConditionCheck: 'DeleteItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
}

interface Step {
  readonly kind: string
  readonly given: Output
  readonly checked: CheckedInput
}

export const transactWriteItems = (
  engine: Engine,
  input: Output,
  nowMs: number,
  note: (batch: Batch) => Promise<void>,
  afterwards: () => Promise<void>,
): Promise<Output> => {
  const token = tokenOf(input)
  const print = createHash('sha256').update(canonicalJson(input)).digest('base64')
  const steps = stepsOf(input, ['ConditionCheck', 'Put', 'Delete', 'Update'])
  for (const { kind, checked } of steps)
    if (kind === 'ConditionCheck' && checked.data['ConditionExpression'] === undefined)
      throw validationError('The ConditionExpression of a ConditionCheck must not be null')
  return engine.alone(async (batch) => {
    if (token !== undefined && (await isDone(batch, token, print, nowMs))) return {}
    await refuseTwice(batch, steps)
    const reasons: Reason[] = []
    for (const step of steps) reasons.push(await take(batch, step))
    if (reasons.some(({ Code }) => Code !== 'None')) throw canceled(reasons)
    const written = batch.written().reduce((sum, { after }) => sum + bytesOf(after), 0)
    if (written > BYTES_MAX) throw tooLarge()
    await note(batch)
    if (token !== undefined) await remember(batch, token, print, nowMs)
    return consumedBy(input, steps)
  }, afterwards)
}

export const transactGetItems = (engine: Engine, input: Output): Promise<Output> => {
  const steps = stepsOf(input, ['Get'])
  // Alone: nobody else changes what it reads between its first item and its last.
  return engine.alone(async (batch) => {
    await refuseTwice(batch, steps)
    const Responses: Output[] = []
    for (const { checked } of steps) {
      const found: unknown = JSON.parse(await act(checked, rowsOf(engine.level)))
      Responses.push(isObject(found) && isObject(found['Item']) ? { Item: found['Item'] } : {})
    }
    if (Responses.reduce((sum, { Item }) => sum + bytesOf(Item), 0) > BYTES_MAX) throw tooLarge()
    return { Responses, ...consumedBy(input, steps) }
  })
}

const bytesOf = (item: unknown): number => (isObject(item) ? itemBytes(item) : 0)

const tooLarge = (): EngineError =>
  validationError('Transaction request size has exceeded the maximum allowed size of 4 MB')

const tokenOf = (input: Output): string | undefined => {
  const token = input['ClientRequestToken']
  if (token === undefined || token === null) return undefined
  const text = String(token)
  if (text.length < 1 || text.length > 36)
    throw validationError(
      `1 validation error detected: Value '${text.slice(0, 64)}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36`,
    )
  return text
}

const stepsOf = (input: Output, kinds: readonly string[]): readonly Step[] => {
  const items: readonly unknown[] = Array.isArray(input['TransactItems'])
    ? input['TransactItems']
    : []
  if (items.length < 1 || items.length > ITEMS_MAX)
    throw validationError(
      `1 validation error detected: Value '[${items.length} items]' at 'transactItems' failed to satisfy constraint: Member must have length ${items.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${ITEMS_MAX}`}`,
    )
  return items.map((item): Step => {
    const given = isObject(item)
      ? Object.entries(item).filter(([kind, value]) => kinds.includes(kind) && isObject(value))
      : []
    const [first] = given
    const action = KINDS[first?.[0] ?? '']
    if (first === undefined || action === undefined || given.length > 1)
      throw validationError(`TransactItems can only contain one of ${kinds.join(', ')}`)
    const [kind, value] = first
    const asked = isObject(value) ? value : {}
    // Rules change what they are given, and whose condition failed is asked again.
    return { kind, given: asked, checked: check(action, structuredClone(asked)) }
  })
}

type Item = Parameters<typeof db.createKey>[0]
type Table = Parameters<typeof db.createKey>[1]

const refuseTwice = async (batch: Batch, steps: readonly Step[]): Promise<void> => {
  const seen = new Set<string>()
  for (const { checked } of steps) {
    const row = await rowOf(batch, checked)
    if (seen.has(row))
      throw validationError('Transaction request cannot include multiple operations on one item')
    seen.add(row)
  }
}

/** The row of the item that a step is about. */
const rowOf = async (batch: Batch, { data }: CheckedInput): Promise<string> => {
  const found = await batch.get(TABLE + String(data['TableName']))
  if (!isObject(found))
    throw new EngineError('ResourceNotFoundException', 'Requested resource not found')
  const table = found as Table // What is kept of a table is one.
  const item = data['Item'] ?? data['Key']
  const keys = Object.fromEntries(
    table.KeySchema.map(({ AttributeName: name }) => [
      name,
      isObject(item) ? item[name] : undefined,
    ]),
  )
  if (isObject(data['Key']) && Object.keys(data['Key']).length !== table.KeySchema.length)
    throw validationError('The provided key element does not match the schema')
  const problem = db.validateKey(keys, table)
  if (problem instanceof Error) throw validationError(problem.message)
  return itemPrefix(table.TableName) + db.createKey(keys as Item, table) // Just checked to be one.
}

interface Reason {
  readonly Code: string
  readonly Message?: string
  readonly Item?: unknown
}

const NONE: Reason = { Code: 'None' }

const take = async (batch: Batch, step: Step): Promise<Reason> => {
  const { kind, checked, given } = step
  try {
    if (kind === 'ConditionCheck') await checkCondition(batch, checked)
    else await act(checked, batch)
    if (isObject(checked.data['Item'])) checkItem(checked.data['Item'])
    return NONE
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    if (error.code === 'ValidationException')
      return { Code: 'ValidationError', Message: error.message }
    if (error.code !== 'ConditionalCheckFailedException') throw error
    const item =
      given['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD'
        ? await batch.get(await rowOf(batch, checked))
        : undefined
    const shown = item === undefined ? {} : { Item: item }
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...shown }
  }
}

const checkCondition = async (batch: Batch, checked: CheckedInput): Promise<void> => {
  const item = await batch.get(await rowOf(batch, checked))
  const refusal = refusalOf(checked.data, isObject(item) ? item : undefined)
  if (refusal !== null) throw refusal
}

const canceled = (reasons: readonly Reason[]): EngineError =>
  new EngineError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    { CancellationReasons: reasons },
  )

interface Done {
  readonly print: string
  readonly untilMs: number
}

const isDone = async (
  batch: Batch,
  token: string,
  print: string,
  nowMs: number,
): Promise<boolean> => {
  const found = await batch.get(TOKEN + token)
  if (!isObject(found) || Number(found['untilMs']) <= nowMs) return false
  if (found['print'] !== print)
    throw new EngineError(
      'IdempotentParameterMismatchException',
      'DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.',
    )
  return true
}

const remember = async (
  batch: Batch,
  token: string,
  print: string,
  nowMs: number,
): Promise<void> => {
  const value: Done = { print, untilMs: nowMs + TOKEN_MS }
  await batch.change([
    { type: 'put', key: TOKEN + token, value },
    { type: 'put', key: `${TOKEN_OVER}${value.untilMs}~${token}`, value: token },
  ])
  const over = { gte: TOKEN_OVER, lt: `${TOKEN_OVER}${nowMs}~`, limit: FORGOTTEN_AT_ONCE }
  for await (const [key, name] of batch.entries(over)) {
    await batch.change([{ type: 'del', key }])
    const found = await batch.get(`${TOKEN}${name}`)
    // One that came again since is good for longer.
    if (isObject(found) && Number(found['untilMs']) <= nowMs)
      await batch.change([{ type: 'del', key: `${TOKEN}${name}` }])
  }
}

/** AWS: two units for what would otherwise be one. */
const consumedBy = (input: Output, steps: readonly Step[]): Output => {
  const wanted = input['ReturnConsumedCapacity']
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return {}
  const tables = new Map<string, number>()
  for (const { checked } of steps) {
    const name = String(checked.data['TableName'])
    const units = 2 * Math.max(1, Math.ceil(bytesOf(checked.data['Item']) / 1_024))
    tables.set(name, (tables.get(name) ?? 0) + units)
  }
  return {
    ConsumedCapacity: [...tables].map(([TableName, CapacityUnits]) => ({
      TableName,
      CapacityUnits,
    })),
  }
}
