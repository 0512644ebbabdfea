// Groups of users, with the roles that identity pools choose by them.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html
import type {
  AdminAddUserToGroupRequest,
  AdminListGroupsForUserRequest,
  CreateGroupRequest,
  DeleteGroupRequest,
  GetGroupRequest,
  ListGroupsRequest,
  ListUsersInGroupRequest,
  UpdateGroupRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolGroup, PoolUser, UserPool } from '#model/user-pool.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { groupMembers, poolGroups, poolScope, poolUsers } from './collections.ts'
import { groupExists, invalidParameter, limitExceeded, resourceNotFound } from './errors.ts'
import { groupsOf, poolOf, userKey, userOf } from './lookups.ts'
import { pageAfter, pageToken, tokenOf } from './pages.ts'
import { changed, saveUser, userShape } from './users.ts'

const LIMIT_MAX = 60
/** AWS: a user is in at most a hundred groups. [guide: quotas] */
const GROUPS_OF_USER_MAX = 100
const NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

export const createGroup = async (input: Shape<CreateGroupRequest>, call: WriteCall) => {
  const pool = await poolOf(call, input.UserPoolId)
  const GroupName = input.GroupName ?? ''
  if (!NAME.test(GroupName))
    throw invalidParameter(
      "1 validation error detected: Value at 'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    )
  const held = await call.view.get(poolGroups, poolScope(call, pool.Id), keyOf(pool, GroupName))
  if (held !== undefined) throw groupExists('A group with the name already exists.')
  const group: PoolGroup = {
    GroupName,
    UserPoolId: pool.Id,
    ...detailsOf(input),
    CreationDate: call.nowMs,
    LastModifiedDate: call.nowMs,
  }
  await call.tx.put(poolGroups, poolScope(call, pool.Id), keyOf(pool, GroupName), group)
  return { Group: group }
}

const keyOf = (pool: UserPool, name: string): string => `${pool.Id}/${name}`

const detailsOf = ({
  Description,
  RoleArn,
  Precedence,
}: Pick<
  Shape<UpdateGroupRequest>,
  'Description' | 'RoleArn' | 'Precedence'
>): Partial<PoolGroup> => {
  if (Precedence !== undefined && !(Number.isInteger(Precedence) && Precedence >= 0))
    throw invalidParameter('Precedence must be a whole number of 0 or more.')
  return {
    ...(Description !== undefined && { Description }),
    ...(RoleArn !== undefined && { RoleArn }),
    ...(Precedence !== undefined && { Precedence }),
  }
}

const groupOf = async (
  call: ReadCall,
  input: { readonly UserPoolId: string | undefined; readonly GroupName: string | undefined },
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const key = keyOf(pool, input.GroupName ?? '')
  const group = await call.view.get(poolGroups, poolScope(call, pool.Id), key)
  if (group === undefined) throw resourceNotFound('Group not found.')
  return { pool, group }
}

export const getGroup = async (input: Shape<GetGroupRequest>, call: ReadCall) => ({
  Group: (await groupOf(call, input)).group,
})

export const updateGroup = async (input: Shape<UpdateGroupRequest>, call: WriteCall) => {
  const { pool, group } = await groupOf(call, input)
  const Group = { ...group, ...detailsOf(input), LastModifiedDate: call.nowMs }
  await call.tx.put(poolGroups, poolScope(call, pool.Id), keyOf(pool, group.GroupName), Group)
  return { Group }
}

export const deleteGroup = async (
  input: Shape<DeleteGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const { pool, group } = await groupOf(call, input)
  const scope = poolScope(call, pool.Id)
  const prefix = memberPrefix(pool, group.GroupName)
  for (const { value } of await call.view.list(groupMembers, scope, { prefix })) {
    const user = await call.view.get(poolUsers, scope, userKey(pool, value.username))
    if (user !== undefined) await saveUser(call, pool, user, without(user, group, call.nowMs))
  }
  await call.tx.delete(poolGroups, scope, keyOf(pool, group.GroupName))
}

const memberPrefix = (pool: UserPool, name: string): string => `${pool.Id}/${name}\t`

const without = (user: PoolUser, { GroupName }: PoolGroup, nowMs: number): PoolUser =>
  changed(user, nowMs, { groups: user.groups.filter((name) => name !== GroupName) })

export const listGroups = async (input: Shape<ListGroupsRequest>, call: ReadCall) => {
  const pool = await poolOf(call, input.UserPoolId)
  const { limit, after } = pageAfter(input.Limit, input.NextToken, LIMIT_MAX)
  const found = await call.view.list(poolGroups, poolScope(call, pool.Id), {
    prefix: `${pool.Id}/`,
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  return {
    Groups: found.slice(0, limit).map(({ value }) => value),
    ...pageToken('NextToken', found, limit),
  }
}

export const adminAddUserToGroup = async (
  input: Shape<AdminAddUserToGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const { pool, group } = await groupOf(call, input)
  const user = await userOf(call, pool, input.Username)
  if (user.groups.includes(group.GroupName)) return
  if (user.groups.length >= GROUPS_OF_USER_MAX)
    throw limitExceeded(`A user can be in at most ${GROUPS_OF_USER_MAX} groups.`)
  const groups = [...user.groups, group.GroupName]
  await saveUser(call, pool, user, changed(user, call.nowMs, { groups }))
}

export const adminRemoveUserFromGroup = async (
  input: Shape<AdminAddUserToGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const { pool, group } = await groupOf(call, input)
  const user = await userOf(call, pool, input.Username)
  if (!user.groups.includes(group.GroupName)) return
  await saveUser(call, pool, user, without(user, group, call.nowMs))
}

/** AWS: in the order of precedence. */
export const adminListGroupsForUser = async (
  input: Shape<AdminListGroupsForUserRequest>,
  call: ReadCall,
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const { limit, after } = pageAfter(input.Limit, input.NextToken, LIMIT_MAX)
  const groups = await groupsOf(call, pool, await userOf(call, pool, input.Username))
  const first = Number(after ?? 0)
  const shown = groups.toSorted(
    (left, right) => (left.Precedence ?? Infinity) - (right.Precedence ?? Infinity) || 0,
  )
  const end = first + limit
  return {
    Groups: shown.slice(first, end),
    ...(shown.length > end && { NextToken: tokenOf(String(end)) }),
  }
}

export const listUsersInGroup = async (input: Shape<ListUsersInGroupRequest>, call: ReadCall) => {
  const { pool, group } = await groupOf(call, input)
  const scope = poolScope(call, pool.Id)
  const { limit, after } = pageAfter(input.Limit, input.NextToken, LIMIT_MAX)
  const found = await call.view.list(groupMembers, scope, {
    prefix: memberPrefix(pool, group.GroupName),
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  const users: PoolUser[] = []
  for (const { value } of found.slice(0, limit)) {
    const user = await call.view.get(poolUsers, scope, userKey(pool, value.username))
    if (user !== undefined) users.push(user)
  }
  return { Users: users.map((user) => userShape(user)), ...pageToken('NextToken', found, limit) }
}
