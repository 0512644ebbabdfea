// User records: written with all that is found by them, in one transaction.
import type { PoolUser, UserPool } from '#model/user-pool.ts'
import type { WriteCall } from '#store/transactional.ts'
import {
  groupMembers,
  poolScope,
  poolUsers,
  userCodes,
  userCounts,
  userIndex,
} from './collections.ts'
import { aliasExists, usernameExists } from './errors.ts'
import { INDEXED, indexPrefix, userKey, usersBy } from './lookups.ts'

type Writing = Pick<WriteCall, 'tx' | 'view' | 'accountId'>

/** `before` is the record as the transaction has it; undefined for a new user. */
export const saveUser = async (
  call: Writing,
  pool: UserPool,
  before: PoolUser | undefined,
  after: PoolUser,
): Promise<void> => {
  const scope = poolScope(call, pool.Id)
  const key = userKey(pool, after.Username)
  await call.tx.put(poolUsers, scope, key, after)
  if (before === undefined) await count(call, pool, 1)
  for (const attribute of INDEXED) {
    const [old, now] = [before?.Attributes[attribute], after.Attributes[attribute]]
    if (old === now) continue
    if (old !== undefined)
      await call.tx.delete(userIndex, scope, indexKey(pool, attribute, old, key))
    if (now !== undefined)
      await call.tx.put(userIndex, scope, indexKey(pool, attribute, now, key), {
        username: after.Username,
      })
  }
  for (const group of after.groups.filter((name) => !before?.groups.includes(name)))
    await call.tx.put(groupMembers, scope, memberKey(pool, group, key), {
      username: after.Username,
    })
  for (const group of before?.groups.filter((name) => !after.groups.includes(name)) ?? [])
    await call.tx.delete(groupMembers, scope, memberKey(pool, group, key))
}

export const removeUser = async (call: Writing, pool: UserPool, user: PoolUser): Promise<void> => {
  const scope = poolScope(call, pool.Id)
  const key = userKey(pool, user.Username)
  await call.tx.delete(poolUsers, scope, key)
  for (const attribute of INDEXED) {
    const value = user.Attributes[attribute]
    if (value !== undefined)
      await call.tx.delete(userIndex, scope, indexKey(pool, attribute, value, key))
  }
  for (const group of user.groups)
    await call.tx.delete(groupMembers, scope, memberKey(pool, group, key))
  await call.tx.deletePrefix(userCodes, scope, `${key}\t`)
  await count(call, pool, -1)
}

const count = async (call: Writing, pool: UserPool, change: 1 | -1): Promise<void> => {
  const scope = poolScope(call, pool.Id)
  const held = await call.view.get(userCounts, scope, pool.Id)
  await call.tx.put(userCounts, scope, pool.Id, { count: (held?.count ?? 0) + change })
}

const indexKey = (
  pool: UserPool,
  attribute: (typeof INDEXED)[number],
  value: string,
  key: string,
): string => `${indexPrefix(pool, attribute, value)}\t${key}`

const memberKey = (pool: UserPool, group: string, key: string): string =>
  `${pool.Id}/${group}\t${key}`

/** Refuses an attribute that stands for the name of a user and is another's. */
export const refuseTakenNames = async (
  call: Pick<Writing, 'view' | 'accountId'>,
  pool: UserPool,
  user: Pick<PoolUser, 'Username' | 'Attributes'>,
): Promise<void> => {
  for (const attribute of pool.settings.UsernameAttributes ?? []) {
    const value = user.Attributes[attribute]
    const others = value === undefined ? [] : await usersBy(call, pool, attribute, value)
    if (others.some(({ Username }) => Username !== user.Username))
      throw usernameExists(`An account with the given ${attribute} already exists.`)
  }
  const preferred = user.Attributes['preferred_username']
  if (preferred === undefined || !pool.settings.AliasAttributes?.includes('preferred_username'))
    return
  const others = await usersBy(call, pool, 'preferred_username', preferred)
  if (others.some(({ Username }) => Username !== user.Username))
    throw aliasExists('Already found an entry for username preferred_username')
}

/**
 * An alias belongs to who proved it last. Without `force` another's is not taken.
 */
export const takeAliases = async (
  call: Writing,
  pool: UserPool,
  user: PoolUser,
  force: boolean,
): Promise<void> => {
  for (const attribute of ['email', 'phone_number'] as const) {
    const value = user.Attributes[attribute]
    const isVerified = user.Attributes[`${attribute}_verified`] === 'true'
    if (!pool.settings.AliasAttributes?.includes(attribute) || !isVerified || value === undefined)
      continue
    for (const other of await usersBy(call, pool, attribute, value)) {
      if (other.Username === user.Username) continue
      if (other.Attributes[`${attribute}_verified`] !== 'true') continue
      if (!force) throw aliasExists(`An account with the ${attribute} already exists.`)
      const Attributes = { ...other.Attributes, [`${attribute}_verified`]: 'false' }
      await saveUser(call, pool, other, { ...other, Attributes })
    }
  }
}

/** Names and values, in AWS's order: `sub` first. */
export const attributeList = (
  attributes: Readonly<Record<string, string>>,
  isShown: (name: string) => boolean = () => true,
): readonly { readonly Name: string; readonly Value: string }[] =>
  Object.entries(attributes)
    .filter(([name]) => isShown(name))
    .sort(([left], [right]) => Number(right === 'sub') - Number(left === 'sub'))
    .map(([Name, Value]) => ({ Name, Value }))

/** A user as lists and AdminCreateUser show it. */
export const userShape = (user: PoolUser, isShown?: (name: string) => boolean) => ({
  Username: user.Username,
  Attributes: attributeList(user.Attributes, isShown),
  UserCreateDate: user.UserCreateDate,
  UserLastModifiedDate: user.UserLastModifiedDate,
  Enabled: user.Enabled,
  UserStatus: user.UserStatus,
})

/** A changed record. */
export const changed = (user: PoolUser, nowMs: number, change: Partial<PoolUser>): PoolUser => ({
  ...user,
  ...change,
  UserLastModifiedDate: nowMs,
})

/** What was given out before is good no more. */
export const signedOut = (user: PoolUser, nowMs: number): PoolUser =>
  changed(user, nowMs, { signedOutAtMs: nowMs })
