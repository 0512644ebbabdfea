// User pools: the users behind an API, the applications that sign them in, and what both are held to.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html

/** One of a pair: AWS signs id tokens with one key and access tokens with another. */
export interface SigningKey {
  readonly kid: string
  /** The public modulus and exponent, as a JWK has them. */
  readonly n: string
  readonly e: string
  /** The private key in PKCS #8, sealed with the key file. */
  readonly sealed: string
  readonly madeAtMs: number
}

export interface PasswordPolicy {
  readonly MinimumLength: number
  readonly RequireUppercase: boolean
  readonly RequireLowercase: boolean
  readonly RequireNumbers: boolean
  readonly RequireSymbols: boolean
  readonly PasswordHistorySize?: number | undefined
  readonly TemporaryPasswordValidityDays: number
}

export interface SchemaAttribute {
  readonly Name: string
  readonly AttributeDataType: 'String' | 'Number' | 'DateTime' | 'Boolean'
  readonly DeveloperOnlyAttribute: boolean
  readonly Mutable: boolean
  readonly Required: boolean
  readonly NumberAttributeConstraints?: {
    readonly MinValue?: string | undefined
    readonly MaxValue?: string | undefined
  }
  readonly StringAttributeConstraints?: {
    readonly MinLength?: string | undefined
    readonly MaxLength?: string | undefined
  }
}

/** Triggers by AWS's names of their settings, each with the ARN of its function. */
export interface LambdaTriggers {
  readonly PreSignUp?: string | undefined
  readonly CustomMessage?: string | undefined
  readonly PostConfirmation?: string | undefined
  readonly PreAuthentication?: string | undefined
  readonly PostAuthentication?: string | undefined
  readonly DefineAuthChallenge?: string | undefined
  readonly CreateAuthChallenge?: string | undefined
  readonly VerifyAuthChallengeResponse?: string | undefined
  readonly PreTokenGeneration?: string | undefined
  readonly UserMigration?: string | undefined
  readonly PreTokenGenerationConfig?: PreTokenGenerationConfig | undefined
}

export interface PreTokenGenerationConfig {
  readonly LambdaVersion?: string | undefined
  readonly LambdaArn?: string | undefined
}

export type MfaConfiguration = 'OFF' | 'ON' | 'OPTIONAL'
export type VerifiedAttribute = 'email' | 'phone_number'
export type AliasAttribute = VerifiedAttribute | 'preferred_username'

export interface MessageTemplate {
  readonly SMSMessage?: string | undefined
  readonly EmailMessage?: string | undefined
  readonly EmailSubject?: string | undefined
}

/** What DescribeUserPool shows, under AWS's names; what only is shown is kept as it came. */
export interface UserPoolSettings {
  readonly PasswordPolicy: PasswordPolicy
  readonly DeletionProtection: 'ACTIVE' | 'INACTIVE'
  readonly LambdaConfig: LambdaTriggers
  readonly AutoVerifiedAttributes?: readonly VerifiedAttribute[] | undefined
  readonly AliasAttributes?: readonly AliasAttribute[] | undefined
  readonly UsernameAttributes?: readonly VerifiedAttribute[] | undefined
  readonly VerificationMessages: MessageTemplate
  readonly InviteMessages: MessageTemplate
  readonly SmsAuthenticationMessage?: string | undefined
  readonly MfaConfiguration: MfaConfiguration
  readonly softwareTokenMfa: boolean
  readonly smsMfa: boolean
  readonly AllowAdminCreateUserOnly: boolean
  /** Absent: names of users are told apart by case. */
  readonly CaseSensitive?: boolean | undefined
  readonly AttributesRequireVerificationBeforeUpdate: readonly VerifiedAttribute[]
  readonly RecoveryMechanisms: readonly RecoveryMechanism[]
  readonly UserPoolTags: Readonly<Record<string, string>>
  /** Settings that nothing here depends on, for DescribeUserPool. */
  readonly shown: Readonly<Record<string, unknown>>
}

export interface RecoveryMechanism {
  readonly Name: 'verified_email' | 'verified_phone_number' | 'admin_only'
  readonly Priority: number
}

export interface UserPool {
  /** `us-east-1_AbCdEf123` */
  readonly Id: string
  readonly Name: string
  readonly Arn: string
  readonly CreationDate: number
  readonly LastModifiedDate: number
  readonly settings: UserPoolSettings
  readonly SchemaAttributes: readonly SchemaAttribute[]
  /** The pair in use, for id and access tokens; behind it those whose tokens may still be about. */
  readonly keys: readonly SigningKey[]
}

export type TokenUnit = 'seconds' | 'minutes' | 'hours' | 'days'

