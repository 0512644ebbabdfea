// Whose tokens a pool takes: what a token of each provider has to be.
// https://docs.aws.amazon.com/cognito/latest/developerguide/external-identity-providers.html
import type { Claims } from '#languages/jwt/claims.ts'
import { readKeySet, type VerificationKey } from '#languages/jwt/key-set.ts'
import type { IdentityPool } from '#model/cognito-identity.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { ReadCall } from '#store/transactional.ts'
import { isStillSignedIn } from '../cognito-idp/still-signed-in.ts'
import { iamScope, oidcProviders } from '../iam/collections.ts'
import { badToken } from './errors.ts'
import { COGNITO_IDENTITY, COGNITO_ISSUER, identityTokenKey } from './signing-key.ts'

export interface ExpectedToken {
  /** Where keys are asked for, unless one is at hand. */
  readonly issuer: string
  /** `none`: it is known here that there is no such key. */
  readonly localKey?: VerificationKey | 'none'
  readonly audience: readonly string[]
  readonly tokenUse?: 'id'
  /** What `amr` says of it. */
  readonly methodOf: (subject: string) => string
  /** AWS: ServerSideTokenCheck: the user may have signed out, or be gone. */
  readonly stillSignedIn?: (claims: Claims) => Promise<boolean>
  /** The names under which a pool may have roles or tags for it. */
  readonly mappingNames: readonly string[]
}

/** Throws where the pool does not take tokens of the provider, or this one says that it is another's. */
export const expectToken = async (
  call: ReadCall,
  pool: IdentityPool,
  provider: string,
  claims: Claims,
  keyId: string | undefined,
): Promise<ExpectedToken> => {
  if (provider === COGNITO_IDENTITY) return ownToken(call, pool, claims, keyId)
  const clients = pool.CognitoIdentityProviders.filter((one) => one.ProviderName === provider)
  if (clients.length > 0) return userPoolToken(call, pool, provider, claims, keyId)
  const arn = pool.OpenIdConnectProviderARNs.find((one) => urlOfArn(one) === provider)
  if (arn !== undefined) return oidcToken(call, arn, provider, claims)
  const clientIds = Object.hasOwn(pool.SupportedLoginProviders, provider)
    ? pool.SupportedLoginProviders[provider]
    : undefined
  if (clientIds !== undefined) return socialToken(provider, clientIds, claims)
  throw badToken('Token is not from a supported provider of this identity pool.')
}

const otherIssuer = () => badToken("Issuer doesn't match providerName")

/** A token that GetOpenIdTokenForDeveloperIdentity or GetOpenIdToken gave. */
const ownToken = async (
  call: ReadCall,
  { IdentityPoolId }: IdentityPool,
  { iss }: Claims,
  keyId: string | undefined,
): Promise<ExpectedToken> => {
  if (iss !== COGNITO_ISSUER) throw otherIssuer()
  return {
    issuer: COGNITO_ISSUER,
    localKey: (await identityTokenKey(call.view, call, keyId)) ?? 'none',
    audience: [IdentityPoolId],
    methodOf: (subject) => subject,
    mappingNames: [],
  }
}

/** A pool of this gateway says its own URL in `iss`, or that which it would have on AWS; another one the latter. */
const userPoolToken = async (
  call: ReadCall,
  pool: IdentityPool,
  provider: string,
  { iss, aud }: Claims,
  keyId: string | undefined,
): Promise<ExpectedToken> => {
  const poolId = provider.split('/').at(-1) ?? ''
  const entry = await call.view.get(directory, GLOBAL_SCOPE, `user-pool/${poolId}`)
  const local = entry?.kind === 'user-pool' ? entry : undefined
  const issuer = `https://${provider}`
  if (iss !== issuer && (local === undefined || iss !== local.issuer)) throw otherIssuer()
  const key = local && (readKeySet({ keys: local.keys })?.find(keyId ?? '') ?? 'none')
  const clients = pool.CognitoIdentityProviders.filter((one) => one.ProviderName === provider)
  return {
    issuer,
    ...(key !== undefined && { localKey: key }),
    audience: clients.map(({ ClientId }) => ClientId),
    tokenUse: 'id',
    methodOf: (subject) => `${provider}:CognitoSignIn:${subject}`,
    mappingNames: [`${provider}:${String(aud)}`, provider],
    ...(local !== undefined &&
      clients.some((one) => one.ServerSideTokenCheck && one.ClientId === aud) && {
        stillSignedIn: (claims) => isStillSignedIn(call, poolId, claims),
      }),
  }
}

/** Of a provider that IAM knows: its client ids are the audience. */
const oidcToken = async (
  call: ReadCall,
  arn: string,
  url: string,
  { iss }: Claims,
): Promise<ExpectedToken> => {
  const provider = await call.view.get(oidcProviders, iamScope(call), url)
  if (provider === undefined || provider.Arn !== arn)
    throw badToken('Token is not from a supported provider of this identity pool.')
  const [host = ''] = url.split(/[:/]/, 1)
  const isLocal = ['localhost', '127.0.0.1'].includes(host) || url.startsWith('[::1]')
  const issuer = String(iss)
  // Keys that came in the clear are anybody's, but for an issuer on this machine.
  if (issuer !== `https://${url}` && !(isLocal && issuer === `http://${url}`)) throw otherIssuer()
  return {
    issuer,
    audience: provider.ClientIDList,
    methodOf: (subject) => `${arn}:OIDC:${subject}`,
    mappingNames: [url, arn],
  }
}

/** AWS: several client ids of one provider are told apart by semicolons. */
const socialToken = (provider: string, clientIds: string, { iss }: Claims): ExpectedToken => {
  const issuer = SOCIAL_ISSUERS.get(provider)
  if (issuer === undefined)
    throw badToken(
      `Tokens of ${provider} are no OpenID Connect tokens: only the provider itself can look at them, and it is not asked from here.`,
    )
  if (iss !== issuer && iss !== provider) throw otherIssuer()
  return {
    issuer,
    audience: clientIds.split(';'),
    methodOf: (subject) => `${provider}:${clientIds}:${subject}`,
    mappingNames: [provider],
  }
}

/** The providers among those of SupportedLoginProviders that give OpenID Connect tokens. */
const SOCIAL_ISSUERS: ReadonlyMap<string, string> = new Map([
  ['accounts.google.com', 'https://accounts.google.com'],
  ['appleid.apple.com', 'https://appleid.apple.com'],
])

const urlOfArn = (arn: string): string | undefined => /:oidc-provider\/(.+)$/.exec(arn)?.[1]
