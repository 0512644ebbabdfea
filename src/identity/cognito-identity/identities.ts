// Identities: one for each user of a pool, linked to the logins by which that user is known, or to none (a guest).
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_DescribeIdentity.html
import { hash } from 'node:crypto'
import type {
  DeleteIdentitiesInput,
  DescribeIdentityInput,
  ListIdentitiesInput,
} from '@aws-sdk/client-cognito-identity'
import type { Identity, LinkedLogin } from '#model/cognito-identity.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { forgetDatasets } from '../cognito-sync/collections.ts'
import { identities, identityCounts, loginOwners, poolIdentities, scopeOf } from './collections.ts'
import { identityNotFound, invalidParameter, limitExceeded } from './errors.ts'
import { newId, poolOf } from './identity-pools.ts'
import { pageOf } from './pages.ts'

/** AWS: 60 at once. [API_DeleteIdentities] */
const DELETIONS_MAX = 60
/** Anybody may become a guest: nobody fills a disk by it. */
const IDENTITIES_MAX = 1_000_000
/** Guards one row against growing without bound; AWS says 20 developer identities. */
const LOGINS_OF_IDENTITY_MAX = 20

export const describeIdentity = async (input: Shape<DescribeIdentityInput>, call: ReadCall) =>
  shapeOf(await identityOf(call, input.IdentityId))

export const listIdentities = async (input: Shape<ListIdentitiesInput>, call: ReadCall) => {
  const { IdentityPoolId } = await poolOf(call, input.IdentityPoolId)
  const scope = scopeOf(call, IdentityPoolId, 'identityPoolId')
  const { items, next } = await pageOf(input, (options) =>
    call.view.list(poolIdentities, scope, { ...options, prefix: `${IdentityPoolId}/` }),
  )
  const found: Identity[] = []
  for (const { key } of items) {
    const identity = await call.view.get(identities, scope, key.slice(IdentityPoolId.length + 1))
    const isHidden = input.HideDisabled === true && identity?.mergedInto !== undefined
    if (identity !== undefined && !isHidden) found.push(identity)
  }
  return { IdentityPoolId, Identities: found.map(shapeOf), ...next }
}

export const deleteIdentities = async (input: Shape<DeleteIdentitiesInput>, call: WriteCall) => {
  const ids = input.IdentityIdsToDelete ?? []
  if (ids.length < 1 || ids.length > DELETIONS_MAX)
    throw invalidParameter(`1 to ${DELETIONS_MAX} identities can be deleted at once.`)
  for (const id of ids) {
    const scope = scopeOf(call, id, 'identityIdsToDelete')
    const identity = await call.view.get(identities, scope, id)
    if (identity === undefined) continue
    await disown(call, identity, identity.logins)
    await forgetDatasets(call, scope, `${identity.IdentityPoolId}/${id}/`)
    await call.tx.delete(identities, scope, id)
    await call.tx.delete(poolIdentities, scope, `${identity.IdentityPoolId}/${id}`)
    await count(call, identity.IdentityPoolId, -1)
  }
  return { UnprocessedIdentityIds: [] }
}

/** Throws where there is none of that id. */
export const identityOf = async (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  id: string | undefined,
): Promise<Identity> => {
  const identity = await call.view.get(identities, scopeOf(call, id, 'identityId'), id ?? '')
  if (identity === undefined) throw identityNotFound(id ?? '')
  return identity
}

/** The id of the identity that a login is linked to. */
export const ownerOf = (
  call: Pick<ReadCall, 'view' | 'accountId'>,
  poolId: string,
  login: Pick<LinkedLogin, 'provider' | 'subject'>,
): Promise<string | undefined> =>
  call.view.get(loginOwners, scopeOf(call, poolId, 'identityPoolId'), ownerKey(poolId, login))

export const createIdentity = async (
  call: WriteCall,
  poolId: string,
  logins: readonly LinkedLogin[],
): Promise<Identity> => {
  const scope = scopeOf(call, poolId, 'identityPoolId')
  const identity: Identity = {
    IdentityId: newId(scope.region, call.ids),
    IdentityPoolId: poolId,
    logins: [],
    CreationDate: call.nowMs,
    LastModifiedDate: call.nowMs,
  }
  await count(call, poolId, 1)
  await call.tx.put(poolIdentities, scope, `${poolId}/${identity.IdentityId}`, true)
  return link(call, identity, logins)
}

const count = async (call: WriteCall, poolId: string, change: 1 | -1): Promise<void> => {
  const scope = scopeOf(call, poolId, 'identityPoolId')
  const held = (await call.view.get(identityCounts, scope, poolId))?.count ?? 0
  if (change > 0 && held >= IDENTITIES_MAX)
    throw limitExceeded(`An identity pool has at most ${IDENTITIES_MAX} identities here.`)
  await call.tx.put(identityCounts, scope, poolId, { count: held + change })
}

/** The identity with these logins beside its own. */
export const link = async (
  call: WriteCall,
  identity: Identity,
  added: readonly LinkedLogin[],
): Promise<Identity> => {
  const fresh = added.filter((one) => !identity.logins.some((held) => isSame(held, one)))
  const logins = [...identity.logins, ...fresh]
  if (logins.length > LOGINS_OF_IDENTITY_MAX)
    throw invalidParameter(`An identity has at most ${LOGINS_OF_IDENTITY_MAX} logins.`)
  const scope = scopeOf(call, identity.IdentityId, 'identityId')
  for (const login of fresh)
    await call.tx.put(
      loginOwners,
      scope,
      ownerKey(identity.IdentityPoolId, login),
      identity.IdentityId,
    )
  return saveIdentity(call, { ...identity, logins })
}

/** The identity without these logins. */
export const unlink = async (
  call: WriteCall,
  identity: Identity,
  gone: readonly LinkedLogin[],
): Promise<Identity> => {
  await disown(call, identity, gone)
  const logins = identity.logins.filter((held) => !gone.some((one) => isSame(held, one)))
  return saveIdentity(call, { ...identity, logins })
}

export const saveIdentity = async (call: WriteCall, identity: Identity): Promise<Identity> => {
  const saved = { ...identity, LastModifiedDate: call.nowMs }
  const scope = scopeOf(call, identity.IdentityId, 'identityId')
  await call.tx.put(identities, scope, identity.IdentityId, saved)
  return saved
}

const disown = async (
  call: WriteCall,
  { IdentityId, IdentityPoolId }: Identity,
  logins: readonly LinkedLogin[],
): Promise<void> => {
  const scope = scopeOf(call, IdentityId, 'identityId')
  for (const login of logins)
    await call.tx.delete(loginOwners, scope, ownerKey(IdentityPoolId, login))
}

export const isSame = (
  left: Pick<LinkedLogin, 'provider' | 'subject'>,
  right: Pick<LinkedLogin, 'provider' | 'subject'>,
): boolean => left.provider === right.provider && left.subject === right.subject

/** Hashed: subjects are of any length and hold anything. */
const ownerKey = (
  poolId: string,
  { provider, subject }: Pick<LinkedLogin, 'provider' | 'subject'>,
): string => `${poolId}/${hash('sha256', JSON.stringify([provider, subject]), 'hex')}`

const shapeOf = ({ IdentityId, logins, CreationDate, LastModifiedDate }: Identity) => ({
  IdentityId,
  ...(logins.length > 0 && { Logins: [...new Set(logins.map(({ provider }) => provider))] }),
  CreationDate,
  LastModifiedDate,
})
