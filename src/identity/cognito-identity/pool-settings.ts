// What the settings of an identity pool may be.
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html
import type { CreateIdentityPoolInput } from '@aws-sdk/client-cognito-identity'
import type { CognitoIdentityProvider, IdentityPool } from '#model/cognito-identity.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter, limitExceeded, violation } from './errors.ts'

export type PoolSettings = Pick<
  IdentityPool,
  | 'IdentityPoolName'
  | 'AllowUnauthenticatedIdentities'
  | 'AllowClassicFlow'
  | 'SupportedLoginProviders'
  | 'DeveloperProviderName'
  | 'OpenIdConnectProviderARNs'
  | 'CognitoIdentityProviders'
  | 'SamlProviderARNs'
>

const POOL_NAME = /^[\w\s+=,.@-]{1,128}$/
const PROVIDER_NAME = /^[\w.:/-]{1,128}$/
const CLIENT_ID = /^\w{1,128}$/
const DEVELOPER_PROVIDER = /^[\w._-]{1,100}$/
const OIDC_ARN = /^arn:aws:iam::\d{12}:oidc-provider\/\S{1,1900}$/
const SAML_ARN = /^arn:aws:iam::\d{12}:saml-provider\/[\w._-]{1,128}$/
/** AWS: 50 of each kind. [guide: limits] */
const PROVIDERS_MAX = 50
const TAGS_MAX = 50

type Given = Omit<Shape<CreateIdentityPoolInput>, 'IdentityPoolTags'>

export const readSettings = (input: Given): PoolSettings => {
  const developer = input.DeveloperProviderName
  if (developer !== undefined) checkPattern(developer, 'developerProviderName', DEVELOPER_PROVIDER)
  return {
    IdentityPoolName: checkPattern(input.IdentityPoolName ?? '', 'identityPoolName', POOL_NAME),
    AllowUnauthenticatedIdentities: input.AllowUnauthenticatedIdentities === true,
    AllowClassicFlow: input.AllowClassicFlow === true,
    SupportedLoginProviders: readLoginProviders(input.SupportedLoginProviders ?? {}),
    ...(developer !== undefined && { DeveloperProviderName: developer }),
    OpenIdConnectProviderARNs: readArns(
      input.OpenIdConnectProviderARNs,
      'openIdConnectProviderARNs',
      OIDC_ARN,
    ),
    CognitoIdentityProviders: readUserPools(input.CognitoIdentityProviders ?? []),
    SamlProviderARNs: readArns(input.SamlProviderARNs, 'samlProviderARNs', SAML_ARN),
  }
}

const checkPattern = (value: string, at: string, pattern: RegExp): string => {
  if (pattern.test(value)) return value
  throw violation(
    value,
    at,
    `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`,
  )
}

const checkCount = (count: number, what: string): void => {
  if (count > PROVIDERS_MAX) throw limitExceeded(`An identity pool has at most 50 ${what}.`)
}

const readLoginProviders = (
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  checkCount(Object.keys(given).length, 'login providers')
  for (const [name, id] of Object.entries(given)) {
    checkPattern(name, 'supportedLoginProviders', /^[\w.-]{1,128}$/)
    checkPattern(id, 'supportedLoginProviders', /^[\w.;_/-]{1,128}$/)
  }
  return { ...given }
}

const readArns = (
  given: readonly string[] | undefined,
  at: string,
  pattern: RegExp,
): readonly string[] => {
  const arns = [...new Set(given ?? [])]
  checkCount(arns.length, at)
  for (const arn of arns) checkPattern(arn, at, pattern)
  return arns
}

const readUserPools = (
  given: readonly Partial<Shape<CognitoIdentityProvider>>[] | readonly object[],
): readonly CognitoIdentityProvider[] => {
  checkCount(given.length, 'user pool clients')
  return given.map((one: Partial<CognitoIdentityProvider>) => {
    const { ProviderName = '', ClientId = '', ServerSideTokenCheck } = one
    checkPattern(ProviderName, 'cognitoIdentityProviders.member.providerName', PROVIDER_NAME)
    checkPattern(ClientId, 'cognitoIdentityProviders.member.clientId', CLIENT_ID)
    return { ProviderName, ClientId, ServerSideTokenCheck: ServerSideTokenCheck === true }
  })
}

type Tags = Readonly<Record<string, string>>

export const withTags = (before: Tags, given: Tags | undefined): Tags => {
  const tags = { ...before, ...given }
  if (Object.keys(tags).length > TAGS_MAX)
    throw invalidParameter(`A resource has at most ${TAGS_MAX} tags.`)
  for (const [key, value] of Object.entries(given ?? {}))
    if (key.length < 1 || key.length > 128 || value.length > 256 || key.startsWith('aws:'))
      throw invalidParameter(`The tag '${key.slice(0, 128)}' is not valid.`)
  return tags
}
