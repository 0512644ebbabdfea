// Groups and who is in them. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Group.html
import type {
  AddUserToGroupRequest,
  CreateGroupRequest,
  DeleteGroupRequest,
  GetGroupRequest,
  Group as GroupShape,
  ListGroupsForUserRequest,
  ListGroupsRequest,
  RemoveUserFromGroupRequest,
  UpdateGroupRequest,
} from '@aws-sdk/client-iam'
import type { Group, User } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { groups, iamScope, users } from './collections.ts'
import { alreadyExists, deleteConflict, noSuchEntity, quotaExceeded } from './errors.ts'
import { groupOf, removeHolder, saveHolder, userOf } from './holders.ts'
import { checkName, checkPath, uniqueId } from './names.ts'
import { foldedKey, inOrder, pageOf } from './pages.ts'
import { listedUser } from './users.ts'

const NAME_LENGTH_MAX = 128
const GROUPS_MAX = 300
const GROUPS_PER_USER_MAX = 10

export const createGroup = async (input: Shape<CreateGroupRequest>, call: WriteCall) => {
  const name = checkName(input.GroupName, 'groupName', NAME_LENGTH_MAX)
  const path = checkPath(input.Path)
  await refuseTaken(call, name)
  if ((await call.view.list(groups, iamScope(call))).length >= GROUPS_MAX)
    throw quotaExceeded('GroupsPerAccount', GROUPS_MAX)
  const group: Group = {
    kind: 'group',
    GroupName: name,
    GroupId: uniqueId('AGPA', call.ids),
    Path: path,
    Arn: groupArn(call.accountId, path, name),
    CreateDate: call.nowMs,
    inlinePolicies: {},
    attachedPolicies: [],
  }
  await saveHolder(call, group)
  return { Group: groupShape(group) }
}

/** A group with its users. */
export const getGroup = async (input: Shape<GetGroupRequest>, call: ReadCall) => {
  const group = await groupOf(call, input.GroupName)
  const { items, page } = pageOf(
    await membersOf(call, group.GroupName),
    ({ UserName }) => foldedKey(UserName),
    input,
  )
  return { Group: groupShape(group), Users: items.map(listedUser), ...page }
}

export const listGroups = async (input: Shape<ListGroupsRequest>, call: ReadCall) => {
  const prefix = input.PathPrefix ?? '/'
  const held = (await call.view.list(groups, iamScope(call))).map(({ value }) => value)
  const { items, page } = pageOf(
    held.filter(({ Path }) => Path.startsWith(prefix)),
    ({ GroupName }) => foldedKey(GroupName),
    input,
  )
  return { Groups: items.map(groupShape), ...page }
}

export const listGroupsForUser = async (input: Shape<ListGroupsForUserRequest>, call: ReadCall) => {
  const user = await userOf(call, input.UserName)
  const { items, page } = pageOf(inOrder(user.groups), foldedKey, input)
  const found = await Promise.all(items.map((name) => groupOf(call, name)))
  return { Groups: found.map(groupShape), ...page }
}

export const updateGroup = async (
  input: Shape<UpdateGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const before = await groupOf(call, input.GroupName)
  const name =
    input.NewGroupName === undefined
      ? before.GroupName
      : checkName(input.NewGroupName, 'newGroupName', NAME_LENGTH_MAX)
  const path = input.NewPath === undefined ? before.Path : checkPath(input.NewPath)
  if (name.toLowerCase() !== before.GroupName.toLowerCase()) await refuseTaken(call, name)
  const members = await membersOf(call, before.GroupName)
  await removeHolder(call, before)
  await saveHolder(call, {
    ...before,
    GroupName: name,
    Path: path,
    Arn: groupArn(call.accountId, path, name),
  })
  for (const user of members) {
    const others = user.groups.filter((group) => group !== before.GroupName)
    await saveHolder(call, { ...user, groups: [...others, name] })
  }
}

export const deleteGroup = async (
  input: Shape<DeleteGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const group = await groupOf(call, input.GroupName)
  if ((await membersOf(call, group.GroupName)).length > 0)
    throw deleteConflict('Cannot delete entity, must remove users from group first.')
  if (group.attachedPolicies.length > 0)
    throw deleteConflict('Cannot delete entity, must detach all policies first.')
  if (Object.keys(group.inlinePolicies).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.')
  await removeHolder(call, group)
}

/** Adding one who is in it already changes nothing. */
export const addUserToGroup = async (
  input: Shape<AddUserToGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const group = await groupOf(call, input.GroupName)
  const user = await userOf(call, input.UserName)
  if (user.groups.includes(group.GroupName)) return
  if (user.groups.length >= GROUPS_PER_USER_MAX)
    throw quotaExceeded('GroupsPerUser', GROUPS_PER_USER_MAX)
  await saveHolder(call, { ...user, groups: [...user.groups, group.GroupName] })
}

export const removeUserFromGroup = async (
  input: Shape<RemoveUserFromGroupRequest>,
  call: WriteCall,
): Promise<void> => {
  const group = await groupOf(call, input.GroupName)
  const user = await userOf(call, input.UserName)
  if (!user.groups.includes(group.GroupName))
    throw noSuchEntity(`User ${user.UserName} is not in group ${group.GroupName}.`)
  const others = user.groups.filter((name) => name !== group.GroupName)
  await saveHolder(call, { ...user, groups: others })
}

const groupShape = ({ Path, GroupName, GroupId, Arn, CreateDate }: Group): Shape<GroupShape> => ({
  Path,
  GroupName,
  GroupId,
  Arn,
  CreateDate,
})

const membersOf = async (call: ReadCall, groupName: string): Promise<readonly User[]> =>
  (await call.view.list(users, iamScope(call)))
    .map(({ value }) => value)
    .filter((user) => user.groups.includes(groupName))

const groupArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:group${path}${name}`

const refuseTaken = async (call: ReadCall, name: string): Promise<void> => {
  if ((await call.view.get(groups, iamScope(call), name.toLowerCase())) !== undefined)
    throw alreadyExists(`Group with name ${name} already exists.`)
}
