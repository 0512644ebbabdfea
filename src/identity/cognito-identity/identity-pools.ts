// Identity pools: whose users get temporary credentials, and of which roles.
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html
import { hash } from 'node:crypto'
import type {
  CreateIdentityPoolInput,
  DeleteIdentityPoolInput,
  DescribeIdentityPoolInput,
  IdentityPool as UpdateIdentityPoolInput,
  ListIdentityPoolsInput,
} from '@aws-sdk/client-cognito-identity'
import type { IdentityPool } from '#model/cognito-identity.ts'
import type { IdSource } from '#shared/ids.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { forgetDatasets, poolUsages } from '../cognito-sync/collections.ts'
import {
  identities,
  identityCounts,
  identityPools,
  loginOwners,
  poolIdentities,
  scopeOf,
} from './collections.ts'
import { limitExceeded, poolNotFound } from './errors.ts'
import { pageOf } from './pages.ts'
import { readSettings, withTags } from './pool-settings.ts'

/** AWS: 1000 of an account. [guide: limits] */
const POOLS_MAX = 1_000
/** What a deletion reads at once. */
const BATCH = 500

export const createIdentityPool = async (
  input: Shape<CreateIdentityPoolInput>,
  call: WriteCall,
) => {
  const { accountId, region } = call
  const scope = { accountId, region }
  const held = await call.view.list(identityPools, scope, { limit: POOLS_MAX })
  if (held.length >= POOLS_MAX)
    throw limitExceeded(`Account '${accountId}' exceeds number of identity pools limit.`)
  const pool: IdentityPool = {
    ...readSettings(input),
    IdentityPoolId: newId(region, call.ids),
    IdentityPoolTags: withTags({}, input.IdentityPoolTags),
    roles: {},
    roleMappings: {},
    principalTags: {},
  }
  await call.tx.put(identityPools, scope, pool.IdentityPoolId, pool)
  return shapeOf(pool)
}

export const describeIdentityPool = async (
  input: Shape<DescribeIdentityPoolInput>,
  call: ReadCall,
) => shapeOf(await poolOf(call, input.IdentityPoolId))

/** AWS: replaces every setting: what is not given is as if it had never been. Tags stay where none are given. */
export const updateIdentityPool = async (
  input: Shape<UpdateIdentityPoolInput>,
  call: WriteCall,
) => {
  const before = await poolOf(call, input.IdentityPoolId)
  const { IdentityPoolId, roles, roleMappings, principalTags } = before
  const pool: IdentityPool = {
    ...readSettings(input),
    IdentityPoolId,
    IdentityPoolTags:
      input.IdentityPoolTags === undefined
        ? before.IdentityPoolTags
        : withTags({}, input.IdentityPoolTags),
    roles,
    roleMappings,
    principalTags,
  }
  await savePool(call, pool)
  return shapeOf(pool)
}

export const deleteIdentityPool = async (
  input: Shape<DeleteIdentityPoolInput>,
  call: WriteCall,
): Promise<void> => {
  const { IdentityPoolId: id } = await poolOf(call, input.IdentityPoolId)
  const scope = scopeOf(call, id, 'identityPoolId')
  const prefix = `${id}/`
  for (;;) {
    const page = await call.view.list(poolIdentities, scope, { prefix, limit: BATCH })
    for (const { key } of page) {
      const identityId = key.slice(prefix.length)
      await call.tx.delete(identities, scope, identityId)
      await forgetDatasets(call, scope, `${id}/${identityId}/`)
      await call.tx.delete(poolIdentities, scope, key)
    }
    if (page.length < BATCH) break
  }
  await call.tx.deletePrefix(loginOwners, scope, prefix)
  await call.tx.delete(poolUsages, scope, id)
  await call.tx.delete(identityCounts, scope, id)
  await call.tx.delete(identityPools, scope, id)
}

export const listIdentityPools = async (input: Shape<ListIdentityPoolsInput>, call: ReadCall) => {
  const { accountId, region } = call
  const { items, next } = await pageOf(input, (options) =>
    call.view.list(identityPools, { accountId, region }, options),
  )
  return {
    IdentityPools: items.map(({ value: { IdentityPoolId, IdentityPoolName } }) => ({
      IdentityPoolId,
      IdentityPoolName,
    })),
    ...next,
  }
}

/** The pool of that id, in whichever region it says. Throws where there is none. */
export const poolOf = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  id: string | undefined,
): Promise<IdentityPool> => {
  const scope = scopeOf(call, id, 'identityPoolId')
  const pool = await call.view.get(identityPools, scope, id ?? '')
  if (pool === undefined) throw poolNotFound(id ?? '')
  return pool
}

export const savePool = (call: WriteCall, pool: IdentityPool): Promise<void> =>
  call.tx.put(
    identityPools,
    scopeOf(call, pool.IdentityPoolId, 'identityPoolId'),
    pool.IdentityPoolId,
    pool,
  )

export const poolArn = (accountId: string, id: string): string =>
  `arn:aws:cognito-identity:${id.split(':')[0]}:${accountId}:identitypool/${id}`

/** `us-east-1:` and a UUID. */
export const newId = (region: string, ids: IdSource): string => {
  const hex = hash('sha256', ids.next(32), 'hex')
  const [a, b, c, d, e] = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(13, 16),
    hex.slice(17, 20),
    hex.slice(20, 32),
  ]
  return `${region}:${a}-${b}-4${c}-8${d}-${e}`
}

/** AWS leaves out what was not set. */
const shapeOf = (pool: IdentityPool) => {
  const { roles: _1, roleMappings: _2, principalTags: _3, AllowClassicFlow, ...shown } = pool
  const isSet = ([, value]: readonly [string, unknown]) =>
    typeof value !== 'object' || value === null || Object.keys(value).length > 0
  return {
    ...Object.fromEntries(Object.entries(shown).filter(isSet)),
    ...(AllowClassicFlow && { AllowClassicFlow }),
    IdentityPoolId: pool.IdentityPoolId,
    IdentityPoolTags: pool.IdentityPoolTags,
  }
}
