// Who a request turned out to come from, once the admit steps have looked.
import type { SigningIdentity } from './identity.ts'

export interface Caller {
  /**
   * What `$context.authorizer` shows, and events with it: of a Lambda authorizer its context and principalId, of a
   * JWT its claims (and scopes); absent for an open method.
   */
  readonly authorizer?: Readonly<Record<string, unknown>>
  /** The member of `requestContext.authorizer` that holds it in an HTTP API's events of format 2.0. */
  readonly authorizerType?: 'lambda' | 'jwt'
  readonly principalId?: string
  /** The API key that a Lambda authorizer names, for an API whose apiKeySource is AUTHORIZER. */
  readonly usageIdentifierKey?: string
  /** AWS_IAM: who signed, as events and `$context.identity` show it. */
  readonly identity?: CallerIdentity
  /** AWS_IAM: what the request was signed with. A function, so that no writer of JSON comes upon the secret. */
  readonly signer?: () => Signer
}

/** With the token that came along: together they are the credentials of the caller. */
export interface Signer extends SigningIdentity {
  readonly sessionToken?: string
}

/** `$context.identity` of a signed request. Names are those of the event of a REST API. */
export interface CallerIdentity {
  readonly accessKey: string
  readonly accountId: string
  /** `AIDA…`, `AROA…:session`. */
  readonly caller: string
  readonly user: string
  readonly userArn: string
  readonly cognitoIdentityId?: string
  readonly cognitoIdentityPoolId?: string
  readonly cognitoAuthenticationType?: string
  readonly cognitoAuthenticationProvider?: string
  /** As the token has them: `authenticated`, the provider, and the user within it. */
  readonly cognitoAmr?: readonly string[]
}

/** The caller of a method that asks for no authorization. */
export const ANONYMOUS: Caller = {}
