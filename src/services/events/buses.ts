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
import { notImplemented, ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { problemOfPolicy } from '../delivery/resource-policy.ts'
import { pageOfLimit } from './page.ts'
import { checkTags, tagsOf } from './tags.ts'
import {
  alreadyExists,
  busArn,
  busName,
  type BusRecord,
  buses,
  DEFAULT_BUS,
  limitExceeded,
  notFound,
  rules,
  validation,
} from './records.ts'

/** AWS: [guide: eb-quota] */
const BUSES_MAX = 100
/** AWS: [API reference: PutPermission] */
const POLICY_BYTES_MAX = 10_240

const UNBUILT = ['DeadLetterConfig', 'EventSourceName', 'KmsKeyIdentifier', 'LogConfig'] as const

const DEFAULT_RECORD: BusRecord = { name: DEFAULT_BUS, tags: {}, createdMs: 0 }

export const busOf = async (given: string | undefined, call: ReadCall): Promise<BusRecord> => {
  const name = busName(given)
  const found = await call.view.get(buses, call, name)
  if (found !== undefined) return found
  if (name === DEFAULT_BUS) return DEFAULT_RECORD
  throw notFound(`Event bus ${name} does not exist.`)
}

export const createEventBus = async (input: Shape<CreateEventBusRequest>, call: WriteCall) => {
  const { Name: name = '', Description, Tags } = input
  const unbuilt = UNBUILT.find((member) => input[member] !== undefined)
  if (unbuilt !== undefined) throw notImplemented(`${unbuilt} of a bus is not provided here.`)
  if (!/^[\w.-]{1,256}$/.test(name))
    throw validation(`Event bus name ${name.slice(0, 256)} is not valid.`)
  if (name === DEFAULT_BUS || (await call.view.get(buses, call, name)) !== undefined) {
    throw alreadyExists(`Event bus ${name} already exists.`)
  }
  if ((await call.view.list(buses, call, { limit: BUSES_MAX })).length >= BUSES_MAX) {
    throw limitExceeded()
  }
  await call.tx.put(buses, call, name, {
    name,
    ...(Description !== undefined && { description: Description }),
    tags: checkTags(tagsOf(Tags)),
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
  const named = all.filter(({ name }) => name.startsWith(NamePrefix))
  const { items, more } = pageOfLimit(named, ({ name }) => name, input)
  return { EventBuses: items.map((bus) => shape(bus, call)), ...more }
}

export const putPermission = async (
  input: Shape<PutPermissionRequest>,
  call: WriteCall,
): Promise<void> => {
  const bus = await busOf(input.EventBusName, call)
  if (input.Policy !== undefined) {
    await putPolicy(bus, input.Policy, call)
    return
  }
  const { Action, Principal = '', StatementId, Condition } = input
  const missing = Object.entries({ Action, Principal, StatementId }).find(([, value]) => !value)
  if (missing !== undefined) throw validation(`Parameter ${missing[0]} must be specified.`)
  if (Action !== 'events:PutEvents')
    throw validation("Provided value in parameter 'action' is not supported.")
  if (!/^(?:\d{12}|\*)$/.test(Principal)) throw validation('Parameter principal is not valid.')
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
  const before = statementsOf(bus)
  const kept = before.filter((one) => !isObject(one) || one['Sid'] !== input.StatementId)
  const isAll = input.RemoveAllPermissions === true
  if (!isAll && before.length === 0) throw notFound('EventBus does not have a policy.')
  if (!isAll && kept.length === before.length) {
    throw notFound('Statement with the provided id does not exist.')
  }
  await savePolicy(bus, isAll ? [] : kept, call)
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

const savePolicy = async (
  record: BusRecord,
  Statement: readonly unknown[],
  call: WriteCall,
): Promise<void> => {
  const { policy: _, ...bus } = record
  if (Statement.length === 0) await call.tx.put(buses, call, bus.name, bus)
  else await putPolicy(bus, JSON.stringify({ Version: '2012-10-17', Statement }), call)
}

const putPolicy = async (bus: BusRecord, policy: string, call: WriteCall): Promise<void> => {
  if (Buffer.byteLength(policy) > POLICY_BYTES_MAX) {
    throw new ServiceError(
      'PolicyLengthExceededException',
      400,
      `The policy is longer than ${POLICY_BYTES_MAX} bytes.`,
    )
  }
  const problem = problemOfPolicy(policy)
  if (problem !== undefined) throw validation(`Parameter Policy is not valid: ${problem}`)
  await call.tx.put(buses, call, bus.name, { ...bus, policy })
}
