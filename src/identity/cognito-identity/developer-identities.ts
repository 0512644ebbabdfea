// Users whom a developer's own backend signs in: their identities by the names that the backend has for them.
// https://docs.aws.amazon.com/cognito/latest/developerguide/developer-authenticated-identities.html
import type {
  LookupDeveloperIdentityInput,
  MergeDeveloperIdentitiesInput,
  UnlinkDeveloperIdentityInput,
} from '@aws-sdk/client-cognito-identity'
import type { IdentityPool, LinkedLogin } from '#model/cognito-identity.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter, notAuthorized, notFound, resourceConflict } from './errors.ts'
import { identityOf, isSame, link, ownerOf, saveIdentity, unlink } from './identities.ts'
import { poolOf } from './identity-pools.ts'
import { pageOf } from './pages.ts'

const USER_LENGTH_MAX = 1_024

/** The one login of the pool's developer provider among these, and the others. */
export const developerLogin = (
  pool: IdentityPool,
  logins: Readonly<Record<string, string>>,
): {
  readonly login: LinkedLogin
  readonly others: readonly (readonly [string, string])[]
} => {
  const provider = pool.DeveloperProviderName
  const subject = provider === undefined ? undefined : logins[provider]
  if (provider === undefined || subject === undefined || !Object.hasOwn(logins, provider))
    throw invalidParameter(
      'Please provide a login of the developer provider of this identity pool.',
    )
  const others = Object.entries(logins).filter(([name]) => name !== provider)
  return { login: loginOf(pool, subject), others }
}

export const lookupDeveloperIdentity = async (
  input: Shape<LookupDeveloperIdentityInput>,
  call: ReadCall,
) => {
  const pool = await poolOf(call, input.IdentityPoolId)
  const { IdentityId, DeveloperUserIdentifier: user } = input
  if (IdentityId === undefined && user === undefined)
    throw invalidParameter('Either IdentityId or DeveloperUserIdentifier has to be given.')
  const owner =
    user === undefined ? undefined : await ownerOf(call, pool.IdentityPoolId, loginOf(pool, user))
  if (user !== undefined && owner === undefined) throw noSuchUser()
  const identity = await identityOf(call, owner ?? IdentityId)
  // AWS: both together ask whether they belong together. [API_LookupDeveloperIdentity]
  if (IdentityId !== undefined && identity.IdentityId !== IdentityId)
    throw resourceConflict('The developer user belongs to another identity.')
  if (identity.IdentityPoolId !== pool.IdentityPoolId)
    throw notFound(`Identity '${identity.IdentityId}' not found.`)
  const users = identity.logins
    .filter(({ provider }) => provider === pool.DeveloperProviderName)
    .map(({ subject }) => subject)
    .toSorted()
  const { items, next } = await pageOf(input, async ({ after = '', limit }) =>
    users
      .filter((one) => one > after)
      .slice(0, limit)
      .map((key) => ({ key, value: true })),
  )
  return {
    IdentityId: identity.IdentityId,
    DeveloperUserIdentifierList: items.map(({ key }) => key),
    ...next,
  }
}

/** AWS: the source's users become the destination's, and the source is disabled. */
export const mergeDeveloperIdentities = async (
  input: Shape<MergeDeveloperIdentitiesInput>,
  call: WriteCall,
) => {
  const pool = await poolOf(call, input.IdentityPoolId)
  checkProvider(pool, input.DeveloperProviderName)
  const ids: (string | undefined)[] = []
  for (const user of [input.SourceUserIdentifier, input.DestinationUserIdentifier])
    ids.push(await ownerOf(call, pool.IdentityPoolId, loginOf(pool, user ?? '')))
  const [sourceId, destinationId] = ids
  if (sourceId === undefined || destinationId === undefined) throw noSuchUser()
  if (sourceId === destinationId)
    throw invalidParameter('Both users belong to the same identity already.')
  const source = await identityOf(call, sourceId)
  const destination = await identityOf(call, destinationId)
  const isPublic = ({ provider }: LinkedLogin) => provider !== pool.DeveloperProviderName
  const publicOnes = new Set(destination.logins.filter(isPublic).map(({ provider }) => provider))
  // AWS: with a public login of the same provider on both sides nobody can say which one stays.
  if (source.logins.some((login) => isPublic(login) && publicOnes.has(login.provider)))
    throw resourceConflict('Both identities have a login of the same public provider.')
  const emptied = await unlink(call, source, source.logins)
  await saveIdentity(call, { ...emptied, mergedInto: destinationId })
  await link(call, destination, source.logins)
  return { IdentityId: destinationId }
}

export const unlinkDeveloperIdentity = async (
  input: Shape<UnlinkDeveloperIdentityInput>,
  call: WriteCall,
): Promise<void> => {
  const pool = await poolOf(call, input.IdentityPoolId)
  checkProvider(pool, input.DeveloperProviderName)
  const identity = await identityOf(call, input.IdentityId)
  const login = loginOf(pool, input.DeveloperUserIdentifier ?? '')
  const held = identity.logins.find((one) => isSame(one, login))
  if (identity.IdentityPoolId !== pool.IdentityPoolId || held === undefined) throw noSuchUser()
  await unlink(call, identity, [held])
}

const noSuchUser = () => notFound('The developer user is not registered in this identity pool.')

const checkProvider = (pool: IdentityPool, name: string | undefined): void => {
  if (name !== undefined && name === pool.DeveloperProviderName) return
  throw notAuthorized(
    `'${(name ?? '').slice(0, 128)}' is not the developer provider of this identity pool.`,
  )
}

const loginOf = (pool: IdentityPool, user: string): LinkedLogin => {
  const provider = pool.DeveloperProviderName
  if (provider === undefined)
    throw invalidParameter('This identity pool has no developer provider.')
  if (user.length < 1 || user.length > USER_LENGTH_MAX)
    throw invalidParameter(`A developer user identifier has 1 to ${USER_LENGTH_MAX} characters.`)
  // AWS: `provider:region:pool:user`. [guide: role-trust-and-permissions]
  return { provider, subject: user, method: `${provider}:${pool.IdentityPoolId}:${user}` }
}
