// Users. https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
import type {
  CreateUserRequest,
  DeleteUserRequest,
  GetUserRequest,
  ListUsersRequest,
  UpdateUserRequest,
  User as UserShape,
} from '@aws-sdk/client-iam'
import type { User } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { rootArn } from '../principal.ts'
import { accessKeys, iamScope, users } from './collections.ts'
import { alreadyExists, deleteConflict, quotaExceeded } from './errors.ts'
import { removeHolder, saveHolder, userOf } from './holders.ts'
import { checkName, checkPath, taggedBy, uniqueId, withTags } from './names.ts'
import { foldedKey, pageOf } from './pages.ts'
import { boundaryShape, checkBoundary } from './permissions-boundaries.ts'
import { publishAccessKey } from './publish.ts'

const NAME_LENGTH_MAX = 64
const USERS_MAX = 5_000

export const createUser = async (input: Shape<CreateUserRequest>, call: WriteCall) => {
  const name = checkName(input.UserName, 'userName', NAME_LENGTH_MAX)
  const path = checkPath(input.Path)
  await refuseTaken(call, name)
  if ((await call.view.list(users, iamScope(call))).length >= USERS_MAX)
    throw quotaExceeded('UsersPerAccount', USERS_MAX)
  const boundary = await checkBoundary(call, input.PermissionsBoundary)
  const user: User = {
    kind: 'user',
    UserName: name,
    UserId: uniqueId('AIDA', call.ids),
    Path: path,
    Arn: userArn(call.accountId, path, name),
    CreateDate: call.nowMs,
    Tags: withTags({}, input.Tags),
    inlinePolicies: {},
    attachedPolicies: [],
    groups: [],
    ...(boundary !== undefined && { PermissionsBoundary: boundary }),
  }
  await saveHolder(call, user)
  return { User: userShape(user) }
}

/** Without a name: the user whose key signed, or the account's root. */
export const getUser = async (
  input: Shape<GetUserRequest>,
  call: ReadCall,
): Promise<{ readonly User: ReturnType<typeof userShape> }> => {
  const name = input.UserName ?? callersName(call)
  if (name !== undefined) return { User: userShape(await userOf(call, name)) }
  const { accountId } = call
  // AWS: a root has no name of its own in this answer.
  return {
    User: {
      Path: '/',
      UserName: 'root',
      UserId: accountId,
      Arn: rootArn(accountId),
      CreateDate: 0,
    },
  }
}

export const listUsers = async (input: Shape<ListUsersRequest>, call: ReadCall) => {
  const prefix = input.PathPrefix ?? '/'
  const held = (await call.view.list(users, iamScope(call))).map(({ value }) => value)
  const { items, page } = pageOf(
    held.filter(({ Path }) => Path.startsWith(prefix)),
    ({ UserName }) => foldedKey(UserName),
    input,
  )
  return { Users: items.map(listedUser), ...page }
}

export const updateUser = async (
  input: Shape<UpdateUserRequest>,
  call: WriteCall,
): Promise<void> => {
  const before = await userOf(call, input.UserName)
  const name =
    input.NewUserName === undefined
      ? before.UserName
      : checkName(input.NewUserName, 'newUserName', NAME_LENGTH_MAX)
  const path = input.NewPath === undefined ? before.Path : checkPath(input.NewPath)
  if (name.toLowerCase() !== before.UserName.toLowerCase()) await refuseTaken(call, name)
  await removeHolder(call, before)
  const user: User = {
    ...before,
    UserName: name,
    Path: path,
    Arn: userArn(call.accountId, path, name),
  }
  await saveHolder(call, user)
  for (const { value: key } of await call.view.list(accessKeys, iamScope(call))) {
    if (key.UserName !== before.UserName) continue
    const moved = { ...key, UserName: name }
    await call.tx.put(accessKeys, iamScope(call), key.AccessKeyId, moved)
    await publishAccessKey(call.tx, call, moved, user.Arn)
  }
}

export const deleteUser = async (
  input: Shape<DeleteUserRequest>,
  call: WriteCall,
): Promise<void> => {
  const user = await userOf(call, input.UserName)
  const keys = await call.view.list(accessKeys, iamScope(call))
  if (keys.some(({ value }) => value.UserName === user.UserName))
    throw deleteConflict('Cannot delete entity, must delete access keys first.')
  if (user.groups.length > 0)
    throw deleteConflict('Cannot delete entity, must remove users from group first.')
  if (user.attachedPolicies.length > 0)
    throw deleteConflict('Cannot delete entity, must detach all policies first.')
  if (Object.keys(user.inlinePolicies).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.')
  await removeHolder(call, user)
}

/** The name of the user whose key signed; undefined for the account's root and for sessions. */
export const callersName = (call: ReadCall): string | undefined =>
  call.caller?.principal?.type === 'user' ? call.caller.principal.name : undefined

export const userShape = (user: User) => ({
  ...listedUser(user),
  ...boundaryShape(user.PermissionsBoundary),
  ...taggedBy(user.Tags),
})

/** AWS: lists leave tags and boundaries out. [API_ListUsers] */
export const listedUser = ({
  Path,
  UserName,
  UserId,
  Arn,
  CreateDate,
}: User): Shape<UserShape> => ({
  Path,
  UserName,
  UserId,
  Arn,
  CreateDate,
})

const userArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:user${path}${name}`

const refuseTaken = async (call: ReadCall, name: string): Promise<void> => {
  if ((await call.view.get(users, iamScope(call), name.toLowerCase())) !== undefined)
    throw alreadyExists(`User with name ${name} already exists.`)
}
