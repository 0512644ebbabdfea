// Users, groups and roles as one: what policies hang on. Whatever changes one goes through `saveHolder`, which also
// ships it to those who verify signatures.
import type { Group, Holder, Role, User } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { groups, iamScope, roles, users } from './collections.ts'
import { noSuchEntity } from './errors.ts'
import { missing } from './names.ts'
import { publishHolder, unpublishPrincipal } from './publish.ts'

export type HolderKind = Holder['kind']

export const userOf = async (call: ReadCall, name: string | undefined): Promise<User> => {
  const held = name && (await call.view.get(users, iamScope(call), name.toLowerCase()))
  return held || absent('user', name)
}

export const groupOf = async (call: ReadCall, name: string | undefined): Promise<Group> => {
  const held = name && (await call.view.get(groups, iamScope(call), name.toLowerCase()))
  return held || absent('group', name)
}

export const roleOf = async (call: ReadCall, name: string | undefined): Promise<Role> => {
  const held = name && (await call.view.get(roles, iamScope(call), name.toLowerCase()))
  return held || absent('role', name)
}

export const holderOf = (
  call: ReadCall,
  kind: HolderKind,
  name: string | undefined,
): Promise<Holder> => {
  if (kind === 'user') return userOf(call, name)
  return kind === 'group' ? groupOf(call, name) : roleOf(call, name)
}

export const nameOf = (holder: Holder): string => {
  if (holder.kind === 'user') return holder.UserName
  return holder.kind === 'group' ? holder.GroupName : holder.RoleName
}

/** Writes the holder and publishes what it may do now. */
export const saveHolder = async (call: WriteCall, holder: Holder): Promise<void> => {
  const scope = iamScope(call)
  const key = nameOf(holder).toLowerCase()
  if (holder.kind === 'user') await call.tx.put(users, scope, key, holder)
  else if (holder.kind === 'group') await call.tx.put(groups, scope, key, holder)
  else await call.tx.put(roles, scope, key, holder)
  await publishHolder(call.tx, call, holder)
}

export const removeHolder = async (call: WriteCall, holder: Holder): Promise<void> => {
  const scope = iamScope(call)
  const collection = holder.kind === 'user' ? users : holder.kind === 'group' ? groups : roles
  await call.tx.delete<unknown>(collection, scope, nameOf(holder).toLowerCase())
  await unpublishPrincipal(call.tx, holder.Arn)
}

const absent = (kind: HolderKind, name: string | undefined): never => {
  if (name === undefined || name === '') throw missing(`${kind}Name`)
  throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`)
}
