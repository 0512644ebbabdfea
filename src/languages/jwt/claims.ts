// What a good token says and whether it is for us: time, issuer, audience, scopes.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
import { TokenError } from './errors.ts'

export type Claims = Readonly<Record<string, unknown>>

/**
 * `exp` has to be there and to lie ahead; `nbf` and `iat`, where they are there, behind. AWS names no leeway, and none
 * is given. Throws `TokenError`.
 */
export const checkTimes = (claims: Claims, nowMs: number): void => {
  const { exp, nbf, iat } = claims
  if (!isTime(exp)) throw new TokenError('claims', 'the token has no expiry (exp)')
  if (exp * 1000 <= nowMs) throw new TokenError('expired', 'the token has expired')
  if (nbf !== undefined && !(isTime(nbf) && nbf * 1000 <= nowMs)) {
    throw new TokenError('not-yet-valid', 'the token is not valid yet')
  }
  if (iat !== undefined && !(isTime(iat) && iat * 1000 <= nowMs)) {
    throw new TokenError('issued-later', 'the token was used before it was issued')
  }
}

/** AWS: exactly, with or without a slash at its end as it is configured. Throws `TokenError`. */
export const checkIssuer = (claims: Claims, issuers: readonly string[]): void => {
  if (typeof claims.iss === 'string' && issuers.includes(claims.iss)) return
  throw new TokenError('issuer', 'the token does not have a valid issuer')
}

/** AWS: client_id counts only where there is no aud. Throws `TokenError`. [behaviour.md 8.1] */
export const checkAudience = (claims: Claims, audience: readonly string[]): void => {
  const { aud = claims.client_id } = claims
  const values: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (values.some((value) => typeof value === 'string' && audience.includes(value))) return
  throw new TokenError('audience', 'the token does not have a valid audience')
}

/** `scope` (words) or `scp` (words or a list). */
export const scopesOf = ({ scope, scp }: Claims): readonly string[] => {
  const given = scope ?? scp
  if (typeof given === 'string') return given.split(' ').filter((word) => word !== '')
  return Array.isArray(given) ? given.filter((word) => typeof word === 'string') : []
}

/** No number that a date cannot be. */
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)
