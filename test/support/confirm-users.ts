// What an operator does to a pool in tests, straight in its store.
import { poolScope, poolUsers, resourceServers } from '#identity/cognito-idp/collections.ts'
import type { startHosted } from './hosted.ts'

type Shop = Pick<Awaited<ReturnType<typeof startHosted>>, 'store' | 'poolId' | 'callOf'>

/** Every user may sign in. */
export const confirmAll = ({ store, poolId, callOf }: Shop): Promise<void> =>
  store.write(async (tx) => {
    const scope = poolScope(callOf({ region: '' }), poolId)
    for (const { key, value } of await tx.list(poolUsers, scope, { prefix: `${poolId}/` }))
      await tx.put(poolUsers, scope, key, { ...value, UserStatus: 'CONFIRMED' })
  })

/** Every user has to choose a new password. */
export const askNewPasswords = ({ store, poolId, callOf }: Shop): Promise<void> =>
  store.write(async (tx) => {
    const scope = poolScope(callOf({ region: '' }), poolId)
    for (const { key, value } of await tx.list(poolUsers, scope, { prefix: `${poolId}/` }))
      await tx.put(poolUsers, scope, key, { ...value, UserStatus: 'FORCE_CHANGE_PASSWORD' })
  })

/** A resource server with these scopes. */
export const putScopes = (
  { store, poolId, callOf }: Shop,
  Identifier: string,
  names: readonly string[],
): Promise<void> =>
  store.write((tx) =>
    tx.put(resourceServers, poolScope(callOf({ region: '' }), poolId), `${poolId}/${Identifier}`, {
      UserPoolId: poolId,
      Identifier,
      Name: Identifier,
      Scopes: names.map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName })),
    }),
  )
