// What identity pools keep: pools with their roles, and the identities of their users.
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_Types.html

export interface CognitoIdentityProvider {
  /** `cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123` */
  readonly ProviderName: string
  readonly ClientId: string
  readonly ServerSideTokenCheck: boolean
}

export interface MappingRule {
  readonly Claim: string
  readonly MatchType: 'Equals' | 'Contains' | 'StartsWith' | 'NotEqual'
  readonly Value: string
  readonly RoleARN: string
}

export interface RoleMapping {
  readonly Type: 'Token' | 'Rules'
  readonly AmbiguousRoleResolution: 'AuthenticatedRole' | 'Deny'
  /** In their order; empty for `Token`. */
  readonly rules: readonly MappingRule[]
}

export interface PrincipalTagAttributeMap {
  readonly UseDefaults: boolean
  /** Tag → claim. */
  readonly PrincipalTags: Readonly<Record<string, string>>
}

export interface IdentityPool {
  /** `us-east-1:` and a UUID. */
  readonly IdentityPoolId: string
  readonly IdentityPoolName: string
  readonly AllowUnauthenticatedIdentities: boolean
  readonly AllowClassicFlow: boolean
  /** Provider → the client or app id there. */
  readonly SupportedLoginProviders: Readonly<Record<string, string>>
  readonly DeveloperProviderName?: string
  readonly OpenIdConnectProviderARNs: readonly string[]
  readonly CognitoIdentityProviders: readonly CognitoIdentityProvider[]
  readonly SamlProviderARNs: readonly string[]
  readonly IdentityPoolTags: Readonly<Record<string, string>>
  readonly roles: Readonly<Partial<Record<'authenticated' | 'unauthenticated', string>>>
  /** By provider: `cognito-idp.…/{poolId}:{clientId}`, `accounts.google.com`, an ARN of an OpenID Connect provider. */
  readonly roleMappings: Readonly<Record<string, RoleMapping>>
  /** By provider, as `Logins` call it. */
  readonly principalTags: Readonly<Record<string, PrincipalTagAttributeMap>>
}

/** A user of a provider, linked to an identity. */
export interface LinkedLogin {
  /** As `Logins` call it. */
  readonly provider: string
  readonly subject: string
  /** The third member of `amr`: `cognito-idp.…:CognitoSignIn:{sub}`. */
  readonly method: string
}

export interface Identity {
  /** `us-east-1:` and a UUID. */
  readonly IdentityId: string
  readonly IdentityPoolId: string
  readonly logins: readonly LinkedLogin[]
  /** Milliseconds since the epoch. */
  readonly CreationDate: number
  readonly LastModifiedDate: number
  /** AWS calls it disabled: another identity took its place. */
  readonly mergedInto?: string
}

/** The key with which an account signs the tokens of its identity pools. */
export interface IdentitySigningKey {
  readonly kid: string
  readonly publicJwk: Readonly<Record<string, unknown>>
  /** PKCS #8, sealed with the key file of the data directory. */
  readonly sealedKey: string
}
