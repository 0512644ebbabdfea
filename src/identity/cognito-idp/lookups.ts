// Finding pools, clients and users, and AWS's refusals where there is none.
import type { PoolGroup, PoolUser, UserPool, UserPoolClient } from '#model/user-pool.ts'
import type { ReadCall } from '#store/transactional.ts'
import {
  clientPools,
  clientsScope,
  POOL_ID,
  poolClients,
  poolGroups,
  poolScope,
  poolUsers,
  userIndex,
  userPools,
} from './collections.ts'
import { invalidParameter, noSuchClient, noSuchPool, noSuchUser } from './errors.ts'

/** A call of an operator: the pool is looked for in the region that was called. */
export const poolOf = async (call: ReadCall, poolId: string | undefined): Promise<UserPool> => {
  const id = poolId ?? ''
  if (!POOL_ID.test(id)) {
    const message = `1 validation error detected: Value '${id.slice(0, 60)}' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+`
    throw invalidParameter(message)
  }
  const pool = poolScope(call, id).region === call.region ? await anyPool(call, id) : undefined
  if (pool === undefined) throw noSuchPool(id)
  return pool
}

/** Wherever it lies. */
export const anyPool = (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  poolId: string,
): Promise<UserPool | undefined> =>
  POOL_ID.test(poolId)
    ? call.view.get(userPools, poolScope(call, poolId), poolId)
    : Promise.resolve(undefined)

export const clientOfPool = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  pool: UserPool,
  clientId: string | undefined,
): Promise<UserPoolClient> => {
  const id = clientId ?? ''
  const found = await call.view.get(poolClients, poolScope(call, pool.Id), `${pool.Id}/${id}`)
  if (found === undefined) throw noSuchClient(id)
  return found
}

export interface FoundClient {
  readonly pool: UserPool
  readonly client: UserPoolClient
}

/** A call of an application names its client alone. */
export const clientOf = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  clientId: string | undefined,
): Promise<FoundClient> => {
  const id = clientId ?? ''
  const place = await call.view.get(clientPools, clientsScope(call), id)
  const pool = place && (await anyPool(call, place.poolId))
  if (pool === undefined) throw noSuchClient(id)
  return { pool, client: await clientOfPool(call, pool, id) }
}

/** Names that differ in case alone are one, unless the pool was made to tell them apart. */
export const foldName = ({ settings }: UserPool, name: string): string =>
  settings.CaseSensitive === false ? name.toLowerCase() : name

export const userKey = (pool: UserPool, username: string): string =>
  `${pool.Id}/${foldName(pool, username)}`

/** By the name, or by an attribute that the pool lets stand for it. */
export const findUser = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  pool: UserPool,
  name: string,
): Promise<PoolUser | undefined> => {
  const scope = poolScope(call, pool.Id)
  const direct = await call.view.get(poolUsers, scope, userKey(pool, name))
  if (direct !== undefined) return direct
  const { UsernameAttributes = [], AliasAttributes = [] } = pool.settings
  for (const attribute of UsernameAttributes) {
    const [found] = await usersBy(call, pool, attribute, name)
    if (found !== undefined) return found
  }
  for (const attribute of AliasAttributes) {
    const found = await usersBy(call, pool, attribute, name)
    const holder = found.find(
      (user) =>
        attribute === 'preferred_username' || user.Attributes[`${attribute}_verified`] === 'true',
    )
    if (holder !== undefined) return holder
  }
  return undefined
}

export const userOf = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  pool: UserPool,
  name: string | undefined,
): Promise<PoolUser> => {
  const user = await findUser(call, pool, name ?? '')
  if (user === undefined) throw noSuchUser()
  return user
}

/** Attributes that users are found by. */
export const INDEXED = ['email', 'phone_number', 'preferred_username', 'sub'] as const
export type IndexedAttribute = (typeof INDEXED)[number]

const FOUND_MAX = 100

/** Whoever has this value, in an attribute with an index. */
export const usersBy = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  pool: UserPool,
  attribute: IndexedAttribute,
  value: string,
): Promise<readonly PoolUser[]> => {
  const scope = poolScope(call, pool.Id)
  const prefix = `${indexPrefix(pool, attribute, value)}\t`
  const entries = await call.view.list(userIndex, scope, { prefix, limit: FOUND_MAX })
  const users = await Promise.all(
    entries.map(({ value: { username } }) =>
      call.view.get(poolUsers, scope, userKey(pool, username)),
    ),
  )
  const folded = foldName(pool, value)
  return users.filter(
    (user) => user !== undefined && foldName(pool, user.Attributes[attribute] ?? '') === folded,
  ) as readonly PoolUser[] // The filter has left none that is undefined.
}

export const indexPrefix = (pool: UserPool, attribute: IndexedAttribute, value: string): string =>
  `${pool.Id}/${attribute}\t${foldName(pool, value)}`

/** The groups of a user; one that was deleted meanwhile is left out. */
export const groupsOf = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  pool: UserPool,
  { groups }: PoolUser,
): Promise<readonly PoolGroup[]> => {
  const found: PoolGroup[] = []
  for (const name of groups) {
    const key = `${pool.Id}/${name}`
    const group = await call.view.get(poolGroups, poolScope(call, pool.Id), key)
    if (group !== undefined) found.push(group)
  }
  return found
}
