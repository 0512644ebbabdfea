// Where user pools and what is in them are kept: in the account and region of the pool, which its id names.
import type { Scope } from '#model/scope.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type {
  PoolGroup,
  PoolIdentityProvider,
  PoolUser,
  ResourceServer,
  RevokedTokens,
  UserCode,
  UserPool,
  UserPoolClient,
  UserPoolDomain,
} from '#model/user-pool.ts'
import { collection } from '#store/store.ts'

/** By pool id. */
export const userPools = collection<UserPool>('cognito-idp/userPools')
/** By `{poolId}/{clientId}`. */
export const poolClients = collection<UserPoolClient>('cognito-idp/clients')
/** In the account's own scope, by client id: calls of applications name no pool. */
export const clientPools = collection<{ readonly poolId: string }>('cognito-idp/clientPools')
/** By `{poolId}/{Username}`, see `userKey`. */
export const poolUsers = collection<PoolUser>('cognito-idp/users')
/** By `{poolId}/{attribute}\t{value}\t{user's key}`: those that people are found by. */
export const userIndex = collection<{ readonly username: string }>('cognito-idp/userIndex')
/** By pool id: how many users it has. */
export const userCounts = collection<{ readonly count: number }>('cognito-idp/userCounts')
/** By `{poolId}/{GroupName}`. */
export const poolGroups = collection<PoolGroup>('cognito-idp/groups')
/** By `{poolId}/{GroupName}\t{user's key}`. */
export const groupMembers = collection<{ readonly username: string }>('cognito-idp/groupMembers')
/** By `{poolId}/{Identifier}`. */
export const resourceServers = collection<ResourceServer>('cognito-idp/resourceServers')
/** By `{poolId}/{ProviderName}`. */
export const identityProviders = collection<PoolIdentityProvider>('cognito-idp/identityProviders')
/** Global, by domain: hosts name a pool by its domain alone. */
export const poolDomains = collection<UserPoolDomain>('cognito-idp/domains')
/** By `{poolId}/{Username}\t{purpose}`. */
export const userCodes = collection<UserCode>('cognito-idp/codes')
/** By `{poolId}/{origin_jti}`, or the `jti` of a refresh token that was used. */
export const revokedTokens = collection<RevokedTokens>('cognito-idp/revokedTokens')

/** `us-east-1_AbCdEf123` */
export const POOL_ID = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}_[0-9A-Za-z]{1,45}$/

/** Where a pool and all that is in it lie. The id has been found to be one. */
export const poolScope = ({ accountId }: Pick<Scope, 'accountId'>, poolId: string): Scope => ({
  accountId,
  region: poolId.slice(0, poolId.indexOf('_')),
})

/** What belongs to an account and no region. */
export const clientsScope = ({ accountId }: Pick<Scope, 'accountId'>): Scope => ({
  accountId,
  region: 'aws-global',
})

export const DOMAINS_SCOPE = GLOBAL_SCOPE
