// COGNITO_USER_POOLS authorizers of REST APIs: id tokens, or access tokens where the method asks for scopes.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
import { compileJavaRegex, type JavaRegex } from '#languages/regex/java-regex.ts'
import type { Algorithm } from '#languages/jwt/algorithms.ts'
import { checkIssuer, checkTimes, scopesOf } from '#languages/jwt/claims.ts'
import { TokenError } from '#languages/jwt/errors.ts'
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import { parseArn } from '#model/arn.ts'
import type { MethodSource } from '../../compiling.ts'
import { GatewayFailure, type RestRequest, type Services } from '../../plan.ts'
import type { Authorized, RestAuthorizer } from './authorizer.ts'
import { cognitoClaims } from './claim-texts.ts'
import { REST_FAILURES } from './failures.ts'
import { compileRestSources, readSources } from './identity-sources.ts'
import { KeysUnavailable } from './key-sets.ts'
import { issuersOf, type TokenIssuer, type VerifiedToken, verify, withoutBearer } from './tokens.ts'

/** Cognito signs with nothing else. */
const ALGORITHMS: ReadonlySet<Algorithm> = new Set(['RS256'])

interface Rules {
  readonly scopes: readonly string[]
  /** AWS: the authorizer's validation expression is held against `aud`. [API reference: CreateAuthorizer] */
  readonly audience: JavaRegex | undefined
}

export const compileCognito = (source: MethodSource, authorizer: Authorizer): RestAuthorizer => {
  const text = authorizer.identitySource ?? 'method.request.header.Authorization'
  const sources = compileRestSources(text, source.stage)
  const pools = (authorizer.providerARNs ?? []).map(readPool)
  if (sources === undefined) return broken(`the identity source ${text} is none`)
  if (pools.length === 0 || pools.includes(undefined)) {
    return broken('the providerARNs of the authorizer are no ARNs of user pools')
  }
  let audience: JavaRegex | undefined
  try {
    const expression = authorizer.identityValidationExpression
    audience = expression ? compileJavaRegex(expression) : undefined
  } catch {
    return broken('identityValidationExpression is no regular expression')
  }
  const rules = { scopes: source.method.authorizationScopes ?? [], audience }
  const known = pools.filter((pool) => pool !== undefined)
  return (request, services) => {
    const [value] = readSources(sources, request) ?? []
    if (value === undefined) throw REST_FAILURES.unauthorized(`the request has no token in ${text}`)
    try {
      const found = verifyOfAny(withoutBearer(value), known, request, services)
      if (!(found instanceof Promise)) return admit(found, rules, request)
      return found.then((one) => admit(one, rules, request)).catch(rethrow)
    } catch (error) {
      return rethrow(error)
    }
  }
}

const broken = (hint: string) => (): never => {
  throw REST_FAILURES.broken(hint)
}

interface Pool {
  readonly poolId: string
  readonly region: string
}

interface Found {
  readonly token: VerifiedToken
  readonly issuer: TokenIssuer
}

/** `arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_x` */
const readPool = (arn: string): Pool | undefined => {
  const { service, region = '', resource = '' } = parseArn(arn) ?? {}
  const poolId = /^userpool\/([\w-]+)$/.exec(resource)?.[1]
  return service === 'cognito-idp' && poolId !== undefined ? { poolId, region } : undefined
}

/** The pool that the token says that it is of; where it says nothing of use, the first: that one refuses it. */
const verifyOfAny = (
  text: string,
  pools: readonly Pool[],
  request: RestRequest,
  services: Services,
): Found | Promise<Found> => {
  const [first] = pools
  const poolId = pools.length === 1 ? undefined : claimedPool(text)
  const pool = pools.find((each) => each.poolId === poolId) ?? first
  if (pool === undefined) throw new TokenError('issuer', 'the token is of no known user pool')
  const issuer = issuerOf(pool, services)
  const token = verify(text, issuer, request, services)
  return token instanceof Promise
    ? token.then((verified) => ({ token: verified, issuer }))
    : { token, issuer }
}

/** Read before anything is verified, and believed for nothing but the choice of keys. */
const claimedPool = (text: string): string | undefined => {
  const payload = Buffer.from(text.split('.', 3)[1] ?? '', 'base64url').toString('utf8')
  return /"iss"\s*:\s*"[^"]{0,256}\/([\w-]{1,128})"/.exec(payload)?.[1]
}

const issuerOf = ({ poolId, region }: Pool, { aws }: Services): TokenIssuer => {
  const endpoint = aws?.endpoint('cognito-idp', region)?.replace(/\/$/, '')
  const issuer = `${endpoint ?? `https://cognito-idp.${region}.amazonaws.com`}/${poolId}`
  const jwksUri = `${issuer}/.well-known/jwks.json`
  return { source: { issuer, jwksUri }, poolId, algorithms: ALGORITHMS, use: 'cognito ' }
}

/**
 * AWS: without scopes on the method the token has to be an id token, and with scopes an access token that has one of
 * them. [behaviour.md 8.1]
 */
const admit = ({ token, issuer }: Found, rules: Rules, request: RestRequest): Authorized => {
  const { claims } = token
  checkTimes(claims, request.arrivedAtMs)
  checkIssuer(claims, issuersOf(issuer, request))
  if (rules.scopes.length === 0) {
    if (claims.token_use !== 'id') {
      throw REST_FAILURES.unauthorized(
        'the token is no id token: an access token passes only where the method has authorizationScopes',
      )
    }
  } else if (!rules.scopes.some((scope) => scopesOf(claims).includes(scope))) {
    throw REST_FAILURES.unauthorized(
      `the token has none of the method's scopes: ${rules.scopes.join(' ')}`,
    )
  }
  if (rules.audience !== undefined && !rules.audience.matches(`${claims.aud ?? ''}`)) {
    throw REST_FAILURES.unauthorized(
      'the aud of the token does not match the validation expression',
    )
  }
  token.texts ??= cognitoClaims(claims)
  return { caller: { authorizer: { claims: token.texts } }, evaluation: undefined }
}

const rethrow = (error: unknown): never => {
  if (error instanceof KeysUnavailable) {
    throw REST_FAILURES.broken(`the user pool gives no keys: ${error.message}`, error)
  }
  if (!(error instanceof TokenError)) throw error
  // AWS: the one refusal that has a text of its own. [behaviour.md 4]
  const message = error.problem === 'expired' ? 'The incoming token has expired' : 'Unauthorized'
  throw new GatewayFailure('UNAUTHORIZED', message, { hint: error.message })
}
