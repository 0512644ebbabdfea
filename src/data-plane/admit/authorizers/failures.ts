// How authorizers fail: each status and text once. Hints are for the developer; none of them holds a token.
import { GatewayFailure } from '../../plan.ts'

/** A kind of API and how it says what all authorizers have to say. */
export interface AuthorizerFailures {
  /** Nobody: no token, a token that is none, an authorizer that says `Unauthorized`. */
  unauthorized(hint: string): GatewayFailure
  /** The authorizer itself does not work. */
  broken(hint: string, cause?: unknown): GatewayFailure
}

export const REST_FAILURES: AuthorizerFailures = {
  unauthorized: (hint) => new GatewayFailure('UNAUTHORIZED', 'Unauthorized', { hint }),
  // AWS: the message is null. [behaviour.md 4: serverless/examples#305, chalice#670]
  broken: (hint, cause) =>
    new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', '', { hint, cause }),
}

export const HTTP_API_FAILURES: AuthorizerFailures = {
  unauthorized: (hint) => new GatewayFailure('UNAUTHORIZED', 'Unauthorized', { hint }),
  broken: (hint, cause) =>
    new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', 'Internal Server Error', { hint, cause }),
}
