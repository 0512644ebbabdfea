// How many invocations of a function run at once: what is reserved is a limit here, too; what is provisioned is stored
// and told, and instances start with the first call all the same.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
import type {
  DeleteFunctionConcurrencyRequest,
  DeleteProvisionedConcurrencyConfigRequest,
  GetFunctionConcurrencyRequest,
  GetProvisionedConcurrencyConfigRequest,
  ListProvisionedConcurrencyConfigsRequest,
  PutFunctionConcurrencyRequest,
  PutProvisionedConcurrencyConfigRequest,
} from '@aws-sdk/client-lambda'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { checkRange, invalidParameter } from './errors.ts'
import { attachment, functionRecord } from './lookups.ts'
import { qualifiedArn, referenceOf } from './names.ts'
import { publishFunction } from './publish.ts'
import { functions, provisioned, type ProvisionedRecord } from './records.ts'

/** AWS: 1000 for an account that has not asked for more, 100 of which stay unreserved. [guide: gettingstarted-limits] */
export const ACCOUNT_CONCURRENCY = 1000
const UNRESERVED_MIN = 100

/** What all functions of the account reserve in this region. */
export const reservedInAll = async (call: ReadCall): Promise<number> => {
  const records = await call.view.list(functions, call)
  return records.reduce((sum, { value }) => sum + (value.reservedConcurrency ?? 0), 0)
}

export const putFunctionConcurrency = async (
  input: Shape<PutFunctionConcurrencyRequest>,
  call: WriteCall,
) => {
  const reserved = input.ReservedConcurrentExecutions ?? 0
  checkRange('reservedConcurrentExecutions', reserved, 0, Number.MAX_SAFE_INTEGER)
  const { name, qualifier } = referenceOf(input.FunctionName, undefined, call)
  const record = await functionRecord({ name, qualifier }, call)
  const others = (await reservedInAll(call)) - (record.reservedConcurrency ?? 0)
  if (others + reserved > ACCOUNT_CONCURRENCY - UNRESERVED_MIN) {
    throw invalidParameter(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MIN}].`,
    )
  }
  await call.tx.put(functions, call, name, { ...record, reservedConcurrency: reserved })
  await publishFunction(name, call)
  return { ReservedConcurrentExecutions: reserved }
}

export const getFunctionConcurrency = async (
  input: Shape<GetFunctionConcurrencyRequest>,
  call: ReadCall,
) => {
  const record = await functionRecord(referenceOf(input.FunctionName, undefined, call), call)
  const { reservedConcurrency: reserved } = record
  return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved }
}

export const deleteFunctionConcurrency = async (
  input: Shape<DeleteFunctionConcurrencyRequest>,
  call: WriteCall,
) => {
  const { name, qualifier } = referenceOf(input.FunctionName, undefined, call)
  const { reservedConcurrency: _, ...record } = await functionRecord({ name, qualifier }, call)
  await call.tx.put(functions, call, name, record)
  await publishFunction(name, call)
  return {}
}

export const putProvisionedConcurrencyConfig = async (
  input: Shape<PutProvisionedConcurrencyConfigRequest>,
  call: WriteCall,
) => {
  const executions = input.ProvisionedConcurrentExecutions ?? 0
  checkRange('provisionedConcurrentExecutions', executions, 1, ACCOUNT_CONCURRENCY)
  const { key, qualifier } = await attachment(input.FunctionName, input.Qualifier, call)
  if (qualifier === '$LATEST') {
    throw invalidParameter(
      'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
    )
  }
  const record = { executions, modifiedMs: call.nowMs }
  await call.tx.put(provisioned, call, key, record)
  return describe(record)
}

export const getProvisionedConcurrencyConfig = async (
  input: Shape<GetProvisionedConcurrencyConfigRequest>,
  call: ReadCall,
) => {
  const { key } = await attachment(input.FunctionName, input.Qualifier, call)
  const record = await call.view.get(provisioned, call, key)
  if (record !== undefined) return describe(record)
  throw new ServiceError(
    'ProvisionedConcurrencyConfigNotFoundException',
    404,
    'No Provisioned Concurrency Config found for this function',
    { Type: 'User' },
  )
}

export const deleteProvisionedConcurrencyConfig = async (
  input: Shape<DeleteProvisionedConcurrencyConfigRequest>,
  call: WriteCall,
) => {
  const { key } = await attachment(input.FunctionName, input.Qualifier, call)
  await call.tx.delete(provisioned, call, key)
  return {}
}

export const listProvisionedConcurrencyConfigs = async (
  input: Shape<ListProvisionedConcurrencyConfigsRequest>,
  call: ReadCall,
) => {
  const { name } = await attachment(input.FunctionName, undefined, call)
  const entries = await call.view.list(provisioned, call, { prefix: `${name}/` })
  const page = pageOf(entries, ({ key }) => key, pageOfMarker(input))
  return {
    ProvisionedConcurrencyConfigs: page.items.map(({ key, value }) => ({
      FunctionArn: qualifiedArn(call, name, key.slice(name.length + 1)),
      ...describe(value),
    })),
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

/** All of them are ready at once: an instance of this machine starts in milliseconds. */
const describe = ({ executions, modifiedMs }: ProvisionedRecord) => ({
  RequestedProvisionedConcurrentExecutions: executions,
  AvailableProvisionedConcurrentExecutions: executions,
  AllocatedProvisionedConcurrentExecutions: executions,
  Status: 'READY' as const,
  LastModified: new Date(modifiedMs).toISOString().replace('Z', '+0000'),
})
