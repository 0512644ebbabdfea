// ListUsers: pages of a pool, or of those whom one simple filter lets through.
// https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html
import type { ListUsersRequest } from '@aws-sdk/client-cognito-identity-provider'
import type { PoolUser, UserPool } from '#model/user-pool.ts'
import type { Entry } from '#store/store.ts'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { poolScope, poolUsers, userIndex } from './collections.ts'
import { invalidParameter } from './errors.ts'
import {
  foldName,
  INDEXED,
  type IndexedAttribute,
  indexPrefix,
  poolOf,
  userKey,
} from './lookups.ts'
import { pageAfter, pageToken, tokenOf } from './pages.ts'
import { userShape } from './users.ts'

const LIMIT_MAX = 60
/** Users that are looked at for one page of a filter without an index; the token leads on from there. */
const LOOKED_AT_MAX = 2_000
const CHUNK = 200

export const listUsers = async (input: Shape<ListUsersRequest>, call: ReadCall) => {
  const pool = await poolOf(call, input.UserPoolId)
  const { limit, after } = pageAfter(input.Limit, input.PaginationToken, LIMIT_MAX)
  const filter = readFilter(input.Filter)
  const names = input.AttributesToGet
  const isShown = (name: string): boolean => names === undefined || names.includes(name)
  const { found, token } = await page(call, pool, filter, limit, after)
  return { Users: found.map((user) => userShape(user, isShown)), ...token }
}

interface Filter {
  readonly name: string
  readonly value: string
  readonly isPrefix: boolean
}

/** AWS's own attributes, and `cognito:user_status`, `status` (of being enabled) and `username`. */
const FILTERS: ReadonlySet<string> = new Set([
  'username',
  'email',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'cognito:user_status',
  'status',
  'sub',
])

const readFilter = (text: string | undefined): Filter | undefined => {
  if (text === undefined || text.trim() === '') return undefined
  const match = /^\s*"?([\w:]{1,64})"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(text)
  if (match === null) throw invalidParameter(`Error while parsing filter: ${text.slice(0, 100)}.`)
  const [, name = '', operator, value = ''] = match
  if (!FILTERS.has(name)) throw invalidParameter(`Invalid search attribute: ${name}`)
  return { name, value: value.replaceAll(/\\(.)/g, '$1'), isPrefix: operator === '^=' }
}

interface Page {
  readonly found: readonly PoolUser[]
  readonly token: { readonly PaginationToken?: string }
}

const page = (
  call: ReadCall,
  pool: UserPool,
  filter: Filter | undefined,
  limit: number,
  after: string | undefined,
): Promise<Page> => {
  if (filter === undefined) return everyone(call, pool, `${pool.Id}/`, limit, after)
  const { name, value } = filter
  if (name === 'username') {
    const isOne = (user: PoolUser) => matches(pool, filter, user.Username)
    return everyone(call, pool, `${pool.Id}/${foldName(pool, value)}`, limit, after, isOne)
  }
  const indexed = INDEXED.find((one) => one === name)
  return indexed === undefined
    ? search(call, pool, filter, limit, after)
    : byIndex(call, pool, filter, indexed, limit, after)
}

const everyone = async (
  call: ReadCall,
  pool: UserPool,
  prefix: string,
  limit: number,
  after: string | undefined,
  isOne: (user: PoolUser) => boolean = () => true,
): Promise<Page> => {
  const entries = await call.view.list(poolUsers, poolScope(call, pool.Id), {
    prefix,
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  return {
    found: entries
      .slice(0, limit)
      .map(({ value }) => value)
      .filter(isOne),
    token: pageToken('PaginationToken', entries, limit),
  }
}

const byIndex = async (
  call: ReadCall,
  pool: UserPool,
  { value, isPrefix }: Filter,
  attribute: IndexedAttribute,
  limit: number,
  after: string | undefined,
): Promise<Page> => {
  const scope = poolScope(call, pool.Id)
  const entries = await call.view.list(userIndex, scope, {
    prefix: indexPrefix(pool, attribute, value) + (isPrefix ? '' : '\t'),
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  const found: PoolUser[] = []
  for (const { value: place } of entries.slice(0, limit)) {
    const user = await call.view.get(poolUsers, scope, userKey(pool, place.username))
    if (user !== undefined) found.push(user)
  }
  return { found, token: pageToken('PaginationToken', entries, limit) }
}

/** Looks at one after another: a bounded number of them for each page. */
const search = async (
  call: ReadCall,
  pool: UserPool,
  filter: Filter,
  limit: number,
  start: string | undefined,
): Promise<Page> => {
  const found: PoolUser[] = []
  let after = start
  for (let looked = 0; looked < LOOKED_AT_MAX; looked += CHUNK) {
    const entries: readonly Entry<PoolUser>[] = await call.view.list(
      poolUsers,
      poolScope(call, pool.Id),
      { prefix: `${pool.Id}/`, limit: CHUNK, ...(after !== undefined && { after }) },
    )
    for (const { key, value } of entries) {
      after = key
      if (matches(pool, filter, valueOf(value, filter.name))) found.push(value)
      if (found.length === limit) return { found, token: { PaginationToken: tokenOf(key) } }
    }
    if (entries.length < CHUNK) return { found, token: {} }
    // Others have their turn between two chunks.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { found, token: after === undefined ? {} : { PaginationToken: tokenOf(after) } }
}

const valueOf = (user: PoolUser, name: string): string => {
  if (name === 'status') return user.Enabled ? 'Enabled' : 'Disabled'
  return name === 'cognito:user_status' ? user.UserStatus : (user.Attributes[name] ?? '')
}

const matches = (pool: UserPool, { value, isPrefix }: Filter, found: string): boolean => {
  const [wanted, held] = [foldName(pool, value), foldName(pool, found)]
  return isPrefix ? held.startsWith(wanted) : held === wanted
}
