// What AWS has no operation for: a token for a user without a sign-in, for tests and scripts, and new signing keys.
import type { StoreCall } from '#store/transactional.ts'
import { poolClients, poolScope } from './collections.ts'
import { invalidParameter, userDisabled } from './errors.ts'
import { type IssuedTokens, issueTokens } from './issue-tokens.ts'
import { clientOfPool, groupsOf, poolOf, userOf } from './lookups.ts'
import type { UserPoolParts } from './parts.ts'
import { savePool } from './pools.ts'
import { makeSigningKeys, publishPool, rotatedKeys } from './signing-keys.ts'

export interface TokenOrder {
  readonly poolId: string
  readonly username: string
  /** Absent: the first of the pool. */
  readonly clientId?: string
  readonly scopes?: readonly string[]
}

export const tokenFor = async (
  parts: UserPoolParts,
  call: StoreCall,
  order: TokenOrder,
): Promise<IssuedTokens> => {
  const found = await call.store.read(async (view) => {
    const reading = { ...call, view }
    const pool = await poolOf(reading, order.poolId)
    const [first] = await view.list(poolClients, poolScope(call, pool.Id), {
      prefix: `${pool.Id}/`,
      limit: 1,
    })
    const clientId = order.clientId ?? first?.value.ClientId
    if (clientId === undefined) throw invalidParameter(`The pool ${pool.Id} has no client.`)
    const client = await clientOfPool(reading, pool, clientId)
    const user = await userOf(reading, pool, order.username)
    if (!user.Enabled) throw userDisabled()
    return { pool, client, user, groups: await groupsOf(reading, pool, user) }
  })
  return issueTokens(parts, {
    ...found,
    source: 'TokenGeneration_Authentication',
    nowMs: call.nowMs,
    ...(order.scopes !== undefined && { scopes: order.scopes }),
  })
}

/** Tokens that were signed with the keys till now stay good as long as they last. */
export const rotateKeys = async (
  parts: UserPoolParts,
  call: StoreCall,
  poolId: string,
): Promise<readonly string[]> => {
  const made = await makeSigningKeys(parts, call.nowMs)
  return call.store.write(async (tx) => {
    const writing = { ...call, tx, view: tx }
    const pool = await poolOf(writing, poolId)
    const rotated = { ...pool, keys: rotatedKeys(pool.keys, made, call.nowMs) }
    await savePool(writing, rotated)
    await publishPool(tx, rotated)
    return made.map(({ kid }) => kid)
  })
}
