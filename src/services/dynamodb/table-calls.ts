// The operations on tables themselves: the engine has one account and one region, so that ARNs are written anew on
// their way in and out, and streams are remembered here.
import { isObject } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { type Engine, EngineError, type Output } from './engine.ts'
import { recordOf, streamArn, tableArn, type TableRecord, tableRecords } from './tables.ts'

export const callTables = async (
  engine: Engine,
  operation: string,
  input: Output,
  call: StoreCall,
): Promise<Output> => {
  const output = await askEngine(engine, operation, withEngineArn(input, call))
  switch (operation) {
    case 'CreateTable':
    case 'UpdateTable': {
      const record = await remember(operation, input, call)
      return { TableDescription: described(output['TableDescription'], record, call) }
    }
    case 'DeleteTable': {
      const record = await recorded(input, call)
      await call.store.write((tx) => tx.delete(tableRecords, call, String(input['TableName'])))
      return { TableDescription: described(output['TableDescription'], record, call) }
    }
    case 'DescribeTable':
      return { Table: described(output['Table'], await recorded(input, call), call) }
    default:
      return output
  }
}

const askEngine = async (engine: Engine, operation: string, input: Output): Promise<Output> => {
  try {
    return await engine.ask(operation, input)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new ServiceError(error.code, 400, error.message)
  }
}

const recorded = (input: Output, call: StoreCall): Promise<TableRecord | undefined> =>
  call.store.read((view) => view.get(tableRecords, call, String(input['TableName'])))

const remember = (operation: string, input: Output, call: StoreCall): Promise<TableRecord> =>
  call.store.write(async (tx) => {
    const name = String(input['TableName'])
    const before = await tx.get(tableRecords, call, name)
    const isSilent = operation === 'UpdateTable' && input['StreamSpecification'] === undefined
    const record = isSilent ? (before ?? { name }) : recordOf(input, call.nowMs, before)
    await tx.put(tableRecords, call, name, record)
    return record
  })

/** The engine's own ARNs: its region is its own, its account all zeros. */
const ENGINE_ARN = /^arn:aws:dynamodb:[a-z0-9-]*:0{12}:/
const ENGINE_PREFIX = 'arn:aws:dynamodb:us-east-1:000000000000:'

const withEngineArn = (input: Output, scope: Scope): Output => {
  const arn = input['ResourceArn']
  if (typeof arn !== 'string') return input
  const ours = tableArn(scope, '').replace(/table\/$/, '')
  const rest = arn.startsWith(ours) ? arn.slice(ours.length) : undefined
  if (rest === undefined) return input
  return { ...input, ResourceArn: `${ENGINE_PREFIX}${rest}` }
}

const described = (description: unknown, record: TableRecord | undefined, scope: Scope): Output => {
  if (!isObject(description)) return {}
  const LatestStreamArn = record && streamArn(scope, record)
  return {
    ...(withOurArns(description, scope) as Output), // An object stays one.
    ...(record?.stream !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: record.stream.viewType },
      LatestStreamLabel: record.stream.label,
      LatestStreamArn,
    }),
  }
}

const withOurArns = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((one) => withOurArns(one, scope))
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        key.endsWith('Arn') && typeof member === 'string'
          ? member.replace(ENGINE_ARN, tableArn(scope, '').replace(/table\/$/, ''))
          : withOurArns(member, scope),
      ]),
    )
  }
  return value
}
