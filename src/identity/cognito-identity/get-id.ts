// GetId: the identity of who shows these tokens, or of a new guest.
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetId.html
import type { GetIdInput, UnlinkIdentityInput } from '@aws-sdk/client-cognito-identity'
import type { IdentityPool } from '#model/cognito-identity.ts'
import type { StoreCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { FindTokenKey } from '../sts/web-identity.ts'
import { forbidden, invalidParameter, notAuthorized, resourceConflict } from './errors.ts'
import { createIdentity, identityOf, link, ownerOf, unlink } from './identities.ts'
import { poolOf } from './identity-pools.ts'
import { type VerifiedLogins, verifyLogins } from './logins.ts'
import { isProven } from './prove-identity.ts'

export const getId =
  (findKey: FindTokenKey) => async (input: Shape<GetIdInput>, call: StoreCall) => {
    const pool = await call.store.read((view) => poolOf({ ...call, view }, input.IdentityPoolId))
    const verified = await verifyLogins(call, pool, input.Logins, findKey)
    return {
      IdentityId: await call.store.write((tx) => find({ ...call, tx, view: tx }, pool, verified)),
    }
  }

const find = async (
  call: WriteCall,
  pool: IdentityPool,
  { logins, identityId }: VerifiedLogins,
): Promise<string> => {
  const { IdentityPoolId, AllowUnauthenticatedIdentities } = await poolOf(call, pool.IdentityPoolId)
  const linked = logins.map(({ login }) => login)
  if (linked.length === 0 && identityId === undefined && !AllowUnauthenticatedIdentities)
    throw notAuthorized('Unauthenticated access is not supported for this identity pool.')
  const owners = new Set(identityId === undefined ? [] : [identityId])
  for (const login of linked) {
    const owner = await ownerOf(call, IdentityPoolId, login)
    if (owner !== undefined) owners.add(owner)
  }
  const [owner] = owners
  if (owners.size > 1)
    throw resourceConflict('Logins belong to different identities of this identity pool.')
  if (owner === undefined) return (await createIdentity(call, IdentityPoolId, linked)).IdentityId
  return (await link(call, await identityOf(call, owner), linked)).IdentityId
}

/** Takes logins from an identity; who shows one of them may. */
export const unlinkIdentity =
  (findKey: FindTokenKey) =>
  async (input: Shape<UnlinkIdentityInput>, call: StoreCall): Promise<void> => {
    const { identity, pool } = await call.store.read(async (view) => {
      const found = await identityOf({ ...call, view }, input.IdentityId)
      return { identity: found, pool: await poolOf({ ...call, view }, found.IdentityPoolId) }
    })
    const verified = await verifyLogins(call, pool, input.Logins, findKey)
    if (!isProven(identity, verified)) throw forbidden(identity.IdentityId)
    const removed = input.LoginsToRemove ?? []
    await call.store.write(async (tx) => {
      const inside = { ...call, tx, view: tx }
      const now = await identityOf(inside, identity.IdentityId)
      const gone = now.logins.filter(({ provider }) => removed.includes(provider))
      if (gone.length === 0)
        throw invalidParameter('The identity has none of the logins to remove.')
      await unlink(inside, now, gone)
    })
  }