/** A client of a pool. Key `{poolId}/{clientId}`. */
export interface UserPoolClient {
  readonly UserPoolId: string
  readonly ClientId: string
  readonly ClientName: string
  /** Sealed with the key file: it is shown again. */
  readonly sealedSecret?: string | undefined
  readonly CreationDate: number
  readonly LastModifiedDate: number
  readonly RefreshTokenValidity: number
  readonly AccessTokenValidity?: number | undefined
  readonly IdTokenValidity?: number | undefined
  readonly TokenValidityUnits?:
    | {
        readonly AccessToken?: TokenUnit | undefined
        readonly IdToken?: TokenUnit | undefined
        readonly RefreshToken?: TokenUnit | undefined
      }
    | undefined
  readonly ReadAttributes?: readonly string[] | undefined
  readonly WriteAttributes?: readonly string[] | undefined
  readonly ExplicitAuthFlows?: readonly string[] | undefined
  readonly SupportedIdentityProviders?: readonly string[] | undefined
  readonly CallbackURLs?: readonly string[] | undefined
  readonly LogoutURLs?: readonly string[] | undefined
  readonly DefaultRedirectURI?: string | undefined
  readonly AllowedOAuthFlows?: readonly string[] | undefined
  readonly AllowedOAuthScopes?: readonly string[] | undefined
  readonly AllowedOAuthFlowsUserPoolClient: boolean
  readonly PreventUserExistenceErrors: 'ENABLED' | 'LEGACY'
  readonly EnableTokenRevocation: boolean
  /** Minutes. */
  readonly AuthSessionValidity: number
  readonly RefreshTokenRotation?:
    | {
        readonly Feature: 'ENABLED' | 'DISABLED'
        readonly RetryGracePeriodSeconds?: number | undefined
      }
    | undefined
}

export type UserStatus =
  | 'UNCONFIRMED'
  | 'CONFIRMED'
  | 'RESET_REQUIRED'
  | 'FORCE_CHANGE_PASSWORD'
  | 'EXTERNAL_PROVIDER'

/** What a password was turned into: scrypt for the flows that send it, a verifier for SRP. */
export interface UserPassword {
  /** `scrypt$N$r$p$salt$hash`, base64. */
  readonly hash: string
  /** Hexadecimal, as SRP hands it out. */
  readonly srpSalt: string
  readonly sealedVerifier: string
}

export type MfaMethod = 'SOFTWARE_TOKEN_MFA' | 'SMS_MFA'

/** A user. Key `{poolId}/{Username}`, folded where the pool does not tell case apart. */
export interface PoolUser {
  readonly Username: string
  readonly sub: string
  /** With `sub`; texts all, as AWS keeps them. */
  readonly Attributes: Readonly<Record<string, string>>
  readonly Enabled: boolean
  readonly UserStatus: UserStatus
  readonly UserCreateDate: number
  readonly UserLastModifiedDate: number
  readonly groups: readonly string[]
  /** Absent: a user of another provider. */
  readonly password?: UserPassword | undefined
  /** Hashes of passwords that may not come again, newest first. */
  readonly passwordHistory?: readonly string[] | undefined
  /** Until when a temporary password is good. */
  readonly temporaryUntilMs?: number | undefined
  readonly totp?: { readonly sealedSecret: string; readonly lastStep: number } | undefined
  /** Associated and not yet verified. */
  readonly pendingTotp?: string | undefined
  readonly mfa?: readonly MfaMethod[] | undefined
  readonly preferredMfa?: MfaMethod | undefined
  /** Tokens of sign-ins up to then are not good any more. */
  readonly signedOutAtMs?: number | undefined
}

/** Key `{poolId}/{GroupName}`. */
export interface PoolGroup {
  readonly GroupName: string
  readonly UserPoolId: string
  readonly Description?: string | undefined
  readonly RoleArn?: string | undefined
  readonly Precedence?: number | undefined
  readonly CreationDate: number
  readonly LastModifiedDate: number
}

/** Key `{poolId}/{Identifier}`. */
export interface ResourceServer {
  readonly UserPoolId: string
  readonly Identifier: string
  readonly Name: string
  readonly Scopes: readonly { readonly ScopeName: string; readonly ScopeDescription: string }[]
}

/** Key `{poolId}/{ProviderName}`. */
export interface PoolIdentityProvider {
  readonly UserPoolId: string
  readonly ProviderName: string
  readonly ProviderType:
    | 'SAML'
    | 'Facebook'
    | 'Google'
    | 'LoginWithAmazon'
    | 'SignInWithApple'
    | 'OIDC'
  /** `client_id`, `oidc_issuer`, `authorize_scopes` …; `client_secret` is in `sealedSecret`. */
  readonly ProviderDetails: Readonly<Record<string, string>>
  readonly sealedSecret?: string | undefined
  readonly AttributeMapping: Readonly<Record<string, string>>
  readonly IdpIdentifiers: readonly string[]
  readonly CreationDate: number
  readonly LastModifiedDate: number
}

/** Key: the domain. It exists once in a gateway, whoever has it. */
export interface UserPoolDomain {
  readonly Domain: string
  readonly UserPoolId: string
  readonly AWSAccountId: string
  /** `us-east-1` */
  readonly region: string
  readonly CustomDomainConfig?: { readonly CertificateArn: string } | undefined
  readonly ManagedLoginVersion?: number | undefined
}

export type CodePurpose = 'sign-up' | 'forgot-password' | 'sms-mfa' | `verify:${VerifiedAttribute}`

/** A code that was sent. Key `{poolId}/{Username}/{purpose}`. */
export interface UserCode {
  /** Sealed rather than hashed: six digits are soon tried out. */
  readonly sealed: string
  readonly expiresAtMs: number
  readonly attempts: number
  /** What the code proves to be the user's. */
  readonly attribute: VerifiedAttribute
  /** How often one was sent since when: the reckoning of AWS's limit. */
  readonly sends: number
  readonly sendsSinceMs: number
  /** The value that becomes the attribute's once the code is shown. */
  readonly pending?: string | undefined
}

/** A revoked sign-in, or a refresh token that was used where each is used once. Key `{poolId}/{origin_jti or jti}`. */
export interface RevokedTokens {
  readonly revokedAtMs: number
  /** When nobody would have taken them any more. */
  readonly expiresAtMs: number
}
