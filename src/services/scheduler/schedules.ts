// Schedules. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
import type {
  CreateScheduleInput,
  DeleteScheduleInput,
  GetScheduleInput,
  ListSchedulesInput,
  UpdateScheduleInput,
} from '@aws-sdk/client-scheduler'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf } from '#wire/pagination.ts'
import { pageRequest } from './page-request.ts'
import {
  checkName,
  conflict,
  DEFAULT_GROUP,
  notFound,
  scheduleArn,
  scheduleKey,
  type ScheduleRecord,
  schedules,
  scopeKey,
  validation,
} from './records.ts'
import { groupOf } from './schedule-groups.ts'
import { countSchedules, removeSchedule } from './stored-schedules.ts'
import { checkTarget } from './targets.ts'
import { checkTiming } from './timing.ts'

const WINDOW_MINUTES_MAX = 1_440
const DESCRIPTION_LENGTH_MAX = 512

export const createSchedule = async (input: Shape<CreateScheduleInput>, call: WriteCall) => {
  const name = checkName(input.Name, 'name')
  const group = await groupOf(input.GroupName, call)
  const { ClientToken: token } = input
  const key = scheduleKey(call, group, name)
  const before = await call.view.get(schedules, GLOBAL_SCOPE, key)
  const arn = scheduleArn(call, group, name)
  if (before !== undefined) {
    // AWS: the same token asks for the same thing once more.
    if (token !== undefined && before.clientToken === token) return { ScheduleArn: arn }
    throw conflict(`Schedule ${name} already exists.`)
  }
  const record = {
    ...recordOf(input, name, group, call, call.nowMs),
    ...(token !== undefined && { clientToken: token }),
  }
  await countSchedules(call.tx, call, 1)
  await call.tx.put(schedules, GLOBAL_SCOPE, key, record)
  return { ScheduleArn: arn }
}

/** AWS: what an update does not say is what it is by default, not what it was. [API reference: UpdateSchedule] */
export const updateSchedule = async (input: Shape<UpdateScheduleInput>, call: WriteCall) => {
  const before = await found(input, call)
  const { name, group } = before
  const record = recordOf(input, name, group, call, before.createdMs)
  await call.tx.put(schedules, GLOBAL_SCOPE, scheduleKey(call, group, name), record)
  return { ScheduleArn: scheduleArn(call, group, name) }
}

const recordOf = (
  input: Shape<CreateScheduleInput>,
  name: string,
  group: string,
  call: WriteCall,
  createdMs: number,
): ScheduleRecord => {
  const { Target, FlexibleTimeWindow, Description: description, StartDate, EndDate } = input
  if (Target === undefined || FlexibleTimeWindow === undefined) {
    throw validation('Target and FlexibleTimeWindow must be specified.')
  }
  if (input.KmsKeyArn !== undefined) {
    throw notImplemented('KmsKeyArn is not provided here: nothing is encrypted with it.')
  }
  if ((description?.length ?? 0) > DESCRIPTION_LENGTH_MAX) {
    throw validation(`Description is longer than ${DESCRIPTION_LENGTH_MAX} characters.`)
  }
  const record: ScheduleRecord = {
    scope: { accountId: call.accountId, region: call.region },
    group,
    name,
    expression: input.ScheduleExpression ?? '',
    timezone: input.ScheduleExpressionTimezone ?? 'UTC',
    ...(StartDate !== undefined && { startMs: StartDate }),
    ...(EndDate !== undefined && { endMs: EndDate }),
    ...(description !== undefined && { description }),
    isEnabled: input.State !== 'DISABLED',
    window: FlexibleTimeWindow,
    target: Target,
    isDeletedAfter: input.ActionAfterCompletion === 'DELETE',
    createdMs,
    modifiedMs: call.nowMs,
    generation: call.ids.next(12),
  }
  checkWindow(FlexibleTimeWindow)
  checkTiming(record, call.nowMs)
  checkTarget(Target)
  return record
}

const checkWindow = ({ Mode, MaximumWindowInMinutes: minutes }: ScheduleRecord['window']): void => {
  if (Mode !== 'FLEXIBLE') {
    if (minutes === undefined) return
    throw validation('MaximumWindowInMinutes is for FlexibleTimeWindow mode FLEXIBLE.')
  }
  if (minutes !== undefined && minutes >= 1 && minutes <= WINDOW_MINUTES_MAX) return
  throw validation(
    `FlexibleTimeWindow.MaximumWindowInMinutes must be between 1 and ${WINDOW_MINUTES_MAX}.`,
  )
}

const found = async (
  input: { readonly Name?: string | undefined; readonly GroupName?: string | undefined },
  call: ReadCall,
): Promise<ScheduleRecord> => {
  const name = checkName(input.Name, 'name')
  const group = checkName(input.GroupName ?? DEFAULT_GROUP, 'groupName')
  const key = scheduleKey(call, group, name)
  const record = await call.view.get(schedules, GLOBAL_SCOPE, key)
  if (record === undefined) throw notFound(`Schedule ${name} does not exist.`)
  return record
}

export const getSchedule = async (input: Shape<GetScheduleInput>, call: ReadCall) => {
  const record = await found(input, call)
  const { startMs, endMs, description } = record
  return {
    ...summary(record),
    ScheduleExpression: record.expression,
    ScheduleExpressionTimezone: record.timezone,
    ...(startMs !== undefined && { StartDate: startMs }),
    ...(endMs !== undefined && { EndDate: endMs }),
    ...(description !== undefined && { Description: description }),
    FlexibleTimeWindow: record.window,
    Target: record.target,
    ActionAfterCompletion: record.isDeletedAfter ? 'DELETE' : 'NONE',
  }
}

const summary = (record: ScheduleRecord) => ({
  Arn: scheduleArn(record.scope, record.group, record.name),
  Name: record.name,
  GroupName: record.group,
  State: record.isEnabled ? 'ENABLED' : 'DISABLED',
  CreationDate: record.createdMs,
  LastModificationDate: record.modifiedMs,
  Target: { Arn: record.target.Arn },
})

export const deleteSchedule = async (input: Shape<DeleteScheduleInput>, call: WriteCall) => {
  await removeSchedule(await found(input, call), call.tx)
  return {}
}

export const listSchedules = async (input: Shape<ListSchedulesInput>, call: ReadCall) => {
  const { GroupName: group, NamePrefix = '', State } = input
  const prefix = scheduleKey(call, group ?? '', group === undefined ? '' : NamePrefix)
  const all = await call.view.list(schedules, GLOBAL_SCOPE, {
    prefix: group === undefined ? `${scopeKey(call)}/` : prefix,
  })
  const wanted = all.filter(
    ({ value }) =>
      value.name.startsWith(NamePrefix) &&
      (State === undefined || (State === 'ENABLED') === value.isEnabled),
  )
  const page = pageOf(wanted, ({ key }) => key, pageRequest(input))
  return {
    Schedules: page.items.map(({ value }) => summary(value)),
    ...(page.token !== undefined && { NextToken: page.token }),
  }
}
