// The user of a pool who signs in by another provider: made at the first sign-in, its attributes renewed at each.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-specifying-attribute-mapping.html
import type { Claims } from '#languages/jwt/claims.ts'
import type { PoolIdentityProvider, PoolUser } from '#model/user-pool.ts'
import { findUser } from '../lookups.ts'
import { saveUser } from '../users.ts'
import type { HostedContext } from './context.ts'

const VALUE_LENGTH_MAX = 2_048

/** The user's name in the pool. Throws where the provider's user has none. */
export const saveFederatedUser = async (
  { call, pool, parts }: HostedContext,
  provider: PoolIdentityProvider,
  claims: Claims,
): Promise<string> => {
  const { ProviderName, AttributeMapping } = provider
  const subject = textOf(claims[AttributeMapping['username'] ?? 'sub'])
  if (subject === undefined || subject === '')
    throw new Error('the identity provider does not say who its user is')
  const Username = `${ProviderName}_${subject}`
  const mapped = Object.entries(AttributeMapping).flatMap(([attribute, claim]) => {
    const value = textOf(claims[claim])
    return attribute === 'username' || value === undefined ? [] : [[attribute, value] as const]
  })
  await call.store.write(async (tx) => {
    const writing = { tx, view: tx, accountId: call.accountId }
    const before = await findUser(writing, pool, Username)
    const sub = before?.sub ?? parts.pools.random.uuid()
    const user: PoolUser = {
      ...(before ?? {
        Username,
        Enabled: true,
        UserStatus: 'EXTERNAL_PROVIDER',
        UserCreateDate: call.nowMs,
        groups: [],
      }),
      sub,
      UserLastModifiedDate: call.nowMs,
      Attributes: {
        ...before?.Attributes,
        ...Object.fromEntries(mapped),
        sub,
        identities: before?.Attributes['identities'] ?? identityOf(provider, subject, call.nowMs),
      },
    }
    await saveUser(writing, pool, before, user)
  })
  return Username
}

const identityOf = (
  { ProviderName, ProviderType }: PoolIdentityProvider,
  userId: string,
  dateCreated: number,
): string =>
  JSON.stringify([
    {
      userId,
      providerName: ProviderName,
      providerType: ProviderType,
      issuer: null,
      primary: 'true',
      dateCreated: String(dateCreated),
    },
  ])

const textOf = (claim: unknown): string | undefined => {
  if (typeof claim === 'string') return claim.slice(0, VALUE_LENGTH_MAX)
  return typeof claim === 'number' || typeof claim === 'boolean' ? String(claim) : undefined
}
