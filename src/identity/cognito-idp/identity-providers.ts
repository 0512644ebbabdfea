// Identity providers of a pool: where else its users may sign in. Their use is the hosted pages'.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
import type {
  CreateIdentityProviderRequest,
  DeleteIdentityProviderRequest,
  DescribeIdentityProviderRequest,
  GetIdentityProviderByIdentifierRequest,
  ListIdentityProvidersRequest,
  UpdateIdentityProviderRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolIdentityProvider, UserPool } from '#model/user-pool.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { identityProviders, poolScope } from './collections.ts'
import { duplicateProvider, invalidParameter, resourceNotFound } from './errors.ts'
import { poolOf } from './lookups.ts'
import { pageAfter, pageToken } from './pages.ts'
import type { UserPoolParts } from './parts.ts'

const NAME = /^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]{0,30}$/u
const IDENTIFIERS_MAX = 50

type Details = Readonly<Record<string, string>>

export const createIdentityProvider =
  (parts: UserPoolParts) =>
  async (input: Shape<CreateIdentityProviderRequest>, call: WriteCall) => {
    const pool = await poolOf(call, input.UserPoolId)
    const ProviderName = input.ProviderName ?? ''
    if (!NAME.test(ProviderName))
      throw invalidParameter(
        "1 validation error detected: Value at 'providerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+",
      )
    if (input.ProviderType === 'SAML')
      throw notImplemented('SAML providers are not provided here: OIDC and the social ones are.')
    const held = await call.view.get(
      identityProviders,
      poolScope(call, pool.Id),
      keyOf(pool, ProviderName),
    )
    if (held !== undefined)
      throw duplicateProvider(`A provider with the name ${ProviderName} already exists.`)
    const provider: PoolIdentityProvider = {
      UserPoolId: pool.Id,
      ProviderName,
      ProviderType: input.ProviderType ?? 'OIDC',
      AttributeMapping: input.AttributeMapping ?? { username: 'sub' },
      IdpIdentifiers: checkIdentifiers(input.IdpIdentifiers),
      CreationDate: call.nowMs,
      LastModifiedDate: call.nowMs,
      ...withSecret(
        parts,
        pool,
        ProviderName,
        checkDetails(input.ProviderType, input.ProviderDetails),
      ),
    }
    await save(call, pool, provider)
    return { IdentityProvider: providerShape(parts, provider) }
  }

export const updateIdentityProvider =
  (parts: UserPoolParts) =>
  async (input: Shape<UpdateIdentityProviderRequest>, call: WriteCall) => {
    const { pool, provider } = await providerOf(call, input)
    const details = { ...detailsOf(parts, provider), ...input.ProviderDetails }
    const next: PoolIdentityProvider = {
      ...provider,
      ...withSecret(
        parts,
        pool,
        provider.ProviderName,
        checkDetails(provider.ProviderType, details),
      ),
      AttributeMapping: input.AttributeMapping ?? provider.AttributeMapping,
      IdpIdentifiers: checkIdentifiers(input.IdpIdentifiers ?? provider.IdpIdentifiers),
      LastModifiedDate: call.nowMs,
    }
    await save(call, pool, next)
    return { IdentityProvider: providerShape(parts, next) }
  }

const save = (call: WriteCall, pool: UserPool, provider: PoolIdentityProvider): Promise<void> =>
  call.tx.put(
    identityProviders,
    poolScope(call, pool.Id),
    keyOf(pool, provider.ProviderName),
    provider,
  )

const keyOf = (pool: UserPool, name: string): string => `${pool.Id}/${name}`

const checkIdentifiers = (given: readonly string[] = []): readonly string[] => {
  if (given.length > IDENTIFIERS_MAX || given.some((one) => !/^[\w\s+=.@-]{1,40}$/.test(one)))
    throw invalidParameter('Invalid IdpIdentifiers.')
  return given
}

