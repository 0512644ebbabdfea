// Event buses. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
import type {
  CreateEventBusRequest,
  DeleteEventBusRequest,
  DescribeEventBusRequest,
  ListEventBusesRequest,
  PutPermissionRequest,
  RemovePermissionRequest,
} from '@aws-sdk/client-eventbridge'
import { isObject } from '#shared/json.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import {
  alreadyExists,
  busArn,
  busName,
  type BusRecord,
  buses,
  DEFAULT_BUS,
  notFound,
  rules,
  validation,
} from './records.ts'

const DEFAULT_RECORD: BusRecord = { name: DEFAULT_BUS, tags: {}, createdMs: 0 }

export const busOf = async (given: string | undefined, call: ReadCall): Promise<BusRecord> => {
  const name = busName(given)
  const found = await call.view.get(buses, call, name)
  if (found !== undefined) return found
  if (name === DEFAULT_BUS) return DEFAULT_RECORD
  throw notFound(`Event bus ${name} does not exist.`)
}

export const createEventBus = async (input: Shape<CreateEventBusRequest>, call: WriteCall) => {
  const { Name: name = '', Description, Tags = [] } = input
  if (!/^[\w.-]{1,256}$/.test(name))
    throw validation(`Event bus name ${name.slice(0, 256)} is not valid.`)
  if (name === DEFAULT_BUS || (await call.view.get(buses, call, name)) !== undefined) {
    throw alreadyExists(`Event bus ${name} already exists.`)
  }
  await call.tx.put(buses, call, name, {
    name,
    ...(Description !== undefined && { description: Description }),
    tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    createdMs: call.nowMs,
  })
  return { EventBusArn: busArn(call, name), ...(Description !== undefined && { Description }) }
}

export const deleteEventBus = async (
  input: Shape<DeleteEventBusRequest>,
  call: WriteCall,
): Promise<void> => {
  const name = busName(input.Name)
  if (name === DEFAULT_BUS) throw validation('Cannot delete event bus default.')
  if ((await call.view.list(rules, call, { prefix: `${name}|`, limit: 1 })).length > 0) {
    throw validation("Event bus can't be deleted since it has rules.")
  }
  await call.tx.delete(buses, call, name)
}

const shape = (record: BusRecord, call: ReadCall) => ({
  Name: record.name,
  Arn: busArn(call, record.name),
  ...(record.description !== undefined && { Description: record.description }),
  ...(record.policy !== undefined && { Policy: record.policy }),
  CreationTime: record.createdMs,
  LastModifiedTime: record.createdMs,
})

export const describeEventBus = async (input: Shape<DescribeEventBusRequest>, call: ReadCall) =>
  shape(await busOf(input.Name, call), call)

export const listEventBuses = async (input: Shape<ListEventBusesRequest>, call: ReadCall) => {
  const held = (await call.view.list(buses, call)).map(({ value }) => value)
  const all = held.some(({ name }) => name === DEFAULT_BUS) ? held : [DEFAULT_RECORD, ...held]
  const { NamePrefix = '' } = input
  return {
    EventBuses: all
      .filter(({ name }) => name.startsWith(NamePrefix))
      .map((bus) => shape(bus, call)),
  }
}

export const putPermission = async (
  input: Shape<PutPermissionRequest>,
  call: WriteCall,
): Promise<void> => {
  const bus = await busOf(input.EventBusName, call)
  if (input.Policy !== undefined) {
    await call.tx.put(buses, call, bus.name, { ...bus, policy: input.Policy })
    return
  }
  const { Action, Principal = '', StatementId, Condition } = input
  const statement = {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: busArn(call, bus.name),
    ...(Condition !== undefined && {
      Condition: { [Condition.Type ?? '']: { [Condition.Key ?? '']: Condition.Value } },
    }),
  }
  const kept = statementsOf(bus).filter((one) => !isObject(one) || one['Sid'] !== StatementId)
  await savePolicy(bus, [...kept, statement], call)
}

export const removePermission = async (
  input: Shape<RemovePermissionRequest>,
  call: WriteCall,
): Promise<void> => {
  const bus = await busOf(input.EventBusName, call)
  const kept = statementsOf(bus).filter((one) => !isObject(one) || one['Sid'] !== input.StatementId)
  await savePolicy(bus, input.RemoveAllPermissions === true ? [] : kept, call)
}

const statementsOf = ({ policy }: BusRecord): readonly unknown[] => {
  if (policy === undefined) return []
  let read: unknown
  try {
    read = JSON.parse(policy)
  } catch {
    return []
  }
  const statements = isObject(read) ? read['Statement'] : []
  return Array.isArray(statements) ? statements : [statements]
}

const savePolicy = (
  record: BusRecord,
  Statement: readonly unknown[],
  call: WriteCall,
): Promise<void> => {
  const { policy: _, ...bus } = record
  return call.tx.put(buses, call, bus.name, {
    ...bus,
    ...(Statement.length > 0 && { policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  })
}
