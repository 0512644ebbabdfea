// Who a request turned out to come from, once the admit steps have looked.

export interface Caller {
  /**
   * What `$context.authorizer` shows, and events with it: of a Lambda authorizer its context and principalId, of a
   * JWT its claims (and scopes); absent for an open method.
   */
  readonly authorizer?: Readonly<Record<string, unknown>>
  /** The member of `requestContext.authorizer` that holds it in an HTTP API's events of format 2.0. */
  readonly authorizerType?: 'lambda' | 'jwt' | 'iam'
  readonly principalId?: string
  /** The API key that a Lambda authorizer names, for an API whose apiKeySource is AUTHORIZER. */
  readonly usageIdentifierKey?: string
}

/** The caller of a method that asks for no authorization. */
export const ANONYMOUS: Caller = {}