const checkDetails = (type: string | undefined, details: Details = {}): Details => {
  if (details['client_id'] === undefined) throw invalidParameter('Missing required client_id.')
  if (type === 'OIDC' && details['oidc_issuer'] === undefined)
    throw invalidParameter('Missing required oidc_issuer.')
  for (const [name, value] of Object.entries(details))
    if (/(?:_url|_issuer)$/.test(name) && !isWebUrl(value))
      throw invalidParameter(`${name} is not a valid URL.`)
  return details
}

const isWebUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** The secret is kept sealed, beside the rest. */
const withSecret = (
  { sealing }: UserPoolParts,
  pool: UserPool,
  name: string,
  details: Details,
): Pick<PoolIdentityProvider, 'ProviderDetails' | 'sealedSecret'> => {
  const { client_secret: secret, ...ProviderDetails } = details
  if (secret === undefined) return { ProviderDetails, sealedSecret: undefined }
  const about = `${pool.Id}/${name}`
  return {
    ProviderDetails,
    sealedSecret: sealing.seal('client-secret', Buffer.from(secret), about),
  }
}

/** With the secret: what the hosted pages ask the provider with, and what AWS shows. */
export const detailsOf = (
  { sealing }: Pick<UserPoolParts, 'sealing'>,
  { UserPoolId, ProviderName, ProviderDetails, sealedSecret }: PoolIdentityProvider,
): Details => {
  const about = `${UserPoolId}/${ProviderName}`
  const opened = sealedSecret && sealing.open('client-secret', sealedSecret, about)
  if (!opened) return ProviderDetails
  return { ...ProviderDetails, client_secret: Buffer.from(opened).toString('utf8') }
}

const providerShape = (parts: UserPoolParts, provider: PoolIdentityProvider) => {
  const { sealedSecret: _, ...shown } = provider
  return { ...shown, ProviderDetails: detailsOf(parts, provider) }
}

const providerOf = async (
  call: ReadCall,
  input: { readonly UserPoolId: string | undefined; readonly ProviderName: string | undefined },
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const name = input.ProviderName ?? ''
  const key = keyOf(pool, name)
  const provider = await call.view.get(identityProviders, poolScope(call, pool.Id), key)
  if (provider === undefined)
    throw resourceNotFound(`Identity provider ${name.slice(0, 40)} does not exist.`)
  return { pool, provider, key }
}

export const describeIdentityProvider =
  (parts: UserPoolParts) =>
  async (input: Shape<DescribeIdentityProviderRequest>, call: ReadCall) => ({
    IdentityProvider: providerShape(parts, (await providerOf(call, input)).provider),
  })

export const getIdentityProviderByIdentifier =
  (parts: UserPoolParts) =>
  async (input: Shape<GetIdentityProviderByIdentifierRequest>, call: ReadCall) => {
    const pool = await poolOf(call, input.UserPoolId)
    const all = await call.view.list(identityProviders, poolScope(call, pool.Id), {
      prefix: `${pool.Id}/`,
    })
    const found = all.find(({ value }) => value.IdpIdentifiers.includes(input.IdpIdentifier ?? ''))
    if (found === undefined) throw resourceNotFound('Identity provider does not exist.')
    return { IdentityProvider: providerShape(parts, found.value) }
  }

export const deleteIdentityProvider = async (
  input: Shape<DeleteIdentityProviderRequest>,
  call: WriteCall,
): Promise<void> => {
  const { pool, key } = await providerOf(call, input)
  await call.tx.delete(identityProviders, poolScope(call, pool.Id), key)
}

export const listIdentityProviders = async (
  input: Shape<ListIdentityProvidersRequest>,
  call: ReadCall,
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const { limit, after } = pageAfter(input.MaxResults, input.NextToken, 60, 'maxResults')
  const found = await call.view.list(identityProviders, poolScope(call, pool.Id), {
    prefix: `${pool.Id}/`,
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  return {
    Providers: found.slice(0, limit).map(({ value }) => ({
      ProviderName: value.ProviderName,
      ProviderType: value.ProviderType,
      CreationDate: value.CreationDate,
      LastModifiedDate: value.LastModifiedDate,
    })),
    ...pageToken('NextToken', found, limit),
  }
}
