// Whose data set: identities of pools of this gateway alone.
import type { Scope } from '#model/scope.ts'
import type { ReadCall } from '#store/transactional.ts'
import { scopeOf } from '../cognito-identity/collections.ts'
import { identityOf } from '../cognito-identity/identities.ts'
import { poolOf } from '../cognito-identity/identity-pools.ts'
import { invalidParameter, notFound } from './errors.ts'

export interface IdentityPlace {
  readonly scope: Scope
  readonly poolId: string
  readonly identityId: string
  /** Keys of its data sets begin with it. */
  readonly prefix: string
}

export interface DatasetPlace extends IdentityPlace {
  readonly name: string
  /** Of the data set; its records' begin with it and `/`. */
  readonly key: string
}

interface Named {
  readonly IdentityPoolId?: string | undefined
  readonly IdentityId?: string | undefined
  readonly DatasetName?: string | undefined
}

const DATASET_NAME = /^[a-zA-Z0-9_.:-]{1,128}$/

/** Throws where there is no such pool, or no such identity in it. */
export const identityPlace = async (call: ReadCall, input: Named): Promise<IdentityPlace> => {
  const { IdentityPoolId: poolId } = await poolOf(call, input.IdentityPoolId)
  const identity = await identityOf(call, input.IdentityId)
  if (identity.IdentityPoolId !== poolId)
    throw notFound(`Identity '${identity.IdentityId}' not found.`)
  const identityId = identity.IdentityId
  const scope = scopeOf(call, poolId, 'identityPoolId')
  return { scope, poolId, identityId, prefix: `${poolId}/${identityId}/` }
}

export const datasetPlace = async (call: ReadCall, input: Named): Promise<DatasetPlace> => {
  const { DatasetName: name = '' } = input
  if (!DATASET_NAME.test(name))
    throw invalidParameter(
      'A dataset name has 1 to 128 letters, digits and the characters _ . : and -',
    )
  const place = await identityPlace(call, input)
  return { ...place, name, key: `${place.prefix}${name}` }
}
