// Groups of schedules, which have the tags. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html
import type {
  CreateScheduleGroupInput,
  DeleteScheduleGroupInput,
  GetScheduleGroupInput,
  ListScheduleGroupsInput,
  ListTagsForResourceInput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-scheduler'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf } from '#wire/pagination.ts'
import { pageRequest } from './page-request.ts'
import {
  checkName,
  conflict,
  DEFAULT_GROUP,
  groupArn,
  type GroupRecord,
  groups,
  notFound,
  overQuota,
  scheduleKey,
  schedules,
  validation,
} from './records.ts'
import { removeSchedule } from './stored-schedules.ts'

/** AWS's quota. [guide: scheduler-quotas] */
const GROUPS_MAX = 500
const TAGS_MAX = 50

const DEFAULT_RECORD: GroupRecord = { name: DEFAULT_GROUP, createdMs: 0, modifiedMs: 0, tags: {} }

/** The name of a group that there is. */
export const groupOf = async (given: string | undefined, call: ReadCall): Promise<string> =>
  (await found(given ?? DEFAULT_GROUP, call)).name

const found = async (given: string | undefined, call: ReadCall): Promise<GroupRecord> => {
  const name = checkName(given, 'groupName')
  const record = await call.view.get(groups, call, name)
  if (record !== undefined) return record
  if (name === DEFAULT_GROUP) return DEFAULT_RECORD
  throw notFound(`Schedule group ${name} does not exist.`)
}

export const createScheduleGroup = async (
  input: Shape<CreateScheduleGroupInput>,
  call: WriteCall,
) => {
  const name = checkName(input.Name, 'name')
  const { ClientToken: token, Tags = [] } = input
  const before = await call.view.get(groups, call, name)
  if (before !== undefined || name === DEFAULT_GROUP) {
    if (token !== undefined && before?.clientToken === token) {
      return { ScheduleGroupArn: groupArn(call, name) }
    }
    throw conflict(`Schedule group ${name} already exists.`)
  }
  if ((await call.view.list(groups, call)).length >= GROUPS_MAX) {
    throw overQuota(`There are ${GROUPS_MAX} schedule groups in this region already.`)
  }
  await call.tx.put(groups, call, name, {
    name,
    createdMs: call.nowMs,
    modifiedMs: call.nowMs,
    tags: checkedTags({}, Tags),
    ...(token !== undefined && { clientToken: token }),
  })
  return { ScheduleGroupArn: groupArn(call, name) }
}

const shape = (record: GroupRecord, call: ReadCall) => ({
  Arn: groupArn(call, record.name),
  Name: record.name,
  State: 'ACTIVE',
  CreationDate: record.createdMs,
  LastModificationDate: record.modifiedMs,
})

export const getScheduleGroup = async (input: Shape<GetScheduleGroupInput>, call: ReadCall) =>
  shape(await found(input.Name, call), call)

/** AWS deletes the schedules of a group one after the other; here they are gone at once. */
export const deleteScheduleGroup = async (
  input: Shape<DeleteScheduleGroupInput>,
  call: WriteCall,
) => {
  const { name } = await found(input.Name, call)
  if (name === DEFAULT_GROUP) throw validation('The default schedule group cannot be deleted.')
  const prefix = scheduleKey(call, name, '')
  for (const { value } of await call.view.list(schedules, GLOBAL_SCOPE, { prefix })) {
    await removeSchedule(value, call.tx)
  }
  await call.tx.delete(groups, call, name)
  return {}
}

export const listScheduleGroups = async (input: Shape<ListScheduleGroupsInput>, call: ReadCall) => {
  const held = (await call.view.list(groups, call)).map(({ value }) => value)
  const all = held.some(({ name }) => name === DEFAULT_GROUP) ? held : [DEFAULT_RECORD, ...held]
  const wanted = all.filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
  const page = pageOf(wanted, ({ name }) => name, pageRequest(input))
  return {
    ScheduleGroups: page.items.map((group) => shape(group, call)),
    ...(page.token !== undefined && { NextToken: page.token }),
  }
}

/** AWS: groups alone have tags. [API reference: TagResource] */
const tagged = (arn: string | undefined, call: ReadCall): Promise<GroupRecord> => {
  const [, name] = /^arn:[^:]+:scheduler:[^:]*:\d*:schedule-group\/([^/]+)$/.exec(arn ?? '') ?? []
  if (name === undefined) throw validation(`Invalid ResourceArn ${(arn ?? '').slice(0, 200)}.`)
  return found(name, call)
}

const save = (record: GroupRecord, tags: GroupRecord['tags'], call: WriteCall): Promise<void> =>
  call.tx.put(groups, call, record.name, { ...record, tags, modifiedMs: call.nowMs })

export const tagResource = async (input: Shape<TagResourceInput>, call: WriteCall) => {
  const record = await tagged(input.ResourceArn, call)
  await save(record, checkedTags(record.tags, input.Tags ?? []), call)
  return {}
}

export const untagResource = async (input: Shape<UntagResourceInput>, call: WriteCall) => {
  const record = await tagged(input.ResourceArn, call)
  const gone = new Set(input.TagKeys)
  const left = Object.entries(record.tags).filter(([key]) => !gone.has(key))
  await save(record, Object.fromEntries(left), call)
  return {}
}

export const listTagsForResource = async (
  input: Shape<ListTagsForResourceInput>,
  call: ReadCall,
) => {
  const { tags } = await tagged(input.ResourceArn, call)
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}

const checkedTags = (
  before: GroupRecord['tags'],
  given: readonly Shape<Tag>[],
): GroupRecord['tags'] => {
  const bad = given.find(
    ({ Key = '', Value = '' }) => !/^.{1,128}$/s.test(Key) || Value.length > 256,
  )
  if (bad !== undefined) throw validation(`Invalid tag ${(bad.Key ?? '').slice(0, 128)}.`)
  const tags = Object.fromEntries([
    ...Object.entries(before),
    ...given.map(({ Key = '', Value = '' }) => [Key, Value] as const),
  ])
  if (Object.keys(tags).length > TAGS_MAX) throw validation(`A group has at most ${TAGS_MAX} tags.`)
  return tags
}
