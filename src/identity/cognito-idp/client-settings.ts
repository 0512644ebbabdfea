// The settings of a client as a caller gives them → as they are kept, held against AWS's rules.
import type { CreateUserPoolClientRequest } from '@aws-sdk/client-cognito-identity-provider'
import type { TokenUnit, UserPool, UserPoolClient } from '#model/user-pool.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidOAuthFlow, invalidParameter } from './errors.ts'

type Given = Shape<Omit<CreateUserPoolClientRequest, 'UserPoolId' | 'ClientName'>>
type Settings = Omit<
  UserPoolClient,
  'UserPoolId' | 'ClientId' | 'ClientName' | 'sealedSecret' | 'CreationDate' | 'LastModifiedDate'
>

const URLS_MAX = 100

export const clientSettingsOf = (
  pool: UserPool,
  given: Given,
  before?: UserPoolClient,
): Settings => {
  if (given.AnalyticsConfiguration !== undefined)
    throw notImplemented('Amazon Pinpoint is not provided here: leave AnalyticsConfiguration out.')
  checkValidity(given)
  checkAttributes(pool, given)
  checkFlows(given)
  checkOAuth(given)
  const session = given.AuthSessionValidity ?? 3
  if (!(session >= 3 && session <= 15))
    throw invalidParameter(
      `1 validation error detected: Value '${session}' at 'authSessionValidity' failed to satisfy constraint: Member must have value between 3 and 15`,
    )
  return {
    // AWS: 0 is the default of thirty days. [API_CreateUserPoolClient]
    RefreshTokenValidity: given.RefreshTokenValidity || 30,
    AccessTokenValidity: given.AccessTokenValidity || undefined,
    IdTokenValidity: given.IdTokenValidity || undefined,
    TokenValidityUnits: given.TokenValidityUnits,
    ReadAttributes: given.ReadAttributes,
    WriteAttributes: given.WriteAttributes,
    ExplicitAuthFlows: given.ExplicitAuthFlows,
    SupportedIdentityProviders: given.SupportedIdentityProviders,
    CallbackURLs: given.CallbackURLs,
    LogoutURLs: given.LogoutURLs,
    DefaultRedirectURI: given.DefaultRedirectURI,
    AllowedOAuthFlows: given.AllowedOAuthFlows,
    AllowedOAuthScopes: given.AllowedOAuthScopes,
    AllowedOAuthFlowsUserPoolClient: given.AllowedOAuthFlowsUserPoolClient ?? false,
    // AWS: new clients do not tell who is there. [guide: cognito-user-pool-managing-errors]
    PreventUserExistenceErrors: given.PreventUserExistenceErrors ?? 'ENABLED',
    EnableTokenRevocation: given.EnableTokenRevocation ?? before?.EnableTokenRevocation ?? true,
    AuthSessionValidity: session,
    ...(given.RefreshTokenRotation && {
      // The wire has checked that Feature is there.
      RefreshTokenRotation: given.RefreshTokenRotation as NonNullable<
        Settings['RefreshTokenRotation']
      >,
    }),
  }
}

const SECONDS: Readonly<Record<TokenUnit, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3_600,
  days: 86_400,
}
const DAY = SECONDS.days

const checkValidity = (given: Given): void => {
  const units = given.TokenValidityUnits ?? {}
  const rows = [
    ['Access', given.AccessTokenValidity, units.AccessToken ?? 'hours', 300, DAY],
    ['Id', given.IdTokenValidity, units.IdToken ?? 'hours', 300, DAY],
    ['Refresh', given.RefreshTokenValidity, units.RefreshToken ?? 'days', 3_600, 3_650 * DAY],
  ] as const
  for (const [name, count, unit, min, max] of rows) {
    if (!count) continue
    const seconds = count * SECONDS[unit]
    if (!Number.isInteger(count) || seconds < min || seconds > max)
      throw invalidParameter(`Invalid range for token validity: ${name} token: ${count} ${unit}.`)
  }
}

const checkAttributes = (pool: UserPool, given: Given): void => {
  const known = new Set(pool.SchemaAttributes.map(({ Name }) => Name))
  for (const [what, names] of [
    ['read', given.ReadAttributes],
    ['write', given.WriteAttributes],
  ] as const)
    for (const name of names ?? [])
      if (!known.has(name) || (what === 'write' && name === 'sub'))
        throw invalidParameter(`Invalid ${what} attributes specified while creating a client`)
}

/** Flows under their old names do not go together with the new ones. */
const OLD_FLOWS = ['ADMIN_NO_SRP_AUTH', 'CUSTOM_AUTH_FLOW_ONLY', 'USER_PASSWORD_AUTH']

const checkFlows = ({ ExplicitAuthFlows: flows = [] }: Given): void => {
  const old = flows.filter((flow) => OLD_FLOWS.includes(flow))
  if (old.length > 0 && old.length < flows.length)
    throw invalidParameter(
      'Cannot mix the legacy values ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY, USER_PASSWORD_AUTH with the new values starting with ALLOW_.',
    )
  if (flows.includes('ALLOW_USER_AUTH'))
    throw notImplemented(
      'ALLOW_USER_AUTH (choice-based sign-in) is not provided here: use ALLOW_USER_SRP_AUTH or ALLOW_USER_PASSWORD_AUTH.',
    )
}

const checkOAuth = (given: Given): void => {
  const { AllowedOAuthFlows: flows = [], AllowedOAuthScopes: scopes = [] } = given
  const { CallbackURLs: callbacks = [], LogoutURLs: logouts = [], DefaultRedirectURI } = given
  if (flows.includes('client_credentials') && flows.length > 1)
    throw invalidOAuthFlow(
      'client_credentials flow can not be selected along with code flow or implicit flow.',
    )
  if (given.AllowedOAuthFlowsUserPoolClient === true && (flows.length === 0 || scopes.length === 0))
    throw invalidOAuthFlow(
      'AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.',
    )
  if (flows.includes('client_credentials') && given.GenerateSecret === false)
    throw invalidOAuthFlow(
      'client_credentials flow can not be selected if client does not have a client secret.',
    )
  if (callbacks.length > URLS_MAX || logouts.length > URLS_MAX)
    throw invalidParameter(`At most ${URLS_MAX} URLs are allowed.`)
  for (const url of [...callbacks, ...logouts]) checkUrl(url)
  if (DefaultRedirectURI !== undefined && !callbacks.includes(DefaultRedirectURI))
    throw invalidParameter('The default redirect URI should be in the list of redirect URIs.')
}

/** AWS: https, http on localhost alone, or an application's own scheme; no fragment. [API_CreateUserPoolClient] */
const checkUrl = (url: string): void => {
  const { protocol, hostname, hash } = URL.canParse(url)
    ? new URL(url)
    : { protocol: '', hostname: '', hash: '' }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const isSafe = protocol !== '' && (protocol !== 'http:' || isLocal)
  const isScript = /^(?:javascript|data|vbscript|file):$/.test(protocol)
  if (isSafe && !isScript && hash === '' && !url.includes('#')) return
  throw invalidParameter(
    `${url.slice(0, 200)} cannot be used as a redirect URI: it has to be https, or http on localhost, and have no fragment.`,
  )
}
