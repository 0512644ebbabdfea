// How asynchronous invocations are tried again, and where what became of them is sent.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
import type {
  DeleteFunctionEventInvokeConfigRequest,
  FunctionEventInvokeConfig,
  GetFunctionEventInvokeConfigRequest,
  ListFunctionEventInvokeConfigsRequest,
  PutFunctionEventInvokeConfigRequest,
} from '@aws-sdk/client-lambda'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { checkRange, invalidParameter, resourceNotFound } from './errors.ts'
import { attachment } from './lookups.ts'
import { qualifiedArn } from './names.ts'
import { publishFunction } from './publish.ts'
import { type EventInvokeRecord, eventInvokeConfigs } from './records.ts'

type Input = Shape<PutFunctionEventInvokeConfigRequest>
type Described = Shape<FunctionEventInvokeConfig>

export const putFunctionEventInvokeConfig = async (
  input: Input,
  call: WriteCall,
): Promise<Described> => {
  const at = await attachment(input.FunctionName, input.Qualifier, call)
  return put(at, recordOf(input, {}, call), call)
}

export const updateFunctionEventInvokeConfig = async (
  input: Input,
  call: WriteCall,
): Promise<Described> => {
  const at = await attachment(input.FunctionName, input.Qualifier, call)
  return put(at, recordOf(input, await found(at, call), call), call)
}

type Attachment = Awaited<ReturnType<typeof attachment>>

const recordOf = (
  input: Input,
  old: Partial<EventInvokeRecord>,
  call: WriteCall,
): EventInvokeRecord => {
  const { MaximumRetryAttempts: attempts = old.MaximumRetryAttempts } = input
  const { MaximumEventAgeInSeconds: age = old.MaximumEventAgeInSeconds } = input
  const { DestinationConfig: destinations = old.DestinationConfig } = input
  checkRange('maximumRetryAttempts', attempts, 0, 2)
  checkRange('maximumEventAgeInSeconds', age, 60, 21_600)
  for (const { Destination } of [destinations?.OnSuccess ?? {}, destinations?.OnFailure ?? {}]) {
    if (Destination !== undefined && !DESTINATION.test(Destination)) {
      throw invalidParameter(`The destination ARN ${Destination} is invalid.`)
    }
  }
  return {
    ...(attempts !== undefined && { MaximumRetryAttempts: attempts }),
    ...(age !== undefined && { MaximumEventAgeInSeconds: age }),
    ...(destinations !== undefined && { DestinationConfig: destinations }),
    modifiedMs: call.nowMs,
  }
}

/** AWS: a function, a queue, a topic, an event bus, and for failures a bucket. */
const DESTINATION = /^(?:arn:aws[\w-]*:(?:lambda|sqs|sns|events|s3):[^:]*:[^:]*:.+)?$/

const put = async (
  at: Attachment,
  record: EventInvokeRecord,
  call: WriteCall,
): Promise<Described> => {
  await call.tx.put(eventInvokeConfigs, call, at.key, record)
  await publishFunction(at.name, call)
  return describe(at.name, at.qualifier, record, call)
}

export const getFunctionEventInvokeConfig = async (
  input: Shape<GetFunctionEventInvokeConfigRequest>,
  call: ReadCall,
): Promise<Described> => {
  const at = await attachment(input.FunctionName, input.Qualifier, call)
  return describe(at.name, at.qualifier, await found(at, call), call)
}

export const deleteFunctionEventInvokeConfig = async (
  input: Shape<DeleteFunctionEventInvokeConfigRequest>,
  call: WriteCall,
) => {
  const at = await attachment(input.FunctionName, input.Qualifier, call)
  await found(at, call)
  await call.tx.delete(eventInvokeConfigs, call, at.key)
  await publishFunction(at.name, call)
  return {}
}

export const listFunctionEventInvokeConfigs = async (
  input: Shape<ListFunctionEventInvokeConfigsRequest>,
  call: ReadCall,
) => {
  const { name } = await attachment(input.FunctionName, undefined, call)
  const entries = await call.view.list(eventInvokeConfigs, call, { prefix: `${name}/` })
  const page = pageOf(entries, ({ key }) => key, pageOfMarker(input))
  return {
    FunctionEventInvokeConfigs: page.items.map(({ key, value }) =>
      describe(name, key.slice(name.length + 1), value, call),
    ),
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

const found = async (at: Attachment, call: ReadCall): Promise<EventInvokeRecord> => {
  const record = await call.view.get(eventInvokeConfigs, call, at.key)
  if (record !== undefined) return record
  const arn = qualifiedArn(call, at.name, at.qualifier)
  throw resourceNotFound(`The function ${arn} doesn't have an EventInvokeConfig`)
}

const describe = (
  name: string,
  qualifier: string,
  { modifiedMs, ...record }: EventInvokeRecord,
  call: ReadCall,
): Described => ({
  LastModified: modifiedMs,
  FunctionArn: qualifiedArn(call, name, qualifier),
  ...record,
  DestinationConfig: { OnSuccess: {}, OnFailure: {}, ...record.DestinationConfig },
})
