// Where identity pools keep their things, and in which scope: the first part of an id is its region, which a call that
// nobody signed does not name otherwise.
import type { Identity, IdentityPool, IdentitySigningKey } from '#model/cognito-identity.ts'
import type { Scope } from '#model/scope.ts'
import { collection } from '#store/store.ts'
import { violation } from './errors.ts'

/** By id. */
export const identityPools = collection<IdentityPool>('cognito-identity/pools')
/** By id. */
export const identities = collection<Identity>('cognito-identity/identities')
/** By `{poolId}/{identityId}`: what a pool lists. */
export const poolIdentities = collection<true>('cognito-identity/poolIdentities')
/** By pool id: how many identities it has. */
export const identityCounts = collection<{ readonly count: number }>('cognito-identity/counts')
/** By `{poolId}/{hash of provider and subject}`: whose login that is. */
export const loginOwners = collection<string>('cognito-identity/loginOwners')
/** One row per account, under `current`, in `keyScope`. */
export const identitySigningKeys = collection<IdentitySigningKey>('cognito-identity/signingKeys')

const ID = /^([\w-]{1,24}):[0-9a-f-]{1,36}$/

/** The region of a pool's or an identity's id. `at` is the member as AWS writes it: `identityPoolId`. */
export const scopeOf = (
  { accountId }: Pick<Scope, 'accountId'>,
  id: string | undefined,
  at: string,
): Scope => {
  const region = ID.exec(id ?? '')?.[1]
  if (region !== undefined) return { accountId, region }
  throw violation(id, at, 'Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+')
}

/** Tokens of all regions are signed with one key: STS has no region to look in. */
export const keyScope = ({ accountId }: Pick<Scope, 'accountId'>): Scope => ({
  accountId,
  region: 'aws-global',
})
