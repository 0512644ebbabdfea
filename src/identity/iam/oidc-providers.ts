// OpenID Connect providers: whose tokens AssumeRoleWithWebIdentity takes.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
import type {
  AddClientIDToOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderRequest,
  DeleteOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderRequest,
  RemoveClientIDFromOpenIDConnectProviderRequest,
  UpdateOpenIDConnectProviderThumbprintRequest,
} from '@aws-sdk/client-iam'
import type { OpenIdConnectProvider } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { iamScope, oidcProviders } from './collections.ts'
import { alreadyExists, invalid, invalidInput, noSuchEntity, quotaExceeded } from './errors.ts'
import { taggedBy, withTags } from './names.ts'

const PROVIDERS_MAX = 100
const CLIENT_IDS_MAX = 100
const THUMBPRINTS_MAX = 5
const CLIENT_ID_LENGTH_MAX = 255
const URL_LENGTH_MAX = 255

export const createOpenIDConnectProvider = async (
  input: Shape<CreateOpenIDConnectProviderRequest>,
  call: WriteCall,
) => {
  const url = checkUrl(input.Url)
  const scope = iamScope(call)
  if ((await call.view.get(oidcProviders, scope, url)) !== undefined)
    throw alreadyExists(`Provider with url ${input.Url} already exists.`)
  if ((await call.view.list(oidcProviders, scope)).length >= PROVIDERS_MAX)
    throw quotaExceeded('OpenIdConnectProvidersPerAccount', PROVIDERS_MAX)
  const provider: OpenIdConnectProvider = {
    Arn: `arn:aws:iam::${call.accountId}:oidc-provider/${url}`,
    Url: url,
    ClientIDList: checkClientIds(input.ClientIDList ?? []),
    ThumbprintList: checkThumbprints(input.ThumbprintList ?? []),
    CreateDate: call.nowMs,
    Tags: withTags({}, input.Tags),
  }
  await save(call, provider)
  return { OpenIDConnectProviderArn: provider.Arn, ...taggedBy(provider.Tags) }
}

export const getOpenIDConnectProvider = async (
  input: Shape<GetOpenIDConnectProviderRequest>,
  call: ReadCall,
) => {
  const { Url, ClientIDList, ThumbprintList, CreateDate, Tags } = await providerOf(
    call,
    input.OpenIDConnectProviderArn,
  )
  return { Url, ClientIDList, ThumbprintList, CreateDate, ...taggedBy(Tags) }
}

export const listOpenIDConnectProviders = async (_input: unknown, call: ReadCall) => {
  const held = await call.view.list(oidcProviders, iamScope(call))
  return { OpenIDConnectProviderList: held.map(({ value }) => ({ Arn: value.Arn })) }
}

/** AWS: deleting one that is not there succeeds. [API_DeleteOpenIDConnectProvider: idempotent] */
export const deleteOpenIDConnectProvider = async (
  input: Shape<DeleteOpenIDConnectProviderRequest>,
  call: WriteCall,
): Promise<void> => {
  const url = urlOfArn(input.OpenIDConnectProviderArn)
  await call.tx.delete(oidcProviders, iamScope(call), url)
}

export const addClientIDToOpenIDConnectProvider = async (
  input: Shape<AddClientIDToOpenIDConnectProviderRequest>,
  call: WriteCall,
): Promise<void> => {
  const provider = await providerOf(call, input.OpenIDConnectProviderArn)
  const ids = new Set([...provider.ClientIDList, input.ClientID ?? ''])
  await save(call, { ...provider, ClientIDList: checkClientIds([...ids]) })
}

export const removeClientIDFromOpenIDConnectProvider = async (
  input: Shape<RemoveClientIDFromOpenIDConnectProviderRequest>,
  call: WriteCall,
): Promise<void> => {
  const provider = await providerOf(call, input.OpenIDConnectProviderArn)
  const ids = provider.ClientIDList.filter((id) => id !== input.ClientID)
  await save(call, { ...provider, ClientIDList: ids })
}

export const updateOpenIDConnectProviderThumbprint = async (
  input: Shape<UpdateOpenIDConnectProviderThumbprintRequest>,
  call: WriteCall,
): Promise<void> => {
  const provider = await providerOf(call, input.OpenIDConnectProviderArn)
  const thumbprints = checkThumbprints(input.ThumbprintList ?? [])
  await save(call, { ...provider, ThumbprintList: thumbprints })
}

export const providerOf = async (
  call: ReadCall,
  arn: string | undefined,
): Promise<OpenIdConnectProvider> => {
  const provider = await call.view.get(oidcProviders, iamScope(call), urlOfArn(arn))
  if (provider?.Arn === arn && provider !== undefined) return provider
  throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn?.slice(0, 2048)}`)
}

const save = (call: WriteCall, provider: OpenIdConnectProvider): Promise<void> =>
  call.tx.put(oidcProviders, iamScope(call), provider.Url, provider)

const urlOfArn = (arn: string | undefined): string => {
  const url = /^arn:aws:iam::\d{12}:oidc-provider\/(.+)$/.exec(arn ?? '')?.[1]
  if (url === undefined) throw invalidInput('Invalid ARN')
  return url
}

/** The URL without its scheme. A test's own issuer on loopback may be one that has no certificate. */
const checkUrl = (given: string | undefined): string => {
  const parsed = given !== undefined && URL.canParse(given) ? new URL(given) : undefined
  const isSecure = parsed?.protocol === 'https:'
  const isLocal = parsed?.protocol === 'http:' && LOOPBACK.has(parsed.hostname)
  const plain = parsed !== undefined && parsed.search === '' && parsed.hash === ''
  if (given === undefined || given.length > URL_LENGTH_MAX || !plain || !(isSecure || isLocal))
    throw invalid('Invalid Open ID Connect Provider URL')
  return given.replace(/^https?:\/\//, '')
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const checkClientIds = (ids: readonly string[]): readonly string[] => {
  if (ids.length > CLIENT_IDS_MAX)
    throw quotaExceeded('ClientIdsPerOpenIdConnectProvider', CLIENT_IDS_MAX)
  if (ids.every((id) => id.length >= 1 && id.length <= CLIENT_ID_LENGTH_MAX)) return ids
  throw invalid(`A client id has 1 to ${CLIENT_ID_LENGTH_MAX} characters.`)
}

/** Kept and read back: keys are fetched over TLS that is verified by authorities, as AWS does for most providers. */
const checkThumbprints = (thumbprints: readonly string[]): readonly string[] => {
  if (thumbprints.length > THUMBPRINTS_MAX)
    throw invalidInput('Thumbprint list must contain fewer than 5 entries.')
  if (thumbprints.every((one) => /^[0-9a-fA-F]{40}$/.test(one))) return thumbprints
  throw invalid('A thumbprint is the SHA-1 hash of a certificate: 40 hexadecimal digits.')
}
