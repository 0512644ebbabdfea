// JWT authorizers of HTTP APIs: OpenID Connect and OAuth 2.0 tokens, verified here.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
import type { Algorithm } from '#languages/jwt/algorithms.ts'
import { checkAudience, checkIssuer, checkTimes, scopesOf } from '#languages/jwt/claims.ts'
import { TokenError } from '#languages/jwt/errors.ts'
import type { AuthorizerV2 } from '#model/apigatewayv2/api.ts'
import type { Caller } from '#model/caller.ts'
import { GatewayFailure, type HttpApiRequest } from '../../plan.ts'
import type { HttpApiAuthorizer } from './authorizer.ts'
import { httpApiClaims } from './claim-texts.ts'
import { HTTP_API_FAILURES } from './failures.ts'
import { compileHttpApiSources, readSources } from './identity-sources.ts'
import { KeysUnavailable } from './key-sets.ts'
import {
  issuersOf,
  poolIdOf,
  type TokenIssuer,
  type VerifiedToken,
  verify,
  withoutBearer,
} from './tokens.ts'

/** AWS: RSA alone. [behaviour.md 8.1] */
const RSA: ReadonlySet<Algorithm> = new Set(['RS256', 'RS384', 'RS512'])

interface Rules {
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
}

export const compileJwt = (
  authorizer: AuthorizerV2,
  scopes: readonly string[] = [],
): HttpApiAuthorizer => {
  const { issuer: url = '', audience = [] } = authorizer.jwtConfiguration ?? {}
  const names = authorizer.identitySource ?? ['$request.header.Authorization']
  const sources = compileHttpApiSources(names)
  if (sources === undefined) {
    return () => {
      throw HTTP_API_FAILURES.broken(`the identity source ${names.join()} is none`)
    }
  }
  const issuer: TokenIssuer = {
    source: { issuer: url },
    poolId: poolIdOf(url),
    algorithms: RSA,
    use: 'jwt ',
  }
  const rules = { audience, scopes }
  return (request, services) => {
    const [value] = readSources(sources, request) ?? []
    if (value === undefined) throw missing(names)
    try {
      const token = verify(withoutBearer(value), issuer, request, services)
      if (!(token instanceof Promise)) return admit(token, issuer, rules, request)
      return token.then(
        (verified) => admit(verified, issuer, rules, request),
        (error: unknown) => {
          throw failureOf(error, rules)
        },
      )
    } catch (error) {
      throw failureOf(error, rules)
    }
  }
}

const admit = (
  token: VerifiedToken,
  issuer: TokenIssuer,
  rules: Rules,
  request: HttpApiRequest,
): Caller => {
  const { claims } = token
  try {
    checkTimes(claims, request.arrivedAtMs)
    checkIssuer(claims, issuersOf(issuer, request))
    checkAudience(claims, rules.audience)
  } catch (error) {
    throw failureOf(error, rules)
  }
  token.texts ??= httpApiClaims(claims)
  if (rules.scopes.length === 0) {
    return { authorizer: { claims: token.texts, scopes: null }, authorizerType: 'jwt' }
  }
  const scopes = scopesOf(claims)
  // AWS: one of the route's scopes is enough. [behaviour.md 8.1]
  if (!rules.scopes.some((scope) => scopes.includes(scope))) throw insufficient(rules)
  return { authorizer: { claims: token.texts, scopes }, authorizerType: 'jwt' }
}

const missing = (names: readonly string[]) =>
  new GatewayFailure('UNAUTHORIZED', 'Unauthorized', {
    hint: `the request has no token in ${names.join()}`,
    headers: ['www-authenticate', 'Bearer'],
  })

/** AWS: the header tells the client what its token lacks. [guide: http-api-troubleshooting-jwt] */
const failureOf = (error: unknown, rules: Rules): unknown => {
  if (error instanceof TokenError) {
    return challenge(401, rules, 'invalid_token', error.message, `${error.message}${hintOf(error)}`)
  }
  if (error instanceof KeysUnavailable) {
    const description = 'OIDC discovery endpoint communication error'
    return challenge(401, rules, 'invalid_token', description, `no keys: ${error.message}`)
  }
  return error
}

const hintOf = ({ problem }: TokenError): string => {
  switch (problem) {
    case 'audience':
      return ": neither aud nor client_id is in the authorizer's audience"
    case 'issuer':
      return ": iss has to be the authorizer's issuer to the letter, with its slash at the end or without"
    case 'algorithm':
      return ': HTTP APIs take RS256, RS384 and RS512'
    case 'key':
      return ': the key set was fetched anew unless that was less than 10 seconds ago'
    default:
      return ''
  }
}

const insufficient = (rules: Rules): GatewayFailure => {
  const wanted = rules.scopes.join(' ')
  const description = 'the token does not have a valid scope'
  const hint = `the token has none of the route's scopes: ${wanted}`
  return challenge(403, rules, 'insufficient_scope', description, hint)
}

const challenge = (
  statusCode: 401 | 403,
  { scopes }: Rules,
  code: string,
  description: string,
  hint: string,
): GatewayFailure =>
  new GatewayFailure(statusCode === 401 ? 'UNAUTHORIZED' : 'ACCESS_DENIED', 'Unauthorized', {
    hint,
    headers: [
      'www-authenticate',
      `Bearer scope="${scopes.join(' ')}" error="${code}" error_description="${description}"`,
    ],
  })
